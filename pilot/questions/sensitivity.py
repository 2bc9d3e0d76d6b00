"""What would change our mind: thresholds, a tornado, what perfect knowledge would be worth, and which arm is best.

All by the vectorised model, with the same people and luck on both sides of every comparison.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pilot.errors import ScenarioError
from pilot.experiment.scenario import Scenario
from pilot.questions.model import ArmColumns, Offices, Values, central, draw_offices, evaluate, left_out
from pilot.questions.points import doubtful
from reports.charts import BLUE, floating_bars
from reports.rendering import Unit

Floats = NDArray[np.float64]

OFFICES: Final = 1_000
DRAWS: Final = 5_000
_SEED: Final = 20261124
_TAIL: Final = 0.025
_KNOTS: Final = 4
TERMS: Final = 4 + _KNOTS  # of the spline that a saving is regressed on
_FEWEST: Final = 2
_BARS: Final = 12
_MOST_PRACTICES: Final = 2_500_000  # in memory together: about a gigabyte

# What may be searched for a threshold: words for people, and the range that is looked at.
SEARCHED: Final[Mapping[str, tuple[str, float, float]]] = {
    "minutes_a_result": ("minutes that a result takes to type", 0.02, 6.0),
    "ready_share": ("share of practices that are ready", 0.0, 1.0),
    "delivered": ("share of coded messages that are delivered", 0.0, 1.0),
    "registered_elsewhere": ("share of results that nobody at the practice is registered for", 0.0, 1.0),
    "bso_exception_minutes": ("minutes that the office spends on an exception", 0.5, 600.0),
    "rules_setup_minutes": ("minutes that a practice's rules take to set up", 0.5, 2_000.0),
    "coder_review_minutes": ("minutes that a coder's review takes", 0.1, 60.0),
    "clinician_review_minutes": ("minutes that a clinician's review takes", 0.1, 120.0),
}
MEASURES: Final = ("cost_gbp", "gp_minutes", "errors", "undelivered")
_UNITS: Final = {"cost_gbp": Unit.POUNDS, "gp_minutes": Unit.MINUTES}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where the decision flips: `at` None where it does not in the range. `from_` is what it is now."""

    name: str
    words: str
    now: float
    low: float
    high: float
    at: float | None
    saving_now: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a tornado: the saving where the row's mean is at either end of its 95% range.

    `worth` is what knowing it perfectly would be worth (EVPPI), in the measure's unit; `doubt` the share of the
    saving's variance, over all the evidence's doubt, that it explains.
    """

    name: str
    at_low: float
    at_high: float
    worth: float
    doubt: float


@dataclass(frozen=True, slots=True)
class Answers:
    """For one scenario and two arms. Positive: `arm` saves against `against`. The unit is the measure's own.

    `range95` and `best` are of one office, with its people and the evidence in doubt; `worth_of_all` is what it would
    be worth to know both before choosing, so that knowing the evidence alone is worth no more.
    """

    scenario: str
    measure: str
    arm: str
    against: str
    saving: float
    range95: tuple[float, float]
    thresholds: tuple[Threshold, ...]
    tornado: tuple[Bar, ...]
    worth_of_all: float
    best: Mapping[str, float]
    offices: int
    draws: int


def ask(
    scenario: Scenario, *, arm: str, against: str, measure: str, offices: int = OFFICES, draws: int = DRAWS
) -> Answers:
    """Raises ScenarioError where the model does not know the scenario, an arm or the measure."""
    if unknown := left_out(scenario):
        what = f"the model does not know {', '.join(unknown)}"
        raise ScenarioError(
            what, scenario.name, "Ask of a scenario without, or sweep this one with --mode twin"
        )
    for name in (arm, against):
        if name not in scenario.arms:
            raise ScenarioError(
                f"{name!r} is no arm of this scenario", scenario.name, f"Its arms: {', '.join(scenario.arms)}"
            )
    if measure not in MEASURES:
        raise ScenarioError(f"{measure!r} is no measure", "--measure", f"Give one of {', '.join(MEASURES)}")
    for name, number in (("--offices", offices), ("--draws", draws)):
        most = _MOST_PRACTICES // scenario.generation.practices
        if not _FEWEST <= number <= most:
            what = f"{number:,} of this scenario's offices are too few, or too many to hold"
            raise ScenarioError(what, name, f"Give {_FEWEST} to {most:,}")
    asked = _Asked(scenario, arm, against, measure, draw_offices(scenario, offices, _SEED))
    values = asked.values
    thresholds = tuple(asked.threshold(name) for name in SEARCHED)
    drawn, costs = _drawn(scenario, measure, draws)
    saving = costs[against] - costs[arm]
    bars = tuple(
        sorted(
            (asked.bar(name, drawn[name], saving) for name in drawn),
            key=lambda bar: -abs(bar.at_high - bar.at_low),
        )
    )
    low, high = np.quantile(saving, [_TAIL, 1 - _TAIL])
    together = np.stack([costs[name] for name in scenario.arms])
    worth = float(np.mean(together.mean(axis=1).min() - together.min(axis=0)))
    first = np.argmin(together, axis=0)
    best = {name: float(np.mean(first == place)) for place, name in enumerate(scenario.arms)}
    return Answers(
        scenario.name, measure, arm, against, asked.saving(values), (float(low), float(high)), thresholds, bars,
        worth, best, offices, draws,
    )  # fmt: skip


def usual(scenario: Scenario) -> dict[str, Any]:
    """What every figure that may be searched is now: the evidence's at their means, and the scenario's own."""
    return {
        **central(scenario.assumptions),
        "ready_share": scenario.practices.ready_share,
        "delivered": 1.0,
        "registered_elsewhere": scenario.generation.registered_elsewhere,
    }


class _Asked:
    """Both arms of the same offices, at whatever the figures are."""

    def __init__(self, scenario: Scenario, arm: str, against: str, measure: str, offices: Offices) -> None:
        self._scenario, self._arm, self._against, self._measure = scenario, arm, against, measure
        self._offices = offices
        self.values = usual(scenario)

    def saving(self, values: Values) -> float:
        """What an office saves in the mean."""
        both = (evaluate(self._scenario, self._offices, values, name) for name in (self._against, self._arm))
        other, own = (float(getattr(one, self._measure).mean()) for one in both)
        return other - own

    def threshold(self, name: str) -> Threshold:
        words, low, high = SEARCHED[name]
        now = float(self.values[name])
        return Threshold(
            name, words, now, low, high, root(lambda x: self.saving({**self.values, name: x}), low, high, now),
            self.saving(self.values),
        )  # fmt: skip

    def bar(self, name: str, draws: Floats, saving: Floats) -> Bar:
        ends = np.quantile(draws, [_TAIL, 1 - _TAIL])
        at_low, at_high = (self.saving({**self.values, name: float(end)}) for end in ends)
        expected = regressed(draws, saving)
        worth = float(np.mean(np.maximum(0.0, expected)) - max(0.0, float(saving.mean())))
        spread = float(saving.var())
        return Bar(name, at_low, at_high, max(0.0, worth), float(expected.var()) / spread if spread else 0.0)


def root(saving: Callable[[float], float], low: float, high: float, now: float) -> float | None:
    """Where the saving changes sign nearest to `now`, looking outwards; None where it keeps its sign.

    Brent's method after a coarse look, since the saving need not go one way.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    grid = np.unique(np.concatenate([np.linspace(low, high, 9), [min(max(now, low), high)]]))
    values = [saving(float(at)) for at in grid]
    flips = [n for n in range(len(grid) - 1) if values[n] * values[n + 1] <= 0]
    if not flips:
        return None
    nearest = min(flips, key=lambda n: min(abs(grid[n] - now), abs(grid[n + 1] - now)))
    return float(brentq(saving, float(grid[nearest]), float(grid[nearest + 1]), xtol=(high - low) * 1e-4))


def regressed(draws: Floats, saving: Floats) -> Floats:
    """The saving that is to be expected at each draw of one figure: least squares on a cubic spline of it.

    The regression method of Strong, Oakley and Brennan (2014) for the value of perfect information on one figure,
    with a spline in place of a generalised additive model.
    """
    spread = draws.std()
    if spread == 0:
        return np.full_like(saving, saving.mean())
    x = (draws - draws.mean()) / spread
    knots = np.quantile(x, np.linspace(0, 1, _KNOTS + 2)[1:-1])
    columns = [np.ones_like(x), x, x**2, x**3, *(np.maximum(0, x - knot) ** 3 for knot in knots)]
    design = np.stack(columns, axis=1)
    found, *_ = np.linalg.lstsq(design, saving, rcond=None)
    return np.asarray(design @ found)


def _drawn(scenario: Scenario, measure: str, draws: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The evidence drawn so often, and what each arm then costs an office: every draw has people of its own.

    All arms of a draw have the same people. Regression on a row leaves their luck out of what the row is worth; the
    range of the saving, the chance to be the best, and the worth of knowing all hold it.
    """
    names = doubtful(scenario.assumptions)
    drawn = scenario.assumptions.draws(names, draws, _SEED)
    values: Values = {**central(scenario.assumptions), **drawn}
    offices = draw_offices(scenario, draws, _SEED)
    arms: dict[str, ArmColumns] = {name: evaluate(scenario, offices, values, name) for name in scenario.arms}
    return drawn, {name: np.asarray(getattr(arm, measure), float) for name, arm in arms.items()}


def tornado(answers: Answers) -> bytes:
    """As an SVG, the widest bars on top; each from the saving at one end of a row's range to that at the other."""
    bars = answers.tornado[:_BARS]
    chart = floating_bars(
        "tornado",
        f"What moves the saving: {answers.arm} against {answers.against}, {answers.scenario}",
        "Each bar goes from the saving at one end of a figure's 95% range to that at the other, all else at its mean.",
        [bar.name for bar in bars],
        [(min(bar.at_low, bar.at_high), max(bar.at_low, bar.at_high)) for bar in bars],
        BLUE,
        _UNITS.get(answers.measure, Unit.NUMBER),
    )
    return str(chart.svg).encode()
