"""How many practices, weeks and timed letters a live pilot needs to see a saving, by simulation, for three designs.

A timed result takes what the evidence says of one, as much slower or faster as its practice and week are. Where a
result comes as a message, a share of them, the saving, costs nothing, and the rest what it cost before. Each trial is
analysed as its design is: two groups of practices, the same practices before and after, or practices that join in
waves by lot (practice and week fixed). False alarms are trials of no saving at all that see one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pilot.errors import ScenarioError
from pilot.evidence import Assumptions
from pilot.questions.model import variance

Floats = NDArray[np.float64]

_SEED: Final = 20261124
_ALPHA: Final = 0.05
_TIMED: Final = "minutes_a_result"
_SPREAD: Final = "typing_speed_between_practices"
_MOST_CELLS: Final = 50_000_000
PRACTICES: Final = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48)
WEEKS: Final = (4, 8, 12, 16)
LETTERS: Final = (2, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class Pilot:
    """A live pilot that could be held. `letters` are the results timed at each practice in each week.

    `saving` is the share of minutes that messages save, 0 to 1. `spread` and `week_spread` are standard deviations of
    the logarithm of how fast practices, and weeks of one practice, are; `drift` is the share by which everything
    takes longer at the end of the pilot than at its beginning, whatever is sent.
    """

    practices: int
    weeks: int
    letters: int
    saving: float
    spread: float
    week_spread: float = 0.1
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Power:
    """The share of trials that see the saving, and of trials without one that see one all the same."""

    design: str
    pilot: Pilot
    power: float
    false_alarms: float


@dataclass(frozen=True, slots=True)
class Needed:
    """The fewest practices that see the saving often enough, for so many weeks and letters; None: more than 48."""

    design: str
    weeks: int
    letters: int
    practices: int | None


def spread_of(assumptions: Assumptions) -> float:
    """How much practices differ by the evidence: the standard deviation of the logarithm of their speed."""
    row = assumptions[_SPREAD]
    return float(np.log(row.high / row.low) / (2 * 1.959964))


def check(pilot: Pilot, trials: int) -> None:
    """Raises ScenarioError naming what cannot be."""
    for name, value, low, high in (
        ("--saving", pilot.saving, 0.0, 1.0),
        ("--spread", pilot.spread, 0.0, 2.0),
        ("--week-spread", pilot.week_spread, 0.0, 2.0),
        ("--drift", pilot.drift, -0.9, 9.0),
        ("--letters", pilot.letters, 1, 1_000),
        ("--weeks", pilot.weeks, 2, 520),
        ("--practices", pilot.practices, 4, 10_000),
        ("--trials", trials, 100, 1_000_000),
    ):
        if not low <= value <= high:
            raise ScenarioError(f"{value:g} is impossible", name, f"Give {low:g} to {high:g}")
    if pilot.practices * pilot.weeks * trials > _MOST_CELLS:
        what = (
            f"{trials:,} trials of {pilot.practices} practices and {pilot.weeks} weeks are too many to hold"
        )
        raise ScenarioError(what, "--trials", "Give fewer")


def power(assumptions: Assumptions, pilot: Pilot, design: str, trials: int) -> Power:
    """Raises ScenarioError where the pilot is impossible or the design unknown."""
    check(pilot, trials)
    if design not in DESIGNS:
        raise ScenarioError(f"{design!r} is no design", "--design", f"Give one of {', '.join(DESIGNS)}")
    saw, alarmed = (
        _seen(_timed(assumptions, one, design, trials), design) for one in (pilot, replace(pilot, saving=0.0))
    )
    return Power(design, pilot, saw, alarmed)


def needed(
    assumptions: Assumptions,
    pilot: Pilot,
    wanted: float,
    trials: int,
    weeks: Sequence[int],
    letters: Sequence[int],
) -> tuple[Needed, ...]:
    """For each design, number of weeks and of letters, the fewest of PRACTICES with the power that is `wanted`."""
    found = []
    for design, week, letter in product(DESIGNS, weeks, letters):
        one = replace(pilot, weeks=week, letters=letter)
        found.append(Needed(design, week, letter, _fewest(assumptions, one, design, wanted, trials)))
    return tuple(found)


def _fewest(assumptions: Assumptions, pilot: Pilot, design: str, wanted: float, trials: int) -> int | None:
    for practices in PRACTICES:
        one = replace(pilot, practices=practices)
        check(one, trials)
        if _seen(_timed(assumptions, one, design, trials), design) >= wanted:
            return practices
    return None


def treated(design: str, practices: int, weeks: int) -> Floats:
    """1 where a practice is sent messages in a week: (practices, weeks), practices in the order of their lots."""
    at = np.zeros((practices, weeks))
    match design:
        case "parallel":
            at[: practices // 2] = 1.0
        case "before_after":
            at[:, weeks // 2 :] = 1.0
        case "stepped_wedge":
            waves = min(practices, weeks - 1)
            for number in range(practices):
                joins = 1 + (number * waves // practices) * (weeks - 1) // waves
                at[number, joins:] = 1.0
    return at


def _timed(assumptions: Assumptions, pilot: Pilot, design: str, trials: int) -> Floats:
    """The mean of each practice's timed results in each week: (trials, practices, weeks)."""
    rng = np.random.default_rng([_SEED, pilot.practices, pilot.weeks, pilot.letters, len(design)])
    row, shape = assumptions[_TIMED], (trials, pilot.practices, pilot.weeks)
    speed = _about_one(rng, pilot.spread, (trials, pilot.practices, 1))
    week = _about_one(rng, pilot.week_spread, shape)
    calendar = 1 + pilot.drift * np.linspace(0, 1, pilot.weeks)
    nothing = rng.binomial(pilot.letters, pilot.saving * treated(design, pilot.practices, pilot.weeks), shape)
    worked = pilot.letters - nothing
    luck = rng.standard_normal(shape)
    spent = worked * row.mean + np.sqrt(worked * variance(row)) * luck
    return np.asarray(np.maximum(0.0, spent) / pilot.letters * speed * week * calendar)


def _about_one(rng: np.random.Generator, spread: float, shape: tuple[int, ...]) -> Floats:
    return np.asarray(np.exp(spread * rng.standard_normal(shape) - spread**2 / 2))


def _seen(timed: Floats, design: str) -> float:
    """The share of trials whose two-sided test is below one in twenty, and says that messages save."""
    from scipy.stats import t  # noqa: PLC0415 - slow to import

    effect, error, freedom = DESIGNS[design](timed)
    beyond = effect / np.maximum(error, 1e-12) < -t.ppf(1 - _ALPHA / 2, freedom)
    return float(np.mean(beyond))


def _parallel(timed: Floats) -> tuple[Floats, Floats, float]:
    """Means of practices in two groups, by the t-test with one variance."""
    means = timed.mean(axis=2)
    half = means.shape[1] // 2
    own, other = means[:, :half], means[:, half:]
    freedom = means.shape[1] - 2
    squares = own.var(axis=1) * half + other.var(axis=1) * other.shape[1]
    error = np.sqrt(squares / freedom * (1 / half + 1 / other.shape[1]))
    return own.mean(axis=1) - other.mean(axis=1), error, freedom


def _before_after(timed: Floats) -> tuple[Floats, Floats, float]:
    """Each practice against itself, by the paired t-test."""
    half = timed.shape[2] // 2
    apart = timed[:, :, half:].mean(axis=2) - timed[:, :, :half].mean(axis=2)
    number = apart.shape[1]
    return apart.mean(axis=1), apart.std(axis=1, ddof=1) / np.sqrt(number), number - 1


def _stepped_wedge(timed: Floats) -> tuple[Floats, Floats, float]:
    """Least squares with practice and week fixed: what of the joining neither explains, on what of the minutes."""
    _, practices, weeks = timed.shape
    joined = _without_margins(treated("stepped_wedge", practices, weeks)[None])
    left = _without_margins(timed)
    strength = float((joined**2).sum())
    effect = (left * joined).sum(axis=(1, 2)) / strength
    freedom = practices * weeks - practices - weeks
    rest = ((left - effect[:, None, None] * joined) ** 2).sum(axis=(1, 2)) / freedom
    return effect, np.sqrt(rest / strength), freedom


def _without_margins(values: Floats) -> Floats:
    """Less the means of practices and of weeks, plus the mean of all."""
    return np.asarray(
        values
        - values.mean(axis=2, keepdims=True)
        - values.mean(axis=1, keepdims=True)
        + values.mean(axis=(1, 2), keepdims=True)
    )


DESIGNS: Final[Mapping[str, Callable[[Floats], tuple[Floats, Floats, float]]]] = {
    "parallel": _parallel,
    "before_after": _before_after,
    "stepped_wedge": _stepped_wedge,
}
