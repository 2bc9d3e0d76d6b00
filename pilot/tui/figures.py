"""The key figures of a finished run, as lines of words. Each is a figure of figures.json: nothing is added up here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pilot.measures import Figures
from pilot.measures.figures import PAPER, ArmFigures
from pilot.tui.wording import arm_name, tenth, whole

KINDS: Final = {
    "wrong_person": "in somebody else's record",
    "duplicate": "twice",
    "code": "misleading or unclear",
    "absent": "lost",
    "not_worked": "at practices that do nothing",
}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One line. `alarm` marks what nobody should have to find out by colour: it also says so in its text."""

    label: str
    text: str
    alarm: bool = False


def key_figures(figures: Figures) -> tuple[KeyFigure, ...]:
    """Hours saved by the main way, its errors beside paper's, and where each way's results are."""
    main = figures.main
    beside = [name for name in (PAPER, main) if name in figures.arms] if main else list(figures.arms)
    return (
        *_hours(figures, main),
        *(_errors(name, figures.arms[name]) for name in beside),
        *(_ends(name, figures.arms[name]) for name in reversed(beside)),
    )


def _hours(figures: Figures, main: str | None) -> Iterator[KeyFigure]:
    """Against paper, then against the best of the ways that change less."""
    of_main = [one for one in figures.comparisons.values() if one.arm == main]
    for comparison in sorted(of_main, key=lambda one: one.against != PAPER):
        saved = comparison.gp_hours_saved
        span = f"{tenth(saved.low)} to {tenth(saved.high)}"
        arms = f"{arm_name(comparison.arm).lower()} against {arm_name(comparison.against).lower()}"
        yield KeyFigure("GP hours saved", f"{tenth(saved.value)} ({span}): {arms}")


def _errors(name: str, arm: ArmFigures) -> KeyFigure:
    kinds = [f"{number:,} {KINDS.get(kind, kind)}" for kind, number in arm.errors_by_kind.items() if number]
    text = f"{whole(arm.errors)} of {whole(arm.results)}" + (f": {', '.join(kinds)}" if kinds else "")
    return KeyFigure(f"Errors, {arm_name(name).lower()}", text)


def _ends(name: str, arm: ArmFigures) -> KeyFigure:
    ends = arm.ends
    parts = [f"{ends.in_right_record:,} in the record"]
    for number, words in (
        (ends.on_a_worked_list, "on a worked list"),
        (ends.unwatched_paper, "unwatched"),
        (ends.returned, "returned"),
        (ends.lost, "LOST"),
    ):
        parts += [f"{number:,} {words}"] if number else []
    text = f"{arm.results:,} = {' + '.join(parts)}"
    return KeyFigure(
        f"Where, {arm_name(name).lower()}", text if ends.lost else f"none lost: {text}", alarm=ends.lost > 0
    )
