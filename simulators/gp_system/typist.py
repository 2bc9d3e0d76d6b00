"""What a person at the desk makes of one letter: a pure decision from the letter, the habits and the draws."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from simulators.gp_system.desk_settings import ANY_OUTCOME, DeskSettings, Habit, pick
from simulators.gp_system.draws import Draws
from simulators.gp_system.letter import Letter
from simulators.gp_system.outcome import Outcome


class Ending(StrEnum):
    """How a letter ended at the desk, for those who want to know why it is not in the record."""

    ENTERED = "entered"
    MISSED = "missed"
    NOT_UNDERSTOOD = "not_understood"
    NOBODY_HERE = "nobody_here"


@dataclass(frozen=True, slots=True)
class Handling:
    """`wrong_person`: typed into another record. `times`: 2 where somebody did it again."""

    habit: Habit
    effective: date | None
    wrong_person: bool
    times: int


def handle(letter: Letter, settings: DeskSettings, draws: Draws, dated: date) -> Handling | Ending:
    """How the letter is handled. `dated` is the day it was printed, used where it names no other."""
    if letter.outcome is None:
        return Ending.NOT_UNDERSTOOD
    if draws.missed < settings.missed_rate:
        return Ending.MISSED
    effective = letter.screened_on or dated
    if draws.mistyped_date < settings.keying_error_rate:
        effective = slip(effective, draws.which_slip)
    return Handling(
        habit=_code(letter.outcome, settings, draws),
        effective=effective,
        wrong_person=draws.wrong_person < settings.wrong_person_rate,
        times=2 if draws.typed_twice < settings.typed_twice_rate else 1,
    )


def minutes_for(settings: DeskSettings, draws: Draws) -> float:
    """Working minutes that one letter takes, both times where it is typed twice."""
    once = settings.minutes_per_result.at(draws.minutes)
    return once * 2 if draws.typed_twice < settings.typed_twice_rate else once


def _code(outcome: Outcome, settings: DeskSettings, draws: Draws) -> Habit:
    if draws.wrong_code < settings.wrong_code_rate:
        wrong = settings.wrong_code_habit.get(outcome) or settings.wrong_code_habit[ANY_OUTCOME]
        return pick(wrong, draws.which_wrong_code)
    return pick(settings.coding_habit[outcome], draws.habit)


def slip(day: date, quantile: float) -> date:
    """A date as a tired hand types it: day and month changed about where that makes a date, else ten days off."""
    if quantile < 0.5 and day.day <= 12 and day.day != day.month:
        return day.replace(month=day.day, day=day.month)
    return day - timedelta(days=10) if day.day > 10 else day + timedelta(days=10)
