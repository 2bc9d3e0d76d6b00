"""Each kind of error is seen alone, and none hides another."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pilot.domain.outcome import Outcome
from pilot.measures import Entry, TruthLine
from pilot.measures.verdict import Verdict, judge
from tests.measures.build import ABNORMAL, ABSENT, NORMAL, NORMAL_TOO, SCREENED, entry, line

FLAGS = (
    "undelivered",
    "not_findable",
    "misleading",
    "misleading_as_printed",
    "unclear",
    "wrong_person",
    "duplicate",
    "late",
    "wrong_date",
    "wrong_practice",
)


def verdict(one: TruthLine, *entries: Entry) -> Verdict:
    return judge([one], entries, late_after_days=14)[0]


def flags(of: Verdict) -> set[str]:
    return {flag for flag in FLAGS if getattr(of, flag)}


HER = line()
assert HER.seen_on
DAY_AFTER = HER.seen_on + timedelta(days=1)
SOMEBODY_ELSE: Any = {"nhs_number": "9990009990"}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(HER)], set()),
        ([], {"undelivered"}),
        ([entry(HER, NORMAL_TOO)], set()),
        ([entry(HER, ABNORMAL)], {"misleading"}),
        ([entry(HER, ABSENT)], {"misleading"}),
        ([entry(HER, SCREENED)], {"unclear"}),
        ([entry(HER, codes=(SCREENED, NORMAL))], set()),
        ([entry(HER, codes=(SCREENED, ABNORMAL))], {"misleading"}),
        ([entry(HER, None, text="Mammogram: routine recall")], {"not_findable"}),
        ([entry(HER, None, text="routine recall"), entry(HER, NORMAL_TOO)], {"duplicate"}),
        ([entry(HER, None, text="Breast screening: declined")], {"misleading"}),
        ([entry(HER, None, text="see letter")], {"unclear"}),
        ([entry(HER, "999999999")], {"unclear"}),
        ([entry(HER, "38341003")], {"misleading"}),
        ([entry(HER, **SOMEBODY_ELSE)], {"undelivered", "wrong_person"}),
        ([entry(HER), entry(HER, **SOMEBODY_ELSE)], {"wrong_person"}),
        ([entry(HER), entry(HER)], {"duplicate"}),
        ([entry(HER), entry(HER, ABNORMAL)], {"duplicate", "misleading"}),
        ([entry(HER, days=14)], set()),
        ([entry(HER, days=15)], {"late"}),
        ([entry(HER, days=15), entry(HER, days=2)], {"duplicate"}),
        ([entry(HER, seen_on=DAY_AFTER)], {"wrong_date"}),
        ([entry(HER, practice="Z90002")], {"wrong_practice"}),
        ([entry(HER, practice="Z90002"), entry(HER)], {"duplicate"}),
        (
            [entry(HER, ABNORMAL, days=20), entry(HER, NORMAL_TOO, days=30), entry(HER, **SOMEBODY_ELSE)],
            {"misleading", "duplicate", "late", "wrong_person"},
        ),
    ],
)
def test_a_normal_result(entries, expected):
    assert flags(verdict(HER, *entries)) == expected


RECALLED = line(2, Outcome.RECALL_FOR_ASSESSMENT)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (None, "Breast screening: recalled for assessment", {"not_findable"}),
        (ABNORMAL, "", set()),
        (SCREENED, "", {"unclear"}),
        (SCREENED, "Breast screening: recalled for assessment", {"not_findable"}),
        (NORMAL, "", {"misleading"}),
        (None, "Breast screening: normal, routine recall", {"misleading"}),
        ("94361000000105", "", {"misleading"}),
        (None, "Technical recall or recall for assessment", {"unclear"}),
    ],
)
def test_the_same_rule_judges_a_recall(code, text, expected):
    assert flags(verdict(RECALLED, entry(RECALLED, code, text=text))) == expected


@given(st.sampled_from([NORMAL, NORMAL_TOO, ABNORMAL, SCREENED, ABSENT, None, "999999999"]))
def test_which_way_an_entry_came_makes_no_difference(code):
    typed = verdict(HER, entry(HER, code, source="post:a.pdf#1/1", entered_by="person:coder"))
    sent = verdict(HER, entry(HER, code, source="mesh:1", entered_by="rule:file-normal"))
    assert (flags(typed), typed.grades) == (flags(sent), sent.grades)


def test_an_entry_of_another_result_is_not_hers():
    assert verdict(HER, entry(line(2))).undelivered
    assert verdict(HER, entry(HER, screening_number=None)).undelivered


def test_days_run_from_emission_to_the_first_right_entry_whatever_came_before():
    wrong_first = verdict(
        HER, entry(HER, ABNORMAL, days=1), entry(HER, NORMAL_TOO, days=5), entry(HER, days=9)
    )
    assert wrong_first.days == 5
    assert verdict(HER, entry(HER, ABNORMAL)).days is None
    assert verdict(HER, entry(HER, **SOMEBODY_ELSE)).days is None


def test_an_entry_that_only_says_she_was_screened_is_right_as_far_as_it_goes():
    assert verdict(HER, entry(HER, SCREENED, days=2)).days == 2


def test_what_misleads_because_the_office_printed_it_is_told_apart():
    changed = replace(HER, printed_outcome=Outcome.DID_NOT_ATTEND)
    assert "misleading_as_printed" in flags(verdict(changed, entry(changed, ABSENT)))
    assert "misleading_as_printed" not in flags(verdict(changed, entry(changed, ABNORMAL)))


def test_a_date_counts_as_wrong_only_where_the_print_shows_one():
    absent = line(3, Outcome.DID_NOT_ATTEND)
    assert flags(verdict(absent, entry(absent, seen_on=absent.emitted_on))) == set()
