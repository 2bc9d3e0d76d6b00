"""The people of one practice and role at their pile: what has arrived, and what the other mail leaves time for."""

from datetime import date, timedelta
from math import sqrt
from operator import itemgetter
from statistics import NormalDist
from typing import Final

import msgspec

from simulators.gp_system.desk_settings import DeskSettings, PileOrder, Role
from simulators.gp_system.draws import uniform
from simulators.gp_system.minutes import day_of, day_start, minute_in_day
from simulators.gp_system.pile import BACKGROUND, Item, NextShift, Pile
from simulators.gp_system.shifts import Shifts, is_open
from simulators.gp_system.tasks import Finished, Tasks

_BY_ARRIVAL: Final = itemgetter(0, 2)  # of what arrives together, background mail above the results first
_MOMENT: Final = 0.01  # minutes: what lies under the results in the day's post arrives just after them

# pile order -> class of results, class of background mail, how many classes
_ORDERS: Final = {
    PileOrder.FIRST_IN_FIRST_OUT: (0, 0, 1),
    PileOrder.RESULTS_FIRST: (0, 1, 2),
    PileOrder.RESULTS_LAST: (1, 0, 2),
}


class _Standing(msgspec.Struct, frozen=True):
    """As kept in the store. `next_day`: the first whose background mail is still to come."""

    people: tuple[tuple[float, float], ...]
    background: tuple[tuple[float, float], ...]
    next_day: date


class Desk:
    """Work of one role at one practice. Only coders have background mail; clinicians' shifts are set free of it."""

    def __init__(
        self, practice: str, role: Role, settings: DeskSettings, tasks: Tasks, opened: float
    ) -> None:
        """`opened`: the minute at which the run began, used where this desk has never worked before."""
        self._practice, self._role, self._settings, self._tasks = practice, role, settings, tasks
        self._results_class, self._background_class, classes = _ORDERS[settings.pile_order]
        places = [place for place, person in enumerate(settings.staff) if person.role is role]
        shifts: list[NextShift] = [Shifts(settings, practice, place).after for place in places]
        kept = tasks.standing(practice, role)
        standing = msgspec.json.decode(kept, type=_Standing) if kept else self._opening(opened, shifts)
        self._pile = Pile(shifts, standing.people, classes)
        background = [(arrived, minutes, BACKGROUND) for arrived, minutes in standing.background]
        self._lay_down(tasks.on_pile(practice, role), background)
        self._next_day = standing.next_day

    def work(self, until: float) -> list[Finished]:
        """Work up to a minute, inside the caller's transaction; what was finished, in that order."""
        results = self._tasks.take_up(self._practice, self._role, until)
        self._lay_down(results, self._mail_until(until))
        self._tasks.begun(self._pile.work(until))
        standing = _Standing(self._pile.people(), self._pile.background(), self._next_day)
        self._tasks.keep_standing(self._practice, self._role, msgspec.json.encode(standing))
        return self._tasks.finished(self._practice, self._role, until)

    def _lay_down(self, results: list[Item], background: list[Item]) -> None:
        """Put work on the pile, in order of arrival within each class."""
        if self._results_class == self._background_class:
            self._pile.add(self._results_class, sorted(results + background, key=_BY_ARRIVAL))
        else:
            self._pile.add(self._results_class, results)
            self._pile.add(self._background_class, background)

    def _opening(self, opened: float, shifts: list[NextShift]) -> _Standing:
        starts = [shift(opened) for shift in shifts]
        people = tuple((max(start, opened), end) for start, end in starts)
        backlog = self._settings.backlog_minutes if self._role is Role.CODER else 0.0
        return _Standing(people, ((opened, backlog),) if backlog else (), day_of(opened))

    def _mail_until(self, until: float) -> list[Item]:
        """The background mail of the days whose post has been opened by `until`."""
        items: list[Item] = []
        opened_at = minute_in_day(self._settings.post_opened_at)
        while day_start(self._next_day) + opened_at <= until:
            if self._role is Role.CODER and is_open(self._settings, self._next_day):
                items += background_mail(self._settings, self._practice, self._next_day)
            self._next_day += timedelta(days=1)
        return items


def background_mail(settings: DeskSettings, practice: str, day: date) -> list[Item]:
    """One working day's other mail, as minutes that lie above and below the results in the pile.

    A compound Poisson draw (items a day, minutes an item) by its normal approximation, cut at 0.
    """
    mean = settings.background_mail_per_day * settings.background_minutes.mean
    spread = settings.background_minutes.variance + settings.background_minutes.mean**2
    if not mean:
        return []
    sigma = sqrt(settings.background_mail_per_day * spread)
    quantile = uniform(settings.seed, practice, f"background|{day}") or 0.5
    minutes = max(0.0, NormalDist(mean, sigma).inv_cdf(quantile))
    above = minutes * uniform(settings.seed, practice, f"place in the post|{day}")
    arrived = day_start(day) + minute_in_day(settings.post_opened_at)
    return [(arrived, above, BACKGROUND), (arrived + _MOMENT, minutes - above, BACKGROUND)]
