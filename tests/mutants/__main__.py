"""`make mutants`: each sabotage in a copy of the tree, and the tests that must notice it.

    python -m tests.mutants [NAME...]

First the tests as they are: where they fail by themselves, no failure proves anything. Then one sabotage at a time.
Exit code 1 where one survives, no longer applies, or breaks its tests in another way than by failing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.table import ROOT, Mutant, mutants

PASSED, FAILED = 0, 1  # pytest's own; anything else is no verdict


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    chosen = parser.parse_args().names
    table = [mutant for mutant in mutants() if not chosen or mutant.name in chosen]
    bad = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_tree(Path(folder) / "tree")
        healthy = run_tests(tree, sorted({test for mutant in table for test in mutant.tests}), loud=True)
        if healthy != PASSED:
            print("the tests fail without any sabotage: nothing can be shown", file=sys.stderr)
            return 1
        print("| hazard | sabotage | noticed by | seconds |\n|---|---|---|---|")
        for mutant in table:
            began = time.monotonic()
            verdict = try_one(mutant, tree)
            print(
                f"| {mutant.hazard} | {mutant.name} | {verdict} | {time.monotonic() - began:.0f} |",
                flush=True,
            )
            if verdict not in mutant.tests:
                bad.append(mutant.name)
    print(f"\n{len(table) - len(bad)} of {len(table)} noticed" + (f"; NOT: {', '.join(bad)}" if bad else ""))
    return 1 if bad else 0


def copy_tree(to: Path) -> Path:
    """All that git knows of, as it is now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


def try_one(mutant: Mutant, tree: Path) -> str:
    """The test file that noticed it; else `SURVIVED`, or what went wrong."""
    file = tree / mutant.file
    before = file.read_text("utf-8")
    try:
        file.write_text(mutant.applied(tree), "utf-8")
    except ValueError as error:
        return f"DOES NOT APPLY: {error}"
    try:
        for test in mutant.tests:
            code = run_tests(tree, [test])
            if code == FAILED:
                return test
            if code != PASSED:
                return f"BROKE {test} ({code})"
        return "SURVIVED"
    finally:
        file.write_text(before, "utf-8")


def run_tests(tree: Path, tests: list[str], *, loud: bool = False) -> int:
    """pytest's exit code; `loud`: print what it says.

    The tree's own packages come first, whatever is installed; no bytecode outlives a change."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests]
    done = subprocess.run(command, cwd=tree, env=environment, check=False, capture_output=True, text=True)
    if loud or done.returncode not in (PASSED, FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
