"""What comes back, and what it does: every code, and a walk over every standing, answer, order and sender."""

from collections.abc import Callable, Iterator
from importlib import resources
from itertools import pairwise, product

import pytest

from pilot.domain.delivery import LEGAL, State
from pilot.domain.result import DisputeReason, RejectionReason
from pilot.messages import Acknowledgement, Disposition, Level, ResponseCode
from pilot.messages.acknowledgement import ITK_CODES, PLAIN_ANSWERS
from pilot.pipeline import answers
from pilot.pipeline.answers import (
    NO,
    Effect,
    Move,
    Order,
    Standing,
    effect,
    meaning,
    meaning_of_report,
    path,
    standing,
)
from pilot.pipeline.entry import Owner, Route
from pilot.pipeline.reasons import FOUND, WORDS, Reason, words

REFUSED = (
    *(f"100{number:02}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10)),
    *(f"200{number:02}" for number in (1, 2, 3, 4, 5, 6, 9, 11, 12, 14, 15)),
)
# (code, disposition) -> what it means of a coded message; written by hand, beside the table.
MEANS: dict[tuple[str, str | None], str] = {
    **{(code, None): "refused" for code in REFUSED},
    ("20007", None): "has_it",
    ("20008", None): "has_it",
    ("20010", None): "not_taking",
    ("20013", None): "received",
    ("30001", "filed"): "filed",
    ("30001", "awaiting-review"): "review",
    ("30001", "not-filed"): "refused",
    ("30001", None): "known",
    ("30002", None): "unknown",
    ("30002", "not-filed"): "unknown",
    ("30002", "awaiting-review"): "unknown",
    ("30003", None): "left",
    ("30003", "not-filed"): "left",
    ("30003", "awaiting-review"): "left",
    ("30004", "filed"): "filed",
    ("30004", "awaiting-review"): "deceased",
    ("30004", "not-filed"): "deceased",
    ("30004", None): "deceased",
    ("ok", None): "received",
    ("fatal-error", None): "refused",
    ("transient-error", None): "passing",
}


def answer(
    code: str, disposition: str | None = None, response: ResponseCode | None = None
) -> Acknowledgement:
    known = {**ITK_CODES, **PLAIN_ANSWERS}[code]
    return Acknowledgement(
        response_to="an-id",
        response_code=response or (ResponseCode.OK if known.positive else ResponseCode.FATAL_ERROR),
        level=known.level,
        itk_code=code,
        disposition=Disposition(disposition) if disposition else None,
        words="",
    )


def test_every_code_and_every_disposition_that_can_come_with_it_has_a_meaning() -> None:
    can_come = {
        (code, None if disposition is None else str(disposition))
        for code, known in {**ITK_CODES, **PLAIN_ANSWERS}.items()
        for disposition in ((None, *Disposition) if known.level is Level.BUSINESS else (None,))
        if known.positive is not False
        or disposition is not Disposition.FILED  # refused on reading: says two things at once
    }
    assert set(MEANS) == can_come


@pytest.mark.parametrize(("said", "meant"), MEANS.items(), ids=str)
def test_what_an_answer_to_a_coded_message_means(said: tuple[str, str | None], meant: str) -> None:
    assert meaning(answer(*said), Route.CODED) == meant


@pytest.mark.parametrize("code", [*ITK_CODES, "ok", "fatal-error"])
def test_a_page_that_arrived_is_with_a_person_there(code: str) -> None:
    arrived = code in ("20013", "20007", "20008", "ok")
    assert meaning(answer(code), Route.MESH_PDF) == ("page_there" if arrived else MEANS[code, None])


@pytest.mark.parametrize("code", sorted({code for code, disposition in MEANS if disposition is None}))
def test_of_a_document_itk3_says_at_most_that_she_is_known(code: str) -> None:
    known = code == "30001"
    assert meaning(answer(code), Route.ITK3_DOCUMENT) == ("page_there" if known else MEANS[code, None])


@pytest.mark.parametrize("said", MEANS, ids=str)
@pytest.mark.parametrize("route", Route)
def test_a_passing_trouble_is_no_refusal(said: tuple[str, str | None], route: Route) -> None:
    assert meaning(answer(*said, response=ResponseCode.TRANSIENT_ERROR), route) == "passing"


@pytest.mark.parametrize(
    "code", ["14", "EPL-150", "EPL-151", "EPL-152", "EPL-153", "EPL-154", "06", "12", "", "?"]
)
def test_a_report_of_mesh_always_comes_to_the_office(code: str) -> None:
    meant = meaning_of_report(code)
    assert meant == ("not_collected" if code == "14" else "not_delivered")
    for where in (Standing.SENDING, Standing.SENT, Standing.DELIVERED, Standing.FILED):
        done = effect(meant, where, Order.FIRST, from_its_mailbox=True)
        assert isinstance(done, Move)
        assert (done.to, done.owner) == (State.WITH_A_PERSON, Owner.OFFICE)


# -- the walk: everything that can be heard, wherever the result stands, in every order, from anybody

MEANINGS = (
    "passing",
    "page_there",
    "unclear",
    "not_collected",
    "not_delivered",
    *sorted(set(MEANS.values())),
)
DENIES = {"refused", "unknown", "left", "deceased", "not_collected", "not_delivered", "unclear"}
ARRIVED = {"received", "has_it", "not_first", "page_there"}
# What says no more than is known where the result stands; beside it, only a "passing" may leave no trace but a note.
NO_NEWS: dict[Standing, set[str]] = {
    Standing.DELIVERED: ARRIVED - {"page_there"},
    Standing.REVIEW: ARRIVED | {"review", "known"},
    Standing.PAGE: ARRIVED,
    Standing.OFFICE: ARRIVED - {"page_there"},
    Standing.FILED: ARRIVED | {"known", "filed"},
}
# Here a person at the office, or another send, takes care of the result whatever an old message is said to be.
TAKEN_CARE_OF = {
    Standing.WAITING,
    Standing.TURNED,
    Standing.PAPER,
    Standing.DENIED,
    Standing.DECEASED,
    Standing.RETURNED,
}

Decide = Callable[..., Move | Effect]


def after(where: Standing, done: Move | Effect) -> Standing:
    return standing(done.to, done.reason, done.owner) if isinstance(done, Move) else where


def wrongs(decide: Decide) -> Iterator[str]:
    """Walk from a message just sent through everything that can follow; what must never be, as one line each."""
    reached, open_ = set(), [(Standing.SENT, False), (Standing.SENDING, False), (Standing.WAITING, False)]
    open_ += [(Standing.PAPER, False), (Standing.RETURNED, False)]
    while open_:
        where, said_no = open_.pop()
        if (where, said_no) in reached:
            continue
        reached.add((where, said_no))
        for meant, order, its_own in product(MEANINGS, Order, (True, False)):
            if (order is Order.AFTER_NO) != (said_no and order in (Order.FIRST, Order.AFTER_NO)):
                continue
            done = decide(meant, where, order, from_its_mailbox=its_own)
            now = after(where, done)
            what = f"{meant}, {order}, {'its own' if its_own else 'a stranger'}: {where} -> {now} ({done})"
            yield from (f"{wrong}: {what}" for wrong in _wrong(meant, where, order, its_own, done))
            if its_own and order is not Order.DOUBLED:
                open_.append((now, said_no or meant in NO))
    if missing := set(Standing) - {where for where, _ in reached}:
        yield f"never reached: {missing}"


def _wrong(meant: str, where: Standing, order: Order, its_own: bool, done: Move | Effect) -> Iterator[str]:
    to_office = isinstance(done, Move) and done.owner == Owner.OFFICE
    if isinstance(done, Move):
        steps = (where_state(where), *path(where_state(where), done))
        if any(later not in LEGAL[before] for before, later in pairwise(steps)):
            yield "an illegal move"
        if done.to is State.FILED and (
            meant != "filed" or not its_own or order in (Order.AFTER_NO, Order.CHANGED)
        ):
            yield "falsely filed"
        if done.to is State.READY and meant != "not_taking":
            yield "sent again on nobody's word"
    if not its_own and done is not Effect.LINE:
        yield "a stranger was believed"
    if order in (Order.FIRST, Order.AFTER_NO) and its_own and done is Effect.NOTE:
        known = NO_NEWS.get(where, set()) | {"passing"}
        old = meant not in {"filed", "deceased", "unclear"} or where is Standing.DECEASED
        known_there = (where in TAKEN_CARE_OF and old) or (where is Standing.DENIED and meant == "unclear")
        if meant not in known and not known_there:
            yield "swallowed"
    news = meant not in NO_NEWS[Standing.FILED] | {"passing"}
    if order is Order.FIRST and its_own and where is Standing.FILED and news and not to_office:
        yield "a contradiction nobody was told of"
    if order is Order.FIRST and its_own and meant in DENIES and where in LIVE and not to_office:
        yield "a denial nobody was told of"
    if (
        order is Order.CHANGED
        and its_own
        and meant in {"filed", "review", "known"}
        and done is not Effect.LINE
    ):
        yield "an old version in a record, and nobody was told"


LIVE = {
    Standing.SENDING,
    Standing.SENT,
    Standing.DELIVERED,
    Standing.REVIEW,
    Standing.PAGE,
    Standing.OFFICE,
    Standing.FILED,
}


def where_state(where: Standing) -> State:
    ready = {Standing.WAITING: State.READY, Standing.TURNED: State.READY}
    same = {state.value: state for state in State}
    return ready.get(where) or same.get(where.value, State.WITH_A_PERSON)


def test_no_answer_is_swallowed_and_none_falsely_believed() -> None:
    assert list(wrongs(effect)) == []


@pytest.mark.parametrize(
    ("meant", "where", "order", "instead", "found"),
    [
        ("refused", Standing.FILED, Order.FIRST, Effect.NOTE, "a contradiction nobody was told of"),
        ("unknown", Standing.REVIEW, Order.FIRST, Effect.NOTE, "a denial nobody was told of"),
        (
            "filed",
            Standing.OFFICE,
            Order.AFTER_NO,
            Move(State.FILED, Reason.FILED_AT_PRACTICE, None),
            "falsely filed",
        ),
        ("received", Standing.SENT, Order.FIRST, Effect.NOTE, "swallowed"),
        (
            "filed",
            Standing.SENT,
            Order.CHANGED,
            Effect.NOTE,
            "an old version in a record, and nobody was told",
        ),
    ],
    ids=str,
)
def test_the_walk_finds_a_planted_mistake(
    meant: str, where: Standing, order: Order, instead: Move | Effect, found: str
) -> None:
    """One wrong cell of the table at a time: each is found, and named. The first is what this pipeline once did:
    a practice that said filed, and then that it could not read the message, was heard as saying nothing."""

    def planted(said: str, stands: Standing, came: Order, *, from_its_mailbox: bool) -> Move | Effect:
        if (said, stands, came, from_its_mailbox) == (meant, where, order, True):
            return instead
        return effect(said, stands, came, from_its_mailbox=from_its_mailbox)

    assert any(wrong.startswith(found) for wrong in wrongs(planted))


def test_the_walk_finds_that_anybody_is_believed() -> None:
    def planted(said: str, stands: Standing, came: Order, *, from_its_mailbox: bool) -> Move | Effect:
        return effect(said, stands, came, from_its_mailbox=True)

    assert any(wrong.startswith("a stranger was believed") for wrong in wrongs(planted))


def test_a_table_with_a_hole_settles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = resources.files("pilot.pipeline").joinpath("answers.toml").read_text("utf-8")
    holed = whole.replace('known         = ["note", ', "known         = [")
    assert holed != whole
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: holed)
    answers._table.cache_clear()
    try:
        with pytest.raises(ValueError, match="the row of known has a hole"):
            meaning_of_report("14")
    finally:
        monkeypatch.undo()
        answers._table.cache_clear()


@pytest.mark.parametrize("reason", [*Reason, *RejectionReason, *DisputeReason])
def test_every_reason_has_words_of_its_own_for_a_person(reason: str) -> None:
    said: dict[str, str] = {str(key): text for table in (WORDS, FOUND) for key, text in table.items()}
    assert words(reason) == said[reason]
    assert "_" not in words(reason)


def test_no_two_reasons_read_alike() -> None:
    said = [*WORDS.values(), *FOUND.values()]
    assert len(set(said)) == len(said)
