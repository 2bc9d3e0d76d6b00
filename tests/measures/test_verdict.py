"""Each kind of error is seen alone, and none hides another."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pilot.domain.outcome import Outcome
from pilot.measures import Entry, TruthLine
from pilot.measures.verdict import Verdict, judge
from tests.measures.build import ABNORMAL, ABSENT, NORMAL, NORMAL_TOO, SCREENED, entry, line

FLAGS = (
    "missing",
    "missing_unnoticed",
    "wrong_code",
    "wrong_code_same_meaning",
    "wrong_code_text_only",
    "misleading",
    "misleading_as_printed",
    "unclear",
    "wrong_person",
    "duplicate",
    "late",
    "wrong_date",
    "wrong_practice",
)


def verdict(one: TruthLine, *entries: Entry, noticed: bool = False) -> Verdict:
    numbers = {one.screening_number} if noticed else set()
    return judge([one], entries, numbers, late_after_days=14)[0]


def flags(of: Verdict) -> set[str]:
    return {flag for flag in FLAGS if getattr(of, flag)}


HER = line()
SOMEBODY_ELSE = {"nhs_number": "9990009990"}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(HER)], set()),
        ([], {"missing", "missing_unnoticed"}),
        ([entry(HER, NORMAL_TOO)], {"wrong_code", "wrong_code_same_meaning"}),
        ([entry(HER, ABNORMAL)], {"wrong_code", "misleading"}),
        ([entry(HER, ABSENT)], {"wrong_code", "misleading"}),
        ([entry(HER, SCREENED)], {"wrong_code"}),
        ([entry(HER, None, text="Mammogram: routine recall")], {"wrong_code", "wrong_code_text_only"}),
        ([entry(HER, None, text="routine recall"), entry(HER, NORMAL_TOO)], {"duplicate", "wrong_code"}),
        ([entry(HER, None, text="Breast screening: declined")], {"wrong_code", "misleading"}),
        ([entry(HER, None, text="see letter")], {"wrong_code", "unclear"}),
        ([entry(HER, "999999999")], {"wrong_code", "unclear"}),
        ([entry(HER, **SOMEBODY_ELSE)], {"missing", "missing_unnoticed", "wrong_person"}),
        ([entry(HER), entry(HER, **SOMEBODY_ELSE)], {"wrong_person"}),
        ([entry(HER), entry(HER)], {"duplicate"}),
        ([entry(HER), entry(HER, ABNORMAL)], {"duplicate", "wrong_code", "misleading"}),
        ([entry(HER, days=14)], set()),
        ([entry(HER, days=15)], {"late"}),
        ([entry(HER, days=15), entry(HER, days=2)], {"duplicate"}),
        ([entry(HER, seen_on=HER.seen_on + timedelta(days=1))], {"wrong_date"}),
        ([entry(HER, practice="Z90002")], {"wrong_practice"}),
        ([entry(HER, practice="Z90002"), entry(HER)], {"duplicate"}),
        (
            [entry(HER, ABNORMAL, days=20), entry(HER, NORMAL_TOO, days=30), entry(HER, **SOMEBODY_ELSE)],
            {"wrong_code", "misleading", "duplicate", "late", "wrong_person"},
        ),
    ],
)
def test_a_normal_result(entries, expected):
    assert flags(verdict(HER, *entries)) == expected


RECALLED = line(2, Outcome.RECALL_FOR_ASSESSMENT)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (None, "Breast screening: recalled for assessment", set()),
        (ABNORMAL, "", set()),
        (SCREENED, "", set()),
        (NORMAL, "", {"misleading"}),
        (None, "Breast screening: normal, routine recall", {"misleading"}),
        ("94361000000105", "", {"misleading"}),
        (None, "Technical recall or recall for assessment", {"unclear"}),
    ],
)
def test_a_result_without_an_expected_code_has_no_wrong_code_but_may_mislead(code, text, expected):
    assert flags(verdict(RECALLED, entry(RECALLED, code, text=text))) == expected


def test_a_missing_result_on_somebodys_worklist_is_noticed():
    assert flags(verdict(HER, noticed=True)) == {"missing"}


def test_an_entry_of_another_result_is_not_hers():
    assert verdict(HER, entry(line(2))).missing
    assert verdict(HER, entry(HER, screening_number=None)).missing


def test_an_expected_code_that_the_table_does_not_know_says_what_it_is_expected_to_say():
    newer = replace(HER, expected_code="1111111000000100")
    right = verdict(newer, entry(newer))
    assert flags(right) == set()
    assert right.days == 3


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
