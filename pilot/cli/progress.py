"""A run's events as plain lines: what the terminal UI shows, for a log or a screen reader."""

from collections.abc import Iterator
from typing import TextIO

from pilot.experiment.events import (
    ArmProgress,
    DayPassed,
    Event,
    Notice,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)

_DAYS_A_LINE = 7


def follow(events: Iterator[Event], to: TextIO) -> RunFinished:
    """Print the events as they come and return the last."""
    arms: dict[str, ArmProgress] = {}
    for event in events:
        match event:
            case RunFinished():
                _finished(event, to)
                return event
            case ArmProgress():
                arms[event.arm] = event
            case DayPassed() if event.number % _DAYS_A_LINE == 0 or event.number == event.days:
                _say(to, f"  {event.day:%d %b}  " + "   ".join(map(_arm, arms.values())))
            case DayPassed():
                pass
            case _:
                _say(to, _line(event))
    raise AssertionError("the engine ended without saying so")


def _line(event: Event) -> str:
    match event:
        case RunStarted():
            return (
                f"{event.office}: {event.title} (seed {event.seed})\n"
                f"{event.results} results for {event.practices} practices, {' and '.join(event.arms)}\n"
                f"Everything is kept in {event.folder}"
            )
        case StageStarted():
            return f"{event.stage.value} ..."
        case StageFinished():
            return f"  done in {event.seconds:.1f} s"
        case Notice():
            return f"  note: {event.text}"
        case _:
            return ""


def _arm(arm: ArmProgress) -> str:
    return f"{arm.arm}: {arm.in_record} of {arm.emitted} in the record, {arm.with_a_person} with a person"


def _finished(event: RunFinished, to: TextIO) -> None:
    for comparison in event.figures.comparisons.values():
        hours = comparison.gp_hours_saved
        arms = f"{comparison.arm} against {comparison.against}"
        _say(to, f"{arms}: {hours.value:.1f} GP hours saved ({hours.low:.1f} to {hours.high:.1f})")
    for name, ranges in (event.figures.ranges or {}).items():
        both, others = ranges["gp_hours_saved"].together, ranges["gp_hours_saved"].practices_and_people
        _say(
            to,
            f"{name.replace('_vs_', ' against ')}, at other practices with other people: {others.low:.1f} to "
            f"{others.high:.1f} GP hours; with the evidence's doubt too: {both.low:.1f} to {both.high:.1f}",
        )
    for name, arm in event.figures.arms.items():
        ends = arm.ends
        _say(
            to,
            f"{name}: of {ends.results} results {ends.in_right_record} are in the right record, "
            f"{ends.on_a_worked_list} on a worked list, {ends.unwatched_paper} unwatched, {ends.returned} returned, "
            f"{ends.lost} lost; {arm.errors} with an error",
        )
    _say(to, f"Report: {event.report} ({event.seconds:.1f} s)")


def _say(to: TextIO, line: str) -> None:
    print(line, file=to, flush=True)
