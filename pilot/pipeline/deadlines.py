"""How long each kind of waiting may last before a person is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pilot.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`uncertain` is how long a send without a reply is left before MESH is asked whether it has the message;
    `unreachable` how long MESH may be out of reach before the other way is taken; `collected` is MESH's own
    five days and a day for its report; `answered` is how long a practice may hold a message without an answer.
    """

    uncertain: timedelta = timedelta(minutes=2)
    unreachable: timedelta = timedelta(days=2)
    collected: timedelta = timedelta(days=6)
    answered: timedelta = timedelta(days=5)


# The keys of a [deadlines] table: the unit is in the name.
_KEYS: Final = {
    "uncertain_minutes": ("uncertain", timedelta(minutes=1)),
    "unreachable_hours": ("unreachable", timedelta(hours=1)),
    "collected_days": ("collected", timedelta(days=1)),
    "answered_days": ("answered", timedelta(days=1)),
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
