"""What to generate: the `[generation]` table of a scenario, as a frozen value checked when it is made."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from generators import calibration as cal
from generators.defects import DEFECTS, Scope
from generators.defects.catalogue import of_scope, rates_of
from generators.errors import SpecError
from generators.people.episodes import OUTCOMES
from generators.people.people import Office
from generators.prints.exports import SHAPES
from generators.prints.page import PROFILES

LATER = ("corrected", "withdrawn", "repeated", "assessed")
INVITATIONS = ("round", "ntdd")
SOURCES = ("print", "extract", "letters", "tables", "appointments")
"""What an office can hand over: SIL reports, both extracts, the participants' letters, NBSS's own tables, its
appointment file. Its practice directory comes with any of them."""
MOST_PEOPLE = 900_000
"""The test range of NHS numbers (999 000 0000 to 999 999 9999) holds 909,091 valid ones."""


@dataclass(frozen=True, slots=True)
class GenerationSpec:
    """One office's batch: who, how many, when, how its prints look, and what is wrong with them.

    `results` is exact: `truth.jsonl` has that many lines. `days` is calendar days from `start`; files come
    out on weekdays. With `invitation` "round" the practices take turns in a round of `round_days`: in a window
    that is shorter, most results are those of the few whose turn falls in it. `bystanders` is how many people
    without a result each practice has for every one with a result. `profiles` are given to the practices in turn.
    `sources` are what the office hands over (what it keeps to itself happened all the same); `extracts` is their
    shape. A rate is the chance for each thing it can happen to (a record, a practice's file of a day), see
    docs/nbss.md. `later` are shares of the results that a later print corrects or takes back, of the technical
    recalls that are repeated, and of the recalls that are assessed (both results beside `results`). All else is
    drawn by `calibration`.
    """

    office: Office
    practices: int
    results: int
    start: date
    days: int
    invitation: str = "round"
    round_days: int = cal.ROUND_DAYS.value
    profiles: tuple[str, ...] = ("standard",)
    sources: tuple[str, ...] = ("print", "extract", "letters")
    extracts: str = "full"
    bystanders: float = 4.0
    suppliers: Mapping[str, float] = field(default_factory=lambda: dict(cal.SUPPLIERS.value))
    defects: Mapping[str, float] = field(default_factory=dict)
    later: Mapping[str, float] = field(default_factory=dict)
    outcome_shares: Mapping[str, float] = field(default_factory=dict)
    registered_elsewhere: float = cal.REGISTERED_ELSEWHERE.value
    died_since: float = cal.DIED_SINCE.value
    calibration: cal.Calibration = cal.USUAL

    def __post_init__(self) -> None:
        _between("practices", self.practices, 1, 500)
        _between("results", self.results, 1, MOST_PEOPLE)
        _between("days", self.days, 1, 1_100)
        _between("bystanders", self.bystanders, 0, 100)
        if self.results * (1 + self.bystanders) > MOST_PEOPLE:
            raise SpecError(
                "bystanders", f"more than {MOST_PEOPLE:,} people would be needed", "Lower it, or `results`."
            )
        if not self.emission_days:
            raise SpecError("days", "holds no weekday", "Give more days, or another start.")
        _one_of("invitation", self.invitation, INVITATIONS)
        _between("round_days", self.round_days, 1, 10_000)
        if not self.profiles:
            raise SpecError("profiles", "is empty", 'Leave it out for ["standard"].')
        for profile in self.profiles:
            _one_of("profiles", profile, tuple(PROFILES))
        for source in self.sources:
            _one_of("sources", source, SOURCES)
        if not {"print", "tables"} & set(self.sources):
            raise SpecError(
                "sources", "has no result", 'Add "print" or "tables": the others only check these.'
            )
        _one_of("extracts", self.extracts, SHAPES)
        _shares("suppliers", self.suppliers, ("emis", "systmone"))
        if not self.suppliers or abs(sum(self.suppliers.values()) - 1) > 1e-6:
            raise SpecError("suppliers", "do not add up to 1", "Write e.g. { emis = 0.5, systmone = 0.5 }.")
        _shares("defects", self.defects, tuple(DEFECTS))
        self._one_defect_each()
        _shares("later", self.later, LATER)
        if self.later.get("corrected", 0) + self.later.get("withdrawn", 0) > 1:
            raise SpecError("later", "corrects and takes back more than there are", "Lower one of them.")
        _shares("outcome_shares", self.outcome_shares, OUTCOMES)
        if sum(self.outcome_shares.values()) > 1 + 1e-9:
            raise SpecError("outcome_shares", "add up to more than 1", "Lower them.")
        _between("registered_elsewhere", self.registered_elsewhere, 0, 1)
        _between("died_since", self.died_since, 0, 1)

    def _one_defect_each(self) -> None:
        """A thing has at most one defect of its scope, so the rates of a scope are parts of a whole."""
        for scopes in ((Scope.NBSS, Scope.PERSON, Scope.RECORD), (Scope.REPORT,)):
            names = of_scope(*scopes)
            for profile in self.profiles:
                if sum(rates_of(names, self.defects, PROFILES[profile].defects).values()) > 1:
                    kind = scopes[-1].value
                    what = f"a {kind}'s rates add up to more than 1 (with profile {profile!r})"
                    raise SpecError("defects", what, "Lower some: each has at most one defect.")

    @property
    def emission_days(self) -> tuple[date, ...]:
        """The weekdays of the window, in order: an office prints on working days."""
        days = (self.start + timedelta(days=n) for n in range(self.days))
        return tuple(day for day in days if day.weekday() < 5)

    @property
    def window(self) -> float:
        """How much of the round the days are: 1.0 where they are all of it, or where nobody is invited by rounds."""
        return min(1.0, self.days / self.round_days) if self.invitation == "round" else 1.0

    @classmethod
    def from_table(
        cls, table: Mapping[str, object], calibration: cal.Calibration = cal.USUAL
    ) -> "GenerationSpec":
        """From the `[generation]` table as TOML reads it; what it leaves open is drawn by `calibration`.

        Raises SpecError in words a user can act on.
        """
        known = {f.name for f in fields(cls)} - {"calibration"} | {"profile"}
        for key in table:
            _one_of("key", key, tuple(sorted(known)))
        for key in ("office", "practices", "results", "start", "days"):
            if key not in table:
                raise SpecError(key, "is missing", "Add it to the table.")
        if "profile" in table and "profiles" in table:
            raise SpecError("profile", "is given beside profiles", "Keep one of them.")
        suppliers = calibration[cal.SUPPLIERS]
        values: dict[str, Any] = {
            "calibration": calibration,
            "suppliers": dict(suppliers),
            "registered_elsewhere": calibration[cal.REGISTERED_ELSEWHERE],
            "died_since": calibration[cal.DIED_SINCE],
            "round_days": calibration[cal.ROUND_DAYS],
        }
        for key, value in table.items():
            name = "profiles" if key == "profile" else key
            values[name] = _READ[key](key, value)
        return cls(**values)


def _between(where: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SpecError(where, f"{value} is not between {low:,} and {high:,}", "Change it.")


def _one_of(where: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        near = difflib.get_close_matches(value, known, 1)
        mend = f"Did you mean {near[0]!r}?" if near else "Known: " + ", ".join(known) + "."
        raise SpecError(where, f"{value!r} is not known", mend)


def _shares(where: str, shares: Mapping[str, float], known: tuple[str, ...]) -> None:
    for name, share in shares.items():
        _one_of(where, name, known)
        _between(f"{where}.{name}", share, 0, 1)


def _whole(where: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SpecError(where, f"{value!r} is not a whole number", "Write it without quotes or a point.")
    return value


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(where, f"{value!r} is not a number", "Write it without quotes.")
    return float(value)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise SpecError(where, f"{value!r} is not text", "Put it in quotes.")
    return value


def _texts(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise SpecError(where, f"{value!r} is not a list", 'Write e.g. ["a", "b"].')
    return tuple(_text(where, item) for item in value)


def _day(where: str, value: object) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(_text(where, value))
    except ValueError as error:
        raise SpecError(where, f"{value!r} is not a date", "Write e.g. 2026-01-05.") from error


def _table(where: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise SpecError(where, f"{value!r} is not a table", "Write e.g. { name = value }.")
    return value


def _rates(where: str, value: object) -> Mapping[str, float]:
    table = _table(where, value)
    return {name: _number(f"{where}.{name}", rate) for name, rate in table.items()}


def _office(where: str, value: object) -> Office:
    table = _table(where, value)
    parts = tuple(f.name for f in fields(Office))
    for key in table:
        _one_of(where, key, parts)
    for part in parts:
        if part not in table:
            raise SpecError(f"{where}.{part}", "is missing", "Add it to the office's table.")
    return Office(
        name=_text("office.name", table["name"]),
        code=_text("office.code", table["code"]),
        address=_texts("office.address", table["address"]),
        telephone=_text("office.telephone", table["telephone"]),
    )


_READ: dict[str, Callable[[str, object], object]] = {
    "office": _office,
    "practices": _whole,
    "results": _whole,
    "start": _day,
    "days": _whole,
    "invitation": _text,
    "round_days": _whole,
    "profile": lambda where, value: (_text(where, value),),
    "profiles": _texts,
    "sources": _texts,
    "extracts": _text,
    "bystanders": _number,
    "suppliers": _rates,
    "defects": _rates,
    "later": _rates,
    "outcome_shares": _rates,
    "registered_elsewhere": _number,
    "died_since": _number,
}
