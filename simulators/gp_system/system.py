"""All the practices of one arm: the control plane's verbs, one at a time."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import msgspec

from simulators.gp_system.clock import Clock
from simulators.gp_system.collection import Collected, Collection
from simulators.gp_system.decision import TaskKind
from simulators.gp_system.desk import Desk
from simulators.gp_system.desk_settings import Role
from simulators.gp_system.errors import RequestError
from simulators.gp_system.faults import EVERY_PRACTICE, Fault
from simulators.gp_system.handiwork import Handiwork
from simulators.gp_system.messages import Messages
from simulators.gp_system.minutes import aware, day_start, minute_in_day, minute_of
from simulators.gp_system.post import Posted, deliver
from simulators.gp_system.practice import Practice
from simulators.gp_system.record import Record
from simulators.gp_system.store import Store
from simulators.gp_system.tasks import Task, Tasks

log = logging.getLogger(__name__)


class LetterLine(msgspec.Struct, frozen=True):
    """One line of POST /admin/post: a record on paper. `arrives_on`: ISO date (that day's post) or datetime."""

    practice: str
    emitted_on: date
    file: str
    page: int
    record: int
    lines: tuple[str, ...]
    arrives_on: str


class GpSystem:
    """`practices` (already in the store) may be empty and `collection` None: then the record is only served."""

    def __init__(
        self, store: Store, practices: Mapping[str, Practice], collection: Collection | None
    ) -> None:
        self.store = store
        self.clock = Clock()
        self.record = Record(store)
        self._practices = practices
        self._collection = collection
        self._messages = Messages(store)
        self._tasks = Tasks(store)
        self._handiwork = Handiwork(store, practices)
        self._desks: dict[str, list[Desk]] = {}
        self._faults: list[Fault] = []
        self._one_at_a_time = threading.Lock()

    @property
    def faults(self) -> Sequence[Fault]:
        return self._faults

    def set_faults(self, faults: list[Fault]) -> None:
        """Replace the faults. Raises RequestError where one names no practice here."""
        for fault in faults:
            if fault.practice != EVERY_PRACTICE and fault.practice not in self._practices:
                raise RequestError(422, f"no practice {fault.practice} here to have the fault {fault.kind}")
        self._faults = faults

    def set_clock(self, now: datetime) -> None:
        """It is now this time: practices that merge by then merge, rules that are to be switched on become work."""
        with self._one_at_a_time, self.store.transaction():
            self.clock.set(now)
            self._open(now)
            for practice in self._practices.values():
                self._merge(practice, now)
                self._set_up_rules(practice, now)

    def collect(self) -> dict[str, Any]:
        """Every practice that is due polls MESH, files and answers. Raises RequestError without MESH."""
        if self._collection is None:
            raise RequestError(
                409, "this process was started without --practices and --mesh-url: no collecting"
            )
        with self._one_at_a_time:
            return asdict(self._collection.collect(self.clock.now(), self._faults))

    def post(self, lines: Iterable[bytes]) -> dict[str, int]:
        """Letters for the practices, NDJSON; how many of each. Raises RequestError naming the line; takes none."""
        self._need_practices()
        letters = list(_letters(lines))
        unknown = sorted({letter.practice for letter, _ in letters} - set(self._practices))
        if unknown:
            raise RequestError(422, f"letters for practices that are not here: {', '.join(unknown)}")
        counts = {"letters": 0, "lost": 0, "ignored": 0, "again": 0}
        with self._one_at_a_time, self.store.transaction():
            for letter, arrives in letters:
                state = self._deliver(letter, arrives)
                counts["letters"] += 1
                key = {"lost": "lost", "ignored": "ignored", None: "again"}.get(state)
                if key:
                    counts[key] += 1
        return counts

    def _deliver(self, letter: LetterLine, arrives: datetime) -> str | None:
        practice = self._practices[letter.practice]
        if practice.merger is not None and practice.merged_by(arrives.date()):
            practice = self._practices[practice.merger.into]
        minute = minute_of(arrives)
        if "T" not in letter.arrives_on:  # a day: it comes with that day's post
            minute = day_start(arrives.date()) + minute_in_day(practice.desk.post_opened_at)
        source = f"post:{letter.file}#{letter.page}/{letter.record}"
        return deliver(self._tasks, practice, Posted(source, letter.emitted_on, minute, letter.lines))

    def work(self) -> dict[str, Any]:
        """The desks work up to the clock; answers that this makes due are sent."""
        self._need_practices()
        with self._one_at_a_time:
            now = self.clock.now()
            done: dict[str, int] = dict.fromkeys(TaskKind, 0)
            for practice in self._practices.values():
                for kind, count in self._work_at(practice, now).items():
                    done[kind] += count
            sent = self._collection.send(now) if self._collection else Collected()
            return {"done": done, "acknowledgements": sent.acknowledgements, "failed": sent.failed}

    def _work_at(self, practice: Practice, now: datetime) -> dict[TaskKind, int]:
        done = dict.fromkeys(TaskKind, 0)
        try:
            with self.store.transaction():
                for desk in self._desks_of(practice):
                    for task in desk.work(minute_of(now)):
                        self._handiwork.carry_out(task, self._faults)
                        done[task.kind] += 1
        except BaseException:
            self._desks.pop(practice.ods, None)  # the store was rolled back: read the desks from it again
            raise
        return done

    def _desks_of(self, practice: Practice) -> list[Desk]:
        if practice.ods not in self._desks:
            opened = self._open(self.clock.now())
            self._desks[practice.ods] = [
                Desk(practice.ods, role, practice.desk, self._tasks, opened) for role in Role
            ]
        return self._desks[practice.ods]

    def _open(self, now: datetime) -> float:
        """The minute at which this run began, kept from the first time it is asked for."""
        self.store.write("INSERT OR IGNORE INTO settings VALUES ('opened', ?)", (repr(minute_of(now)),))
        row = self.store.row("SELECT value FROM settings WHERE name = 'opened'")
        if row is None:
            raise LookupError("the run's beginning was not kept")
        return float(row["value"])

    def _merge(self, practice: Practice, now: datetime) -> None:
        if practice.merger is None or not practice.merged_by(now.date()):
            return
        into, on = practice.merger.into, practice.merger.on
        moved = self.record.move_patients(practice.ods, into, on)
        if self._tasks.hand_over(practice.ods, into, day_start(on)) or moved:
            self._desks.pop(practice.ods, None)
            log.info("practice %s merged into %s", practice.ods, into)

    def _set_up_rules(self, practice: Practice, now: datetime) -> None:
        if practice.rules and practice.takes_coded(now) and not practice.merged_by(now.date()):
            minutes, at = practice.desk.rules_setup_minutes, minute_of(now)
            self._tasks.add(Task(practice.ods, TaskKind.RULES, Role.CODER, "rules", at, minutes, {}))

    def _need_practices(self) -> None:
        if not self._practices:
            raise RequestError(409, "this process was started without --practices: read-only")


def _letters(lines: Iterable[bytes]) -> Iterable[tuple[LetterLine, datetime]]:
    decoder = msgspec.json.Decoder(LetterLine)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            letter = decoder.decode(line)
            yield letter, aware(letter.arrives_on)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise RequestError(422, f"line {number}: {error}") from error
