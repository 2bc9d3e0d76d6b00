"""Uptake as it is and as the records tell it; how alike practices code the same thing."""

from collections import Counter

import pytest

from pilot.domain.outcome import Outcome
from pilot.measures.searching import Consistency, normal_codes, uptake_recorded, uptake_true
from pilot.measures.verdict import judge
from tests.measures.build import ABNORMAL, ABSENT, NORMAL, NORMAL_TOO, entry, line

SCREENED = [line(n) for n in range(3)]
ABSENTEE = line(10, Outcome.DID_NOT_ATTEND)
MOVED = line(11, Outcome.MOVED)


def test_uptake_leaves_out_those_who_could_not_have_come():
    assert uptake_true([*SCREENED, ABSENTEE, MOVED]) == 0.75
    assert uptake_true([MOVED]) is None


def test_recorded_uptake_knows_only_what_the_records_say():
    entries = [entry(SCREENED[0]), entry(SCREENED[1]), entry(ABSENTEE)]
    assert uptake_recorded(entries) == pytest.approx(2 / 3)
    assert uptake_recorded(entries[:2]) == 1.0
    assert uptake_recorded([]) is None
    assert uptake_recorded([entry(SCREENED[0], "722124004")]) is None


def test_text_alone_is_not_seen_by_the_search_that_counts_uptake():
    assert uptake_recorded([entry(SCREENED[0]), entry(ABSENTEE, None)]) == 1.0


def test_an_abnormal_code_for_a_missed_appointment_counts_her_as_screened():
    assert uptake_recorded([entry(ABSENTEE, ABNORMAL)]) == 1.0


def test_a_person_is_counted_once_and_screened_where_any_entry_says_so():
    assert uptake_recorded([entry(SCREENED[0]), entry(SCREENED[0]), entry(SCREENED[0], ABSENT)]) == 1.0


def test_two_codes_in_equal_use_are_one_bit_of_disorder():
    half = Consistency.of(Counter({NORMAL: 5, NORMAL_TOO: 5}))
    assert (half.entries, half.distinct_codes, half.modal_share, half.entropy_bits) == (10, 2, 0.5, 1.0)
    assert half.modal_code == NORMAL_TOO  # the lower id of the two


def test_one_code_throughout_is_no_disorder():
    assert Consistency.of(Counter({NORMAL: 5})) == Consistency(5, 1, NORMAL, 1.0, 0.0)


def test_no_entries_have_no_share():
    assert Consistency.of(Counter()) == Consistency(0, 0, None, None, None)


def test_only_normal_results_in_their_own_records_count_and_text_is_a_code_of_its_own():
    truth = [*SCREENED, ABSENTEE]
    entries = [
        entry(SCREENED[0]),
        entry(SCREENED[1], None),
        entry(SCREENED[2], NORMAL_TOO, practice="Z90002"),
        entry(SCREENED[2], nhs_number="9990009990"),
        entry(ABSENTEE),
    ]
    codes = normal_codes(judge(truth, entries, 14))
    assert codes == {"Z90001": {NORMAL: 1, "text": 1}, "Z90002": {NORMAL_TOO: 1}}
