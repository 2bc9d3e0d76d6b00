"""The key figures of a finished run, as lines of words, from what figures.json holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pilot.tui.wording import arm_name, tenth, whole

ERRORS: Final = ("missing", "wrong_code", "wrong_person", "duplicate", "late")


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One line. `alarm` marks what nobody should have to find out by colour: it also says so in its text."""

    label: str
    text: str
    alarm: bool = False


def key_figures(figures: Mapping[str, Any]) -> tuple[KeyFigure, ...]:
    """Hours saved with their range, errors of each arm, and whether every result is accounted for."""
    return (*_hours(figures["comparisons"]), *_errors(figures["arms"]), *_accounted(figures["accounted_for"]))


def _hours(comparisons: Mapping[str, Any]) -> Iterator[KeyFigure]:
    for name, comparison in comparisons.items():
        arm, _, other = name.partition("_vs_")
        saved = comparison["gp_hours_saved"]
        span = f"{tenth(saved['low'])} to {tenth(saved['high'])}"
        yield KeyFigure(
            "GP hours saved",
            f"{tenth(saved['value'])} ({span}): {arm_name(arm).lower()} against {arm_name(other).lower()}",
        )


def _errors(arms: Mapping[str, Any]) -> Iterator[KeyFigure]:
    for name, arm in arms.items():
        kinds = [f"{arm[kind]:,} {kind.replace('_', ' ')}" for kind in ERRORS if arm[kind]]
        count = sum(arm[kind] for kind in ERRORS)
        text = f"{whole(count)} of {whole(arm['results'])}"
        yield KeyFigure(
            f"Errors, {arm_name(name).lower()}", text + (f": {', '.join(kinds)}" if kinds else "")
        )


def _accounted(accounted: Mapping[str, Any] | None) -> Iterator[KeyFigure]:
    if accounted is None:  # no arm of this run used the pipeline
        return
    lost = accounted["lost"]
    where = f"{accounted['filed']:,} filed + {accounted['with_a_person']:,} with a person"
    text = f"{accounted['received']:,} = {where} + {accounted['returned']:,} returned"
    if lost:
        yield KeyFigure("Accounted for", f"NO, {lost:,} lost! {text} + {lost:,} lost", alarm=True)
    else:
        yield KeyFigure("Accounted for", f"none lost: {text}")
