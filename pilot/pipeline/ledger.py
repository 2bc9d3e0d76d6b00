"""The ledger: a SQLite file with one row a result and an append-only history of every move it made.

A move and its history row are one transaction; a move that the table of legal transitions does not know is a
bug and raises `IllegalMove`. A move from a state that the result is no longer in changes nothing and says so.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypedDict, Unpack

import msgspec

from pilot.domain.delivery import LEGAL, State
from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason, Rejected, RejectionReason, ScreeningResult, Version
from pilot.errors import LedgerError
from pilot.pipeline.correspondence import Correspondence
from pilot.pipeline.entry import (
    LedgerEntry,
    Owner,
    Route,
    Step,
    encode,
    entry_from_row,
    step_from_row,
    version,
)
from pilot.pipeline.ledger_file import LedgerFile
from pilot.pipeline.reasons import Reason, Why

PIPELINE = "pipeline"

# Why a file's line may stand for all that is in it.
_SET_ASIDE = (
    RejectionReason.TOOK_TOO_LONG,
    RejectionReason.READER_STOPPED,
    RejectionReason.EXTRACT_AWAITED,
)


class Columns(TypedDict, total=False):
    """What a move may set beside the state: columns of `result`.

    What is not given stays as it is, but for `owner` and `due`: whose list it was on, and until when, ends with
    the move. `code` goes with `code_set`: a result may have none in one set and one in another.
    """

    owner: Owner | None
    due: date | None
    route: Route
    mailbox: str
    message_id: str
    mesh_id: str
    code: str | None
    code_set: str
    attempt: int
    ready_at: datetime
    practice: str | None
    nhs_number: str
    outcome: Outcome
    document: bytes
    versions: bytes


_MOVE = """
UPDATE result SET state = :state, reason = :reason, since = :since,
  owner = coalesce(:owner, ''), due = coalesce(:due, ''),
  route = coalesce(:route, route), mailbox = coalesce(:mailbox, mailbox),
  message_id = coalesce(:message_id, message_id), mesh_id = coalesce(:mesh_id, mesh_id),
  code = CASE WHEN :code_set IS NULL THEN code ELSE :code END, code_set = coalesce(:code_set, code_set),
  attempt = coalesce(:attempt, attempt), ready_at = coalesce(:ready_at, ready_at),
  practice = coalesce(:practice, practice), nhs_number = coalesce(:nhs_number, nhs_number),
  outcome = coalesce(:outcome, outcome), document = coalesce(:document, document),
  versions = coalesce(:versions, versions)
WHERE id = :id AND state = :was
"""
# What a decision may change, and what taking it back puts as it was.
_AS_IT_WAS = "state, reason, since, owner, assigned_to, due, route, practice, nhs_number, outcome, document"
_PUT_BACK = """
UPDATE result SET state = :state, reason = :reason, since = :since, owner = :owner, assigned_to = :assigned_to,
  due = :due, route = :route, practice = :practice, nhs_number = :nhs_number, outcome = :outcome, document = :document
WHERE id = :id
"""
_UNCHANGED: Final = dict.fromkeys(Columns.__annotations__)


class IllegalMove(Exception):
    """A bug: a move that the table of transitions does not know."""


@dataclass(frozen=True, slots=True)
class EmittedFile:
    """A file that an intake takes."""

    sha256: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A result or a rejection as it enters the ledger; anything but RECEIVED needs the reason it starts with."""

    source: str
    document: ScreeningResult | Rejected
    state: State = State.RECEIVED
    reason: Why = Reason.AS_EMITTED
    versions: tuple[Version, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of a person, and the result as it was before: `document` is its JSON."""

    at: datetime
    who: str
    why: str
    reason: str
    document: bytes


class Ledger(LedgerFile):
    """An open ledger: its batches, its results, their moves and the answers to them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._newest_at_opening = self._newest()
        self.correspondence = Correspondence(self)

    def belongs_to(self, **whose: str) -> None:
        """Bind the ledger, by its first intake, and refuse anybody else's. Raises LedgerError.

        A second office would be given the first one's results; the same office from another folder, with a
        copy, would send everything twice.
        """
        with self.transaction():
            for name, value in whose.items():
                self._db.execute(
                    "INSERT INTO belonging (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value)
                )
                held = self._db.execute("SELECT value FROM belonging WHERE name = ?", (name,)).fetchone()[0]
                if held != value:
                    raise LedgerError(
                        f"the ledger belongs to the {name} {held}, not to {value}",
                        str(self.path),
                        "Use that one's own ledger; one that was moved is told so with --moved"
                        if name == "folder"
                        else "Name the ledger of this one with --ledger",
                    )

    def moved_to(self, folder: str) -> None:
        """Somebody says that this ledger was moved, and that no copy of it goes on elsewhere."""
        with self.transaction():
            self._db.execute("UPDATE belonging SET value = ? WHERE name = 'folder'", (folder,))

    def _newest(self) -> int:
        try:
            return self.newest()
        except LedgerError:  # damaged: said where it is asked for what it should hold
            return 2**63 - 1

    # Intake

    def has_file(self, sha256: str) -> bool:
        """Whether a file of these bytes was taken in before."""
        return self.row("SELECT 1 FROM emitted_file WHERE sha256 = ?", sha256) is not None

    def memories_since(self, intake: int) -> tuple[tuple[int, bytes], ...]:
        """What each intake after that one added to what later batches are held against, with its number."""
        rows = self.rows("SELECT id, memory FROM intake WHERE id > ? ORDER BY id", intake)
        return tuple((row["id"], row["memory"]) for row in rows)

    def take_in(
        self, files: Sequence[EmittedFile], entries: Sequence[NewEntry], memory: bytes, at: datetime
    ) -> None:
        """Write a batch, whole: its files and everything in them, with the first row of each history.

        Raises LedgerError where another intake has taken one of the files meanwhile.
        """
        when = at.isoformat()
        with self.transaction():
            if any(self.has_file(file.sha256) for file in files):
                raise LedgerError(
                    "another pilot is taking in the same files", str(self.path), "Wait, and run this again"
                )
            intake = self._db.execute(
                "INSERT INTO intake (at, memory) VALUES (?, ?) RETURNING id", (when, memory)
            ).fetchone()[0]
            self._db.executemany(
                "INSERT INTO emitted_file (sha256, name, kind, intake) VALUES (?, ?, ?, ?)",
                [(file.sha256, file.name, file.kind, intake) for file in files],
            )
            for entry in entries:
                self._insert(entry, when)

    def set_aside(self, sha256: str) -> LedgerEntry | None:
        """The line that stands for a file of which nothing was taken yet."""
        return next(
            self.entries_where(
                "WHERE source = ? AND page = 0 AND record = 0 AND state = ? AND reason IN (?, ?, ?)",
                *(sha256, State.WITH_A_PERSON, *_SET_ASIDE),
            ),
            None,
        )

    def _insert(self, new: NewEntry, when: str) -> None:
        document = new.document
        where = document.provenance
        result = document if isinstance(document, ScreeningResult) else None
        number = result.participant.nhs_number if result else getattr(document, "nhs_number", None)
        owner = "" if new.state is State.RECEIVED else Owner.OFFICE
        row = self._db.execute(
            "INSERT INTO result (state, reason, since, owner, received_at, source, file, page, record,"
            " screening_number, nhs_number, practice, outcome, document, readable, versions)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                *(new.state, new.reason, when, owner, when, new.source, where.file, where.page, where.record),
                *(document.screening_number, number, document.practice, result.outcome if result else None),
                *(encode(document), int(result is not None), encode(new.versions)),
            ),
        ).fetchone()
        self._note(row[0], when, None, State.RECEIVED, Reason.AS_EMITTED, PIPELINE, new.why)
        if new.state is not State.RECEIVED:
            _check_legal(State.RECEIVED, new.state)
            self._note(row[0], when, State.RECEIVED, new.state, new.reason, PIPELINE, "")

    # Moving

    def move(
        self,
        entry: LedgerEntry,
        to: State,
        reason: Why,
        at: datetime,
        *,
        who: str = PIPELINE,
        why: str = "",
        **columns: Unpack[Columns],
    ) -> bool:
        """Move a result on, inside the caller's transaction. False where it is no longer in `entry.state`."""
        _check_legal(entry.state, to)
        unknown = columns.keys() - _UNCHANGED.keys()
        if unknown:
            raise IllegalMove(f"a move cannot set {sorted(unknown)}")
        moved = self._db.execute(
            _MOVE,
            {
                **_UNCHANGED,
                **{name: _stored(value) for name, value in columns.items()},
                "state": to,
                "reason": reason,
                # Handed on from one list to another it goes on ageing.
                "since": (entry.since if to is entry.state else at).isoformat(),
                "id": entry.id,
                "was": entry.state,
            },
        )
        if moved.rowcount == 0:
            return False
        self._note(entry.id, at.isoformat(), entry.state, to, reason, who, why)
        return True

    @contextmanager
    def decision(self, number: int) -> Iterator[None]:
        """One decision of a person on one result, all or nothing; what the result was before is kept with it."""
        with self.transaction():
            before = self.row(f"SELECT {_AS_IT_WAS} FROM result WHERE id = ?", number)  # noqa: S608 - our own words
            yield
            if before is not None:
                self._db.execute(
                    "INSERT INTO decision (result_id, history, before)"
                    " VALUES (?1, (SELECT max(id) FROM history WHERE result_id = ?1), ?2)",
                    (number, encode(dict(before) | {"document": before["document"].decode()})),
                )

    def decisions(self, number: int) -> tuple[Decided, ...]:
        """The decisions taken on a result, oldest first, each with what was known of it before."""
        rows = self.rows(
            "SELECT history.at, history.who, history.why, history.reason, decision.before FROM decision"
            " JOIN history ON history.id = decision.history WHERE decision.result_id = ? ORDER BY decision.id",
            number,
        )
        return tuple(
            Decided(
                datetime.fromisoformat(row["at"]),
                row["who"],
                row["why"],
                row["reason"],
                msgspec.json.decode(row["before"])["document"].encode(),
            )
            for row in rows
        )

    def undoable(self, number: int) -> bool:
        """Whether the last decision on it can still be taken back."""
        return self._last_decision(number) is not None

    def _last_decision(self, number: int) -> sqlite3.Row | None:
        """The last decision on it, where nothing has followed."""
        return self.row(
            "SELECT before FROM decision WHERE result_id = ?1"
            " AND history = (SELECT max(id) FROM history WHERE result_id = ?1) ORDER BY id DESC LIMIT 1",
            number,
        )

    def undo(self, entry: LedgerEntry, at: datetime, who: str) -> bool:
        """Take the last decision on it back. False where something has followed from it, or there is none."""
        with self.transaction():
            last = self._last_decision(entry.id)
            if last is None:
                return False
            before = msgspec.json.decode(last["before"])
            _check_legal(entry.state, State(before["state"]))
            before["document"] = before["document"].encode()
            self._db.execute(_PUT_BACK, {**before, "id": entry.id})
            why = f"it was: {entry.state.replace('_', ' ')}"
            self._note(entry.id, at.isoformat(), entry.state, before["state"], Reason.PERSON_UNDID, who, why)
        return True

    def assign(self, entry: LedgerEntry, person: str, at: datetime, who: str, why: str) -> bool:
        """Put a name on a stuck result. Its state stays; its history says so. False where it has moved on."""
        assigned = self._db.execute(
            "UPDATE result SET assigned_to = ? WHERE id = ? AND state = ?", (person, entry.id, entry.state)
        )
        if assigned.rowcount == 0:
            return False
        self._note(entry.id, at.isoformat(), entry.state, entry.state, f"assigned to {person}", who, why)
        return True

    def may_have_gone(self, entry: LedgerEntry) -> bool:
        """Whether a result may have been sent without this ledger knowing.

        It was here before this process opened the ledger (a power cut, or a copy put back, may have undone what
        came after), or it was printed before the ledger was begun (another may have been lost).
        """
        if entry.id <= self._newest_at_opening:
            return True
        begun = self.row("SELECT at FROM intake ORDER BY id LIMIT 1")
        printed = entry.result.printed_on
        return begun is None or printed is None or printed.isoformat() <= begun["at"][:10]

    def _note(
        self, result_id: int, at: str, from_state: str | None, to: str, reason: str, who: str, why: str
    ) -> None:
        last = self._db.execute("SELECT seal FROM history ORDER BY id DESC LIMIT 1").fetchone()
        row = (result_id, at, from_state, to, reason, who, why)
        self._db.execute(
            "INSERT INTO history (result_id, at, from_state, to_state, reason, who, why, seal)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, _seal(last["seal"] if last else "", row)),
        )

    def note(self, entry: LedgerEntry, reason: Why, at: datetime, why: str) -> None:
        """A line in a result's history; it stays where it is."""
        self._note(entry.id, at.isoformat(), entry.state, entry.state, reason, PIPELINE, why)

    def add_line(self, line: NewEntry, at: datetime) -> None:
        """A line on the office's list that no file brought, inside the caller's transaction."""
        self._insert(line, at.isoformat())

    # Reading

    def entry(self, result_id: int) -> LedgerEntry | None:
        """One result; None where there is none of that number, or its row cannot be read."""
        in_range = 0 < result_id < 2**63  # what SQLite can ask for
        return next(self.entries_where("WHERE id = ?", result_id), None) if in_range else None

    def corrects(self, entry: LedgerEntry) -> tuple[LedgerEntry, ...]:
        """Earlier results that this one is a later print of, as intake found and a person then decided."""
        later = (DisputeReason.DUPLICATE, DisputeReason.AMENDED)
        if not any(step.reason in later for step in self.history(entry.id)):
            return ()
        where = "WHERE screening_number = ? AND nhs_number = ? AND id < ? AND attempt > 0 ORDER BY id"
        return tuple(self.entries_where(where, entry.screening_number, entry.nhs_number, entry.id))

    def of_screening(self, entry: LedgerEntry) -> tuple[LedgerEntry, ...]:
        """The results of that person under that screening number, oldest first."""
        where = "WHERE screening_number = ? AND nhs_number = ? ORDER BY id"
        every = self.entries_where(where, entry.screening_number, entry.nhs_number)
        return tuple(one for one in every if isinstance(one.document, ScreeningResult))

    def spoken_of(self) -> Callable[[LedgerEntry], str]:
        """How a practice is asked about a result: by its screening number; where several results share that, by the
        day she was seen as well (`KXX049443 2026-02-19`), so that it does not take one for the other.
        """
        rows = self.rows(
            "SELECT screening_number FROM sought WHERE screening_number IS NOT NULL"
            " GROUP BY screening_number HAVING count(*) > 1"
        )
        shared = {row["screening_number"] for row in rows}

        def name(entry: LedgerEntry) -> str:
            number, result = entry.screening_number or "", entry.document
            day = result.date if isinstance(result, ScreeningResult) else None
            return f"{number} {day}" if number in shared and day is not None else number

        return name

    def earlier_versions(self, entry: LedgerEntry, mailbox: str) -> tuple[str, ...]:
        """Ids of messages to that mailbox that carried another version of this result, oldest first."""
        now = version(entry.document)
        return tuple(
            sent.message_id
            for result in (*self.corrects(entry), entry)
            for sent in self.correspondence.sent_without_bytes(result.id)
            if sent.corrects and sent.mailbox == mailbox and sent.version != now
        )

    def in_states(self, *states: State) -> tuple[LedgerEntry, ...]:
        """All results in these states, oldest first."""
        marks = ", ".join("?" for _ in states)
        return tuple(self.entries_where(f"WHERE state IN ({marks}) ORDER BY id", *states))

    def newest(self) -> int:
        """The number of the newest result; 0 in an empty ledger."""
        row = self.row("SELECT max(id) FROM result")
        return int(row[0] or 0) if row else 0

    def entries_after(self, number: int) -> Iterator[LedgerEntry]:
        """Every result after that one, oldest first."""
        return self.entries_where("WHERE id > ? ORDER BY id", number)

    def entries(self) -> Iterator[LedgerEntry]:
        """Every result, oldest first."""
        return self.entries_where("ORDER BY id")

    def history(self, result_id: int) -> tuple[Step, ...]:
        """Every move of a result, oldest first."""
        steps = []
        for row in self.rows("SELECT * FROM history WHERE result_id = ? ORDER BY id", result_id):
            try:
                steps.append(step_from_row(row))
            except ValueError:
                self.unreadable.add(f"history line {row['id']}")
        return tuple(steps)

    def broken_seals(self) -> tuple[int, ...]:
        """Rows of the history, by id, that are not as they were written or follow one that is gone."""
        broken, before = [], ""
        for row in self.rows("SELECT * FROM history ORDER BY id"):
            fields = tuple(row)[1:-1]
            if row["seal"] != _seal(before, fields):
                broken.append(row["id"])
            before = row["seal"]
        return tuple(broken)

    def astray(self) -> tuple[int, ...]:
        """Results, by id, whose state or reason is not what the last line of their history says."""
        rows = self.rows(
            "SELECT result.id FROM result LEFT JOIN history ON history.id ="
            " (SELECT max(id) FROM history WHERE result_id = result.id)"
            " WHERE history.to_state IS NOT result.state ORDER BY result.id"
        )
        return tuple(row["id"] for row in rows)

    def flaws_of_the_file(self) -> tuple[str, ...]:
        """What SQLite's own check of the whole file finds."""
        return tuple(row[0] for row in self.rows("PRAGMA integrity_check(20)") if row[0] != "ok")

    def lines(self) -> int:
        """How many lines the history has ever had: as long as it is the same, nothing has moved."""
        row = self.row("SELECT max(id) FROM history")
        return int(row[0] or 0) if row else 0

    def last_move(self) -> datetime | None:
        """When anything last moved; None in an empty ledger."""
        for row in self.rows("SELECT at FROM history ORDER BY id DESC LIMIT 100"):
            with suppress(ValueError):  # one that was damaged; the one before it is as good
                return datetime.fromisoformat(row["at"])
        return None

    def counts(self) -> dict[State, int]:
        """How many results are where. In no state that there is: among the unreadable."""
        counts: dict[State, int] = {}
        for row in self.rows("SELECT state, count(*) AS number FROM result GROUP BY state"):
            if row["state"] in list(State):
                counts[State(row["state"])] = row["number"]
            else:
                lost = self.rows("SELECT id FROM result WHERE state IS ?", row["state"])
                self.unreadable.update(f"result {one['id']}" for one in lost)
        return counts

    def left_out(self) -> tuple[str, ...]:
        """Rows that could not be read when they were asked for, or are in no state that there is: the rest went on."""
        self.counts()
        return tuple(sorted(self.unreadable))

    def entries_where(self, where: str, *values: object) -> Iterator[LedgerEntry]:
        """Results by a condition in SQL. A row that cannot be read is left out, and told by `unreadable`."""
        for row in self.rows(f"SELECT * FROM result {where}", *values):  # noqa: S608 - our own words
            try:
                entry = entry_from_row(row)
            except (ValueError, msgspec.MsgspecError):
                self.unreadable.add(f"result {row['id']}")
                continue
            yield entry


def _seal(before: str, row: tuple[object, ...]) -> str:
    """What binds a row of the history to all that came before it."""
    return hashlib.sha256(f"{before}{json.dumps(row)}".encode()).hexdigest()


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _check_legal(from_state: State, to: State) -> None:
    if to not in LEGAL[from_state]:
        raise IllegalMove(f"{from_state} -> {to}")
