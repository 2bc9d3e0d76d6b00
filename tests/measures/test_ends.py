"""Where every result ended: what is believed, held against the record and what lies at the practices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.measures.ends import (
    End,
    Loss,
    Silent,
    Trail,
    count_ends,
    match_endings,
    match_lying,
    office_exceptions,
)
from pilot.measures.verdict import judge
from tests.measures.build import ending, entry, line, lying, printed_at

HER = line(1)
OTHER = line(2)
AT = datetime(2027, 1, 4, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=60)


def trail(truth, endings, open_there=(), printed=()):
    return Trail(
        endings=None if endings is None else match_endings(truth, endings),
        lying=match_lying(truth, open_there),
        printed=frozenset(printed),
        at=AT,
        due_days=14,
    )


def where(endings, open_there=(), entries=(), of=HER):
    [verdict] = judge([of], entries, 14)
    return trail([of], endings, open_there, [(of.file, of.page, of.record)]).where(verdict)


def stuck(reason="patient_unknown", owner="office", since=LONG_AGO, touched=None, **other):
    due = None if reason in ("sent_on_paper", "pdf_at_practice") else since + timedelta(days=14)
    return ending(
        HER, State.WITH_A_PERSON, reason, owner=owner, since=since, due=due, touched=touched, **other
    )


@pytest.mark.parametrize(
    ("endings", "open_there", "end", "loss"),
    [
        ([ending(HER, State.RETURNED, "nhs_number_invalid")], (), End.RETURNED, None),
        ([ending(HER, State.FILED)], (), End.LOST, Loss.SAID_FILED),
        ([ending(HER, State.SENT)], (), End.LOST, Loss.UNSETTLED),
        ([ending(HER, State.DELIVERED)], (), End.LOST, Loss.UNSETTLED),
        ([], (), End.LOST, Loss.NEVER_RECEIVED),
        ([stuck(since=AT - timedelta(days=3))], (), End.ON_A_WORKED_LIST, None),
        ([stuck()], (), End.LOST, Loss.LIST_NOT_WORKED),
        ([stuck(owner="")], (), End.LOST, Loss.LIST_NOT_WORKED),
        ([stuck(touched=AT - timedelta(days=2))], (), End.ON_A_WORKED_LIST, None),
        ([stuck(touched=AT - timedelta(days=40))], (), End.LOST, Loss.LIST_NOT_WORKED),
        ([stuck(touched=LONG_AGO - timedelta(days=1))], (), End.LOST, Loss.LIST_NOT_WORKED),
        ([stuck("sent_on_paper", "practice")], (), End.LOST, Loss.NOT_WHERE_BELIEVED),
        ([stuck("sent_on_paper", "practice")], [lying(HER, "in_the_post")], End.UNWATCHED_PAPER, None),
        ([stuck("sent_on_paper", "practice")], [lying(HER, "lost")], End.LOST, Loss.LOST_IN_THE_POST),
        ([stuck("pdf_at_practice", "practice")], [lying(HER, "ignored")], End.LOST, Loss.IGNORED),
        ([stuck("pdf_at_practice", "practice")], [lying(HER)], End.UNWATCHED_PAPER, None),
        (
            [stuck("practice_review", "practice", AT - timedelta(days=1))],
            (),
            End.LOST,
            Loss.NOT_WHERE_BELIEVED,
        ),
        (
            [stuck("practice_review", "practice", AT - timedelta(days=1))],
            [lying(HER, kind="review")],
            End.ON_A_WORKED_LIST,
            None,
        ),
        (None, (), End.LOST, Loss.NOT_WHERE_BELIEVED),
        (None, [lying(HER)], End.UNWATCHED_PAPER, None),
        (None, [lying(HER, "ignored")], End.LOST, Loss.IGNORED),
        (None, [lying(HER, "closed")], End.LOST, Loss.CLOSED),
    ],
)
def test_a_result_in_no_record_is_where_it_is_and_not_where_it_is_believed_to_be(
    endings, open_there, end, loss
):
    found = where(endings, open_there)
    assert (found.end, found.loss) == (end, loss)


def test_the_record_outweighs_what_anybody_believes():
    assert where([ending(HER, State.RETURNED)], entries=[entry(HER)]).end is End.IN_RIGHT_RECORD


def test_an_entry_in_somebody_elses_record_is_not_delivered():
    found = where([ending(HER, State.FILED)], entries=[entry(HER, nhs_number="9990009990")])
    assert found.loss is Loss.WRONG_RECORD


def test_what_was_never_printed_was_never_sent_on_paper():
    [verdict] = judge([HER], [], 14)
    assert trail([HER], None).where(verdict).loss is Loss.NEVER_SENT


@pytest.mark.parametrize(
    ("listed", "open_there", "end", "loss"),
    [
        (
            [stuck("not_here", since=AT - timedelta(days=3))],
            [lying(HER, "closed")],
            End.ON_A_WORKED_LIST,
            None,
        ),
        ([stuck("not_here", touched=AT - timedelta(days=2))], (), End.ON_A_WORKED_LIST, None),
        ([stuck("not_here")], (), End.LOST, None),
        ([ending(HER, State.RETURNED, "not_here")], [lying(HER, "closed")], End.RETURNED, None),
        ([ending(HER, State.RETURNED, "not_here")], [lying(HER, "in_the_post")], End.UNWATCHED_PAPER, None),
        ((), [lying(HER, "closed")], End.LOST, Loss.CLOSED),
    ],
)
def test_what_a_printing_office_has_on_its_own_list_is_on_a_list(listed, open_there, end, loss):
    """Held back before the post, or sent back by a practice: the same rule as with a ledger."""
    [verdict] = judge([HER], (), 14)
    known = replace(trail([HER], None, open_there), listed=match_endings([HER], listed))
    found = known.where(verdict)
    assert found.end is end
    assert loss in (None, found.loss)


FILED_ON = AT - timedelta(days=9)


@pytest.mark.parametrize(
    ("known", "entries", "days"),
    [
        ({"state": State.FILED}, [], (None,)),
        ({"state": State.FILED}, [entry(HER)], ()),
        ({"state": State.FILED}, [entry(HER, "386053000")], (None,)),
        ({"state": State.FILED}, [entry(HER, nhs_number="9990009990")], (None,)),
        ({"state": State.WITH_A_PERSON, "doubted": FILED_ON + timedelta(days=1.5)}, [], (1.5,)),
        # It was in the record before anybody doubted it: nothing was silent.
        ({"state": State.WITH_A_PERSON, "doubted": AT}, [entry(HER)], ()),
        ({"state": State.WITH_A_PERSON, "believed_filed": None}, [], ()),
    ],
)
def test_a_silent_failure_is_what_was_believed_filed_and_was_not_or_wrongly(known, entries, days):
    one = ending(HER, **({"believed_filed": FILED_ON} | known))
    [verdict] = judge([HER], entries, 14)
    assert trail([HER], [one]).silent(verdict) == days


def test_silent_failures_say_how_many_were_found_and_when():
    counted = Silent.of([1.0, None, 4.0, 1.0])
    assert (counted.results, counted.found, counted.not_found) == (4, 3, 1)
    assert (counted.days_until_found, counted.longest_days_until_found) == (1.0, 4.0)
    assert Silent.of([]).days_until_found is None


def test_of_several_endings_the_best_holds():
    found = where([ending(HER, State.FILED), stuck(since=AT - timedelta(days=1))])
    assert found.end is End.ON_A_WORKED_LIST


def test_a_list_says_who_is_named_how_old_and_what_is_overdue():
    one = where([stuck(assigned_to="A. Reed", touched=AT - timedelta(days=1))])
    two = where([stuck(since=AT - timedelta(days=3))])
    counted = count_ends([one, two], 2, Silent.of([]))
    assert (counted.on_a_worked_list, counted.named, counted.overdue) == (2, 1, 1)
    assert counted.oldest_days == 60


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"screening_number": None},
        {"screening_number": None, "nhs_number": None},
        {"screening_number": "KXX999999", "nhs_number": "9999999999"},
        {
            "screening_number": None,
            "nhs_number": None,
            "provenance": replace(printed_at(HER), record=0),
        },
        {"screening_number": None, "nhs_number": None, "provenance": Provenance(printed_at(HER).file)},
    ],
)
def test_an_ending_is_matched_by_number_else_nhs_number_else_place(known):
    assert match_endings([HER], [ending(HER, State.RETURNED, **known)]).keys() == {HER.key}


def test_a_number_that_is_known_outweighs_the_place():
    misplaced = ending(HER, State.RETURNED, provenance=printed_at(OTHER))
    assert match_endings([HER, OTHER], [misplaced]).keys() == {HER.key}


def test_a_file_that_could_not_be_read_speaks_of_every_result_in_it():
    elsewhere = line(3, file="SIL-KXX-20261103-1.pdf")
    damaged = ending(
        HER,
        State.RETURNED,
        screening_number=None,
        nhs_number=None,
        provenance=Provenance(printed_at(HER).file),
    )
    assert match_endings([HER, OTHER, elsewhere], [damaged]).keys() == {
        HER.key,
        OTHER.key,
    }
    assert office_exceptions([damaged]) == 1


def test_a_result_that_was_never_printed_is_not_matched_by_an_empty_place():
    unprinted = line(4, file=None, page=None, record=None)
    nowhere = ending(HER, State.RETURNED, screening_number=None, nhs_number=None, provenance=Provenance(""))
    assert match_endings([unprinted], [nowhere]) == {}


def test_what_lies_at_a_practice_is_matched_by_its_number_else_by_its_print():
    known, by_print = lying(HER), lying(OTHER, screening_number=None)
    assert match_lying([HER, OTHER], [known, by_print, lying(line(9))]).keys() == {
        HER.key,
        OTHER.key,
    }


def test_only_what_the_office_works_on_counts_as_its_exceptions():
    endings = [
        ending(HER, State.WITH_A_PERSON, "no_answer", owner="office"),
        ending(HER, State.RETURNED, "nhs_number_missing"),
        ending(HER, State.WITH_A_PERSON, "practice_review", owner="practice"),
        ending(HER, State.WITH_A_PERSON, "sent_on_paper", owner="practice"),
        ending(HER, State.FILED),
    ]
    assert office_exceptions(endings) == 2


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.lists(st.sampled_from(list(State)), max_size=3),
            st.sampled_from(["", "in_the_post", "on_the_desk", "in_hand", "ignored", "lost"]),
        ),
        max_size=12,
    )
)
def test_whatever_happens_every_result_is_in_exactly_one_place(cases):
    truth = [line(n) for n in range(len(cases))]
    entries, endings, open_there = [], [], []
    for one, (filed, states, lies) in zip(truth, cases, strict=True):
        entries += [entry(one)] if filed else []
        endings += [ending(one, state) for state in states]
        open_there += [lying(one, lies)] if lies else []
    wheres = [trail(truth, endings, open_there).where(verdict) for verdict in judge(truth, entries, 14)]
    counted = count_ends(wheres, None, Silent.of([]))
    assert sum(getattr(counted, str(end)) for end in End) == counted.results == len(cases)
    assert sum(counted.lost_because.values()) == counted.lost
    assert counted.unaccounted <= counted.lost
