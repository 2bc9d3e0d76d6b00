"""Every sabotage still applies, and every hazard names those that its proofs notice. `make mutants` tries them."""

import re
from pathlib import Path

import pytest

from tests.mutants.__main__ import copy_tree, try_one
from tests.mutants.table import ROOT, Mutant, mutants

MUTANTS = mutants()
LOG = (ROOT / "docs" / "hazard-log.md").read_text("utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_still_applies_and_its_tests_exist(mutant: Mutant) -> None:
    assert mutant.applied(ROOT) != (ROOT / mutant.file).read_text("utf-8")
    assert mutant.tests
    assert [test for test in mutant.tests if not (ROOT / test.partition("::")[0]).exists()] == []


def test_each_hazard_names_its_sabotages_and_no_other() -> None:
    named = {
        hazard: set(re.findall(r"`(\w+)`", line))
        for hazard, line in re.findall(
            r"^### (H\d\d) .*?^- \*\*Sabotage\*\*: (.+?)$", LOG, re.MULTILINE | re.DOTALL
        )
    }
    expected: dict[str, set[str]] = {}
    for mutant in MUTANTS:
        expected.setdefault(mutant.hazard, set()).add(mutant.name)
    assert named == expected
    assert set(named) == set(re.findall(r"^### (H\d\d) ", LOG, re.MULTILINE))


def test_one_that_changes_nothing_that_matters_would_be_called_a_survivor(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    harmless = Mutant("harmless", "H01", "pilot/errors.py", '"""', '"""', ("tests/test_errors.py",))
    assert try_one(harmless, tree).startswith("DOES NOT APPLY")
    harmless = Mutant(
        "harmless",
        "H01",
        "tests/test_errors.py",
        "import pytest\n",
        "import pytest\n\n",
        ("tests/test_errors.py",),
    )
    assert try_one(harmless, tree) == "SURVIVED"
