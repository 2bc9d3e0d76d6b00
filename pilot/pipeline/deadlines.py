"""How long each kind of waiting may last before a person is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

from pilot.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`uncertain` is how long a send without a reply is left before MESH is asked whether it has the message;
    `unreachable` how long MESH may be out of reach before the other way is taken; `collected` is MESH's own
    five days and a day for its report; `answered` is how long a practice may hold a message without an answer;
    `reviewed` how long a person there may take who was said to look at it; `posted` how many working days the
    office has to print and post what goes on paper; `kept` how long the bytes of what was sent are kept: a
    screening round, until she is invited again (a judgement, for the office's records manager to confirm).
    """

    uncertain: timedelta = timedelta(minutes=2)
    unreachable: timedelta = timedelta(days=2)
    collected: timedelta = timedelta(days=6)
    answered: timedelta = timedelta(days=5)
    reviewed: timedelta = timedelta(days=14)
    posted: timedelta = timedelta(days=1)
    kept: timedelta = timedelta(days=1096)

    def post_by(self, queued: date) -> date:
        """The last day on which a result queued that day may be posted."""
        return working_days_after(queued, ceil(self.posted / timedelta(days=1)))


def working_days_after(day: date, number: int) -> date:
    """The day that is `number` working days (Monday to Friday) later."""
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


# The keys of a [deadlines] table: the unit is in the name.
_KEYS: Final = {
    "uncertain_minutes": ("uncertain", timedelta(minutes=1)),
    "unreachable_hours": ("unreachable", timedelta(hours=1)),
    "collected_days": ("collected", timedelta(days=1)),
    "answered_days": ("answered", timedelta(days=1)),
    "posted_days": ("posted", timedelta(days=1)),
    "kept_days": ("kept", timedelta(days=1)),
    "reviewed_days": ("reviewed", timedelta(days=1)),
}
_LONGEST: Final = timedelta(days=3650)


def read_deadlines(table: object, where: str) -> Deadlines:
    """From a `[deadlines]` table; what it leaves out keeps its default. Raises ConfigurationError."""
    if not isinstance(table, Mapping):
        raise ConfigurationError("'deadlines' is not a table", where, "Write [deadlines] above its keys")
    given = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigurationError(f"unknown key 'deadlines.{key}'", where, f"Known: {', '.join(_KEYS)}")
        name, unit = _KEYS[key]
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _LONGEST / unit:
            raise ConfigurationError(f"'deadlines.{key}' is not a time", where, "Give a number above 0")
        given[name] = value * unit
    return Deadlines(**given)
