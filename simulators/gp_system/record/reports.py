"""The reports practices run on their record. They count the codes that were kept: no search finds text, or a tag."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from simulators.gp_system.outcomes import ABNORMAL, ATTENDED, Outcome, known_concepts
from simulators.gp_system.record.record import FINAL, PRELIMINARY
from simulators.gp_system.store import Row, Store

ROUND_YEARS: Final = 3  # the programme invites each woman once in three years
FIRST_AGE, LAST_AGE = 50, 70  # the programme's age range: from 50 up to the 71st birthday

_RECALLED: Final = frozenset({ABNORMAL, Outcome.RECALL_FOR_ASSESSMENT, Outcome.TECHNICAL_RECALL})
_CAME: Final = frozenset(
    {
        ABNORMAL,
        ATTENDED,
        Outcome.NORMAL,
        Outcome.RECALL_FOR_ASSESSMENT,
        Outcome.TECHNICAL_RECALL,
        Outcome.PARTIAL_MAMMOGRAPHY,
    }
)
_DID_NOT_COME: Final = frozenset({Outcome.DID_NOT_ATTEND, Outcome.DECLINED})


class Presence(Enum):
    """What an entry lets a search conclude. UNKNOWN: text alone, or a concept that says neither."""

    CAME = "came"
    DID_NOT_COME = "did_not_come"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry as a search reads it. `on`: when it happened, or when it was entered where that is not said."""

    nhs_number: str
    on: date
    means: str | None

    @property
    def presence(self) -> Presence:
        """Whether the entry says that she came, did not, or neither."""
        if self.means in _CAME:
            return Presence.CAME
        return Presence.DID_NOT_COME if self.means in _DID_NOT_COME else Presence.UNKNOWN


def attendance(store: Store, practice: str, on: date) -> dict[str, Any]:
    """Attendance and uptake at a date: by each patient's last entry in the round that ended then.

    `uptake` is came / (came + did not come), None where nobody can be counted.
    """
    latest = _latest(_readings(store, practice, _years_before(on, ROUND_YEARS), on))
    presences = [reading.presence for reading in latest.values()]
    came, stayed = presences.count(Presence.CAME), presences.count(Presence.DID_NOT_COME)
    return {
        "practice": practice,
        "on": on.isoformat(),
        "attended": came,
        "did_not_attend": stayed,
        "not_countable": presences.count(Presence.UNKNOWN),
        "uptake": came / (came + stayed) if came + stayed else None,
    }


def did_not_attend(store: Store, practice: str, on: date) -> dict[str, Any]:
    """Who did not attend when last invited, and has not come since."""
    latest = _latest(_readings(store, practice, _years_before(on, ROUND_YEARS), on))
    who = [reading for reading in latest.values() if reading.presence is Presence.DID_NOT_COME]
    return _people(practice, on, who)


def recalled_without_follow_up(store: Store, practice: str, on: date) -> dict[str, Any]:
    """The cancer care coordinator's list: recalled, and nothing entered after that, with days since."""
    latest = _latest(_readings(store, practice, date.min, on))
    who = [reading for reading in latest.values() if reading.means in _RECALLED]
    return _people(practice, on, who)


def due(store: Store, practice: str, on: date) -> dict[str, Any]:
    """Who appears due by the record: registered, of screening age, nothing that shows she came this round."""
    rows = store.rows(
        "SELECT nhs_number, date_of_birth FROM patients WHERE practice = ? AND registered_from <= ?"
        " AND (registered_to IS NULL OR registered_to > ?) AND (died_on IS NULL OR died_on > ?)"
        " ORDER BY nhs_number",
        (practice, *[on.isoformat()] * 3),
    )
    readings = _readings(store, practice, _years_before(on, ROUND_YEARS), on)
    came = {reading.nhs_number for reading in readings if reading.presence is Presence.CAME}
    eligible = [row["nhs_number"] for row in rows if FIRST_AGE <= _age(row["date_of_birth"], on) <= LAST_AGE]
    numbers = [number for number in eligible if number not in came]
    return {
        "practice": practice,
        "on": on.isoformat(),
        "eligible": len(eligible),
        "patients": [{"nhs_number": number} for number in numbers],
    }


def seen_before_review(store: Store, practice: str, on: date) -> dict[str, Any]:
    """Whose result stood open to them before anybody at the practice had looked: a hazard of some suppliers."""
    rows = store.rows(
        "SELECT nhs_number, visible_at FROM entries WHERE practice = ? AND date(visible_at) <= ?"
        " AND (status = ? OR visible_at < issued) ORDER BY visible_at, id",
        (practice, on.isoformat(), PRELIMINARY),
    )
    who = [Reading(row["nhs_number"], date.fromisoformat(row["visible_at"][:10]), None) for row in rows]
    return _people(practice, on, who)


REPORTS: Final[dict[str, Callable[[Store, str, date], dict[str, Any]]]] = {
    "attendance": attendance,
    "did-not-attend": did_not_attend,
    "recalled-without-follow-up": recalled_without_follow_up,
    "due": due,
    "seen-before-review": seen_before_review,
}


def _people(practice: str, on: date, readings: Iterable[Reading]) -> dict[str, Any]:
    people = [
        {"nhs_number": r.nhs_number, "date": r.on.isoformat(), "days_since": (on - r.on).days}
        for r in readings
    ]
    people.sort(key=lambda person: (str(person["date"]), str(person["nhs_number"])))
    return {"practice": practice, "on": on.isoformat(), "patients": people}


def _readings(store: Store, practice: str, after: date, on: date) -> list[Reading]:
    """What the record showed on that day of what happened after `after`, oldest first."""
    rows = store.rows(
        "SELECT nhs_number, code, question, effective, issued FROM entries"
        " WHERE practice = ? AND status = ? AND date(issued) <= ? ORDER BY coalesce(effective, date(issued)), id",
        (practice, FINAL, on.isoformat()),
    )
    readings = [_reading(row) for row in rows]
    return [reading for reading in readings if after < reading.on <= on]


def _reading(row: Row) -> Reading:
    """By what was found; where that is not kept or says nothing, by what was asked: she came for it."""
    concept = known_concepts().get(row["code"] or "") or known_concepts().get(row["question"] or "")
    means = concept.means if concept else None
    return Reading(row["nhs_number"], date.fromisoformat(row["effective"] or row["issued"][:10]), means)


def _latest(readings: Iterable[Reading]) -> dict[str, Reading]:
    """Each patient's last."""
    return {reading.nhs_number: reading for reading in readings}


def _years_before(day: date, years: int) -> date:
    if day.year <= years:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _age(born: str, on: date) -> int:
    birth = date.fromisoformat(born)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
