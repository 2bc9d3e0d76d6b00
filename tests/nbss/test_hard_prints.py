"""Prints that offices can produce and that hide records, or show what is not print: every record is accounted for."""

from collections import Counter
from pathlib import Path

import pytest

from pilot.domain.result import RejectionReason
from pilot.nbss import Batch, Checked, FileReading, Reader, check

CASES = Path(__file__).parents[1] / "golden/nbss/cases"
DIRECTORY = CASES / "directory.csv"


@pytest.fixture(scope="module")
def reader():
    with Reader() as held_open:
        yield held_open


def taken(reader: Reader, case: str) -> tuple[FileReading, Checked]:
    batch: Batch = reader.read([CASES / f"{case}.pdf", DIRECTORY])
    return batch.files[0], check(batch)


def reasons(checked: Checked) -> Counter[RejectionReason]:
    return Counter(item.reason for item in checked.rejected)


@pytest.mark.parametrize("case", ["arial10", "heading_once_a_page", "page_number_only_page"])
def test_print_that_keeps_every_character_is_read_whole(reader, case):
    report, checked = taken(reader, case)
    assert len(report.results) == len(checked.fit) == 40
    assert report.rejected == ()
    assert all(" " not in result.participant.surname for result in report.results)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("comma_line_below_name", RejectionReason.OUTCOME_NOT_RECOGNISED),
        ("result_withdrawn", RejectionReason.WITHDRAWN_IN_PRINT),
    ],
)
def test_words_that_no_result_has_stop_every_record_that_bears_them(reader, case, reason):
    report, checked = taken(reader, case)
    assert (report.results, checked.fit) == ((), ())
    assert reasons(checked) == {reason: 40}


@pytest.mark.parametrize(
    ("case", "stopped"),
    [
        ("annotations", {10, 15}),
        ("half_page_picture", set(range(2, 21, 2))),
        ("image_page_plus_stamp", {10, 15}),
        ("one_bit_Contents", {16}),
        ("ocr_text_under_image", set(range(1, 22))),
    ],
)
def test_a_page_that_shows_what_is_not_print_is_named(reader, case, stopped):
    report, _ = taken(reader, case)
    named = {
        item.provenance.page for item in report.rejected if item.reason is RejectionReason.IMAGE_ONLY_PAGE
    }
    assert len(named) == len(stopped)
    assert not named & {result.provenance.page for result in report.results}
    # Each page holds two records, the first one: whatever is not read is on a page that a person is shown.
    assert len(report.results) + 2 * len(named) >= 40


def test_what_a_scanner_guessed_is_never_print(reader):
    report, checked = taken(reader, "ocrmypdf_hocr_200dpi")
    assert (report.results, checked.fit) == ((), ())
    assert [item.reason for item in report.rejected] == [RejectionReason.IMAGE_ONLY_PAGE]


@pytest.mark.parametrize("case", ["second_cover_not_recognised", "cover2_123_in_address"])
def test_no_result_goes_to_the_practice_of_a_cover_that_it_does_not_follow(reader, case):
    report, checked = taken(reader, case)
    before = {result.provenance.page for result in checked.fit}
    assert len(report.results) == 18
    assert max(before) <= 5  # the second cover stands on page 6
    assert {result.practice for result in checked.fit} == {"Z99001"}
    assert reasons(checked)[RejectionReason.PRACTICE_UNKNOWN] == 9
