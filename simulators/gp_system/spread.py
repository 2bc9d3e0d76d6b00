"""A PERT spread (low, mode, high), read at a quantile, so that one uniform draw serves every arm."""

from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

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
