"""From the evidence's priors to a year in England, with ranges and what drives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pilot.evidence import Assumptions
from pilot.measures.headline import Headline, headline
from pilot.measures.saving import NATIONAL_PRIORS, hours_saved, letters_saved_gbp, loaded_pay
from pilot.measures.sensitivity import INTERVAL, SEED, Draws, Method, Range, rank_correlation, spread

DRAWS: Final = 100_000
_TEXT: Final = (
    "Every figure drawn from the evidence file's own range, independently of the others. Nothing of this run "
    "goes in. A year once rolled out, without the cost of building, assuring and dual running."
)
_WEEKS: Final = 52


@dataclass(frozen=True, slots=True)
class Driver:
    """How far one figure alone moves the hours: at the ends of its 95% range, all else at its mean."""

    assumption: str
    rank_correlation: float
    hours_low: float
    hours_high: float


@dataclass(frozen=True, slots=True)
class SilentFailure:
    """The price of automation: rare, large and unnoticed unless records are reconciled."""

    p_at_least_one_a_year: Range
    results_of_one_system_a_year: Range


@dataclass(frozen=True, slots=True)
class National:
    """A year in England. Hours are time released, not cash; `letters_gbp` could be cash."""

    hours: Range
    gbp: Range
    letters_gbp: Range
    practice_minutes_a_week: Range
    silent_failure: SilentFailure
    seed_headline: Headline
    drivers: tuple[Driver, ...]
    method: Method


def national(assumptions: Assumptions) -> National:
    """Pure: the same evidence gives the same figures."""
    draws = assumptions.draws(NATIONAL_PRIORS, DRAWS, SEED)
    mean = {name: assumptions[name].mean for name in NATIONAL_PRIORS}
    hours = hours_saved(draws)
    gbp = hours * loaded_pay(draws)
    letters = letters_saved_gbp(draws)
    systems = assumptions["nbss_instances"].value
    return National(
        hours=spread(hours),
        gbp=spread(gbp),
        letters_gbp=spread(letters),
        practice_minutes_a_week=spread(hours * 60 / draws["practices_in_england"] / _WEEKS),
        silent_failure=SilentFailure(
            spread(1 - (1 - np.minimum(draws["silent_failure_a_system_year"], 1.0)) ** systems),
            spread(draws["messages_a_year"] / systems),
        ),
        seed_headline=headline(assumptions, mean, hours, gbp, letters),
        drivers=_drivers(draws, mean, hours),
        method=Method(DRAWS, INTERVAL, SEED, _TEXT),
    )


def _drivers(draws: Mapping[str, Draws], mean: Mapping[str, float], hours: Draws) -> tuple[Driver, ...]:
    """The figures that move the hours, the strongest first."""
    drivers = []
    for name, drawn in draws.items():
        low, high = (float(end) for end in np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]))
        ends = sorted(hours_saved({**mean, name: end}) for end in (low, high))
        if ends[0] < ends[1]:
            drivers.append(Driver(name, rank_correlation(drawn, hours), ends[0], ends[1]))
    return tuple(sorted(drivers, key=lambda driver: driver.hours_low - driver.hours_high))
