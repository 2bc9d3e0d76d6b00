"""The working numbers of one practice's desk. Every key is required: no figure hides here (docs/gp-system.md)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from simulators.gp_system.outcome import Outcome
from simulators.gp_system.spread import Range, Spread

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
    minutes_per_result: Spread
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
