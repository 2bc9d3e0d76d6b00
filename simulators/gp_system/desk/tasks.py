"""What people at the practices have to do, kept in the store so that a killed process forgets none of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from simulators.gp_system.desk.pile import Item, Worked, aware
from simulators.gp_system.desk.settings import Role, draws_for
from simulators.gp_system.desk.typist import minutes_for, read_letter
from simulators.gp_system.errors import RequestError
from simulators.gp_system.practice import Practice
from simulators.gp_system.receiving.filing_decision import TaskKind
from simulators.gp_system.store import Row, Store


@dataclass(frozen=True, slots=True)
class Task:
    """`subject` is what lies in front of the person: the letter's lines, or the MESH id of the message."""

    practice: str
    kind: TaskKind
    role: Role
    source: str
    arrived: float
    minutes: float
    subject: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that somebody has just done, at a minute."""

    id: int
    practice: str
    kind: TaskKind
    role: Role
    source: str
    minute: float
    subject: dict[str, Any]


class Tasks:
    """The desks' work: what waits, lies on a pile, is in hand or done. Times are minutes since the epoch."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, task: Task, state: str = "waiting") -> bool:
        """Whether it is new: what was added before under the same source is not added again."""
        added = self._store.write(
            "INSERT OR IGNORE INTO tasks (practice, kind, role, source, arrived, minutes, state, subject)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                task.practice,
                task.kind,
                task.role,
                task.source,
                task.arrived,
                task.minutes,
                state,
                msgspec.json.encode(task.subject),
            ),
        )
        return added == 1

    def desks_with_work(self, until: float) -> list[tuple[str, Role]]:
        """The practices and roles that have anything open which has arrived by `until`."""
        rows = self._store.rows(
            "SELECT DISTINCT practice, role FROM tasks"
            " WHERE state IN ('waiting', 'on_pile', 'in_hand') AND arrived <= ? ORDER BY practice, role",
            (until,),
        )
        return [(row["practice"], Role(row["role"])) for row in rows]

    def take_up(self, practice: str, role: Role, until: float) -> list[Item]:
        """Put what has arrived by `until` onto the pile, in order of arrival."""
        rows = self._store.rows(
            "UPDATE tasks SET state = 'on_pile'"
            " WHERE practice = ? AND role = ? AND state = 'waiting' AND arrived <= ?"
            " RETURNING arrived, minutes, id",
            (practice, role, until),
        )
        return sorted(tuple(row) for row in rows)

    def on_pile(self, practice: str, role: Role) -> list[Item]:
        """What lay on the pile when the process ended, in order of arrival."""
        rows = self._store.rows(
            "SELECT arrived, minutes, id FROM tasks WHERE practice = ? AND role = ? AND state = 'on_pile'",
            (practice, role),
        )
        return sorted(tuple(row) for row in rows)

    def hand_over(self, practice: str, successor: str, minute: float) -> int:
        """A merger: what nobody has begun is done at the successor, but for setting up rules of its own."""
        return self._store.write(
            "UPDATE tasks SET practice = ?, state = 'waiting', arrived = max(arrived, ?)"
            " WHERE practice = ? AND kind <> ?"
            " AND role IN ('coder', 'clinician') AND state IN ('waiting', 'on_pile')",
            (successor, minute, practice, TaskKind.RULES),
        )

    def begun(self, worked: Iterable[Worked]) -> None:
        """These are in hand; each with the minute at which it will be finished."""
        self._store.write_all(
            "UPDATE tasks SET state = 'in_hand', finishes = ? WHERE id = ?",
            [(finishes, item) for item, _, finishes in worked],
        )

    def finished(self, practice: str, role: Role, until: float) -> list[Finished]:
        """What is in hand and done by `until`, in the order in which it was done."""
        rows = self._store.rows(
            "SELECT * FROM tasks WHERE practice = ? AND role = ? AND state = 'in_hand' AND finishes <= ?"
            " ORDER BY finishes, id",
            (practice, role, until),
        )
        return [_finished(row) for row in rows]

    def end(self, task: int, ending: str) -> None:
        """Done, and how it ended."""
        self._store.write("UPDATE tasks SET state = 'done', ending = ? WHERE id = ?", (ending, task))

    def standing(self, practice: str, role: Role) -> bytes | None:
        """How a desk's pile and people stood when it last worked; None where it never has."""
        row = self._store.row("SELECT standing FROM desks WHERE practice = ? AND role = ?", (practice, role))
        return None if row is None else row["standing"]

    def keep_standing(self, practice: str, role: Role, standing: bytes) -> None:
        """Keep how they stand now."""
        self._store.write("INSERT OR REPLACE INTO desks VALUES (?, ?, ?)", (practice, role, standing))


def _finished(row: Row) -> Finished:
    return Finished(
        id=row["id"],
        practice=row["practice"],
        kind=TaskKind(row["kind"]),
        role=Role(row["role"]),
        source=row["source"],
        minute=row["finishes"],
        subject=msgspec.json.decode(row["subject"]),
    )


class LetterLine(msgspec.Struct, frozen=True):
    """One line of POST /admin/post: a record on paper, or a page by email. `arrives_on`: ISO date or datetime.

    A date is that day's post.
    """

    practice: str
    emitted_on: date
    file: str
    page: int
    record: int
    lines: tuple[str, ...]
    arrives_on: str
    by: Literal["post", "email"] = "post"

    @property
    def source(self) -> str:
        """What an entry typed from it names as its source."""
        return f"post:{self.file}#{self.page}/{self.record}"

    @property
    def comes_with_the_post(self) -> bool:
        """Whether it names a day, not a time."""
        return "T" not in self.arrives_on


@dataclass(frozen=True, slots=True)
class Posted:
    """One result on paper or on a screen. `source` says from where; `arrives`: the minute it is in the pile."""

    source: str
    printed_on: date
    arrives: float
    lines: Sequence[str]
    on_paper: bool


def deliver(tasks: Tasks, practice: Practice, posted: Posted) -> str | None:
    """Give a letter to the practice's coders. The state it is in, or None where it had come before."""
    letter = read_letter(posted.lines)
    settings = practice.desk
    draws = draws_for(settings.seed, practice.ods, letter.name(posted.source))
    state = "waiting"
    if settings.never_done:
        state = "ignored"
    if posted.on_paper and draws.lost < settings.lost_in_post_rate:
        state = "lost"
    subject = {"lines": list(posted.lines), "printed_on": posted.printed_on.isoformat()}
    kind = TaskKind.LETTER if posted.on_paper else TaskKind.DOCUMENT
    minutes = minutes_for(settings, draws, on_paper=posted.on_paper)
    task = Task(practice.ods, kind, Role.CODER, posted.source, posted.arrives, minutes, subject)
    return state if tasks.add(task, state) else None


def read_post(lines: Iterable[bytes]) -> list[tuple[LetterLine, datetime]]:
    """The letters of an NDJSON body, and when each arrives. Raises RequestError (422) naming the line."""
    decoder = msgspec.json.Decoder(LetterLine)
    letters = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            letter = decoder.decode(line)
            letters.append((letter, aware(letter.arrives_on)))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise RequestError(422, f"line {number}: {error}") from error
    return letters
