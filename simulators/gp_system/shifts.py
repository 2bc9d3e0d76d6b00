"""When one member of staff is at this work: shifts of working days, without the days lost to absence."""

from datetime import date

from simulators.gp_system.desk_settings import DeskSettings, StaffMember
from simulators.gp_system.draws import uniform
from simulators.gp_system.minutes import MINUTES_A_DAY, day_of, day_start, minute_in_day


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
