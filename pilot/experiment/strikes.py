"""Faults that somebody switches on while a run is under way, or for a day of it: data, kept in the run's manifest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

import msgspec

from pilot.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class Known:
    """A fault that can be switched on by its name. `part` is whose control plane takes it, MESH's or practices'."""

    says: str
    part: str
    fault: Mapping[str, Any]
    days: int


KNOWN: Final[Mapping[str, Known]] = MappingProxyType(
    {
        "mesh_out": Known("MESH cannot be reached", "mesh", {"kind": "outage"}, 1),
        "replies_lost": Known(
            "every second reply of MESH is lost", "mesh", {"kind": "reply_lost", "probability": 0.5}, 2
        ),
        "delivered_twice": Known("MESH delivers every message twice", "mesh", {"kind": "duplicate"}, 2),
        "not_collected": Known("no practice collects its mail", "gp", {"kind": "down"}, 5),
        "refused": Known("practices refuse every result", "gp", {"kind": "rejects_all"}, 1),
        "not_answered": Known("practices file and never answer", "gp", {"kind": "never_acknowledges"}, 2),
        "not_filed": Known("practices say filed, and file nothing", "gp", {"kind": "files_nothing"}, 1),
        "false_match": Known(
            "practices take somebody else for one in five",
            "gp",
            {"kind": "false_match", "probability": 0.2},
            2,
        ),
    }
)


class Strike(msgspec.Struct, frozen=True):
    """One of KNOWN, from the beginning of `first` for as many days as it lasts."""

    name: str
    first: date

    @property
    def last(self) -> date:
        """The last day on which it strikes."""
        return self.first + timedelta(days=KNOWN[self.name].days - 1)

    def told(self) -> str:
        """In words, with its days."""
        until = f" to {self.last:%d %b}" if self.last > self.first else ""
        return f"{KNOWN[self.name].says}, {self.first:%d %b}{until}"


def read_strike(text: str, start: date, days: int) -> Strike:
    """`mesh_out@5`: the fault of that name, on the fifth day of a run of so many. Raises ScenarioError."""
    name, _, number = text.partition("@")
    if name not in KNOWN:
        raise ScenarioError(f"no fault is called {name!r}", text, f"Known: {', '.join(KNOWN)}")
    if not number.isdecimal() or not 1 <= int(number) <= days:
        raise ScenarioError(
            "the fault's day is not one of the run's", text, f"Write {name}@1 to {name}@{days}"
        )
    return Strike(name, start + timedelta(days=int(number) - 1))


def faults_of(strikes: Iterable[Strike]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """As MESH's control plane and the practices' take them."""
    mesh: list[Mapping[str, Any]] = []
    gp: list[Mapping[str, Any]] = []
    for strike in strikes:
        known = KNOWN[strike.name]
        if known.part == "mesh":
            window = {"since": _midnight(strike.first), "until": _midnight(strike.last + timedelta(days=1))}
            mesh.append(dict(known.fault) | window)
        else:
            gp.append(
                dict(known.fault) | {"first": strike.first.isoformat(), "last": strike.last.isoformat()}
            )
    return mesh, gp


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
