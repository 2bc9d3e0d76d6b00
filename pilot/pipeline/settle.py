"""From sent to settled: collect what comes back, act on it once, and tell a person where nothing comes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pilot.domain.delivery import State
from pilot.messages import AcknowledgementUnreadable, read_acknowledgement
from pilot.pipeline.answers import Decision, decide, decide_report, path
from pilot.pipeline.deadlines import Deadlines
from pilot.pipeline.entry import Entry, Owner
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Mailbox, Received
from pilot.pipeline.print_queue import tell_overdue
from pilot.pipeline.reasons import Reason
from pilot.pipeline.reconciliation import heed, read_answer
from pilot.pipeline.routing import ACKNOWLEDGEMENTS, RECONCILIATION_ANSWERS, RECONCILIATIONS, WORKFLOWS

REPORT = "REPORT"

# A REPORT has the workflow of the message that it is about, where MESH knew it.
_OURS: Final = frozenset({ACKNOWLEDGEMENTS, *WORKFLOWS.values(), RECONCILIATIONS, RECONCILIATION_ANSWERS, ""})


@dataclass(slots=True)
class Settled:
    """What one settling did: answers acted on, answers to nothing of ours, results whose time ran out.

    `others` are messages of workflows that are not ours, left where they are.
    """

    answers: int = 0
    strays: int = 0
    overdue: int = 0
    others: int = 0


def settle(ledger: Ledger, mailbox: Mailbox, deadlines: Deadlines, clock: Callable[[], datetime]) -> Settled:
    """Act on every answer that waits, then on every deadline that has passed.

    Each answer is acted on in one transaction before it is taken off the inbox: a kill in between brings it
    again, and it is then known. Raises MeshUnreachable where MESH is out of reach; deadlines are still kept.
    """
    done = Settled()
    try:
        for mesh_id in mailbox.inbox():
            _take(ledger, mailbox, mesh_id, clock(), done)
    finally:
        _keep_deadlines(ledger, deadlines, clock(), done)
    return done


def _take(ledger: Ledger, mailbox: Mailbox, mesh_id: str, now: datetime, done: Settled) -> None:
    if not ledger.answered(mesh_id):
        received = mailbox.read(mesh_id)
        if received is None:
            return
        if received.workflow not in _OURS:
            done.others += 1  # another application's, in a mailbox that it shares with us: left for it
            return
        if received.workflow == RECONCILIATION_ANSWERS and received.kind != REPORT:
            _take_reconciliation(ledger, received, now)
            done.answers += 1
            mailbox.acknowledge(mesh_id)
            return
        answer = _understand(received)
        with ledger.transaction():
            found = ledger.of_message(answer.about) if answer.about else None
            ledger.note_answer(mesh_id, found[0].id if found else None, now, answer.words)
            decision = answer.decision(found[0].route) if found else None
            if found and answer.duplicate and not _sent_before(ledger, answer.about, found[0]):
                decision = Decision(State.WITH_A_PERSON, Reason.NOT_FIRST_FROM_HERE, Owner.OFFICE)
            if found and decision:
                _follow(ledger, found[0], decision, now, answer.words, latest=found[1])
        done.answers += 1
        done.strays += found is None
    mailbox.acknowledge(mesh_id)


def _take_reconciliation(ledger: Ledger, received: Received, now: datetime) -> None:
    answer = read_answer(received.body)
    with ledger.transaction():
        words = heed(ledger, answer, received.sender, now) if answer else "not an answer that can be read"
        ledger.note_answer(received.mesh_id, None, now, words)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Which message of ours an answer is about, its words, and what it calls for by the way that was taken."""

    about: str
    words: str
    decision: Callable[[str], Decision | None]
    duplicate: bool = False


def _sent_before(ledger: Ledger, message_id: str, entry: Entry) -> bool:
    """Whether "we have it already" can be of a send of ours: we sent it more than once, or were told so before.

    Otherwise another ledger sent it first, and what became of that is for a person to find out.
    """
    return ledger.times_sent(message_id) > 1 or entry.state not in (State.READY, State.SENDING, State.SENT)


def _understand(received: Received) -> _Answer:
    if received.kind == REPORT:
        report = decide_report(received.code)
        about = received.linked or received.local_id
        return _Answer(about, f"{received.code} {received.words}".strip(), lambda _route: report)
    try:
        answer = read_acknowledgement(received.body)
    except AcknowledgementUnreadable:
        return _Answer("", "not an acknowledgement that can be read", lambda _route: None)
    words = f"{answer.itk_code} {answer.disposition or ''}".strip()
    return _Answer(answer.response_to, words, lambda route: decide(answer, route), answer.duplicate)


def _follow(
    ledger: Ledger, entry: Entry, decision: Decision, now: datetime, words: str, *, latest: bool
) -> None:
    for to in path(entry.state, decision, latest):
        last = to is decision.to
        reason = decision.reason if last else Reason.ACCEPTED_BY_MESH
        owner = decision.owner if last and decision.owner else ""
        ledger.move(entry, to, reason, now, why=words if last else "", owner=owner)
        moved = ledger.entry(entry.id)
        assert moved is not None  # noqa: S101 - just written
        entry = moved


def _keep_deadlines(ledger: Ledger, deadlines: Deadlines, now: datetime, done: Settled) -> None:
    """Silence is an answer too: past its deadline, a person is told. So is a time that lies far ahead of now."""
    for state, limit in ((State.SENT, deadlines.collected), (State.DELIVERED, deadlines.answered)):
        late = [entry for entry in ledger.in_states(state) if abs(now - entry.since) > limit]
        for entry in late:
            with ledger.transaction():
                ledger.move(entry, State.WITH_A_PERSON, Reason.NO_ANSWER, now, owner=Owner.OFFICE)
        done.overdue += len(late)
    done.overdue += tell_overdue(ledger, now)
