"""All the practices of one arm: the control plane's verbs, one at a time, and the time it is."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from simulators.gp_system.desk.desk import Desk, TaskEffects
from simulators.gp_system.desk.pile import day_start, minute_in_day, minute_of
from simulators.gp_system.desk.settings import Role
from simulators.gp_system.desk.tasks import LetterLine, Posted, Task, Tasks, deliver, read_post
from simulators.gp_system.errors import RequestError
from simulators.gp_system.faults import EVERY_PRACTICE, Fault
from simulators.gp_system.practice import Practice
from simulators.gp_system.receiving.collection import Collected, Collection
from simulators.gp_system.receiving.filing_decision import TaskKind
from simulators.gp_system.receiving.messages import Messages
from simulators.gp_system.record.record import Record
from simulators.gp_system.store import Store
from simulators.gp_system.supplier import Supplier

log = logging.getLogger(__name__)


class GpSystem:
    """`practices` (already in the store) may be empty and `collection` None: then the record is only served."""

    def __init__(
        self,
        store: Store,
        practices: Mapping[str, Practice],
        suppliers: Mapping[str, Supplier],
        collection: Collection | None,
    ) -> None:
        self.store = store
        self.clock = Clock()
        self.record = Record(store)
        self._practices = practices
        self._collection = collection
        self._messages = Messages(store)
        self._tasks = Tasks(store)
        self._handiwork = TaskEffects(store, practices, suppliers)
        self._desks: dict[tuple[str, Role], Desk] = {}
        self._done_once: set[tuple[str, str]] = set()  # mergers made, rules switched on
        self._faults: list[Fault] = []
        self._one_at_a_time = threading.Lock()

    @property
    def faults(self) -> Sequence[Fault]:
        """The faults in force."""
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
            if not self.clock.virtual:
                opened = repr(minute_of(now))
                self.store.write("INSERT OR IGNORE INTO settings VALUES ('opened', ?)", (opened,))
            self.clock.set(now)
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
        letters = read_post(lines)
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
        if letter.comes_with_the_post:
            minute = day_start(arrives.date()) + minute_in_day(practice.desk.post_opened_at)
        minute = max(minute, minute_of(self.clock.now()))  # nothing is done in the past
        posted = Posted(letter.source, letter.emitted_on, minute, letter.lines, on_paper=letter.by == "post")
        return deliver(self._tasks, practice, posted)

    def work(self) -> dict[str, Any]:
        """The desks work up to the clock; answers that this makes due are sent."""
        self._need_practices()
        with self._one_at_a_time:
            done = self._work_until(minute_of(self.clock.now()))
            sent = self._collection.send(self.clock.now()) if self._collection else Collected()
            return {"done": done, "acknowledgements": sent.acknowledgements, "failed": sent.failed}

    def _work_until(self, until: float) -> dict[TaskKind, int]:
        """A desk with nothing of ours to do is left as it stands: its other mail is caught up with later."""
        done = dict.fromkeys(TaskKind, 0)
        try:
            with self.store.transaction():
                for practice, role in self._tasks.desks_with_work(until):
                    for task in self._desk(practice, role).work(until):
                        self._handiwork.carry_out(task, self._faults)
                        done[task.kind] += 1
        except BaseException:
            self._desks.clear()  # the store was rolled back: read the desks from it again
            raise
        return done

    def _desk(self, practice: str, role: Role) -> Desk:
        if (practice, role) not in self._desks:
            settings, opened = self._practices[practice].desk, self._opened()
            self._desks[practice, role] = Desk(practice, role, settings, self._tasks, opened)
        return self._desks[practice, role]

    def _opened(self) -> float:
        """The minute at which this run began, kept from the first time the clock was set."""
        row = self.store.row("SELECT value FROM settings WHERE name = 'opened'")
        return float(row["value"]) if row else minute_of(self.clock.now())

    def _merge(self, practice: Practice, now: datetime) -> None:
        if practice.merger is None or not practice.merged_by(now.date()):
            return
        if (practice.ods, "merger") in self._done_once:
            return
        self._done_once.add((practice.ods, "merger"))
        into, on = practice.merger.into, practice.merger.on
        self.store.write("INSERT OR IGNORE INTO mergers VALUES (?, ?)", (practice.ods, into))
        moved = self.record.move_patients(practice.ods, into, on)
        if self._tasks.hand_over(practice.ods, into, day_start(on)) or moved:
            for role in Role:
                self._desks.pop((practice.ods, role), None)
            log.info("practice %s merged into %s", practice.ods, into)

    def _set_up_rules(self, practice: Practice, now: datetime) -> None:
        joins = practice.rules and practice.takes_coded(now) and not practice.merged_by(now.date())
        if joins and (practice.ods, "rules") not in self._done_once:
            self._done_once.add((practice.ods, "rules"))
            minutes, at = practice.desk.rules_setup_minutes, minute_of(now)
            self._tasks.add(Task(practice.ods, TaskKind.RULES, Role.CODER, "rules", at, minutes, {}))

    def _need_practices(self) -> None:
        if not self._practices:
            raise RequestError(409, "this process was started without --practices: read-only")


class Clock:
    """The practices' time: the machine's, until a run sets its own."""

    def __init__(self) -> None:
        self._now: datetime | None = None

    @property
    def virtual(self) -> bool:
        """Whether a run has set it."""
        return self._now is not None

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._now or datetime.now(UTC)

    def set(self, now: datetime) -> None:
        """Raises RequestError where it would run backwards: what is in the record cannot be undone."""
        if self._now is not None and now < self._now:
            raise RequestError(409, f"the clock stands at {self._now.isoformat()} and does not run backwards")
        self._now = now
