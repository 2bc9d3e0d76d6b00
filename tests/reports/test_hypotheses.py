"""The features' hypotheses in the report: believed, threshold, measured, held, and what kills each."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import FileError
from reports import read_evidence, write_report

EVIDENCE = {
    "format": "evidence/1",
    "hypotheses": [
        {
            "file": "13_hours.feature", "feature": "Hours", "scenario": "Less time", "believed": "the brief, high",
            "threshold": "beyond doubt", "outcome": "held", "to_measure": "", "line": 4,
            "claims": [{"said": "GP hours saved: 10.9 hours; claimed above 0 hours", "held": True}],
        },
        {
            "file": "22_assumptions.feature", "feature": "Assumptions", "scenario": "2. Suppliers",
            "believed": "medium", "threshold": "", "outcome": "a simulation cannot tell",
            "to_measure": "the days", "claims": [],
        },
    ],
}  # fmt: skip
SABOTAGE = {
    "format": "sabotage/1",
    "sabotages": {
        "slow_desk": {
            "what": "a review takes an hour", "where": "world", "noticed_by": ["13_hours.feature::Less time"],
            "did_not_run": 2,
        },
    },
    "killed_by": {"13_hours.feature::Less time": ["slow_desk"]},
}  # fmt: skip


def kept(folder: Path, name: str, values: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(values), "utf-8")
    return path


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def test_the_report_has_each_hypothesis_with_what_held_and_what_kills_it(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    told = read_evidence(kept(tmp_path, "e.json", EVIDENCE), kept(tmp_path, "s.json", SABOTAGE))
    page = write_report(figures, tmp_path, evidence=told).read_text("utf-8")
    assert "What was believed, and what held" in page
    assert re.search(r"<strong>1 of 2 held", page)
    [open_one] = rows(tmp_path, "not_held")
    assert (open_one["Hypothesis"], open_one["Outcome"]) == (
        "Assumptions: 2. Suppliers", "a simulation cannot tell",
    )  # fmt: skip
    first, second = rows(tmp_path, "hypotheses")
    assert first["Measured"] == "GP hours saved: 10.9 hours; claimed above 0 hours"
    assert (first["Outcome"], first["Killed by"]) == ("held", "slow desk")
    assert (second["Measured"], second["Killed by"]) == ("The live pilot must measure the days", "not tried")
    [broken] = rows(tmp_path, "breaks")
    assert broken["Noticed by"] == "Less time, the pilots of 2 did not run"


def test_without_evidence_there_is_no_such_section(figures: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(figures, tmp_path, evidence=read_evidence(None, None)).read_text("utf-8")
    assert "What was believed, and what held" not in page


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({**EVIDENCE, "format": "evidence/9"}, "written as evidence/9, and this version reads evidence/1"),
        ({"format": "evidence/1"}, "It is not evidence/1"),
        ([], "It is not evidence/1"),
    ],
)
def test_what_is_no_evidence_is_one_clear_line(tmp_path: Path, values: Any, says: str) -> None:
    with pytest.raises(FileError) as caught:
        read_evidence(kept(tmp_path, "e.json", values), None)
    assert says in str(caught.value)
    assert caught.value.exit_code == 2
    with pytest.raises(FileError, match="cannot be read"):
        read_evidence(tmp_path / "nowhere.json", None)
