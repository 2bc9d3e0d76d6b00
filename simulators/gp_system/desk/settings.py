"""The working numbers of one practice's desk, and how chance is drawn for them. No figure hides here: every key
is required (docs/gp-system.md).
"""

from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import shake_128
from struct import Struct
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulators.gp_system.outcomes import Outcome


class Draws(NamedTuple):
    """One uniform draw, 0 <= u < 1, for each thing chance decides about one result at one practice."""

    lost: float
    minutes: float
    missed: float
    wrong_code: float
    which_wrong_code: float
    wrong_person: float
    which_person: float
    typed_twice: float
    mistyped_date: float
    which_slip: float
    habit: float
    review: float
    unmatched: float
    review_slip: float


_WORDS = Struct(f"<{len(Draws._fields)}Q")
_UNIT = 2.0**-53


def draws_for(seed: int, practice: str, result: str) -> Draws:
    """The draws for one result. `result` names it alike in every arm: screening number and outcome."""
    digest = shake_128(f"{seed}|{practice}|{result}".encode()).digest(_WORDS.size)
    return Draws(*[(word >> 11) * _UNIT for word in _WORDS.unpack(digest)])


def result_name(number: str, outcome: str | None) -> str:
    """The name by which a result draws: screening number (or NHS number, where that is not legible) and outcome."""
    return f"{number}|{outcome or ''}"


_ONE = Struct("<Q")


def uniform(seed: int, practice: str, about: str) -> float:
    """A single uniform draw, 0 <= u < 1, about something that is not a result: a working day, an absence."""
    word: int = _ONE.unpack(shake_128(f"{seed}|{practice}|{about}".encode()).digest(8))[0]
    return (word >> 11) * _UNIT


_GRID = 2048
_WEIGHT_OF_MODE = 4.0  # the PERT convention: mean = (low + 4 mode + high) / 6


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes for one item: PERT(low, mode, high). Raises ValueError unless 0 <= low <= mode <= high."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.mode <= self.high:
            raise ValueError("a spread needs 0 <= low <= mode <= high")

    def at(self, quantile: float) -> float:
        """The value below which a share `quantile` (0 to 1) of items lies."""
        width = self.high - self.low
        if not width:
            return self.low
        where = quantile * _GRID
        below = min(int(where), _GRID - 1)
        table = _quantiles((self.mode - self.low) / width)
        left = table[below]
        return self.low + width * (left + (table[below + 1] - left) * (where - below))

    @property
    def mean(self) -> float:
        """The mean of a PERT distribution."""
        return (self.low + _WEIGHT_OF_MODE * self.mode + self.high) / (_WEIGHT_OF_MODE + 2)

    @property
    def variance(self) -> float:
        """Of the Beta distribution that PERT is, scaled to the spread's width."""
        return (self.mean - self.low) * (self.high - self.mean) / (_WEIGHT_OF_MODE + 3)


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes for one item, uniform between low and high. Raises ValueError unless 0 <= low <= high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError("a range needs 0 <= low <= high")

    def at(self, quantile: float) -> float:
        """The value at a quantile, 0 to 1."""
        return self.low + (self.high - self.low) * quantile


@cache
def _quantiles(mode: float) -> tuple[float, ...]:
    """The inverse of the PERT distribution on 0..1 with this mode, at _GRID + 1 even quantiles."""
    alpha, beta = 1 + _WEIGHT_OF_MODE * mode, 1 + _WEIGHT_OF_MODE * (1 - mode)
    edges: NDArray[np.float64] = np.linspace(0.0, 1.0, 16 * _GRID + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    density = middles ** (alpha - 1) * (1 - middles) ** (beta - 1)
    cumulated = np.concatenate(([0.0], np.cumsum(density)))
    return tuple(np.interp(np.linspace(0.0, 1.0, _GRID + 1), cumulated / cumulated[-1], edges).tolist())


Rate = Annotated[float, msgspec.Meta(ge=0, le=1)]
ClockTime = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Minutes = Annotated[float, msgspec.Meta(ge=0)]
ANY_OUTCOME = "*"


class Role(StrEnum):
    """Who does a task: coders have the post, unmatched messages and plain reviews; clinicians the abnormal."""

    CODER = "coder"
    CLINICIAN = "clinician"


class PileOrder(StrEnum):
    """Where results stand against the rest of the mail."""

    FIRST_IN_FIRST_OUT = "first_in_first_out"
    RESULTS_FIRST = "results_first"
    RESULTS_LAST = "results_last"


class StaffMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person, and the part of the day given to this work."""

    role: Role
    starts: ClockTime
    ends: ClockTime
    absence_rate: Annotated[float, msgspec.Meta(ge=0, lt=1)]

    def __post_init__(self) -> None:
        if self.starts >= self.ends:
            raise ValueError("a shift must start before it ends")


class Habit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One concept that people at this practice use for an outcome. `code` None: text alone."""

    code: str | None
    term: str
    weight: Annotated[float, msgspec.Meta(gt=0)]


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one practice works. Units: minutes, items a working day, and rates from 0 to 1."""

    seed: int
    opens_on: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...]
    closed_on: frozenset[date]
    post_opened_at: ClockTime
    staff: tuple[StaffMember, ...]
    pile_order: PileOrder
    background_mail_per_day: Minutes
    background_minutes: Spread
    backlog_minutes: Minutes
    minutes_per_letter: Spread
    minutes_per_document: Spread
    lost_in_post_rate: Rate
    never_done: bool
    reviews_messages: bool
    missed_rate: Rate
    wrong_code_rate: Rate
    wrong_person_rate: Rate
    typed_twice_rate: Rate
    keying_error_rate: Rate
    coding_habit: dict[Outcome, tuple[Habit, ...]]
    wrong_code_habit: dict[str, tuple[Habit, ...]]
    review_minutes: Spread
    clinician_review_minutes: Spread
    review_slip_rate: Rate
    unmatched_minutes: Range
    rules_setup_minutes: Minutes

    def __post_init__(self) -> None:
        if not self.opens_on:
            raise ValueError("opens_on names no working day")
        for role in Role:
            if not any(person.role is role for person in self.staff):
                raise ValueError(f"staff has nobody with role {role}")
        for outcome in Outcome:
            if not self.coding_habit.get(outcome):
                raise ValueError(f"coding_habit has nothing for {outcome}")
        if unknown := set(self.wrong_code_habit) - {*Outcome, ANY_OUTCOME}:
            raise ValueError(f"wrong_code_habit names no outcome: {', '.join(sorted(unknown))}")
        if self.wrong_code_rate and not self.wrong_code_habit.get(ANY_OUTCOME):
            raise ValueError('wrong_code_habit needs an entry "*" where wrong_code_rate is not 0')


def pick(habits: tuple[Habit, ...], quantile: float) -> Habit:
    """The habit that a uniform draw falls on, by weight."""
    target = quantile * sum(habit.weight for habit in habits)
    for habit in habits:
        target -= habit.weight
        if target < 0:
            return habit
    return habits[-1]
