"""The people of the screening office who work its list: who, how many minutes a day, on which days, and their book.

The book is the office's time sheet, one line a piece of work, written before the work shows anywhere, so that a run
taken up again after a kill neither does it twice nor forgets the minutes.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np

from pilot.errors import ScenarioError
from pilot.evidence import Assumptions
from pilot.experiment.folder import Journal
from pilot.measures import OfficeTime

_WORKING_WEEK: Final = (1, 2, 3, 4, 5)
_KEYS: Final = {"staff", "list_unattended"}
_STAFF_KEYS: Final = {"name", "role", "minutes_a_day", "works_on"}


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the office's staff. `minutes_a_day` None: an equal part of what the evidence gives the whole office.

    `works_on`: days of the week, Monday 1.
    """

    name: str
    role: str
    minutes_a_day: float | None = None
    works_on: tuple[int, ...] = _WORKING_WEEK


# Where a scenario names nobody: two invented people, so that the list has names on it.
USUAL_STAFF: Final = (
    Colleague("R. Amberley", "office manager"),
    Colleague("T. Okonjo", "screening office clerk"),
)


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """Who works the list. `list_unattended`: nobody opens it, and the scenario says so."""

    staff: tuple[Colleague, ...] = USUAL_STAFF
    list_unattended: bool = False


class Did(StrEnum):
    """What came of a piece of work."""

    SETTLED = "settled"
    NO_ANSWER = "no_answer"
    WAITS = "waits"


NOT_HERE: Final = "not_here"


@dataclass(frozen=True, slots=True)
class Job:
    """Something on the office's list. `key` names it alike in every arm: what it is about, and why it is there."""

    key: str
    screening_number: str | None


def job_of(about: str | None, place: object, reason: str) -> Job:
    """The job that a result makes, or a place in a file where the result cannot be told.

    Nobody of that name is here, and she has left: one and the same work, however the practice says so.
    """
    why = NOT_HERE if reason in ("patient_unknown", "patient_left", "sent_back") else reason
    return Job(f"{about or place}|{why}", about)


class OfficeDay:
    """One working day of the office's people: who has minutes left for the next piece of work."""

    def __init__(self, office: "Office", day: date) -> None:
        self._office = office
        self._day = day
        self._left = office.minutes_left(day)

    def take(self, job: Job, did: Did) -> str | None:
        """Who takes it on today, with the minutes written down; None where nobody has time for it any more."""
        who = max(self._left, key=lambda name: self._left[name], default=None)
        if who is None or self._left[who] <= 0:
            return None
        minutes = self._office.minutes_for(job)
        self._left[who] -= minutes
        line = OfficeTime(self._day, who, "exceptions", round(minutes, 2), job.screening_number, job.key, did)
        self._office.write(line)
        return who


class Office:
    """The office of one arm. The same people with the same luck in every arm: all is drawn by seed and job."""

    def __init__(self, plan: OfficePlan, assumptions: Assumptions, seed: int, book: Journal) -> None:
        self.plan = plan
        self._assumptions = assumptions
        self._seed = seed
        self._book = book
        self._lines = list(_read(book))
        self._of_job: dict[str, list[OfficeTime]] = {}
        for line in self._lines:
            self._of_job.setdefault(line.about, []).append(line)

    def day(self, day: date) -> OfficeDay:
        """The office's people and minutes of one day."""
        return OfficeDay(self, day)

    def time_sheet(self) -> tuple[OfficeTime, ...]:
        """Every piece of work so far."""
        return tuple(self._lines)

    def worked_on(self, job: Job) -> tuple[date, ...]:
        """The days on which somebody worked on it before."""
        return tuple(line.day for line in self._of_job.get(job.key, ()))

    def lines_about(self, job: Job) -> tuple[OfficeTime, ...]:
        """The book's lines about it, the oldest first."""
        return tuple(self._of_job.get(job.key, ()))

    def in_vain(self, job: Job) -> int:
        """How often somebody has tried and found nothing out, since anything was."""
        lines = self._of_job.get(job.key, ())
        return next(
            (back for back, line in enumerate(reversed(lines)) if line.did != Did.NO_ANSWER), len(lines)
        )

    def done(self, job: Job) -> bool:
        """Whether somebody has settled it."""
        return any(line.did == Did.SETTLED for line in self._of_job.get(job.key, ()))

    def minutes_left(self, day: date) -> dict[str, float]:
        """Each colleague's minutes of that day; more begun than there was time for is taken off the next days."""
        shared = self._assumptions["bso_list_minutes_a_day"].mean / max(1, len(self.plan.staff))
        left = {}
        for one in self.plan.staff:
            if day.isoweekday() not in one.works_on:
                continue
            capacity = shared if one.minutes_a_day is None else one.minutes_a_day
            spent = sum(line.minutes for line in self._lines if line.day == day and line.who == one.name)
            left[one.name] = capacity - spent
        return left

    def minutes_for(self, job: Job) -> float:
        """Minutes that this job takes, drawn from the evidence."""
        return float(self._assumptions["bso_exception_minutes"].draw(self._chance(job, "minutes"), 1)[0])

    def finds_out(self, job: Job, attempt: int | None = None) -> bool:
        """Whether at this attempt (counted from 0; the next, if None) somebody gets to know what is needed."""
        attempt = len(self.worked_on(job)) if attempt is None else attempt
        return self.happens(job, f"finds out {attempt}", "bso_look_up_succeeds")

    def slips(self, job: Job) -> bool:
        """Whether whoever does this job slips."""
        return self.happens(job, "slip", "bso_slip")

    def happens(self, job: Job, what: str, rate: str) -> bool:
        """Whether something of that rate befalls this job: alike in every arm, whenever it is asked."""
        return bool(self._chance(job, what).random() < self._assumptions[rate].mean)

    def write(self, line: OfficeTime) -> None:
        """Add a line to the time sheet."""
        self._book.add(msgspec.json.encode(line))
        self._lines.append(line)
        self._of_job.setdefault(line.about, []).append(line)

    def _chance(self, job: Job, what: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, zlib.crc32(f"office|{job.key}|{what}".encode())])


def read_office(table: Mapping[str, Any] | None, scenario: str) -> OfficePlan:
    """From a scenario's `[office]` table; without one, the usual staff. Raises ScenarioError that names the key."""
    if table is None:
        return OfficePlan()
    _known("office", table, _KEYS, scenario)
    unattended = table.get("list_unattended", False)
    if not isinstance(unattended, bool):
        raise ScenarioError(
            "'office.list_unattended' is neither true nor false", scenario, "Write true or false"
        )
    rows = table.get("staff", [] if unattended else None)
    if rows is None:
        return OfficePlan()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError("'office.staff' is not a list of tables", scenario, "Write [[office.staff]]")
    staff = tuple(_colleague(row, scenario) for row in rows)
    if len({one.name for one in staff}) != len(staff):
        raise ScenarioError("'office.staff' names somebody twice", scenario, "Give each a name of their own")
    works = any(one.works_on and (one.minutes_a_day is None or one.minutes_a_day > 0) for one in staff)
    if not works and not unattended:
        raise ScenarioError(
            "the office has nobody with time for its list, and exceptions would wait for ever",
            scenario,
            "Give somebody minutes a day under [[office.staff]], or say list_unattended = true",
        )
    if works and unattended:
        raise ScenarioError(
            "'office.list_unattended' is true though somebody has time for the list",
            scenario,
            "Take the staff out, or list_unattended",
        )
    return OfficePlan(staff, unattended)


def _colleague(row: Mapping[str, Any], scenario: str) -> Colleague:
    _known("office.staff", row, _STAFF_KEYS, scenario)
    name, role = row.get("name"), row.get("role", "screening office clerk")
    if not isinstance(name, str) or not name.strip() or not isinstance(role, str):
        raise ScenarioError(
            "'office.staff' has somebody without a name", scenario, 'Write name = "T. Okonjo"'
        )
    minutes = row.get("minutes_a_day")
    if minutes is not None and (
        isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 <= minutes <= 600
    ):
        raise ScenarioError(
            "'office.staff.minutes_a_day' is no time of a day", scenario, "Give 0 to 600 minutes"
        )
    days = row.get("works_on", list(_WORKING_WEEK))
    if not isinstance(days, list) or not set(days) <= set(range(1, 8)):
        raise ScenarioError(
            "'office.staff.works_on' names no days", scenario, "List days from 1 (Monday) to 7"
        )
    return Colleague(name, role, None if minutes is None else float(minutes), tuple(days))


def _known(where: str, table: Mapping[str, Any], keys: set[str], scenario: str) -> None:
    if unknown := table.keys() - keys:
        raise ScenarioError(
            f"unknown key '{where}.{min(unknown)}'", scenario, f"Known: {', '.join(sorted(keys))}"
        )


def _read(book: Journal) -> Iterable[OfficeTime]:
    """The lines written so far; a last line that a kill cut short was never acted on."""
    for line in book.lines():
        try:
            yield msgspec.json.decode(line, type=OfficeTime)
        except msgspec.DecodeError:
            return
