"""Probabilistic sensitivity analysis: draw every doubtful figure many times, and see how far the result moves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]

SEED: Final = 20261124  # of all draws, whatever the run's own seed: two runs differ by what they counted
INTERVAL: Final = 0.95
_TAIL: Final = (1 - INTERVAL) / 2


@dataclass(frozen=True, slots=True)
class Interval:
    """A run's own figure, and the middle 95% of where it would be if the evidence's figures were others."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Range:
    """The middle of many draws, and the middle 95% of them."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Layer:
    """The mean of many replicates, and the middle 95% of them (or of their mean, for Monte Carlo error)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Layers:
    """Why another office would count otherwise, beside the evidence's doubt that the comparison itself shows.

    `practices_and_people`: others of both, at the evidence as it is. `together`: the evidence drawn as well, the
    whole range. `monte_carlo`: how sure its mean is after so many `replicates`.
    """

    practices_and_people: Layer
    monte_carlo: Layer
    together: Layer
    replicates: int


@dataclass(frozen=True, slots=True)
class Method:
    """How a range was made."""

    draws: int
    interval: float
    seed: int
    text: str


def interval(value: float, draws: Draws) -> Interval:
    """The run's `value` with the middle of `draws` about it."""
    low, high = np.quantile(draws, [_TAIL, 1 - _TAIL])
    return Interval(float(value), float(low), float(high))


def spread(draws: Draws) -> Range:
    """Median and middle 95% of `draws`."""
    low, median, high = np.quantile(draws, [_TAIL, 0.5, 1 - _TAIL])
    return Range(float(median), float(low), float(high))


def rank_correlation(one: Draws, other: Draws) -> float:
    """Spearman's: how far the order of one draw tells the order of the other; 0 where either never varies."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    ranks = [np.argsort(np.argsort(draws)) for draws in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
