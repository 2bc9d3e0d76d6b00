"""`make sabotage`: each break in a copy of the tree, and which hypotheses notice it.

    python -m features.sabotage [--to FILE] [--at-once N] [--results N] [NAME...]

First the features as they are: what does not hold by itself can be killed by nothing. A hypothesis is killed where it
held and is now measured not to. Where its pilot does not run any more the break is noticed, and nothing is said of
the hypothesis. Exit code 1 where a break is noticed by nothing, or no longer applies. `--results` makes the pilots
smaller, for a first look.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2
from typing import Any, Final

from features.evidence import HELD, NOT_HELD
from features.steps.pilots import FIRST_SEED_ALONE, RESULTS

ROOT: Final = Path(__file__).parents[1]
TABLE: Final = Path(__file__).with_name("sabotage.toml")
DID_NOT_RUN: Final = "did not run"
# Those of 23_sabotages break their own pilots.
_NOT_THEMSELVES: Final = ("-k", "not convicted")


@dataclass(frozen=True)
class Change:
    """`text`, which stands just once in `file`, becomes something else."""

    file: str
    text: str
    becomes: str

    def applied(self, root: Path) -> str:
        """The file's new text. Raises ValueError where it no longer applies."""
        whole = (root / self.file).read_text("utf-8")
        if whole.count(self.text) != 1:
            raise ValueError(f"its text stands {whole.count(self.text)} times in {self.file}")
        return whole.replace(self.text, self.becomes)


@dataclass(frozen=True)
class Sabotage:
    """One break: `what` it is in words, and `where`: in the system, the world or the instrument.

    Smoke features look whatever breaks; of `features`, by number, every scenario does.
    """

    name: str
    what: str
    where: str
    changes: tuple[Change, ...]
    features: tuple[str, ...] = ()

    def apply(self, root: Path) -> None:
        for change in self.changes:
            (root / change.file).write_text(change.applied(root), "utf-8")


def sabotages() -> tuple[Sabotage, ...]:
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return tuple(
        Sabotage(
            name,
            row["what"],
            row["where"],
            tuple(Change(**change) for change in row["changes"]),
            tuple(row.get("features", ())),
        )
        for name, row in table.items()
    )


@dataclass(frozen=True)
class Tried:
    """A break and what it killed; `trouble` where it could not be tried.

    `stopped` is how many hypotheses can be told nothing of, since their pilot no longer runs.
    """

    sabotage: Sabotage
    killed: tuple[str, ...]
    seconds: float
    stopped: int = 0
    trouble: str = ""

    @property
    def noticed(self) -> bool:
        return not self.trouble and bool(self.killed or self.stopped)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m features.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--to", type=Path, help="write the matrix into this file, as JSON")
    parser.add_argument("--at-once", type=int, default=2, help="how many are tried beside each other")
    parser.add_argument("--results", type=int, default=0, help="smaller pilots, of this many results")
    asked = parser.parse_args()
    chosen = [one for one in sabotages() if not asked.names or one.name in asked.names]
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        sound = outcomes(
            copied(Path(folder) / "sound"), sorted({f for one in chosen for f in one.features}), asked.results
        )
        holds = {key for key, outcome in sound.items() if outcome == HELD}
        print(f"{len(holds)} hypotheses hold where nothing is broken\n", flush=True)
        print("| break | in the | noticed by | seconds |\n|---|---|---|---|")
        with ThreadPoolExecutor(asked.at_once) as pool:
            tried = list(pool.map(lambda one: try_one(one, Path(folder), holds, asked.results), chosen))
    matrix = matrix_of(tried, sorted(holds))
    if asked.to is not None:
        asked.to.parent.mkdir(parents=True, exist_ok=True)
        asked.to.write_text(json.dumps(matrix, indent=2) + "\n", "utf-8")
    unnoticed = [one.sabotage.name for one in tried if not one.noticed]
    print(
        f"\n{len(tried) - len(unnoticed)} of {len(tried)} noticed"
        + (f"; NOT: {', '.join(unnoticed)}" if unnoticed else "")
    )
    if idle := [key for key, killers in matrix["killed_by"].items() if not killers]:
        print("killed by nothing that was tried:", *idle, sep="\n  ")
    return 1 if unnoticed else 0


def copied(to: Path) -> Path:
    """All that git knows of, as it is now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, to / name)
    return to


def try_one(sabotage: Sabotage, folder: Path, holds: set[str], results: int) -> Tried:
    began = time.monotonic()
    tree = copied(folder / sabotage.name)
    try:
        sabotage.apply(tree)
        found = outcomes(tree, sabotage.features, results)
        trouble = ""
    except ValueError as error:
        found, trouble = {}, f"DOES NOT APPLY: {error}"
    killed = tuple(sorted(key for key, outcome in found.items() if key in holds and outcome == NOT_HELD))
    stopped = sum(key in holds and outcome == DID_NOT_RUN for key, outcome in found.items())
    tried = Tried(sabotage, killed, time.monotonic() - began, stopped, trouble)
    said = [f"{len(killed)}: {', '.join(map(_short, killed))}"] if killed else []
    if stopped:
        said.append(f"the pilots of {stopped} do not run")
    noticed = trouble or "; ".join(said) or "NOTHING"
    print(f"| {sabotage.what} | {sabotage.where} | {noticed} | {tried.seconds:.0f} |", flush=True)
    return tried


def outcomes(tree: Path, chosen: Sequence[str], results: int) -> dict[str, str]:
    """By `file::scenario`, what came of it in that tree: held, not held, or that its pilot did not run.

    Those tagged smoke are run, and every one of the features that are `chosen` by number.
    """
    to = tree / "evidence.json"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        FIRST_SEED_ALONE: "1",
        RESULTS: str(results or ""),
    }
    command = [sys.executable, "-m", "pytest", "features", "-p", "no:cacheprovider", "-q", *_NOT_THEMSELVES]
    subprocess.run(
        [*command, "--looking", ",".join(chosen), "--evidence", str(to), "--basetemp", str(tree / "runs")],
        cwd=tree,
        env=environment,
        check=False,
        capture_output=True,
    )
    if not to.is_file():
        return {}
    evidence: list[Mapping[str, Any]] = json.loads(to.read_text("utf-8"))["hypotheses"]
    return {
        f"{one['file']}::{one['scenario']}": DID_NOT_RUN
        if one["outcome"] == NOT_HELD and not one["claims"]
        else str(one["outcome"])
        for one in evidence
    }


def matrix_of(tried: Sequence[Tried], holds: Sequence[str]) -> dict[str, Any]:
    """Breaks by name with what noticed each, and hypotheses with what kills each."""
    return {
        "format": "sabotage/1",
        "sabotages": {
            one.sabotage.name: {
                "what": one.sabotage.what,
                "where": one.sabotage.where,
                "noticed_by": list(one.killed),
                "did_not_run": one.stopped,
            }
            for one in tried
        },
        "killed_by": {key: [one.sabotage.name for one in tried if key in one.killed] for key in holds},
    }


def _short(key: str) -> str:
    file, _, scenario = key.partition("::")
    return f"{file.partition('_')[0]} {scenario}"


if __name__ == "__main__":
    sys.exit(main())
