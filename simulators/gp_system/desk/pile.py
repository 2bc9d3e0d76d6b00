"""The pile on the desk: first in, first out within each class of work, on each person's working minutes.

A plain heap of who is free when; SimPy and Erlang-C are its oracles in the tests. Items are not interrupted,
but they stop with the shift and go on in the next.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heapreplace
from typing import Final

from simulators.gp_system.desk.settings import DeskSettings, StaffMember, uniform

# Desks count in minutes since this midnight. Virtual time has one zone (UTC stands for the practice's wall clock),
# so that no run depends on summer time.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MINUTES_A_DAY = 1440
_EPOCH_DAY = EPOCH.date().toordinal()


def minute_of(moment: datetime) -> float:
    """Minutes from the epoch to an aware datetime."""
    return (moment - EPOCH).total_seconds() / 60


def moment_of(minute: float) -> datetime:
    """The aware datetime, to the second, of a minute."""
    return EPOCH + timedelta(seconds=round(minute * 60))


def day_start(day: date) -> float:
    """The minute at which a day begins."""
    return (day.toordinal() - _EPOCH_DAY) * MINUTES_A_DAY


def day_of(minute: float) -> date:
    """The day a minute is in."""
    return date.fromordinal(_EPOCH_DAY + int(minute // MINUTES_A_DAY))


def minute_in_day(clock: str) -> int:
    """Minutes from midnight to a time of day, `HH:MM`."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def aware(text: str) -> datetime:
    """An ISO date or datetime as an aware datetime; ValueError where it is neither."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Shifts:
    """The shifts of the person at `place` in the practice's staff list."""

    def __init__(self, settings: DeskSettings, practice: str, place: int) -> None:
        self._settings = settings
        self._practice = practice
        self._place = place
        self._person: StaffMember = settings.staff[place]
        self._starts = minute_in_day(self._person.starts)
        self._ends = minute_in_day(self._person.ends)

    def after(self, minute: float) -> tuple[float, float]:
        """Start and end of the first shift that ends after `minute`."""
        midnight = day_start(day_of(minute))
        while midnight + self._ends <= minute or not self._works_on(day_of(midnight)):
            midnight += MINUTES_A_DAY
        return midnight + self._starts, midnight + self._ends

    def _works_on(self, day: date) -> bool:
        if not is_open(self._settings, day):
            return False
        lost = uniform(self._settings.seed, self._practice, f"absence|{self._place}|{day}")
        return lost >= self._person.absence_rate


def is_open(settings: DeskSettings, day: date) -> bool:
    """Whether the practice works on that day at all."""
    return day.isoweekday() in settings.opens_on and day not in settings.closed_on


BACKGROUND: Final = 0
SLICE: Final = 30.0  # minutes of background mail that one person takes from the pile at a time

# Plain tuples: a million named ones keep the garbage collector busy for half of the time.
Item = tuple[float, float, int]  # arrived, minutes, number
Worked = tuple[int, float, float]  # number, started, finishes
NextShift = Callable[[float], tuple[float, float]]


class Pile:
    """Work waiting for people who share it. Item numbers are positive; BACKGROUND is 0."""

    def __init__(self, next_shifts: Sequence[NextShift], people: Sequence[tuple[float, float]], classes: int):
        """`people`: per person, the minute from which free, and the end of the shift that minute is in."""
        self._next_shifts = next_shifts
        self._free = [(free, who) for who, (free, _) in enumerate(people)]
        heapify(self._free)
        self._ends = [end for _, end in people]
        self._queues: list[deque[Item]] = [deque() for _ in range(classes)]

    def add(self, order: int, items: Iterable[Item]) -> None:
        """Put items (arrived, minutes, number), in order of arrival, at the end of class `order` (0 first)."""
        self._queues[order].extend(items)

    def work(self, until: float) -> list[Worked]:
        """Everything begun up to `until`, in the order in which it was begun. It may finish after `until`."""
        worked: list[Worked] = []
        begun = worked.append
        free, ends, queues = self._free, self._ends, self._queues
        while True:
            start, who = free[0]
            if start > until:
                return worked
            for queue in queues:
                if queue and queue[0][0] <= start:
                    break
            else:  # nothing there yet: what comes next, if it comes in time
                coming = [queue for queue in queues if queue]
                if not coming:
                    return worked
                queue = min(coming, key=_arrival)
                start = queue[0][0]
                if start > until:
                    return worked
                if start >= ends[who]:  # gone home by then: somebody else may be in sooner
                    heapreplace(free, (self._back_at_work(who, start), who))
                    continue
            arrived, minutes, item = queue.popleft()
            if item == BACKGROUND and minutes > SLICE:
                queue.appendleft((arrived, minutes - SLICE, BACKGROUND))
                minutes = SLICE
            finish = start + minutes
            if finish > ends[who]:
                finish = self._carried_over(who, start, minutes)
            heapreplace(free, (finish, who))
            if item != BACKGROUND:
                begun((item, start, finish))

    def people(self) -> tuple[tuple[float, float], ...]:
        """Per person, free from when, and the end of the shift that is in: what __init__ takes."""
        in_order = sorted((who, free) for free, who in self._free)
        return tuple((free, self._ends[who]) for who, free in in_order)

    def background(self) -> tuple[tuple[float, float], ...]:
        """The background mail that is left, as (arrived, minutes)."""
        return tuple((a, m) for queue in self._queues for a, m, item in queue if item == BACKGROUND)

    def _back_at_work(self, who: int, minute: float) -> float:
        start, self._ends[who] = self._next_shifts[who](minute)
        return max(start, minute)

    def _carried_over(self, who: int, start: float, minutes: float) -> float:
        """When work begun at `start` is done, if it goes on in the next shift, and the next."""
        while start + minutes > self._ends[who]:
            minutes -= self._ends[who] - start
            start = self._back_at_work(who, self._ends[who])
        return start + minutes


def _arrival(queue: deque[Item]) -> float:
    return queue[0][0]
