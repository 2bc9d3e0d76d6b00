"""One print held against itself, the extracts and the letters."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason
from pilot.nbss import check
from tests.nbss.office import (
    FLORA,
    HELEN,
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


def test_what_agrees_is_fit_and_gets_its_practice_and_date():
    checked = check(whole_day().batch)
    assert findings(checked) == []
    assert [(result.practice, result.date) for result in checked.fit] == [("Z99001", date(2026, 2, 19))] * 2


def test_a_print_alone_is_fit_as_far_as_it_goes():
    """Extracts may come later, or not at all: nothing is held against a print for what is not there yet."""
    checked = check(Day(reports=[sil(FLORA, HELEN)], directory=()).batch)
    assert findings(checked) == []
    assert [(result.practice, result.date) for result in checked.fit] == [
        (None, date(2026, 2, 19)),
        (None, None),
    ]


def test_the_latest_row_of_an_episode_wins_whatever_the_order():
    earlier = episode(FLORA, Outcome.RECALL_FOR_ASSESSMENT, closed=MONDAY - timedelta(days=4))
    rows = (episode(FLORA), episode(HELEN, Outcome.DID_NOT_ATTEND), earlier)
    assert findings(check(whole_day(episodes=rows).batch)) == []


def test_of_two_episodes_the_one_of_the_day_is_meant():
    before = episode(
        FLORA, Outcome.RECALL_FOR_ASSESSMENT, seen=date(2023, 2, 1), episode_id="6", closed=TUESDAY
    )
    rows = (episode(FLORA), before, episode(HELEN, Outcome.DID_NOT_ATTEND))
    checked = check(whole_day(episodes=rows).batch)
    assert [result.date for result in checked.fit] == [date(2026, 2, 19)] * 2


def test_another_outcome_in_the_extract_goes_to_a_person_with_both():
    rows = (episode(FLORA, Outcome.RECALL_FOR_ASSESSMENT), episode(HELEN, Outcome.DID_NOT_ATTEND))
    disputed = the_dispute(whole_day(episodes=rows))
    assert disputed.reason is DisputeReason.OUTCOME_DIFFERS
    assert [(version.source, version.says) for version in disputed.versions] == [
        ("SIL.pdf page 2 record 1", "normal"),
        ("EPISODES.csv row 2", "recall_for_assessment"),
    ]


def test_codes_that_name_no_outcome_are_shown_as_they_are():
    strange = replace(episode(FLORA), reason_closed_code="X", outcome=None)
    disputed = the_dispute(whole_day(episodes=[strange, episode(HELEN, Outcome.DID_NOT_ATTEND)]))
    assert disputed.reason is DisputeReason.OUTCOME_DIFFERS
    assert disputed.versions[1].says.endswith("SC/X/RR")


def test_another_outcome_in_her_letter_goes_to_a_person():
    letters = (letter(FLORA, Outcome.TECHNICAL_RECALL), letter(HELEN, Outcome.DID_NOT_ATTEND))
    disputed = the_dispute(whole_day(letters=letters))
    assert (disputed.reason, disputed.versions[1].says) == (DisputeReason.LETTER_DIFFERS, "technical_recall")


def test_a_letter_missing_among_those_of_the_day_goes_to_a_person():
    disputed = the_dispute(whole_day(letters=[letter(HELEN, Outcome.DID_NOT_ATTEND)]))
    assert (disputed.reason, disputed.result.screening_number) == (DisputeReason.LETTER_MISSING, "KXX000001")


@pytest.mark.parametrize(
    "letters", [(), (letter(HELEN, Outcome.DID_NOT_ATTEND, TUESDAY),)], ids=["no letters", "another day's"]
)
def test_a_letter_that_may_be_still_to_come_is_not_missed(letters):
    assert findings(check(whole_day(letters=letters).batch)) == []


def test_nobody_writes_to_those_who_moved_or_died():
    moved = replace(FLORA, ending=("NOT SCREENED", "Because :", "Moved out of area"))
    day = whole_day(
        sil(moved, HELEN),
        episodes=[episode(FLORA, Outcome.MOVED), episode(HELEN, Outcome.DID_NOT_ATTEND)],
        letters=[letter(HELEN, Outcome.DID_NOT_ATTEND)],
    )
    assert findings(check(day.batch)) == []


def test_another_day_in_the_extract_goes_to_a_person():
    rows = (episode(FLORA, seen=date(2026, 2, 18)), episode(HELEN, Outcome.DID_NOT_ATTEND))
    disputed = the_dispute(whole_day(episodes=rows))
    assert (disputed.reason, disputed.versions[1].says) == (DisputeReason.DATE_DIFFERS, "2026-02-18")


def test_a_number_that_was_replaced_goes_to_a_person():
    """Following it silently could put a result into somebody else's record."""
    rows = [subject(ROSE, superseded_nhs_number="9990000018"), subject(HELEN)]
    day = whole_day(subjects=rows, episodes=[episode(ROSE), episode(HELEN, Outcome.DID_NOT_ATTEND)])
    disputed = the_dispute(day)
    assert disputed.reason is DisputeReason.NHS_NUMBER_SUPERSEDED
    assert "9990000034" in disputed.versions[1].says


@pytest.mark.parametrize("age", ["63", "66", "54"])
def test_an_age_that_is_not_hers_goes_to_a_person(age: str):
    disputed = the_dispute(whole_day(sil(replace(FLORA, age=age), HELEN)))
    assert disputed.reason is DisputeReason.AGE_DIFFERS


def test_an_age_on_either_day_between_screening_and_print_is_hers():
    born = replace(FLORA, born="21-Feb-1961")  # her birthday falls between the two
    for age in ("64", "65"):
        day = whole_day(sil(replace(born, age=age), HELEN))
        assert findings(check(day.batch)) == []


def test_a_print_without_its_day_is_held_against_the_latest_day_known():
    """Born five years later than she says: only what else came out tells that she cannot be 64."""
    day = whole_day(sil(replace(FLORA, born="04-May-1966"), HELEN, printed=""))
    assert the_dispute(day).reason is DisputeReason.AGE_DIFFERS


@pytest.mark.parametrize("born", ["04-May-1861", "04-May-1899", "04-May-2015", "04-May-2030"])
def test_nobody_is_screened_at_that_age(born: str):
    day = whole_day(sil(replace(FLORA, born=born), HELEN))
    assert findings(check(day.batch)) == [("date_of_birth_implausible", "SIL.pdf page 2 record 1")]


@pytest.mark.parametrize("screened", ["24-Feb-2026", "19-Feb-1980"])
def test_a_day_before_the_programme_or_after_the_print_is_not_believed(screened: str):
    ending = tuple(row.replace("19-Feb-2026", screened) for row in FLORA.ending)
    day = whole_day(sil(replace(FLORA, ending=ending), HELEN))
    assert findings(check(day.batch)) == [("date_implausible", "SIL.pdf page 2 record 1")]


def test_an_episode_of_an_earlier_round_is_not_what_was_printed():
    """Her row is still to come; the one of three years ago must give neither date nor dispute."""
    before = episode(HELEN, Outcome.NORMAL, seen=date(2023, 2, 1), closed=date(2023, 2, 6), episode_id="6")
    checked = check(Day(reports=[sil(FLORA, HELEN)], episodes=[episode(FLORA), before]).batch)
    assert findings(checked) == []
    assert [result.date for result in checked.fit] == [date(2026, 2, 19), None]


def test_a_letter_of_an_earlier_round_is_not_held_against_a_print():
    before = letter(FLORA, Outcome.DID_NOT_ATTEND, printed=date(2023, 2, 6))
    for printed in ("23 Feb 26", ""):
        day = Day(reports=[sil(FLORA, printed=printed)], letters=[before, letter(FLORA)])
        assert findings(check(day.batch)) == []
