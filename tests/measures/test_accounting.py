"""Where every result ended: filed by the record, else on a list by the pipeline's last word, else lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.measures.accounting import account, match_endings, noticed, office_exceptions
from pilot.measures.verdict import judge
from tests.measures.build import ending, entry, line

HER = line(1)
OTHER = line(2)


def accounted(truth, entries, endings):
    matched = match_endings(truth, endings)
    return account(judge(truth, entries, noticed(matched), 14), matched)


@pytest.mark.parametrize(
    ("state", "reason", "where", "because"),
    [
        (State.WITH_A_PERSON, "no_answer", "with_a_person", None),
        (State.RETURNED, "nhs_number_invalid", "returned", None),
        (State.FILED, "filed_at_practice", "lost", "said_filed"),
        (State.SENT, "accepted_by_mesh", "lost", "unsettled"),
        (State.DELIVERED, "received_by_practice", "lost", "unsettled"),
    ],
)
def test_a_result_that_is_in_no_record_ends_where_the_pipeline_left_it(state, reason, where, because):
    counted = accounted([HER], [], [ending(HER, state, reason)])
    assert counted.received == 1
    assert getattr(counted, where) == 1
    assert counted.filed == 0
    assert [reason for reason, n in counted.lost_because.items() if n] == ([because] if because else [])


def test_the_record_outweighs_what_the_pipeline_thinks():
    counted = accounted([HER], [entry(HER)], [ending(HER, State.WITH_A_PERSON)])
    assert (counted.filed, counted.with_a_person, counted.lost) == (1, 0, 0)


def test_an_entry_in_somebody_elses_record_is_not_filed():
    counted = accounted([HER], [entry(HER, nhs_number="9990009990")], [ending(HER, State.FILED)])
    assert (counted.filed, counted.lost_because["said_filed"]) == (0, 1)


def test_a_result_that_the_pipeline_never_heard_of_is_lost():
    assert accounted([HER], [], []).lost_because == {"no_ending": 1, "said_filed": 0, "unsettled": 0}


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"screening_number": None},
        {"screening_number": None, "nhs_number": None},
        {"screening_number": "KXX999999", "nhs_number": "9999999999"},
        {"screening_number": None, "nhs_number": None, "provenance": Provenance(HER.file, HER.page)},
        {"screening_number": None, "nhs_number": None, "provenance": Provenance(HER.file)},
    ],
)
def test_an_ending_is_matched_by_number_else_nhs_number_else_place(known):
    assert match_endings([HER], [ending(HER, State.RETURNED, **known)]).keys() == {HER.screening_number}


def test_a_number_that_is_known_outweighs_the_place():
    misplaced = ending(HER, State.RETURNED, provenance=Provenance(OTHER.file, OTHER.page, OTHER.record))
    assert match_endings([HER, OTHER], [misplaced]).keys() == {HER.screening_number}


def test_a_file_that_could_not_be_read_speaks_of_every_result_in_it():
    elsewhere = line(3, file="SIL-KXX-20261103-1.pdf")
    damaged = ending(
        HER, State.RETURNED, screening_number=None, nhs_number=None, provenance=Provenance(HER.file)
    )
    counted = accounted([HER, OTHER, elsewhere], [], [damaged])
    assert (counted.returned, counted.lost) == (2, 1)
    assert office_exceptions([damaged]) == 1


def test_a_result_that_was_never_printed_is_not_matched_by_an_empty_place():
    unprinted = line(4, file=None, page=None, record=None)
    nowhere = ending(HER, State.RETURNED, screening_number=None, nhs_number=None, provenance=Provenance(""))
    assert match_endings([unprinted], [nowhere]) == {}


def test_paper_that_left_for_the_practice_is_on_nobodys_list():
    posted = ending(HER, State.WITH_A_PERSON, "sent_on_paper")
    matched = match_endings([HER], [posted])
    assert noticed(matched) == frozenset()
    assert accounted([HER], [], [posted]).with_a_person == 1


def test_only_what_the_office_works_on_counts_as_its_exceptions():
    endings = [
        ending(HER, State.WITH_A_PERSON, "no_answer"),
        ending(HER, State.RETURNED, "nhs_number_missing"),
        ending(HER, State.WITH_A_PERSON, "practice_review"),
        ending(HER, State.WITH_A_PERSON, "sent_on_paper"),
        ending(HER, State.FILED),
    ]
    assert office_exceptions(endings) == 2


@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(list(State)), max_size=3)), max_size=12),
)
def test_whatever_happens_every_result_is_counted_in_exactly_one_place(cases):
    truth = [line(n) for n in range(len(cases))]
    entries = [entry(one) for one, (filed, _) in zip(truth, cases, strict=True) if filed]
    endings = [ending(one, state) for one, (_, states) in zip(truth, cases, strict=True) for state in states]
    counted = accounted(truth, entries, endings)
    assert counted.received == len(cases)
    assert counted.filed + counted.with_a_person + counted.returned + counted.lost == counted.received
    assert sum(counted.lost_because.values()) == counted.lost
    assert counted.filed == sum(filed for filed, _ in cases)
