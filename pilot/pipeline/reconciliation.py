"""Reconciliation: the office tells each practice what it should hold, and the practice says what it does hold.

The control for silent failure: a system that answers "filed" and files nothing is found when it, or a person
there, is asked what is in the record. It goes over MESH by a workflow of its own; where a practice has no mailbox
for that, on paper with the post. Neither names a participant: screening numbers and message ids only, and where she
has two results under one number, the day of each.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from pilot.domain.delivery import State
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.messages.pdf_page import pdf_pages
from pilot.pipeline.entry import LedgerEntry, Owner
from pilot.pipeline.ledger import PIPELINE, Ledger
from pilot.pipeline.mailbox import RECONCILIATIONS, Accepted, Mailbox
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import working_days_after

# With the practice: it may be in the record by now, and nobody has said so yet.
AT_PRACTICE: Final = frozenset(
    {Reason.PRACTICE_REVIEW, Reason.KNOWN_AT_PRACTICE, Reason.SENT_ON_PAPER, Reason.PDF_AT_PRACTICE}
)

# Paper is asked after once it must have come and been typed; before, "not held" would mean nothing.
_PAPER_TAKES: Final = timedelta(days=14)

_IDS: Final = uuid.UUID("5f2b8f56-8f0e-5b39-8f3e-0f3d6a3a6a52")
_ROWS_A_SHEET: Final = 50
_WITHDRAWN: Final = "   (withdrawn: take it out)"


class Said(StrEnum):
    """What a practice says of one result: in the record; there and waiting for somebody; neither."""

    HELD = "held"
    WAITING = "waiting"
    NOT_HELD = "not_held"


class _Line(msgspec.Struct):
    screening_number: str
    message_id: str | None


class _Question(msgspec.Struct):
    reconciliation: str
    office: str
    practice: str
    asked_at: str
    count: int
    results: list[_Line]


class Answer(msgspec.Struct, frozen=True):
    """What a practice answers: results, named as it was asked about them, by what it says of them."""

    reconciliation: str
    held: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()


@dataclass(slots=True)
class Reconciled:
    """Practices asked over MESH, to be asked on paper, and not reached; `unanswered`: asked before, no answer yet."""

    by_mesh: int = 0
    on_paper: int = 0
    unreached: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One reconciliation: what a practice was asked about (`results`: their numbers here), when, and by which way.

    `mailbox` is empty where it is asked on paper; `sent` and `answered` are times, empty until then.
    """

    id: str
    practice: str
    mailbox: str
    at: datetime
    sent: str
    answered: str
    who: str
    results: tuple[int, ...]


class Reconciliations:
    """What practices were asked and said, in an open ledger. What writes does so inside the caller's transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def all(self) -> tuple[Asked, ...]:
        """Every reconciliation, oldest first."""
        return self._asked("SELECT * FROM reconciliation ORDER BY at, practice")

    def under(self, identifier: str) -> Asked | None:
        """The one of that id."""
        found = self._asked("SELECT * FROM reconciliation WHERE id = ?", identifier)
        return found[0] if found else None

    def not_yet_held(self) -> Iterator[LedgerEntry]:
        """What is filed, or with a person, and its practice has not said to hold since it came there."""
        return self._ledger.entries_where(
            "WHERE state IN (?, ?) AND NOT EXISTS (SELECT 1 FROM reconciliation_line AS line JOIN reconciliation"
            " ON reconciliation.id = line.reconciliation WHERE line.result_id = result.id AND line.said = 'held'"
            " AND (reconciliation.at >= result.since OR result.reason = ?)) ORDER BY id",
            *(State.FILED, State.WITH_A_PERSON, Reason.HELD_AT_PRACTICE),
        )

    def note(self, asked: Asked) -> None:
        """A practice is to be asked."""
        self._ledger.write(
            "INSERT INTO reconciliation (id, practice, mailbox, at) VALUES (?, ?, ?, ?)",
            *(asked.id, asked.practice, asked.mailbox, asked.at.isoformat()),
        )
        self._ledger.write_each(
            "INSERT INTO reconciliation_line (reconciliation, result_id) VALUES (?, ?)",
            [(asked.id, number) for number in asked.results],
        )

    def note_sent(self, identifier: str, at: datetime) -> None:
        """MESH has the question."""
        self._ledger.write("UPDATE reconciliation SET sent = ? WHERE id = ?", at.isoformat(), identifier)

    def note_said(self, identifier: str, result_id: int, said: Said) -> None:
        """What the practice says of one result."""
        self._ledger.write(
            "UPDATE reconciliation_line SET said = ? WHERE reconciliation = ? AND result_id = ?",
            *(said, identifier, result_id),
        )

    def note_answered(self, identifier: str, at: datetime, who: str) -> None:
        """The practice has answered; `who` wrote it down."""
        self._ledger.write(
            "UPDATE reconciliation SET answered = ?, who = ? WHERE id = ?", at.isoformat(), who, identifier
        )

    def _asked(self, sql: str, *values: object) -> tuple[Asked, ...]:
        found = []
        for row in self._ledger.rows(sql, *values):
            lines = self._ledger.rows(
                "SELECT result_id FROM reconciliation_line WHERE reconciliation = ? ORDER BY result_id",
                row["id"],
            )
            try:
                at = datetime.fromisoformat(row["at"])
            except ValueError:
                self._ledger.unreadable.add(f"reconciliation {row['id']}")
                continue
            found.append(Asked(**{**dict(row), "at": at}, results=tuple(line["result_id"] for line in lines)))
        return tuple(found)


def ask_practices(
    ledger: Ledger, mailbox: Mailbox, office: Organisation, clock: Callable[[], datetime]
) -> Reconciled:
    """Ask every practice about all that it should hold and has not said to hold; once a day, however often called."""
    now = clock()
    book = Reconciliations(ledger)
    done = Reconciled(unanswered=sum(not asked.answered for asked in book.all()))
    for practice, entries in _should_hold(book, now).items():
        identifier = str(uuid.uuid5(_IDS, f"{office.ods}/{practice}/{now.date()}"))
        asked = book.under(identifier)
        if asked is not None and asked.sent:
            continue
        to = mailbox.lookup(practice, RECONCILIATIONS)
        if asked is None:
            asked = Asked(
                identifier, practice, to or "", now, "", "", "", tuple(entry.id for entry in entries)
            )
            with ledger.transaction():
                book.note(asked)
        if to is None:
            done.on_paper += 1
        elif _sent(ledger, mailbox, office, asked, to, now):
            done.by_mesh += 1
        else:
            done.unreached += 1
    return done


def _should_hold(book: Reconciliations, now: datetime) -> dict[str, list[LedgerEntry]]:
    """By practice, what it should hold by all that we know and has not yet said to hold."""
    by_practice: dict[str, list[LedgerEntry]] = {}
    for entry in book.not_yet_held():
        if entry.state is State.WITH_A_PERSON and entry.reason not in AT_PRACTICE:
            continue
        if entry.reason == Reason.SENT_ON_PAPER and now - entry.since < _PAPER_TAKES:
            continue
        if entry.practice is not None and entry.screening_number is not None:
            by_practice.setdefault(entry.practice, []).append(entry)
    return by_practice


def _sent(
    ledger: Ledger, mailbox: Mailbox, office: Organisation, asked: Asked, to: str, now: datetime
) -> bool:
    """Whether MESH took it. One in doubt is sent again under the same id: the same question twice does no harm."""
    name = ledger.spoken_of()
    lines = [
        _Line(name(entry), entry.message_id)
        for entry in _entries(ledger, asked)
        if entry.screening_number is not None
    ]
    question = _Question(asked.id, office.ods, asked.practice, asked.at.isoformat(), len(lines), lines)
    outcome = mailbox.send(to, RECONCILIATIONS, msgspec.json.encode(question), asked.id, "application/json")
    if not isinstance(outcome, Accepted):
        return False
    with ledger.transaction():
        Reconciliations(ledger).note_sent(asked.id, now)
    return True


def read_answer(body: bytes) -> Answer | None:
    """What a practice's system answered; None where it cannot be read."""
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def heed(ledger: Ledger, answer: Answer, sender: str, now: datetime, *, who: str = PIPELINE) -> str:
    """Act on an answer, inside the caller's transaction; what was done, in words that name nobody.

    Only the mailbox that was asked may answer (`sender` empty: a person at the office copies a paper answer).
    What moved on since the question was asked is left alone.
    """
    asked = Reconciliations(ledger).under(answer.reconciliation)
    if asked is None or (sender and sender != asked.mailbox):
        return "a reconciliation that we did not ask for"
    said = {
        **dict.fromkeys(answer.held, Said.HELD),
        **dict.fromkeys(answer.waiting, Said.WAITING),
        **dict.fromkeys(answer.not_held, Said.NOT_HELD),
    }
    differences = unsaid = 0
    name = ledger.spoken_of()
    for entry in _entries(ledger, asked):
        # By the number alone where a second result of hers has come since it was asked about.
        word = said.get(name(entry), said.get(entry.screening_number or ""))
        if word is None:
            unsaid += 1
            continue
        Reconciliations(ledger).note_said(asked.id, entry.id, word)
        if entry.since <= asked.at:
            differences += _follow(ledger, entry, word, now, who)
    Reconciliations(ledger).note_answered(asked.id, now, who)
    return f"reconciliation: {len(asked.results)} asked, {differences} differ, {unsaid} without a word"


def _follow(ledger: Ledger, entry: LedgerEntry, said: Said, now: datetime, who: str) -> bool:
    """Whether it differs from what we believe. A difference is the office's, until the next working day."""
    believed_filed = entry.state is State.FILED
    if entry.result.withdrawn:
        return _follow_withdrawn(ledger, entry, said, now, who)
    if said is Said.HELD:
        if not believed_filed and (entry.reason in AT_PRACTICE or entry.reason == Reason.NOT_HELD):
            ledger.move(entry, State.FILED, Reason.HELD_AT_PRACTICE, now, who=who, why="reconciliation")
        return False
    if said is Said.WAITING and not believed_filed:
        return False
    if not believed_filed and entry.reason not in AT_PRACTICE:
        return False  # on the office's list already
    ledger.move(
        entry,
        State.WITH_A_PERSON,
        Reason.NOT_HELD,
        now,
        who=who,
        why=f"reconciliation: {said.replace('_', ' ')}, believed {entry.reason.replace('_', ' ')}",
        owner=Owner.OFFICE,
        due=working_days_after(now.date(), 1),
    )
    return True


def _follow_withdrawn(ledger: Ledger, entry: LedgerEntry, said: Said, now: datetime, who: str) -> bool:
    """What was withdrawn is to be in no record: held, it is the office's again."""
    if said is Said.NOT_HELD:
        ledger.move(entry, State.RETURNED, Reason.WITHDRAWN, now, who=who, why="reconciliation: not held")
    if said is not Said.HELD:
        return False
    ledger.move(
        entry,
        State.WITH_A_PERSON,
        Reason.STILL_HELD,
        now,
        who=who,
        why="reconciliation: held, and withdrawn",
        owner=Owner.OFFICE,
        due=working_days_after(now.date(), 1),
    )
    return True


def answer_on_paper(ledger: Ledger, identifier: str, not_held: Iterable[str], now: datetime, who: str) -> str:
    """Copy what a practice ticked on its page: all that it does not name it holds. Raises LedgerError."""
    asked = Reconciliations(ledger).under(identifier)
    if asked is None:
        raise LedgerError(f"there is no reconciliation {identifier}", "", "See `pilot reconcile list`")
    if not who.strip():
        raise LedgerError("who did it is needed", "", "Give --who")
    name = ledger.spoken_of()
    numbers = {name(entry) for entry in _entries(ledger, asked) if entry.screening_number}
    missing = tuple(not_held)
    strange = set(missing) - numbers
    if strange:
        raise LedgerError(
            f"{len(strange)} of these numbers are not on that page", "", "Compare with `pilot reconcile list`"
        )
    held = tuple(sorted(numbers - set(missing)))
    with ledger.transaction():
        return heed(ledger, Answer(identifier, held=held, not_held=missing), "", now, who=who)


def reconciliation_pages(ledger: Ledger, office: Organisation, on: date) -> tuple[tuple[Asked, ...], bytes]:
    """The pages for practices that are asked on paper and have not answered: which, and the PDF (empty if none)."""
    asked = tuple(one for one in Reconciliations(ledger).all() if not one.mailbox and not one.answered)
    pages = [page for one in asked for page in _pages(ledger, one, office, on)]
    return asked, pdf_pages(pages, f"Reconciliation, {on:%d %B %Y}") if pages else b""


def _pages(ledger: Ledger, asked: Asked, office: Organisation, on: date) -> list[tuple[str, ...]]:
    entries = _entries(ledger, asked)
    head = (
        f"RECONCILIATION                                       {on:%d-%b-%Y}",
        "",
        f"From: {office.name} ({office.ods})   To: {asked.practice}",
        f"Page: {asked.id}",
        "",
        f"You should hold these {len(entries)} results. Tick each that is in the record,",
        "and send this page back.",
        "",
    )
    name = ledger.spoken_of()
    rows = [
        f"[ ] in the record   [ ] not   {name(entry)}{_WITHDRAWN if entry.result.withdrawn else ''}"
        for entry in entries
    ]
    return [(*head, *rows[at : at + _ROWS_A_SHEET]) for at in range(0, len(rows), _ROWS_A_SHEET)]


def _entries(ledger: Ledger, asked: Asked) -> list[LedgerEntry]:
    return [entry for entry in map(ledger.entry, asked.results) if entry is not None]
