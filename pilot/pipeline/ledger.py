"""The ledger: a SQLite file with one row a result and an append-only history of every move it made.

A move and its history row are one transaction; a move that the table of legal transitions does not know is a
bug and raises `IllegalMove`. A move from a state that the result is no longer in changes nothing and says so.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pilot.domain.delivery import LEGAL, State
from pilot.domain.result import Rejected, ScreeningResult, Version
from pilot.errors import LedgerError
from pilot.pipeline.entry import Entry, Owner, Step, encode, entry_from_row
from pilot.pipeline.ledger_file import LedgerFile
from pilot.pipeline.reasons import Reason

PIPELINE = "pipeline"

# What a move may set beside the state; names are columns of `result`.
_SETTABLE = frozenset(
    {
        "owner",
        "assigned_to",
        "due",
        "route",
        "mailbox",
        "message_id",
        "mesh_id",
        "code",
        "code_set",
        "attempt",
        "ready_at",
    }
    | {"practice", "nhs_number", "outcome", "document"}
)


class IllegalMove(AssertionError):
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
    reason: str = Reason.AS_EMITTED
    versions: tuple[Version, ...] = ()


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


class Ledger(LedgerFile):
    """An open ledger: its batches, its results, their moves and the answers to them."""

    # Intake

    def has_file(self, sha256: str) -> bool:
        return self._one("SELECT 1 FROM emitted_file WHERE sha256 = ?", sha256) is not None

    def memories(self) -> tuple[bytes, ...]:
        """What each intake added to what later batches are held against, oldest first."""
        return tuple(row[0] for row in self._all("SELECT memory FROM intake ORDER BY id"))

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

    def _insert(self, new: NewEntry, when: str) -> None:
        document = new.document
        where = document.provenance
        result = document if isinstance(document, ScreeningResult) else None
        number = result.participant.nhs_number if result else getattr(document, "nhs_number", None)
        owner = Owner.OFFICE if new.state is not State.RECEIVED else ""
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
        self._note(row[0], when, None, State.RECEIVED, Reason.AS_EMITTED, PIPELINE, "")
        if new.state is not State.RECEIVED:
            _check_legal(State.RECEIVED, new.state)
            self._note(row[0], when, State.RECEIVED, new.state, new.reason, PIPELINE, "")

    # Moving

    def move(
        self,
        entry: Entry,
        to: State,
        reason: str,
        at: datetime,
        *,
        who: str = PIPELINE,
        why: str = "",
        **columns: str | int | bytes | None,
    ) -> bool:
        """Move a result on, inside the caller's transaction. False where it is no longer in `entry.state`."""
        _check_legal(entry.state, to)
        unknown = columns.keys() - _SETTABLE
        if unknown:
            raise IllegalMove(f"a move cannot set {sorted(unknown)}")
        columns.setdefault("owner", "")
        columns.setdefault("due", "")
        sets = "".join(f", {name} = :{name}" for name in columns)
        moved = self._db.execute(
            f"UPDATE result SET state = :state, reason = :reason, since = :since{sets} WHERE id = :id AND state = :was",  # noqa: S608 - names are checked above
            {
                **columns,
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

    def assign(self, entry: Entry, person: str, at: datetime, who: str, why: str) -> bool:
        """Put a name on a stuck result. Its state stays; its history says so. False where it has moved on."""
        assigned = self._db.execute(
            "UPDATE result SET assigned_to = ? WHERE id = ? AND state = ?", (person, entry.id, entry.state)
        )
        if assigned.rowcount == 0:
            return False
        self._note(entry.id, at.isoformat(), entry.state, entry.state, f"assigned to {person}", who, why)
        return True

    def note_attempt(self, entry: Entry, message_id: str, attempt: int) -> None:
        """Remember an id before anything goes out under it."""
        self._db.execute(
            "INSERT INTO attempt (message_id, result_id, attempt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (message_id, entry.id, attempt),
        )

    def note_mesh_id(self, message_id: str, mesh_id: str) -> None:
        self._db.execute("UPDATE attempt SET mesh_id = ? WHERE message_id = ?", (mesh_id, message_id))

    def _note(
        self, result_id: int, at: str, from_state: str | None, to: str, reason: str, who: str, why: str
    ) -> None:
        self._db.execute(
            "INSERT INTO history (result_id, at, from_state, to_state, reason, who, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (result_id, at, from_state, to, reason, who, why),
        )

    # Answers

    def answered(self, mesh_id: str) -> bool:
        """Whether this message from MESH was acted on before."""
        return self._one("SELECT 1 FROM answer WHERE mesh_id = ?", mesh_id) is not None

    def note_answer(self, mesh_id: str, result_id: int | None, at: datetime, words: str) -> None:
        self._db.execute(
            "INSERT INTO answer (mesh_id, result_id, at, words) VALUES (?, ?, ?, ?)",
            (mesh_id, result_id, at.isoformat(), words),
        )

    # Reconciliation

    def not_yet_held(self) -> Iterator[Entry]:
        """What is filed, or with a person, and its practice has not said to hold since it came there."""
        return self._entries(
            "WHERE state IN (?, ?) AND NOT EXISTS (SELECT 1 FROM reconciliation_line AS line JOIN reconciliation"
            " ON reconciliation.id = line.reconciliation WHERE line.result_id = result.id AND line.said = 'held'"
            " AND (reconciliation.at >= result.since OR result.reason = ?)) ORDER BY id",
            *(State.FILED, State.WITH_A_PERSON, Reason.HELD_AT_PRACTICE),
        )

    def note_asked(
        self, identifier: str, practice: str, mailbox: str, at: datetime, results: Sequence[int]
    ) -> None:
        self._db.execute(
            "INSERT INTO reconciliation (id, practice, mailbox, at) VALUES (?, ?, ?, ?)",
            (identifier, practice, mailbox, at.isoformat()),
        )
        self._db.executemany(
            "INSERT INTO reconciliation_line (reconciliation, result_id) VALUES (?, ?)",
            [(identifier, number) for number in results],
        )

    def note_asked_sent(self, identifier: str, at: datetime) -> None:
        self._db.execute("UPDATE reconciliation SET sent = ? WHERE id = ?", (at.isoformat(), identifier))

    def note_said(self, identifier: str, result_id: int, said: str) -> None:
        self._db.execute(
            "UPDATE reconciliation_line SET said = ? WHERE reconciliation = ? AND result_id = ?",
            (said, identifier, result_id),
        )

    def note_answered(self, identifier: str, at: datetime, who: str) -> None:
        self._db.execute(
            "UPDATE reconciliation SET answered = ?, who = ? WHERE id = ?", (at.isoformat(), who, identifier)
        )

    def asked(self) -> tuple[Asked, ...]:
        """Every reconciliation, oldest first."""
        return tuple(
            self._asked(row) for row in self._all("SELECT * FROM reconciliation ORDER BY at, practice")
        )

    def asked_under(self, identifier: str) -> Asked | None:
        row = self._one("SELECT * FROM reconciliation WHERE id = ?", identifier)
        return None if row is None else self._asked(row)

    def _asked(self, row: sqlite3.Row) -> Asked:
        lines = self._all(
            "SELECT result_id FROM reconciliation_line WHERE reconciliation = ? ORDER BY result_id", row["id"]
        )
        return Asked(
            **{**dict(row), "at": datetime.fromisoformat(row["at"])},
            results=tuple(line["result_id"] for line in lines),
        )

    # Reading

    def entry(self, result_id: int) -> Entry | None:
        in_range = 0 < result_id < 2**63  # what SQLite can ask for
        return next(self._entries("WHERE id = ?", result_id), None) if in_range else None

    def of_message(self, identifier: str) -> tuple[Entry, bool] | None:
        """The result sent under one of our ids or MESH's, and whether that is its latest attempt."""
        row = self._one(
            "SELECT result_id, attempt FROM attempt WHERE message_id = ?1 OR mesh_id = ?1", identifier
        )
        if row is None:
            return None
        entry = self.entry(row["result_id"])
        assert entry is not None  # noqa: S101 - a foreign key
        return entry, row["attempt"] == entry.attempt

    def in_states(self, *states: State) -> tuple[Entry, ...]:
        """All results in these states, oldest first."""
        marks = ", ".join("?" for _ in states)
        return tuple(self._entries(f"WHERE state IN ({marks}) ORDER BY id", *states))

    def entries(self) -> Iterator[Entry]:
        return self._entries("ORDER BY id")

    def history(self, result_id: int) -> tuple[Step, ...]:
        rows = self._all("SELECT * FROM history WHERE result_id = ? ORDER BY id", result_id)
        return tuple(
            Step(
                datetime.fromisoformat(row["at"]),
                row["from_state"],
                row["to_state"],
                row["reason"],
                row["who"],
                row["why"],
            )
            for row in rows
        )

    def last_move(self) -> datetime | None:
        """When anything last moved; None in an empty ledger."""
        row = self._one("SELECT max(at) FROM history")
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def counts(self) -> dict[State, int]:
        rows = self._all("SELECT state, count(*) FROM result GROUP BY state")
        return {State(state): count for state, count in rows}

    def _entries(self, where: str, *values: object) -> Iterator[Entry]:
        for row in self._all(f"SELECT * FROM result {where}", *values):  # noqa: S608 - our own words
            yield entry_from_row(dict(row))


def _check_legal(from_state: State, to: State) -> None:
    if to not in LEGAL[from_state]:
        raise IllegalMove(f"{from_state} -> {to}")
