"""From sent to settled: collect what comes back, act on it once, and tell a person where nothing comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pilot.domain.delivery import LEGAL, State
from pilot.domain.result import Provenance, Rejected, RejectionReason
from pilot.errors import MeshRefused, MeshUnreachable
from pilot.messages import PAYLOADS, AcknowledgementUnreadable, Payload, message_id
from pilot.pipeline.answers import (
    DUPLICATE,
    NO,
    Effect,
    Move,
    Order,
    effect,
    meaning,
    meaning_of_report,
    path,
    standing,
)
from pilot.pipeline.correspondence import Answer, Attempt
from pilot.pipeline.entry import LedgerEntry, Owner, version
from pilot.pipeline.ledger import Ledger, NewEntry
from pilot.pipeline.ledger_file import growing_parts
from pilot.pipeline.mailbox import (
    RECONCILIATION_ANSWERS,
    RECONCILIATIONS,
    Mailbox,
    Received,
)
from pilot.pipeline.print_queue import tell_overdue
from pilot.pipeline.reasons import Reason
from pilot.pipeline.reconciliation import heed, read_answer
from pilot.pipeline.settings import Deadlines

REPORT = "REPORT"

# How many answers share a transaction, and its wait for the disk; each may be 5 MB.
_AT_A_TIME: Final = 24

# Which payload a workflow is of, whichever way it goes.
_PAYLOADS: Final[dict[str, Payload]] = {
    workflow: payload for payload in PAYLOADS.values() for workflow in (payload.workflow, payload.answers)
}
_ANSWERS: Final = frozenset(payload.answers for payload in PAYLOADS.values())
# A REPORT has the workflow of the message that it is about, where MESH knew it.
_OURS: Final = frozenset({*_PAYLOADS, RECONCILIATIONS, RECONCILIATION_ANSWERS, ""})

# How much of an answer that nobody can place a person is shown; the ledger keeps it whole.
_SHOWN_LINES, _SHOWN_COLUMNS = 60, 200

_AT_REVIEW: Final = frozenset({Reason.PRACTICE_REVIEW, Reason.KNOWN_AT_PRACTICE})


@dataclass(slots=True)
class Settled:
    """What one settling did: answers acted on, answers that could be given to no result, results overdue.

    Left where they are: `others` are messages of workflows that are not ours, `unread` answers to results whose
    row of the ledger cannot be read; they wait until it can.
    """

    answers: int = 0
    strays: int = 0
    overdue: int = 0
    others: int = 0
    unread: int = 0


def settle(ledger: Ledger, mailbox: Mailbox, deadlines: Deadlines, clock: Callable[[], datetime]) -> Settled:
    """Act on every answer that waits, then on every deadline that has passed.

    Answers are acted on some at a time, in one transaction, before any of them is taken off the inbox: a kill in
    between brings them again, and they are then known. Raises MeshUnreachable where MESH is out of reach; deadlines
    are still kept.
    """
    done = Settled()
    try:
        for some in growing_parts(mailbox.inbox(), _AT_A_TIME):
            _take(ledger, mailbox, some, clock(), done)
    finally:
        _keep_deadlines(ledger, deadlines, clock(), done)
    with ledger.transaction():
        ledger.correspondence.forget_bodies(clock() - deadlines.kept)
    return done


def _take(ledger: Ledger, mailbox: Mailbox, mesh_ids: Sequence[str], now: datetime, done: Settled) -> None:
    """Fetch what is new of these, act on it in the order in which it came, take off the inbox what was dealt with."""
    once = tuple(dict.fromkeys(mesh_ids))  # MESH may list one twice
    known = [mesh_id for mesh_id in once if ledger.correspondence.answered(mesh_id)]
    came = _read_each(mailbox, [mesh_id for mesh_id in once if mesh_id not in known])
    with ledger.transaction():
        dealt_with = [*known, *(one.mesh_id for one in came.received if _deal_with(ledger, one, now, done))]
    mailbox.each(mailbox.acknowledge, [[mesh_id] for mesh_id in dealt_with])
    if came.trouble is not None:
        raise came.trouble


@dataclass(frozen=True, slots=True)
class _Came:
    """Messages as they were fetched, in their order, and what kept others from being fetched."""

    received: tuple[Received, ...]
    trouble: MeshUnreachable | MeshRefused | None


def _read_each(mailbox: Mailbox, mesh_ids: Sequence[str]) -> _Came:
    """One that is gone from the inbox is left out."""

    def read(mesh_id: str) -> Received | MeshUnreachable | MeshRefused | None:
        try:
            return mailbox.read(mesh_id)
        except (MeshUnreachable, MeshRefused) as error:
            return error

    came = [one for lane in mailbox.each(read, [[mesh_id] for mesh_id in mesh_ids]) for one in lane]
    return _Came(
        tuple(one for one in came if isinstance(one, Received)),
        next((one for one in came if isinstance(one, MeshUnreachable | MeshRefused)), None),
    )


def _deal_with(ledger: Ledger, received: Received, now: datetime, done: Settled) -> bool:
    """Act on a message, inside the caller's transaction; False where it is left in the inbox."""
    if received.workflow not in _OURS:
        done.others += 1  # another application's, in a mailbox that it shares with us: left for it
        return False
    of_reconciliation = received.workflow in (RECONCILIATIONS, RECONCILIATION_ANSWERS)
    try:
        with ledger.part():
            done.strays += not (_reconcile if of_reconciliation else _act)(ledger, received, now)
    except _RowUnread:
        done.unread += 1
        return False
    done.answers += 1
    return True


def _reconcile(ledger: Ledger, received: Received, now: datetime) -> bool:
    """What a practice says that it holds. One that was not collected stays unanswered, and is told of as such."""
    if received.kind == REPORT:
        said = _understand(received)
        ledger.correspondence.note_answer(_answer(received, said), None, "", now, None)
        return True
    answer = read_answer(received.body)
    if answer is None:
        said = _Said("", "unreadable", "not an answer to what was asked", lambda _route: "unclear")
        ledger.correspondence.note_answer(_answer(received, said), None, "", now, received.body)
        ledger.add_line(_line(received, said, RejectionReason.ANSWER_UNREADABLE, None), now)
        return False
    words = heed(ledger, answer, received.sender, now)
    ledger.correspondence.note_answer(
        _answer(received, _Said("", "reconciliation", words, str)), None, "", now, None
    )
    return True


class _RowUnread(Exception):
    """The row of the result that an answer is about cannot be read: the answer is left where it is."""


def _read(ledger: Ledger, number: int) -> LedgerEntry:
    entry = ledger.entry(number)
    if entry is None:
        raise _RowUnread
    return entry


@dataclass(frozen=True, slots=True)
class _Said:
    """What came, as far as it can be read: `code` and `words` for a person, `about` the message it answers."""

    about: str
    code: str
    words: str
    meant: Callable[[str], str]

    @property
    def line(self) -> str:
        return f"{self.code}: {self.words}" if self.words else self.code


def _sent_before(ledger: Ledger, message_id: str, entry: LedgerEntry) -> bool:
    """Whether "we have it already" can be of a send of ours: we sent it more than once, or were told so before.

    Otherwise another ledger sent it first, and what became of that is for a person to find out.
    """
    return ledger.correspondence.times_sent(message_id) > 1 or entry.state not in (
        State.READY,
        State.SENDING,
        State.SENT,
    )


def _answer(received: Received, said: _Said) -> Answer:
    return Answer(received.mesh_id, said.about, received.sender, said.code, said.line)


def _act(ledger: Ledger, received: Received, now: datetime) -> bool:
    """Act on one answer, inside the caller's transaction; False where it could be given to no result."""
    said = _understand(received)
    attempt = ledger.correspondence.attempt_of(said.about) if said.about else None
    answer = _answer(received, said)
    misplaced = _misplaced(received, said, attempt)
    if attempt is None or misplaced is not None:
        reason = misplaced or RejectionReason.ANSWER_TO_NOTHING_SENT
        ledger.correspondence.note_answer(answer, None, "", now, received.body)
        ledger.add_line(_line(received, said, reason, None), now)
        return False
    entry = _read(ledger, attempt.result_id)
    meant = said.meant(attempt.route)
    if said.code in DUPLICATE and not _sent_before(ledger, attempt.message_id, entry):
        meant = "not_first"
    what = effect(
        meant,
        standing(entry.state, entry.reason, entry.owner),
        _order(ledger, entry, attempt, said, meant),
        from_its_mailbox=received.kind == REPORT or _same(received.sender, attempt.mailbox),
    )
    stranger = received.kind != REPORT and not _same(received.sender, attempt.mailbox)
    kept = received.body if what is Effect.LINE or _for_a_person(what) else None
    # What a stranger says is not this result's: a practice that says the same is then not taken to repeat itself.
    ledger.correspondence.note_answer(
        answer, None if stranger else entry.id, "" if stranger else meant, now, kept
    )
    match what:
        case Move():
            _follow(ledger, entry, what, now, said.line)
        case Effect.NOTE:
            ledger.note(entry, Reason.ANSWER_NOTED, now, said.line)
        case Effect.LINE:
            reason = (
                RejectionReason.ANSWER_FROM_ANOTHER_MAILBOX
                if stranger
                else RejectionReason.ANSWER_TO_EARLIER_VERSION
            )
            ledger.add_line(_line(received, said, reason, entry), now)
    return what is not Effect.LINE


def _understand(received: Received) -> _Said:
    if received.kind == REPORT:
        about = received.linked or message_id(received.local_id)
        meant = meaning_of_report(received.code)
        return _Said(about, f"REPORT {received.code}".strip(), received.words, lambda _route: meant)
    try:
        answer = _payload_of(received).read_answer(received.body)
    except AcknowledgementUnreadable as unreadable:
        return _Said(unreadable.response_to, "unreadable", str(unreadable), lambda _route: "unclear")
    return _Said(answer.response_to, answer.told, answer.words, lambda route: meaning(answer, route))


def _payload_of(received: Received) -> Payload:
    """By its workflow; one without is read as the first payload's, and is then misplaced."""
    return _PAYLOADS.get(received.workflow, next(iter(PAYLOADS.values())))


def _misplaced(received: Received, said: _Said, attempt: Attempt | None) -> RejectionReason | None:
    """Why something cannot be taken as an answer to a message of ours; None where it can, or answers nothing."""
    sent_as = PAYLOADS.get(attempt.route) if attempt is not None else None
    wanted = _ANSWERS if sent_as is None else {sent_as.answers}
    if received.kind != REPORT and received.workflow not in wanted:
        return RejectionReason.ANSWER_BY_ANOTHER_WORKFLOW
    if attempt is None and said.code == "unreadable":
        return RejectionReason.ANSWER_UNREADABLE
    return None


def _order(ledger: Ledger, entry: LedgerEntry, attempt: Attempt, said: _Said, meant: str) -> Order:
    heard = ledger.correspondence.heard(attempt)
    if meant != "unclear" and any((before.said, before.meant) == (said.code, meant) for before in heard):
        return Order.DOUBLED
    if attempt.version != version(entry.document) or not _same(attempt.mailbox, entry.mailbox):
        return Order.CHANGED
    if attempt.attempt != entry.attempt:
        return Order.EARLIER
    if any(before.meant in NO for before in heard):
        return Order.AFTER_NO
    return Order.FIRST


def _same(one: str, other: str) -> bool:
    return one.strip().upper() == other.strip().upper()


def _for_a_person(what: Move | Effect) -> bool:
    return isinstance(what, Move) and what.owner == Owner.OFFICE


def _line(received: Received, said: _Said, reason: RejectionReason, entry: LedgerEntry | None) -> NewEntry:
    """What could be given to no result, as a line on the office's list."""
    text = received.body.decode("utf-8", "replace").splitlines()
    shown = [line[at : at + _SHOWN_COLUMNS] for line in text for at in range(0, len(line), _SHOWN_COLUMNS)]
    answers = f", answers {said.about}" if said.about else ""
    rejected = Rejected(
        reason,
        f"from mailbox {received.sender or 'unknown'}{answers}: {said.line}",
        Provenance(f"MESH {received.mesh_id}"),
        entry.screening_number if entry else None,
        None,
        entry.practice if entry else None,
        tuple(shown[:_SHOWN_LINES]),
    )
    return NewEntry("", rejected, State.WITH_A_PERSON, reason)


def _follow(ledger: Ledger, entry: LedgerEntry, move: Move, now: datetime, words: str) -> None:
    for to in path(entry.state, move):
        last = to is move.to
        reason = move.reason if last else Reason.ACCEPTED_BY_MESH
        ledger.move(entry, to, reason, now, why=words if last else "", owner=move.owner if last else None)
        entry = _read(ledger, entry.id)
    if entry.state is State.FILED and entry.result.withdrawn:
        ledger.move(entry, State.RETURNED, Reason.WITHDRAWN, now, why=words)
    elif entry.state is State.FILED:
        for replaced in ledger.corrects(entry):
            if State.RETURNED in LEGAL[replaced.state]:
                ledger.move(replaced, State.RETURNED, Reason.REPLACED, now, why=f"result {entry.id} is filed")


def _keep_deadlines(ledger: Ledger, deadlines: Deadlines, now: datetime, done: Settled) -> None:
    """Silence is an answer too: past its deadline, a person is told. So is a time that lies far ahead of now."""
    late = [entry for entry in ledger.in_states(State.SENT) if abs(now - entry.since) > deadlines.collected]
    late += [
        entry for entry in ledger.in_states(State.DELIVERED) if abs(now - entry.since) > deadlines.answered
    ]
    _tell(ledger, late, Reason.NO_ANSWER, now, done)
    unseen = [
        entry
        for entry in ledger.in_states(State.WITH_A_PERSON)
        if entry.owner == Owner.PRACTICE
        and entry.reason in _AT_REVIEW
        and abs(now - entry.since) > deadlines.reviewed
    ]
    _tell(ledger, unseen, Reason.REVIEW_OVERDUE, now, done)
    done.overdue += tell_overdue(ledger, now)


def _tell(ledger: Ledger, late: list[LedgerEntry], reason: Reason, now: datetime, done: Settled) -> None:
    for entry in late:
        with ledger.transaction():
            ledger.move(entry, State.WITH_A_PERSON, reason, now, owner=Owner.OFFICE)
    done.overdue += len(late)
