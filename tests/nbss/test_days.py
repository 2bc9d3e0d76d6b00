"""Batches over the days: what is known of earlier ones decides with."""

from dataclasses import replace
from datetime import datetime

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason
from pilot.nbss import Known, check, remember
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
    sil,
    subject,
    the_dispute,
    whole_day,
)
from tests.nbss.prints import DNA, RECALL
from tests.printed_records import PRINTED


def over_days(*days: Day) -> list[list[tuple[str, str]]]:
    """The findings of each day, each checked with what the days before left."""
    known = Known()
    found = []
    for day in days:
        checked = check(day.batch, known)
        found.append(findings(checked))
        known = remember(known, day.batch, checked)
    return found


def test_a_reprint_is_said_to_be_one():
    reprint = sil(FLORA, HELEN, name="AGAIN.pdf", printed="24 Feb 26")
    _, found = over_days(whole_day(), Day(reports=[reprint]))
    assert found == [("duplicate", "AGAIN.pdf page 2 record 1"), ("duplicate", "AGAIN.pdf page 3 record 1")]


def test_a_reprint_that_says_something_else_shows_both_prints():
    day = whole_day()
    known = remember(Known(), day.batch, check(day.batch))
    changed = Day(reports=[sil(replace(FLORA, ending=RECALL), name="AGAIN.pdf", printed="24 Feb 26")])
    disputed = the_dispute(changed, known)
    assert disputed.reason is DisputeReason.AMENDED
    assert [version.says.split(",")[0] for version in disputed.versions] == [
        "normal",
        "recall for assessment",
    ]


@pytest.mark.parametrize("after", [outcome for outcome in Outcome if outcome.after_assessment])
def test_what_an_assessment_found_is_news_beside_the_recall(after: Outcome):
    recalled, assessed = replace(FLORA, ending=RECALL), replace(FLORA, ending=PRINTED[after])
    found = over_days(
        Day(reports=[sil(recalled)]),
        Day(reports=[sil(assessed, name="LATER.pdf", printed="16 Mar 26")]),
        Day(reports=[sil(assessed, name="AGAIN.pdf", printed="17 Mar 26")]),
    )
    assert [[reason for reason, _ in day] for day in found] == [[], [], ["duplicate"]]


def test_a_technical_recall_is_followed_by_its_result():
    first = replace(
        FLORA,
        ending=(
            "SCREENED - TECHNICAL RECALL",
            "      Mammography on: 05-Feb-2026",
            "             Opinion: Technically inadequate, images to be repeated",
        ),
    )
    days = Day(reports=[sil(first, printed="09 Feb 26")]), Day(reports=[sil(FLORA, name="LATER.pdf")])
    assert over_days(*days) == [[], []]


def test_the_next_rounds_result_is_not_a_reprint():
    ending = tuple(row.replace("19-Feb-2026", "19-Feb-2023") for row in FLORA.ending)
    before = Day(reports=[sil(replace(FLORA, ending=ending, age="61"), printed="23 Feb 23")])
    assert over_days(before, Day(reports=[sil(FLORA, name="NOW.pdf")])) == [[], []]


def test_an_extract_that_comes_a_day_late_is_held_against_what_was_printed():
    printed = Day(reports=[sil(FLORA, HELEN)])
    rows = [episode(FLORA), episode(HELEN, Outcome.NORMAL, row=3)]
    later = Day(reports=[sil(ROSE, name="TUESDAY.pdf", printed="24 Feb 26")], episodes=[*rows, episode(ROSE)])
    assert over_days(printed, later) == [[], [("changed_after_print", "EPISODES.csv row 3")]]


def test_a_result_changed_after_its_print_is_reported_once():
    changed = episode(FLORA, Outcome.RECALL_FOR_ASSESSMENT, closed=TUESDAY, row=9)
    tuesday = Day(episodes=[changed])
    _, found, again = over_days(whole_day(), tuesday, Day(episodes=[changed]))
    assert found == [("changed_after_print", "EPISODES.csv row 9")]
    assert again == []


def test_a_change_that_is_printed_anew_is_shown_by_its_print():
    changed = episode(FLORA, Outcome.RECALL_FOR_ASSESSMENT, closed=TUESDAY)
    anew = sil(replace(FLORA, ending=RECALL), name="ANEW.pdf", printed="25 Feb 26")
    _, found = over_days(whole_day(), Day(reports=[anew], episodes=[changed]))
    assert found == [("amended", "ANEW.pdf page 2 record 1")]


def test_a_missing_print_is_reported_when_a_later_day_is_printed_and_once():
    rows = [episode(FLORA), episode(HELEN, Outcome.DID_NOT_ATTEND, closed=MONDAY, row=3)]
    monday = Day(reports=[sil(FLORA)], episodes=rows)
    tuesday = Day(reports=[sil(ROSE, name="TUESDAY.pdf", printed="24 Feb 26")])
    wednesday = Day(reports=[sil(IVY, name="WEDNESDAY.pdf", printed="25 Feb 26")])
    assert over_days(monday, tuesday, wednesday)[:2] == [
        [],
        [("in_extract_not_in_print", "EPISODES.csv row 3")],
    ]
    assert "in_extract_not_in_print" not in dict(over_days(monday, tuesday, wednesday)[2])


def test_directory_and_subjects_of_earlier_days_are_known():
    first = whole_day()
    known = remember(Known(), first.batch, check(first.batch))
    late = replace(ROSE, ending=DNA)
    later = Day(
        reports=[sil(late, name="LATER.pdf", printed="24 Feb 26", local="98")],
        directory=(),
        subjects=[replace(subject(late, "Z99098"), changed_at=datetime(2026, 2, 23, 9))],
    )
    assert [result.practice for result in check(later.batch, known).fit] == ["Z99001"]


def test_what_is_known_does_not_depend_on_how_the_days_are_cut():
    """A batch of two days, and two batches of a day each, find the same."""
    monday = whole_day()
    tuesday = Day(
        reports=[sil(ROSE, IVY, name="TUESDAY.pdf", printed="24 Feb 26")],
        episodes=[episode(ROSE, Outcome.DID_NOT_ATTEND, closed=MONDAY), episode(IVY, closed=MONDAY)],
    )
    both = replace(monday.batch, files=(*monday.batch.files, *tuesday.batch.files))
    apart = [finding for day in over_days(monday, tuesday) for finding in day]
    assert findings(check(both)) == apart == [("outcome_differs", "TUESDAY.pdf page 2 record 1")]


def test_a_screening_number_that_changes_its_nhs_number_between_days_goes_to_a_person():
    other = replace(FLORA, nhs_number=ROSE.nhs_number)
    _, found = over_days(
        Day(reports=[sil(FLORA)]), Day(reports=[sil(other, name="LATER.pdf", printed="24 Feb 26")])
    )
    assert found == [("same_number_two_people", "LATER.pdf page 2 record 1")]


def test_a_number_replaced_between_two_rounds_is_still_one_person():
    ending = tuple(row.replace("19-Feb-2026", "19-Feb-2023") for row in FLORA.ending)
    before = Day(reports=[sil(replace(FLORA, ending=ending, age="61"), printed="23 Feb 23")])
    now = replace(FLORA, nhs_number=ROSE.nhs_number)
    rows = [subject(ROSE, superseded_nhs_number="9990000018")]
    assert over_days(before, Day(reports=[sil(now, name="NOW.pdf")], subjects=rows)) == [[], []]


def test_codes_without_a_meaning_after_a_print_are_a_change():
    strange = replace(episode(FLORA, closed=TUESDAY, row=9), reason_closed_code="X", outcome=None)
    _, found = over_days(whole_day(), Day(episodes=[strange]))
    assert found == [("changed_after_print", "EPISODES.csv row 9")]
