"""What comes back, and where it puts a result: every code, every disposition, every report."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.delivery import LEGAL, State
from pilot.domain.result import DisputeReason, RejectionReason
from pilot.messages import Acknowledgement, Disposition, Level, ResponseCode
from pilot.messages.itk import ITK_CODES
from pilot.pipeline.answers import Decision, decide, decide_report, path
from pilot.pipeline.entry import Owner, Route
from pilot.pipeline.reasons import FOUND, WORDS, Reason, words

DELIVERED = Decision(State.DELIVERED, Reason.RECEIVED_BY_PRACTICE)
FILED = Decision(State.FILED, Reason.FILED_AT_PRACTICE)
REVIEW = Decision(State.WITH_A_PERSON, Reason.PRACTICE_REVIEW, Owner.PRACTICE)
PDF_THERE = Decision(State.WITH_A_PERSON, Reason.PDF_AT_PRACTICE, Owner.PRACTICE)
OTHER_WAY = Decision(State.READY, Reason.NOT_TAKING_MESSAGES)


def office(reason: Reason) -> Decision:
    return Decision(State.WITH_A_PERSON, reason, Owner.OFFICE)


REFUSED = office(Reason.REFUSED_BY_PRACTICE)
UNKNOWN, LEFT, DIED = map(office, (Reason.PATIENT_UNKNOWN, Reason.PATIENT_LEFT, Reason.PATIENT_DECEASED))

# (code, disposition) of a coded message's answer -> where its result goes.
CODED: dict[tuple[str, str | None], Decision] = {
    **{(f"200{number:02}", None): REFUSED for number in (1, 2, 3, 4, 5, 6, 9, 11, 12)},
    ("20007", None): DELIVERED,  # they have it already: proof that an earlier send arrived
    ("20008", None): DELIVERED,
    ("20010", None): OTHER_WAY,
    ("20013", None): DELIVERED,
    ("30001", "filed"): FILED,
    ("30001", "awaiting-review"): REVIEW,
    ("30001", "not-filed"): REFUSED,
    ("30001", None): REFUSED,  # known, and nothing said of the result: a person must ask
    ("30002", None): UNKNOWN,
    ("30002", "not-filed"): UNKNOWN,
    ("30002", "awaiting-review"): UNKNOWN,
    ("30003", None): LEFT,
    ("30003", "not-filed"): LEFT,
    ("30003", "awaiting-review"): LEFT,
    ("30004", "filed"): FILED,
    ("30004", "awaiting-review"): DIED,
    ("30004", "not-filed"): DIED,
    ("30004", None): DIED,
}


def answer(
    code: str, disposition: str | None = None, response: ResponseCode | None = None
) -> Acknowledgement:
    known = ITK_CODES[code]
    return Acknowledgement(
        response_to="an-id",
        response_code=response or (ResponseCode.OK if known.positive else ResponseCode.FATAL_ERROR),
        level=known.level,
        itk_code=code,
        disposition=Disposition(disposition) if disposition else None,
        words="",
    )


def test_the_table_has_every_code_and_every_disposition_that_can_come_with_it() -> None:
    can_come = {
        (code, None if disposition is None else str(disposition))
        for code, known in ITK_CODES.items()
        for disposition in ((None, *Disposition) if known.level is Level.BUSINESS else (None,))
        if known.positive
        or disposition is not Disposition.FILED  # refused on reading: says two things at once
    }
    assert set(CODED) == can_come


@pytest.mark.parametrize(("said", "decision"), CODED.items(), ids=str)
def test_where_an_answer_puts_a_coded_result(said: tuple[str, str | None], decision: Decision) -> None:
    assert decide(answer(*said), Route.CODED) == decision


@pytest.mark.parametrize(
    "code", [code for code, known in ITK_CODES.items() if known.level is Level.INFRASTRUCTURE]
)
def test_a_pdf_that_arrived_is_with_a_person_there_who_types_it(code: str) -> None:
    arrived = code in ("20013", "20007", "20008")
    expected = PDF_THERE if arrived else CODED[code, None]
    assert decide(answer(code), Route.MESH_PDF) == expected


@pytest.mark.parametrize("said", CODED, ids=str)
@pytest.mark.parametrize("route", Route)
def test_a_passing_trouble_changes_nothing(said: tuple[str, str | None], route: Route) -> None:
    assert decide(answer(*said, response=ResponseCode.TRANSIENT_ERROR), route) is None


@pytest.mark.parametrize(
    "code", ["14", "EPL-150", "EPL-151", "EPL-152", "EPL-153", "EPL-154", "06", "12", "", "?"]
)
def test_a_report_of_mesh_always_comes_to_the_office(code: str) -> None:
    reason = Reason.NOT_COLLECTED if code == "14" else Reason.REFUSED_BY_MESH
    assert decide_report(code) == office(reason)


DECISIONS = st.sampled_from([*set(CODED.values()), PDF_THERE, decide_report("14"), decide_report("EPL-151")])


@given(st.sampled_from(State), DECISIONS, st.booleans())
def test_an_answer_only_ever_makes_legal_moves(state: State, decision: Decision, latest: bool) -> None:
    moves = path(state, decision, latest)
    for before, after in pairwise((state, *moves)):
        assert after in LEGAL[before]
    assert not moves or moves[-1] is decision.to


@given(st.sampled_from(State), DECISIONS)
def test_an_answer_to_an_older_attempt_counts_only_where_it_says_filed(
    state: State, decision: Decision
) -> None:
    moves = path(state, decision, latest=False)
    if decision.to is not State.FILED:
        assert moves == ()


@given(DECISIONS, st.booleans())
def test_what_a_person_has_is_taken_from_them_only_by_filed(decision: Decision, latest: bool) -> None:
    moves = path(State.WITH_A_PERSON, decision, latest)
    assert moves == ((State.FILED,) if decision.to is State.FILED else ())


@given(DECISIONS, st.booleans(), st.sampled_from([State.FILED, State.RETURNED]))
def test_nothing_moves_what_has_ended(decision: Decision, latest: bool, state: State) -> None:
    assert path(state, decision, latest) == ()


@pytest.mark.parametrize("state", sorted(set(State) - {State.FILED, State.RETURNED}))
@pytest.mark.parametrize("latest", [True, False])
def test_filed_is_believed_from_anywhere_else(state: State, latest: bool) -> None:
    assert path(state, FILED, latest) == (State.FILED,)


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (State.SENT, (State.DELIVERED,)),
        (State.SENDING, (State.SENT, State.DELIVERED)),
        (State.READY, (State.SENDING, State.SENT, State.DELIVERED)),
        (State.DELIVERED, ()),
    ],
)
def test_an_answer_may_overtake_our_own_book_keeping(state: State, moves: tuple[State, ...]) -> None:
    assert path(state, DELIVERED, latest=True) == moves


@pytest.mark.parametrize("reason", [*Reason, *RejectionReason, *DisputeReason])
def test_every_reason_has_words_of_its_own_for_a_person(reason: str) -> None:
    said: dict[str, str] = {str(key): text for table in (WORDS, FOUND) for key, text in table.items()}
    assert words(reason) == said[reason]
    assert "_" not in words(reason)


def test_no_two_reasons_read_alike() -> None:
    said = [*WORDS.values(), *FOUND.values()]
    assert len(set(said)) == len(said)
