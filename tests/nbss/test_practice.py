"""Which practice a print is for."""

from dataclasses import replace
from datetime import date

import pytest

from pilot.domain.result import DisputeReason
from pilot.nbss import check
from pilot.nbss.batch import DirectoryEntry
from tests.nbss.office import (
    FLORA,
    TUESDAY,
    alone,
    findings,
    sil,
    subject,
    the_dispute,
)


@pytest.mark.parametrize(
    ("local", "registered", "practice"),
    [
        ("123", "Z99001", "Z99001"),
        ("123", None, "Z99001"),
        ("98", "Z99001", "Z99001"),
        ("98", "Z99098", "Z99001"),
        ("98", None, "Z99001"),
    ],
    ids=["agreed", "cover alone", "merged, already moved", "merged, still there", "merged, cover alone"],
)
def test_a_practice_is_the_covers_held_against_the_subject_extract(local, registered, practice):
    day = alone(sil(FLORA, local=local), subjects=[subject(FLORA, registered)])
    assert [result.practice for result in check(day.batch).fit] == [practice]


@pytest.mark.parametrize(
    ("local", "reason"),
    [("99", "practice_closed"), ("777", "practice_unknown"), ("0123", "practice_unknown")],
)
def test_a_practice_closed_or_unknown_is_not_guessed(local, reason):
    day = alone(sil(FLORA, local=local), subjects=[subject(FLORA)])
    assert findings(check(day.batch)) == [(reason, "SIL.pdf page 2 record 1")]


def test_a_local_number_of_two_practices_is_not_guessed():
    twice = (DirectoryEntry("123", "Z99001", "ONE"), DirectoryEntry("123", "Z99002", "OTHER"))
    day = alone(sil(FLORA), directory=twice)
    assert findings(check(day.batch)) == [("practice_unknown", "SIL.pdf page 2 record 1")]


def test_practices_that_closed_one_after_the_other_are_followed_but_not_in_a_circle():
    chain = (
        DirectoryEntry("123", "Z99001", "FIRST", date(2020, 1, 1), "Z99002"),
        DirectoryEntry("2", "Z99002", "SECOND", date(2022, 1, 1), "Z99003"),
    )
    day = alone(sil(FLORA), directory=chain, subjects=())
    assert [result.practice for result in check(day.batch).fit] == ["Z99003"]
    circle = (*chain, DirectoryEntry("3", "Z99003", "THIRD", date(2024, 1, 1), "Z99001"))
    assert findings(check(replace(day, directory=circle).batch))[0][0] == "practice_closed"


def test_a_practice_that_closes_later_is_still_open():
    later = (DirectoryEntry("123", "Z99001", "THE SURGERY", TUESDAY, "Z99002"),)
    day = alone(sil(FLORA), directory=later)
    assert [result.practice for result in check(day.batch).fit] == ["Z99001"]


def test_where_cover_and_subject_extract_differ_a_person_sees_both():
    disputed = the_dispute(alone(sil(FLORA, local="124")))
    assert disputed.reason is DisputeReason.PRACTICE_DIFFERS
    assert [version.says for version in disputed.versions] == ["practice Z99002", "practice Z99001"]
