"""What is asked of the store, in the server's own words. Every method runs inside Store.transact."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec.structs import astuple, replace

from simulators.mesh.database import Database
from simulators.mesh.message import COLUMNS, Message, Status, new_message_id
from simulators.mesh.token import Token

T = TypeVar("T")

_COLUMN_LIST = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO message ({_COLUMN_LIST}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_SELECT = f"SELECT {_COLUMN_LIST} FROM message "  # noqa: S608
_TALLIES: Final = ("inbox", "sent", "acknowledged", "expired")


@dataclass(frozen=True, slots=True)
class Control:
    """What all server processes on one file share.

    `clock` None means real time. A virtual one stood at `clock` when real time was `clock_set`, and passes at
    `rate` virtual seconds a real one.
    """

    generation: int
    sequence: int
    clock: float | None
    clock_set: float
    rate: float

    def now(self) -> float:
        real = time.time()
        return real if self.clock is None else self.clock + (real - self.clock_set) * self.rate


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an inbox: message ids in order, the last one's position, and whether more wait behind it."""

    message_ids: list[str]
    last: int
    more: bool


class Store:
    """Messages, bodies, used tokens, tallies, and the control plane's settings."""

    def __init__(self, path: Path | None) -> None:
        self.database = Database(path)
        self.database.before = self._refresh
        self.database.after = self._save
        self._sql = self.database.connection.execute
        self._control = Control(0, 0, None, 0, 0)
        self._sequence = 0
        self._untold: Counter[tuple[str, str]] = Counter()
        self.now = time.time()

    def when_undone(self, forget: Callable[[], None]) -> None:
        """Have `forget` called whenever a transaction is rolled back, with all that was done in it."""
        self.database.undone = forget

    async def transact(self, work: Callable[[], T]) -> T:
        return await self.database.run(work)

    def transact_now(self, work: Callable[[], T]) -> T:
        """The same before the server serves, when there is nobody to wait for."""
        return self.database.run_now(work)

    def close(self) -> None:
        self.database.close()

    def _refresh(self) -> None:
        self._control = self._read_control()
        self._sequence = self._control.sequence
        self._untold.clear()
        self.now = self._control.now()

    def _read_control(self) -> Control:
        columns = "generation, sequence, clock, clock_set, rate"
        return Control(*self._sql(f"SELECT {columns} FROM control").fetchone())  # noqa: S608

    def _save(self) -> None:
        """Write what a transaction's requests changed in common, once for all of them."""
        self._write_tallies()
        if self._sequence != self._control.sequence:
            self._sql("UPDATE control SET sequence = ?", (self._sequence,))

    # -- control

    @property
    def generation(self) -> int:
        """Rises whenever the clock, the faults or a mailbox's state is changed, by whichever process."""
        return self._control.generation

    @property
    def clock(self) -> float | None:
        return self._control.clock

    def peek_generation(self) -> int:
        """The same, outside a transaction; within one that is open nobody else can have changed it."""
        if self.database.is_open:
            return self._control.generation
        return int(self._sql("SELECT generation FROM control").fetchone()[0])

    def time(self) -> float:
        """The time now, inside or outside a transaction."""
        return self._read_control().now()

    @property
    def rate(self) -> float:
        return self._control.rate

    def set_clock(self, now: float | None, rate: float = 0.0) -> None:
        """Virtual time from here on, passing at `rate`; None for real time."""
        self._change(clock=now, clock_set=time.time(), rate=rate)

    def setting(self, name: str) -> str:
        """The JSON text of one setting: `faults`, `inactive` or `added`."""
        return str(self._sql(f"SELECT {name} FROM control").fetchone()[0])  # noqa: S608

    def set_setting(self, name: str, value: str) -> None:
        self._change(**{name: value})

    def _change(self, **columns: float | str | None) -> None:
        self._save()
        assignments = ", ".join(f"{column} = ?" for column in columns)
        self._sql(f"UPDATE control SET {assignments}, generation = generation + 1", tuple(columns.values()))  # noqa: S608
        self._refresh()

    # -- tokens

    def use_token(self, token: Token) -> bool:
        """Mark a token as used; False where it was before."""
        return (
            self._sql(
                "INSERT OR IGNORE INTO token VALUES (?, ?, ?, ?)",
                (token.timestamp, token.mailbox_id, token.nonce, token.nonce_count),
            ).rowcount
            == 1
        )

    def forget_tokens(self, before: str) -> None:
        """Drop tokens made before a minute (yyyyMMddHHmm): too old to be accepted again anyway."""
        self._sql("DELETE FROM token WHERE minute < ?", (before,))

    # -- messages

    def new_id(self) -> str:
        return new_message_id(self.now, time.time_ns() // 1000 % 1_000_000)

    def next_seq(self) -> int:
        self._sequence += 1
        return self._sequence

    def insert(self, message: Message) -> None:
        self._sql(_INSERT, astuple(message))

    def copy(self, message: Message, seq: int, stride: int) -> None:
        """A second delivery of the same: its own id, and not in the sender's outbox."""
        twin = replace(message, seq=seq, message_id=self.new_id(), position=seq * stride, in_outbox=False)
        self.insert(twin)
        self._sql("INSERT INTO chunk SELECT ?, number, body FROM chunk WHERE seq = ?", (seq, message.seq))

    def update(self, message: Message, **changes: Any) -> Message:
        assignments = ", ".join(f"{column} = ?" for column in changes)
        self._sql(f"UPDATE message SET {assignments} WHERE seq = ?", (*changes.values(), message.seq))  # noqa: S608
        return replace(message, **changes)

    def delete(self, message: Message) -> None:
        self._sql("DELETE FROM chunk WHERE seq = ?", (message.seq,))
        self._sql("DELETE FROM message WHERE seq = ?", (message.seq,))

    def message(self, message_id: str) -> Message | None:
        row = self._sql(_SELECT + "WHERE message_id = ?", (message_id,)).fetchone()
        return _message(row) if row else None

    def by_local_id(self, sender: str, local_id: str) -> list[Message]:
        """At most two: none, the one, or more than one is all that anybody asks.

        Headers come as bytes and are kept as Latin-1, paths come as UTF-8: a local id may have been either.
        """
        where = "WHERE sender = ? AND local_id IN (?, ?) AND in_outbox LIMIT 2"
        as_header = local_id.encode().decode("latin-1")
        return [_message(row) for row in self._sql(_SELECT + where, (sender, local_id, as_header))]

    def due(self, by: float, limit: int) -> list[Message]:
        """What is due by then, the first due first."""
        where = "WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?"
        return [_message(row) for row in self._sql(_SELECT + where, (by, limit))]

    def next_due(self) -> float | None:
        """When the next message falls due: delivery, expiry or deletion."""
        at = self._sql("SELECT min(due_at) FROM message WHERE due_at IS NOT NULL").fetchone()[0]
        return None if at is None else float(at)

    def inbox(self, recipient: str, after: int, limit: int, condition: str, value: str) -> Page:
        """Waiting messages behind a position, first in first out. `condition` is SQL on workflow_id."""
        where = f"recipient = ? AND position > ? AND position IS NOT NULL AND {condition}"
        # SQLite joins the ids: a row of Python's for each of 500 costs more than finding them.
        page = f"SELECT message_id, position FROM message WHERE {where} ORDER BY position LIMIT ?"  # noqa: S608
        ids, last, found = self._sql(
            f"SELECT group_concat(message_id), max(position), count(*) FROM ({page})",  # noqa: S608
            (recipient, after, value, limit),
        ).fetchone()
        if not found:
            return Page([], after, more=False)
        return Page(ids.split(","), last, more=found == limit and self._waits(where, recipient, last, value))

    def _waits(self, where: str, *values: str | int) -> bool:
        found = self._sql(f"SELECT EXISTS (SELECT 1 FROM message WHERE {where})", values)  # noqa: S608
        return bool(found.fetchone()[0])

    def newest(
        self, party: str, mailbox_id: str, since: float, before: int | None, limit: int
    ) -> list[Message]:
        """What a mailbox received (`party` "recipient") or sent ("sender"), the latest first.

        `before` goes on from the message of that number.
        """
        only = " AND in_outbox" if party == "sender" else " AND accepted_at IS NOT NULL"
        where = f"WHERE {party} = ? AND created_at > ? AND seq < ?{only} ORDER BY seq DESC LIMIT ?"
        below = 2**62 if before is None else before
        return [_message(row) for row in self._sql(_SELECT + where, (mailbox_id, since, below, limit))]

    def latest(self, sender: str, recipient: str, limit: int) -> list[Message]:
        """What was stored last, of a sender and to a recipient where given (not ""), the newest first."""
        where = "WHERE (? = '' OR sender = ?) AND (? = '' OR recipient = ?) ORDER BY seq DESC LIMIT ?"
        return [
            _message(row) for row in self._sql(_SELECT + where, (sender, sender, recipient, recipient, limit))
        ]

    def forget_messages(self) -> None:
        for table in ("message", "chunk", "tally"):
            self._sql(f"DELETE FROM {table}")  # noqa: S608
        self._untold.clear()

    def forget_everything(self) -> None:
        """Messages, tokens and handshakes; the clock is real time, and nothing is added, broken or switched off."""
        self.forget_messages()
        for table in ("token", "handshake"):
            self._sql(f"DELETE FROM {table}")  # noqa: S608
        self._change(clock=None, clock_set=0.0, rate=0.0, faults="[]", inactive="{}", added="{}")

    # -- snapshots

    async def snapshot(self) -> bytes:
        """Everything there is now, as a database of its own."""
        await self.database.quiet()
        with sqlite3.connect(":memory:") as copy:
            self.database.connection.backup(copy)
            return copy.serialize()

    async def restore(self, snapshot: bytes) -> None:
        """Make everything as it was, for every process on this file."""
        await self.database.quiet()
        generation = self.peek_generation()
        with sqlite3.connect(":memory:") as copy:
            copy.deserialize(snapshot)
            copy.execute("UPDATE control SET generation = ?", (generation + 1,))
            copy.commit()
            copy.backup(self.database.connection)

    def forget_messages_of(self, mailbox_id: str) -> None:
        self._sql(
            "DELETE FROM chunk WHERE seq IN (SELECT seq FROM message WHERE recipient = ?)", (mailbox_id,)
        )
        self._sql("DELETE FROM message WHERE recipient = ?", (mailbox_id,))
        self._sql("UPDATE message SET in_outbox = 0 WHERE sender = ?", (mailbox_id,))
        self._sql("DELETE FROM tally WHERE mailbox_id = ?", (mailbox_id,))
        for key in [key for key in self._untold if key[0] == mailbox_id]:
            del self._untold[key]

    # -- bodies

    def put_chunk(self, message: Message, number: int, body: bytes) -> None:
        self._sql("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?)", (message.seq, number, body))

    def chunk(self, message: Message, number: int) -> bytes | None:
        row = self._sql(
            "SELECT body FROM chunk WHERE seq = ? AND number = ?", (message.seq, number)
        ).fetchone()
        return bytes(row[0]) if row else None

    def chunks(self, message: Message) -> list[bytes]:
        """Those of its chunks that have come, in order."""
        rows = self._sql("SELECT body FROM chunk WHERE seq = ? ORDER BY number", (message.seq,))
        return [bytes(row[0]) for row in rows]

    def stored(self, message: Message) -> tuple[int, int]:
        """How many chunks of it have arrived, and their size in bytes."""
        row = self._sql(
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM chunk WHERE seq = ?", (message.seq,)
        ).fetchone()
        return int(row[0]), int(row[1])

    # -- tallies

    def tally(self, mailbox_id: str, column: str, by: int = 1) -> None:
        self._untold[mailbox_id, column] += by

    def _write_tallies(self) -> None:
        for (mailbox_id, column), by in self._untold.items():
            self._sql(
                f"INSERT INTO tally (mailbox_id, {column}) VALUES (?, ?)"  # noqa: S608
                f" ON CONFLICT DO UPDATE SET {column} = {column} + excluded.{column}",
                (mailbox_id, by),
            )
        self._untold.clear()

    def inbox_count(self, mailbox_id: str) -> int:
        row = self._sql("SELECT inbox FROM tally WHERE mailbox_id = ?", (mailbox_id,)).fetchone()
        return (int(row[0]) if row else 0) + self._untold[mailbox_id, "inbox"]

    def tallies(self) -> dict[str, dict[str, int]]:
        self._write_tallies()
        rows = self._sql(f"SELECT mailbox_id, {', '.join(_TALLIES)} FROM tally")  # noqa: S608
        return {row[0]: dict(zip(_TALLIES, row[1:], strict=True)) for row in rows}

    def shake_hands(self, mailbox_id: str, client_version: str) -> None:
        self._sql("INSERT OR REPLACE INTO handshake VALUES (?, ?, ?)", (mailbox_id, self.now, client_version))

    def handshakes(self) -> list[tuple[str, float, str]]:
        """Mailbox id, time and client version of each mailbox's last handshake."""
        return self._sql(
            "SELECT mailbox_id, at, client_version FROM handshake ORDER BY mailbox_id"
        ).fetchall()


def _message(row: tuple[Any, ...]) -> Message:
    values = dict(zip(COLUMNS, row, strict=True))
    values["status"] = Status(values["status"])
    for flag in ("in_outbox", "compressed", "encrypted"):
        values[flag] = bool(values[flag])
    return Message(**values)
