"""The evidence: each hypothesis with what was believed, the threshold, what was measured, and whether it held.

    python -m features.evidence evidence.json [matrix.json]

prints the table as Markdown; with the matrix of `make sabotage`, also what kills each.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pytest_bdd.parser import Feature, Scenario

from features.steps.claims import CANNOT_TELL, CLAIM

HYPOTHESIS: Final = "hypothesis"
HELD, NOT_HELD, NOT_TOLD = "held", "not held", "a simulation cannot tell"
_SAID: Final = ("kind", "believed", "threshold")


@dataclass(frozen=True)
class Hypothesis:
    """A scenario of a feature. `kind`, `believed` and `threshold` are what its lines of that name say."""

    feature: str
    file: str
    scenario: str
    line: int
    tags: tuple[str, ...]
    kind: str
    believed: str
    threshold: str

    @classmethod
    def of(cls, feature: Feature, scenario: Scenario) -> "Hypothesis":
        said = dict(_lines(scenario.description))
        return cls(
            feature=feature.name,
            file=Path(feature.filename).name,
            scenario=scenario.name,
            line=scenario.line_number,
            tags=tuple(sorted({*feature.tags, *scenario.tags})),
            **{name: said.get(name, "") for name in _SAID},
        )

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def _lines(description: str) -> Iterator[tuple[str, str]]:
    """`Believed: somebody, in 2025` as ("believed", "somebody, in 2025")."""
    for line in description.splitlines():
        name, colon, text = line.strip().partition(":")
        if colon and name.lower() in _SAID:
            yield name.lower(), text.strip()


def collect(reports: Iterable[Any]) -> list[dict[str, Any]]:
    """One entry a scenario that ran, in the order of the argument, from pytest's reports (workers' too)."""
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    for report in reports:
        properties = list(report.user_properties)
        said = next((value for name, value in properties if name == HYPOTHESIS), None)
        if said is None or report.when != "call":
            continue
        told = [value for name, value in properties if name == CANNOT_TELL]
        claims = [value for name, value in properties if name == CLAIM]
        if not claims and not told and report.outcome != "failed":
            continue  # a scenario without a claim, such as those that break a pilot of their own
        held = bool(claims) and report.outcome != "failed" and all(claim["held"] for claim in claims)
        outcome = NOT_TOLD if told else HELD if held else NOT_HELD
        claims = [claim | {"said": f"{measured(claim)}; claimed {claimed(claim)}"} for claim in claims]
        entry = {**said, "claims": claims, "outcome": outcome, "to_measure": told[0] if told else ""}
        found[said["file"], said["line"], report.nodeid] = entry
    return [found[key] for key in sorted(found)]


def table(hypotheses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line a claim: held or not, what was measured at each seed, and what was claimed."""
    for hypothesis in hypotheses:
        yield f"{hypothesis['file'].removesuffix('.feature')}: {hypothesis['scenario']}: {hypothesis['outcome']}"
        if hypothesis["to_measure"]:
            yield f"    the live pilot must measure {hypothesis['to_measure']}"
        for claim in hypothesis["claims"]:
            yield f"    {claim['said']}"


def measured(claim: Mapping[str, Any]) -> str:
    """`GP hours saved, coded against paper: 10.9 (5.2 to 16.4), 12 (...) hours`; many seeds as their span."""
    found = claim["found"]
    whose = claim["arm"] if " " in claim["arm"] else f"{claim['arm']} arm"
    if len(found) > 5:
        values = sorted(one["value"] for one in found)
        shown = f"{_short(values[0])} to {_short(values[-1])} over {len(found)} seeds"
    else:
        shown = ", ".join(_one(one) for one in found)
    return f"{claim['measure']}, {whose}: {shown} {claim['unit']}"


def _one(found: Mapping[str, Any]) -> str:
    of = "" if found["of"] is None else f" of {found['of']}"
    ends = "" if found["low"] is None else f" ({_short(found['low'])} to {_short(found['high'])})"
    return f"{_short(found['value'])}{of}{ends}"


def claimed(claim: Mapping[str, Any]) -> str:
    """`above 0 hours, at its low end`; a threshold that differs from seed to seed with its numbers."""
    said = f"{claim['comparison']} {claim['threshold']}{claim['where']}"
    numbers = [one["threshold"] for one in claim["found"]]
    if claim["threshold"][0].isdigit() or claim["threshold"][0] == "-":
        return said
    if len(found := sorted(set(numbers))) > 5:
        return f"{said} ({_short(found[0])} to {_short(found[-1])})"
    return f"{said} ({', '.join(_short(number) for number in dict.fromkeys(numbers))})"


def _short(number: float) -> str:
    return f"{number:.4g}" if abs(number) < 1000 else f"{number:,.0f}"


def write(hypotheses: Sequence[Mapping[str, Any]], to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(
        json.dumps({"format": "evidence/1", "hypotheses": list(hypotheses)}, indent=2) + "\n", "utf-8"
    )


def markdown(hypotheses: Sequence[Mapping[str, Any]], kills: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The table that `make evidence` prints: believed, threshold, measured, held, and what kills it."""
    yield "| hypothesis | believed | threshold | measured | outcome | killed by |"
    yield "|---|---|---|---|---|---|"
    for one in hypotheses:
        claims = "<br>".join(claim["said"] for claim in one["claims"])
        killers = ", ".join(kills.get(f"{one['file']}::{one['scenario']}", ())) or "not tried"
        shown = claims or f"to be measured: {one['to_measure']}"
        yield (
            f"| {one['feature']}: {one['scenario']} | {one['believed']} | {one['threshold']} "
            f"| {shown} | {one['outcome']} | {killers} |"
        )


def main() -> int:
    files = [Path(name) for name in sys.argv[1:]]
    evidence = json.loads(files[0].read_text("utf-8"))["hypotheses"]
    matrix = json.loads(files[1].read_text("utf-8")) if len(files) > 1 and files[1].is_file() else {}
    sys.stdout.write("\n".join(markdown(evidence, matrix.get("killed_by", {}))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
