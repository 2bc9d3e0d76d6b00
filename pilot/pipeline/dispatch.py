"""From received to sent: code, find the way, hand over. Run it again at any time; it goes on where it was.

A message id is written to the ledger before anything leaves under it. A send whose reply was lost stays SENDING
until MESH, asked by that id, says whether it has the message; it is never blindly repeated.
"""

import hashlib
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from types import MappingProxyType
from typing import Protocol

from pilot.coding import CodeSet, Use, contradiction
from pilot.domain.delivery import State
from pilot.domain.result import CodedResult, ScreeningResult
from pilot.errors import MeshUnreachable
from pilot.messages import PAYLOADS, Organisation
from pilot.pipeline.correspondence import Attempt
from pilot.pipeline.entry import LedgerEntry, Owner, Route, encode, version
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.ledger_file import growing_parts
from pilot.pipeline.mailbox import Accepted, Mailbox, Refused, Sending, Uncertain, Unreached
from pilot.pipeline.print_queue import put_on_paper
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings

# Message ids are made from where a result was printed and what it says: a ledger that was lost and filled again,
# in whatever order, gives each result the id it had, and no result another's.
_IDS = uuid.UUID("6f1f5c0e-7d0b-5c38-9d1b-2a4f6b1f0c11")

# After so many sends in a row without a usable reply, the rest wait for the next dispatch.
_DOUBTS_BEFORE_STOPPING = 3

# How many results share a transaction, and its wait for the disk.
_MADE_READY_AT_A_TIME = 100
_SENT_AT_A_TIME = 24


def message_id_of(entry: LedgerEntry, attempt: int) -> str:
    """The id of one attempt at sending a result as it now reads."""
    result, where = entry.result, entry.provenance
    printed = (entry.source, where.page, where.record, result.screening_number)
    # What a person may have put right since: under another's id a correction would be taken for a repeat.
    says = (result.participant, result.practice, result.outcome, result.date)
    withdrawn = ("withdrawn",) if result.withdrawn else ()
    return str(uuid.uuid5(_IDS, encode((*printed, *says, *withdrawn, attempt)).decode()))


# What must be true before a result may leave: each interlock is a hazard's control, see docs/hazard-log.md.


def stopped_before_coding(result: ScreeningResult, code_set: CodeSet, mesh: MeshSettings) -> Reason | None:
    """Test numbers never go to the live service, real ones never to a simulator, nothing unsigned goes live."""
    if result.participant.synthetic == mesh.live:
        return Reason.WRONG_KIND_OF_NUMBER
    if mesh.live and code_set.signed_off_for is not Use.LIVE:
        return Reason.CODE_SET_NOT_SIGNED_OFF
    return None


def stopped_after_coding(coded: CodedResult) -> Reason | None:
    """A concept that says something else than the printed words is stopped."""
    return Reason.CONTRADICTS_ITSELF if contradiction(coded) else None


class Directory(Protocol):
    """Who can look a practice's mailbox up: MESH's endpoint lookup."""

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        """The practice's mailbox for that workflow; None where it has none."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a practice. `mailbox` is empty for paper."""

    route: Route
    mailbox: str = ""


class Router:
    """Ways to practices, each looked up once in the router's life (one dispatch).

    Practices of `not_yet` join later: nothing but the fallback goes to them.
    """

    def __init__(
        self,
        directory: Directory,
        routes: Sequence[Route],
        fallback: Route,
        not_yet: Collection[str] = (),
    ) -> None:
        self._directory = directory
        self._routes = (*routes, fallback)
        self._not_yet = not_yet
        self._mailboxes: dict[tuple[str, Route], str | None] = {}

    def way(self, practice: str, barred: Route | None = None) -> Way | None:
        """The first way that is open; after a `barred` one, whose system just refused, only those that come later.

        None: there is none.
        """
        later = self._routes.index(barred) + 1 if barred in self._routes else 0
        if practice in self._not_yet:
            later = len(self._routes) - 1
        for route in self._routes[later:]:
            if route == barred:
                continue
            if route is Route.PAPER:
                return Way(Route.PAPER)
            mailbox = self._mailbox(practice, route)
            if mailbox is not None:
                return Way(route, mailbox)
        return None

    def without_mesh(self) -> Way | None:
        """The way that is left while MESH is out of reach."""
        return Way(Route.PAPER) if Route.PAPER in self._routes else None

    def _mailbox(self, practice: str, route: Route) -> str | None:
        key = (practice, route)
        if key not in self._mailboxes:
            self._mailboxes[key] = self._directory.lookup(practice, PAYLOADS[route].workflow)
        return self._mailboxes[key]


@dataclass(slots=True)
class Dispatched:
    """What one dispatch did, in results."""

    sent: int = 0
    on_paper: int = 0
    stopped: int = 0
    uncertain: int = 0
    waiting: int = 0


def dispatch(
    ledger: Ledger,
    mailbox: Mailbox,
    settings: Settings,
    code_set: CodeSet,
    clock: Callable[[], datetime],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Dispatched:
    """Send all that can be sent now. An unreachable MESH leaves results READY, up to the limit for outages.

    `names` are the practices' names by ODS code, as far as the office's directory has them.
    """
    return _Dispatch(ledger, mailbox, settings, code_set, clock, names).run()


class _End(Enum):
    """Why a dispatch ends before everything was tried: MESH is out of reach, or its replies do not come."""

    UNREACHED = auto()
    IN_DOUBT = auto()


@dataclass(frozen=True, slots=True)
class _Letter:
    """A result as it goes to MESH. `gone`: MESH's id of it, where it turned out to have it already."""

    entry: LedgerEntry
    way: Way
    sent: Attempt
    gone: str | None


class _Post:
    """Hands a dispatch's letters over, and stops where MESH does not answer. Several threads share one."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.end: _End | None = None
        self._mailbox = mailbox
        self._doubts = 0
        self._one_at_a_time = threading.Lock()

    def hand_over(self, letter: _Letter) -> Sending | None:
        """Give one to MESH, once; None where it was not tried any more."""
        if letter.gone is not None:
            return Accepted(letter.gone)
        if self.end is not None:
            return None
        sent = letter.sent
        assert sent.body is not None  # noqa: S101 - it was just built
        outcome = self._mailbox.send(sent.mailbox, sent.workflow, sent.body, sent.message_id, sent.media_type)
        with self._one_at_a_time:
            self._doubts = self._doubts + 1 if isinstance(outcome, Uncertain) else 0
            if isinstance(outcome, Unreached):
                self.end = _End.UNREACHED
            elif self._doubts >= _DOUBTS_BEFORE_STOPPING and self.end is None:
                self.end = _End.IN_DOUBT
        return outcome


def _parts(ready: Iterable[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    """What is written down and sent together: never two results of one screening.

    The later may correct the earlier, and its message then names the one that carried it, which must be written down.
    """
    for some in growing_parts(ready, _SENT_AT_A_TIME):
        part: dict[tuple[str | None, str | None], LedgerEntry] = {}
        for entry in some:
            screening = (entry.screening_number, entry.nhs_number)
            if screening in part:
                yield list(part.values())
                part = {}
            part[screening] = entry
        yield list(part.values())


class _Dispatch:
    def __init__(
        self,
        ledger: Ledger,
        mailbox: Mailbox,
        settings: Settings,
        code_set: CodeSet,
        clock: Callable[[], datetime],
        names: Mapping[str, str],
    ) -> None:
        self.names = names
        self.ledger = ledger
        self.mailbox = mailbox
        self.settings = settings
        self.code_set = code_set
        self.clock = clock
        self.router = Router(mailbox, settings.routes, settings.fallback, settings.not_yet(clock().date()))
        self.post = _Post(mailbox)
        self.done = Dispatched()

    def run(self) -> Dispatched:
        self.settle_doubts()
        for some in growing_parts(self.ledger.in_states(State.RECEIVED), _MADE_READY_AT_A_TIME):
            with self.ledger.transaction():
                for entry in some:
                    self.make_ready(entry)
        ready = self.ledger.in_states(State.READY)
        gone = 0
        for part in _parts(ready):
            end = self.send(part)
            if end is _End.UNREACHED:
                self.wait_or_go_round(ready[gone:])
                break
            gone += len(part)
            if end is _End.IN_DOUBT:
                self.done.waiting += len(ready) - gone
                break
        return self.done

    def settle_doubts(self) -> None:
        """Ask MESH about each send whose reply never came."""
        for entry in self.ledger.in_states(State.SENDING):
            age = abs(self.clock() - entry.since)  # a clock that was ahead must not make it wait for ever
            if age < self.settings.deadlines.uncertain:
                continue
            try:
                mesh_id = self.mailbox.find_sent(entry.sent_as)
            except MeshUnreachable:
                if age > self.settings.deadlines.unreachable:
                    self.stop(entry, Reason.SEND_UNCERTAIN)
                continue
            with self.ledger.transaction():
                if mesh_id is None:
                    self.ledger.move(entry, State.READY, Reason.NOTHING_AT_MESH, self.clock())
                else:
                    self.accepted(entry, mesh_id)

    def make_ready(self, entry: LedgerEntry) -> None:
        result = entry.result
        reason = stopped_before_coding(result, self.code_set, self.settings.mesh)
        if reason is None and result.practice is None:
            reason = Reason.NO_WAY_TO_PRACTICE
        if reason is not None:
            self.stop(entry, reason)
            return
        coded = self.code_set.code(result)
        reason = stopped_after_coding(coded)
        if reason is not None:
            self.stop(entry, reason)
            return
        now = self.clock()
        self.ledger.move(
            entry,
            State.READY,
            Reason.CODED,
            now,
            code=coded.concept.code if coded.concept else None,
            code_set=coded.code_set,
            ready_at=now,
        )

    def send(self, entries: Sequence[LedgerEntry]) -> _End | None:
        """Send these, as far as they go by MESH; why no more should be tried, where something speaks against it.

        What leaves is written down first, for all of them at once, and what came of it after. Practices are sent to
        beside each other, each in its results' order.
        """
        letters, unreached = [], False
        for entry in entries:
            try:
                letter = self.letter(entry)
            except MeshUnreachable:
                unreached = True
                break
            if letter is not None:
                letters.append(letter)
        letters = self.written_down(letters)
        lanes: dict[str, list[_Letter]] = {}
        for letter in letters:
            lanes.setdefault(letter.sent.mailbox, []).append(letter)
        outcomes = self.mailbox.each(self.post.hand_over, list(lanes.values()))
        by_id = {
            letter.sent.message_id: outcome
            for lane, came in zip(lanes.values(), outcomes, strict=True)
            for letter, outcome in zip(lane, came, strict=True)
        }
        # Where MESH has them all, it would say so again: only what else came of them must outlive a power cut.
        with self.ledger.transaction(lasting=not all(isinstance(one, Accepted) for one in by_id.values())):
            for letter in letters:
                self.come_of(letter, by_id[letter.sent.message_id])
        end = _End.UNREACHED if unreached else self.post.end
        if end is _End.IN_DOUBT:
            self.done.waiting += sum(outcome is None for outcome in by_id.values())
        return end

    def letter(self, entry: LedgerEntry) -> _Letter | None:
        """What goes to MESH for a result, built but not sent; None where it goes no further, or another way.

        Raises MeshUnreachable where MESH must be asked for that and is out of reach.
        """
        barred = entry.route if entry.reason is Reason.NOT_TAKING_MESSAGES else None
        way = self.router.way(entry.addressee, barred)
        if way is None:
            self.stop(entry, Reason.NO_WAY_TO_PRACTICE)
            return None
        if way.route is Route.PAPER:
            self.put_on_paper(entry)
            return None
        payload = PAYLOADS[way.route]
        if payload.of_print and not entry.result.has_print:
            self.stop(entry, Reason.NOTHING_TO_PRINT)
            return None
        repeated = entry.reason is Reason.NOTHING_AT_MESH
        attempt = entry.attempt if repeated else entry.attempt + 1
        message_id = message_id_of(entry, attempt)
        gone = self.mailbox.find_sent(message_id) if self.ledger.may_have_gone(entry) else None
        replaces = self.ledger.earlier_versions(entry, way.mailbox)
        if entry.result.withdrawn and payload.corrects and not replaces:
            self.put_on_paper(entry)  # what it withdraws went another way, and no message can name it
            return None
        now = self.clock()
        body = payload.build(
            self.code_set.code(entry.result),
            message_id=message_id,
            sender=self.settings.office,
            recipient=self.recipient(entry),
            now=now,
            replaces=replaces,
        )
        sent = Attempt(
            message_id=message_id,
            result_id=entry.id,
            attempt=attempt,
            route=way.route,
            mailbox=way.mailbox,
            version=version(entry.document),
            workflow=payload.workflow,
            media_type=payload.media_type,
            sent_at=now.isoformat(),
            sha256=hashlib.sha256(body).hexdigest(),
            body=body,
        )
        return _Letter(entry, way, sent, gone)

    def written_down(self, letters: Sequence[_Letter]) -> list[_Letter]:
        """Note that these are being sent, and what; those that are this dispatch's to send, as they now stand."""
        moved = []
        with self.ledger.transaction():
            for letter in letters:
                sent = letter.sent
                if self.ledger.move(
                    letter.entry,
                    State.SENDING,
                    Reason.SENDING,
                    self.clock(),
                    route=letter.way.route,
                    mailbox=sent.mailbox,
                    message_id=sent.message_id,
                    attempt=sent.attempt,
                ):
                    self.ledger.correspondence.note_attempt(sent, sends=0 if letter.gone else 1)
                    moved.append(letter)
        # Not this one's: what another dispatch, beside it, has; and what a row that was damaged meanwhile is about,
        # which is told, and MESH is asked once it can be read.
        now = [(letter, self.ledger.entry(letter.entry.id)) for letter in moved]
        return [replace(letter, entry=entry) for letter, entry in now if entry is not None]

    def come_of(self, letter: _Letter, outcome: Sending | None) -> None:
        """Write down what came of a send, inside the caller's transaction; None: it was not handed over after all."""
        match outcome:
            case Accepted(mesh_id):
                reason = Reason.FOUND_AT_MESH if letter.gone else Reason.ACCEPTED_BY_MESH
                self.accepted(letter.entry, mesh_id, reason)
            case Refused(_, words):
                self.stop(letter.entry, Reason.REFUSED_BY_MESH, why=words)
            case Uncertain():
                self.done.uncertain += 1
            case Unreached() | None:
                words = outcome.words if outcome else "not tried: those before it did not come through"
                self.ledger.correspondence.note_not_handed_over(letter.sent.message_id)
                self.ledger.move(letter.entry, State.READY, Reason.NOTHING_AT_MESH, self.clock(), why=words)

    def recipient(self, entry: LedgerEntry) -> Organisation:
        to = entry.addressee
        return Organisation(ods=to, name=self.names.get(to, to))

    def accepted(self, entry: LedgerEntry, mesh_id: str, reason: Reason = Reason.ACCEPTED_BY_MESH) -> None:
        self.ledger.correspondence.note_mesh_id(entry.sent_as, mesh_id)
        self.ledger.move(entry, State.SENT, reason, self.clock(), mesh_id=mesh_id)
        self.done.sent += 1

    def wait_or_go_round(self, entries: tuple[LedgerEntry, ...]) -> None:
        """MESH is out of reach: what has waited longer than the limit takes the way without it, the rest waits."""
        now = self.clock()
        way = self.router.without_mesh()
        for stale in entries:
            entry = self.ledger.entry(stale.id)
            if entry is None or entry.state is not State.READY:
                continue
            waited = abs(now - entry.waits_since)
            if waited <= self.settings.deadlines.unreachable:
                self.done.waiting += 1
            elif way is not None:
                self.put_on_paper(entry)
            else:
                self.stop(entry, Reason.MESH_UNREACHABLE)

    def put_on_paper(self, entry: LedgerEntry) -> None:
        with self.ledger.transaction():
            moved = put_on_paper(self.ledger, entry, self.settings.deadlines, self.clock())
        self.done.on_paper += moved

    def stop(self, entry: LedgerEntry, reason: Reason, why: str = "") -> None:
        with self.ledger.transaction():
            moved = self.ledger.move(
                entry, State.WITH_A_PERSON, reason, self.clock(), why=why, owner=Owner.OFFICE
            )
        self.done.stopped += moved
