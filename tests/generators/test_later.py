"""What follows a print: corrected, taken back, imaged again; the truth says which, and prints and extracts agree."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from generators import SpecError
from generators.calibration import AFTER_ASSESSMENT
from tests.generators.batches import Batch, csv_rows, make, spec
from tests.generators.test_defects import block

Line = dict[str, Any]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    later = {"corrected": 0.2, "withdrawn": 0.2, "repeated": 1.0, "assessed": 1.0}
    shares = {"technical_recall": 0.2, "recall_for_assessment": 0.2}
    return make(tmp_path_factory.mktemp("later"), days=40, later=later, outcome_shares=shares)


def lines(batch: Batch, word: str) -> list[Line]:
    found = [line for line in batch.truth if word in line]
    assert found
    return found


def printed(batch: Batch, line: Line) -> tuple[list[str], list[str]]:
    """The first and the second print of a record."""
    (second,) = line["also_printed"]
    return block(batch, line), block(batch, second)


def test_a_correction_is_printed_later_and_says_what_is_right(batch: Batch) -> None:
    said = {"normal": "No significant", "recall_for_assessment": "Abnormality present"}
    for line in lines(batch, "amended_on"):
        assert line["outcome"] != line["printed_outcome"]
        assert line["amended_on"].replace("-", "") in line["also_printed"][0]["file"]
        first, second = printed(batch, line)
        for outcome, rows in ((line["printed_outcome"], first), (line["outcome"], second)):
            if outcome in said:
                assert any(said[outcome] in row for row in rows), (outcome, rows)


def test_the_extract_closes_a_corrected_episode_twice(batch: Batch) -> None:
    closings = defaultdict(list)
    for name, data in batch.inbox.items():
        for row in csv_rows(data) if name.startswith("EPISODES") else ():
            if row["end_code"]:
                closings[row["episode_id"]].append(row["change_db_date_time"][:10])
    for line in lines(batch, "amended_on"):
        assert closings[line["episode_id"]][-1] == line["amended_on"]
        assert len(closings[line["episode_id"]]) == 2


def test_a_withdrawal_says_so_above_the_name(batch: Batch) -> None:
    for line in lines(batch, "withdrawn_on"):
        first, second = printed(batch, line)
        assert not any("WITHDRAWN" in row for row in first)
        assert "RESULT WITHDRAWN" in "".join(second[:4])


def test_a_repeat_or_an_assessment_is_a_result_of_its_own_under_the_same_number(batch: Batch) -> None:
    of_number: dict[str, list[Line]] = defaultdict(list)
    for line in batch.truth:
        of_number[line["screening_number"]].append(line)
    repeats = [held for held in of_number.values() if len(held) > 1]
    assert len(batch.truth) == 120 + len(repeats) > 120
    assert {"assessed_benign", "assessed_cancer"} <= {second["outcome"] for _, second in repeats}
    for first, second in repeats:
        assert first["outcome"] in ("technical_recall", "recall_for_assessment")
        assert (second["outcome"] in AFTER_ASSESSMENT.value) == (first["outcome"] == "recall_for_assessment")
        assert first["nhs_number"] == second["nhs_number"]
        assert first["emitted_on"] < second["date"] < second["emitted_on"]
        assert first["episode_id"] != second["episode_id"]
        assert (first["file"], second["file"]) != (None, None)


def test_nothing_else_changes_where_nothing_follows(tmp_path: Path, clean: Batch) -> None:
    none = make(tmp_path / "none", later={"corrected": 0.0})
    assert none.inbox == clean.inbox
    assert none.truth == clean.truth


@pytest.mark.parametrize(
    "later", [{"correct": 0.1}, {"corrected": 1.5}, {"corrected": 0.6, "withdrawn": 0.6}]
)
def test_what_cannot_follow_is_refused_by_its_name(later: dict[str, float]) -> None:
    with pytest.raises(SpecError, match="later"):
        spec(later=later)
