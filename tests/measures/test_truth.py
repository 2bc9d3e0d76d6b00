"""The truth is read whole or refused, by line number and never by name."""

import json
from datetime import date

import pytest

from pilot.domain.outcome import Outcome
from pilot.errors import FileError
from pilot.measures import read_truth
from pilot.measures.truth import Results
from tests.measures.build import line

LEAST = {
    "screening_number": "KXX000001",
    "nhs_number": "9990000018",
    "date_of_birth": "1960-05-04",
    "practice": "Z90001",
    "outcome": "normal",
    "date": "2026-10-26",
    "emitted_on": "2026-11-02",
}
WHOLE = LEAST | {
    "surname": "OXLIP",
    "file": "SIL-KXX-20261102-1.pdf",
    "page": 2,
    "record": 1,
    "printed_outcome": "did_not_attend",
    "defects": ["result_changed"],
    "imd_quintile": 3,
    "ethnicity": "white",
    "registered_practice": "Z90002",
}


def written(tmp_path, *rows):
    path = tmp_path / "truth.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def test_what_measures_need_of_a_line_is_kept(tmp_path):
    (line,) = read_truth(written(tmp_path, WHOLE))
    assert line.outcome is Outcome.NORMAL
    assert line.printed_outcome is Outcome.DID_NOT_ATTEND
    assert line.emitted_on == date(2026, 11, 2)
    assert (line.file, line.page, line.record) == ("SIL-KXX-20261102-1.pdf", 2, 1)
    assert line.registered_practice == "Z90002"
    assert line.defects == ("result_changed",)


def test_a_result_may_have_no_code_no_date_and_no_print(tmp_path):
    (line,) = read_truth(
        written(tmp_path, LEAST | {"date": None, "file": None, "page": None, "record": None})
    )
    assert line.seen_on is None
    assert (line.file, line.page, line.record) == (None, None, None)


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        {**LEAST, "outcome": "vanished"},
        {**LEAST, "emitted_on": "yesterday"},
        {**LEAST, "nhs_number": 9990000018},
        {key: value for key, value in LEAST.items() if key != "practice"},
    ],
)
def test_a_bad_line_is_named_by_its_number_and_nothing_of_the_person(tmp_path, bad):
    with pytest.raises(FileError, match=r"truth\.jsonl line 2\. Generate") as told:
        read_truth(written(tmp_path, {**WHOLE, "screening_number": "KXX000009"}, bad))
    assert "9990000018" not in str(told.value)
    assert "OXLIP" not in str(told.value)


def test_one_result_has_one_line(tmp_path):
    with pytest.raises(FileError, match=r"twice in the truth: truth\.jsonl line 2"):
        read_truth(written(tmp_path, LEAST, WHOLE))


def test_a_truth_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileError, match="truth of the run cannot be read"):
        read_truth(tmp_path / "truth.jsonl")


FIRST = line(1, emitted_on=date(2026, 11, 2), seen_on=date(2026, 10, 26), file="a.pdf", page=2, record=1)
SECOND = line(1, emitted_on=date(2026, 11, 20), seen_on=date(2026, 11, 12), file="b.pdf", page=2, record=1)


@pytest.mark.parametrize(
    ("known", "meant"),
    [
        ({"place": ("b.pdf", 2, 1), "seen_on": FIRST.seen_on}, SECOND),
        ({"seen_on": SECOND.seen_on, "day": FIRST.emitted_on}, SECOND),
        ({"seen_on": date(2026, 1, 1), "day": date(2026, 11, 19)}, FIRST),
        ({"day": date(2026, 11, 20)}, SECOND),
        ({"day": date(2026, 10, 1)}, FIRST),
    ],
)
def test_of_several_results_of_a_person_the_print_tells_then_the_day_then_the_time(known, meant):
    assert Results([SECOND, FIRST]).about("KXX000001", **known) is meant


def test_a_person_with_one_result_is_meant_whatever_is_said_beside_her_number():
    assert Results([FIRST]).about("KXX000001", place=("x.pdf", 1, 1), day=date(2020, 1, 1)) is FIRST
    assert Results([FIRST]).about("KXX000009") is None


def test_one_result_stands_once(tmp_path):
    repeated = WHOLE | {"emitted_on": "2026-11-20"}
    assert len(read_truth(written(tmp_path, WHOLE, repeated))) == 2
    with pytest.raises(FileError, match="twice"):
        read_truth(written(tmp_path, WHOLE, WHOLE))
