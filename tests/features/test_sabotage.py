"""Each break still applies, says what it is in words, and breaks one place that is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from features.sabotage import Sabotage, Tried, matrix_of, sabotages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("sabotage", sabotages(), ids=lambda sabotage: sabotage.name)
def test_each_still_applies(sabotage: Sabotage) -> None:
    for change in sabotage.changes:
        assert change.applied(ROOT) != (ROOT / change.file).read_text("utf-8")
    assert sabotage.where in ("system", "world", "instrument")
    assert len(sabotage.what) > 20


def test_a_change_that_no_longer_applies_says_so(tmp_path: Path) -> None:
    change = sabotages()[0].changes[0]
    (tmp_path / change.file).parent.mkdir(parents=True)
    (tmp_path / change.file).write_text(change.text * 2, "utf-8")
    with pytest.raises(ValueError, match="stands 2 times"):
        change.applied(tmp_path)


def test_the_matrix_has_both_sides_and_says_what_nothing_kills() -> None:
    one, other = sabotages()[:2]
    matrix = matrix_of([Tried(one, ("a::b",), 1.0), Tried(other, (), 1.0)], ["a::b", "a::c"])
    assert matrix["killed_by"] == {"a::b": [one.name], "a::c": []}
    assert matrix["sabotages"][other.name]["noticed_by"] == []


def test_a_pilot_that_does_not_run_is_noticed_and_kills_nothing() -> None:
    some = sabotages()[0]
    stopped = Tried(some, (), 1.0, stopped=3)
    assert stopped.noticed
    assert not Tried(some, (), 1.0).noticed
    assert not Tried(some, (), 1.0, stopped=3, trouble="does not apply").noticed
    assert matrix_of([stopped], ["a::b"])["killed_by"] == {"a::b": []}


def test_every_scenario_of_a_feature_that_is_asked_for_looks() -> None:
    """With `--looking 07`, each of its scenarios beside the smoke of all, and none of the others that take minutes."""
    command = [sys.executable, "-m", "pytest", "features", "--looking", "07", "--collect-only"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "test_with_another_patients_number_in_nbss_none_strays" in listed
    assert "test_a_normal_result_is_there_the_next_day" in listed
    assert "test_nothing_vanishes_in_the_reading" not in listed
