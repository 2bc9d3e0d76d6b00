"""What should be there and is not: records, rows, prints and letters."""

from dataclasses import replace
from datetime import date

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason
from pilot.nbss import check
from tests.nbss.office import (
    FLORA,
    HELEN,
    IVY,
    MONDAY,
    ROSE,
    TUESDAY,
    Day,
    episode,
    findings,
    letter,
    sil,
    subject,
    the_dispute,
    whole_day,
)
from tests.nbss.prints import DNA, Record


@pytest.mark.parametrize(("count", "found"), [(2, False), (3, True), (1, True), (None, False)])
def test_records_are_counted_against_the_cover(count, found):
    checked = check(whole_day(sil(FLORA, HELEN, count=count)).batch)
    assert findings(checked) == ([("count_differs_from_cover", "SIL.pdf page 1")] if found else [])
    assert len(checked.fit) == 2


def test_a_rejected_record_counts_as_found():
    day = whole_day(sil(replace(FLORA, nhs_number="111"), HELEN, count=2))
    assert "count_differs_from_cover" not in dict(findings(check(day.batch)))


ALL = (FLORA, HELEN, ROSE, IVY)


def outcome_of(record: Record) -> Outcome:
    return Outcome.DID_NOT_ATTEND if record.ending == DNA else Outcome.NORMAL


def printed_and_extracted(*extracted: Record, **changes) -> Day:
    """All four printed on Monday; these have their episodes in the extract."""
    return Day(
        reports=[sil(*ALL)], episodes=[episode(record, outcome_of(record)) for record in extracted], **changes
    )


def test_a_print_that_a_covering_extract_lacks_goes_to_a_person():
    disputed = the_dispute(printed_and_extracted(FLORA, HELEN, IVY))
    assert (disputed.reason, disputed.result.screening_number) == (DisputeReason.NOT_IN_EXTRACT, "KXX000003")


def test_an_extract_of_the_days_before_is_not_held_against_a_print():
    """Only Flora was closed by then; the rows of the others could not be there yet."""
    assert findings(check(printed_and_extracted(FLORA).batch)) == []


def test_an_extract_that_goes_past_the_day_of_the_print_must_have_it():
    later = episode(Record(screening_number="KXX000009", nhs_number="999 000 0050"), None, closed=TUESDAY)
    day = printed_and_extracted(FLORA)
    checked = check(replace(day, episodes=[*day.episodes, later]).batch)
    assert [reason for reason, _ in findings(checked)] == ["not_in_extract"] * 3


def test_an_open_episode_is_not_the_one_that_was_printed():
    day = printed_and_extracted(FLORA, HELEN, IVY)
    checked = check(replace(day, episodes=[*day.episodes, episode(ROSE, None)]).batch)
    assert [reason for reason, _ in findings(checked)] == ["not_in_extract"]


def test_a_closed_episode_without_a_print_is_reported_with_its_practice():
    day = Day(
        reports=[sil(FLORA)],
        episodes=[episode(FLORA), episode(HELEN, Outcome.DID_NOT_ATTEND, row=3)],
        subjects=[subject(HELEN)],
    )
    checked = check(day.batch)
    (missing,) = checked.rejected
    assert (missing.reason, missing.detail, str(missing.provenance)) == (
        "in_extract_not_in_print",
        "did_not_attend",
        "EPISODES.csv row 3",
    )
    assert (missing.nhs_number, missing.practice) == ("9990000026", "Z99001")


@pytest.mark.parametrize(
    "row",
    [
        episode(HELEN, Outcome.DID_NOT_ATTEND, closed=MONDAY),
        episode(HELEN, Outcome.DID_NOT_ATTEND, closed=date(2025, 11, 3)),
        episode(HELEN, None),
    ],
    ids=["closed today", "closed long before the first print", "still open"],
)
def test_an_episode_whose_print_may_be_still_to_come_or_long_gone_is_not_missed(row):
    assert findings(check(Day(reports=[sil(FLORA)], episodes=[episode(FLORA), row]).batch)) == []


def test_an_episode_whose_print_was_rejected_is_reported_once():
    cut = replace(HELEN, ending=())
    day = Day(reports=[sil(FLORA, cut)], episodes=[episode(FLORA), episode(HELEN, Outcome.DID_NOT_ATTEND)])
    assert findings(check(day.batch)) == [("record_cut_short", "SIL.pdf page 3 record 1")]


def test_a_letter_without_a_print_is_reported_where_no_extract_tells_of_her():
    day = Day(reports=[sil(FLORA)], letters=[letter(FLORA), letter(HELEN, Outcome.DID_NOT_ATTEND)])
    assert findings(check(day.batch)) == [("in_letters_not_in_print", "SMSTA.pdf page 1 record 1")]
