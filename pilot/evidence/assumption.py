"""One figure that the pilot takes from outside itself, with the doubt about it."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pilot.errors import EvidenceError


def _limits(unit: str) -> tuple[float, float]:
    """The least and the most that a figure of this unit can be."""
    if unit.startswith("share"):
        return 0, 1
    if unit.startswith("per cent"):
        return 0, 100
    return (-math.inf if "logit" in unit else 0), math.inf


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
        if trouble := self._trouble():
            what, mend = trouble
            raise EvidenceError(f"The figure {what}", f"[{self.name}]", mend)

    def _trouble(self) -> tuple[str, str] | None:
        """What the unit or the distribution asks of the three numbers and does not get, and how to mend it."""
        least, most = _limits(self.unit)
        if self.low < least or self.high > most:
            return f"leaves what {self.unit} can be", f"Keep low and high within {least:g} to {most:g}"
        return self._three_numbers()

    def _three_numbers(self) -> tuple[str, str] | None:
        """What this distribution asks of the three numbers and does not get, and how to mend it."""
        if not all(math.isfinite(number) for number in (self.low, self.value, self.high)):
            return "is not finite", "Give value, low and high as finite numbers"
        if not self.low <= self.value <= self.high:
            return (
                f"has low {self.low:g}, value {self.value:g}, high {self.high:g}",
                "Put them in rising order",
            )
        if self.distribution is Distribution.FIXED:
            if self.low == self.high:
                return None
            return "is fixed but has a range", "Make value, low and high equal"
        if self.low == self.high:
            return "has no range", "Widen low and high, or make the distribution fixed"
        return self._shape_trouble()

    def _shape_trouble(self) -> tuple[str, str] | None:
        middle = (self.low + self.high) / 2
        match self.distribution:
            case Distribution.UNIFORM if not math.isclose(self.value, middle, rel_tol=1e-6, abs_tol=1e-9):
                return "is uniform but its value is not in the middle", f"Make value {middle:g}"
            case Distribution.LOGNORMAL if self.low <= 0:
                return "is lognormal but not positive", "Raise low above 0"
            case Distribution.BETA if self.low < 0 or self.high > 1 or not 0 < self.value < 1:
                return (
                    "is a beta share outside 0 to 1",
                    "Keep low and high within 0 to 1 and value between them",
                )
            case Distribution.BETA if self._concentration() <= 0:
                return "has a range too wide for a beta share with this mean", "Narrow low and high"
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
