"""One figure that the pilot takes from outside itself, with the doubt about it."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pilot.evidence.errors import EvidenceError

# A normal distribution has 95% of itself within this many standard deviations either side.
_SD_IN_95 = 1.959964


class Grade(StrEnum):
    """How good the source is: a named public one, arithmetic on such, or nobody but us."""

    PUBLISHED = "published"
    DERIVED = "derived"
    JUDGEMENT = "judgement"


class Distribution(StrEnum):
    """What `value`, `low` and `high` mean.

    fixed      no doubt: the three are equal
    uniform    anything from low to high; value is the middle
    pert       low and high are the limits, value the most likely (the beta-PERT of project planning)
    beta       value is the mean of a share; low and high are 3.92 standard deviations apart, which makes
               them roughly its 95% range
    lognormal  value is the median; low and high are the 95% range
    """

    FIXED = "fixed"
    UNIFORM = "uniform"
    PERT = "pert"
    BETA = "beta"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure: `value`, `low`, `high` in `unit`, drawn from `distribution`; where it is from; what it says.

    `date` is when the source spoke: a year, a year and month, or a day. Raises EvidenceError where the
    three numbers do not suit the distribution.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    distribution: Distribution
    source: str
    date: str
    grade: Grade
    sentence: str

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (self.low, self.value, self.high)):
            raise EvidenceError(f"[{self.name}] value, low and high must be finite numbers")
        if not self.low <= self.value <= self.high:
            raise EvidenceError(
                f"[{self.name}] low {self.low}, value {self.value}, high {self.high}: put them in rising order"
            )
        if trouble := self._trouble():
            raise EvidenceError(f"[{self.name}] {trouble}")

    def _trouble(self) -> str | None:
        """What this distribution asks of the three numbers and does not get."""
        same = self.low == self.high
        middle = (self.low + self.high) / 2
        match self.distribution:
            case Distribution.FIXED if not same:
                return "is fixed but has a range: make value, low and high equal"
            case Distribution.UNIFORM | Distribution.PERT | Distribution.BETA | Distribution.LOGNORMAL if (
                same
            ):
                return "has no range: widen low and high, or make the distribution fixed"
            case Distribution.UNIFORM if not math.isclose(self.value, middle, rel_tol=1e-6, abs_tol=1e-9):
                return f"is uniform: make value the middle, {middle:g}"
            case Distribution.LOGNORMAL if self.low <= 0:
                return "is lognormal: low must be above 0"
            case Distribution.BETA:
                return self._beta_trouble()
        return None

    def _beta_trouble(self) -> str | None:
        if self.low < 0 or self.high > 1 or not 0 < self.value < 1:
            return "is a beta share: keep low and high within 0 to 1 and value between them"
        if self._concentration() <= 0:
            return "has a range too wide for a beta share with this mean: narrow low and high"
        return None

    @property
    def mean(self) -> float:
        """The average of what is drawn, in `unit`."""
        match self.distribution:
            case Distribution.PERT:
                return (self.low + 4 * self.value + self.high) / 6
            case Distribution.LOGNORMAL:
                return self.value * math.exp(self._log_sd() ** 2 / 2)
        return self.value

    def draw(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """`n` independent draws, in `unit`."""
        match self.distribution:
            case Distribution.FIXED:
                return np.full(n, self.value)
            case Distribution.UNIFORM:
                return rng.uniform(self.low, self.high, n)
            case Distribution.PERT:
                span = self.high - self.low
                rise = 1 + 4 * (self.value - self.low) / span
                fall = 1 + 4 * (self.high - self.value) / span
                return self.low + span * rng.beta(rise, fall, n)
            case Distribution.BETA:
                concentration = self._concentration()
                return rng.beta(self.value * concentration, (1 - self.value) * concentration, n)
            case Distribution.LOGNORMAL:
                return rng.lognormal(math.log(self.value), self._log_sd(), n)

    def _concentration(self) -> float:
        """The beta distribution's two parameters added, from its mean and the spread of its 95% range."""
        sd = (self.high - self.low) / (2 * _SD_IN_95)
        return self.value * (1 - self.value) / sd**2 - 1

    def _log_sd(self) -> float:
        return math.log(self.high / self.low) / (2 * _SD_IN_95)
