"""How far a run's figures could move, in three layers and together: evidence, practices and people, Monte Carlo.

The first layer is the run's own comparison: its counts, with the evidence's figures at other places in their doubt.
The others come from replicates: other practices and other people, at the evidence as it is, and with the evidence
drawn as well, which is the whole range. The vectorised model makes them where it knows all of the scenario.
"""

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pilot.experiment.scenario import Scenario
from pilot.measures import Layer, Layers
from pilot.questions.model import ArmColumns, central, draw_offices, evaluate, left_out
from pilot.questions.points import doubtful

REPLICATES: Final = 2_000
_SEED: Final = 20261124
_TAIL: Final = 0.025
_WIDTH: Final = 1.959964

# A figure of a comparison, what of an arm it is made of, and by how much of that.
SAVED: Final[Mapping[str, tuple[str, float]]] = {
    "gp_hours_saved": ("gp_minutes", 1 / 60),
    "bso_hours_saved": ("bso_minutes", 1 / 60),
    "gbp_saved": ("cost_gbp", 1.0),
    "errors_avoided": ("errors", 1.0),
}


def ranges(
    scenario: Scenario, arms: Iterable[str], replicates: int = REPLICATES
) -> dict[str, dict[str, Layers]] | None:
    """By `<arm>_vs_<other>` and figure; None where the model does not know all of the scenario."""
    if left_out(scenario):
        return None
    some = tuple(arms)
    as_it_is = _arms(scenario, some, replicates, {})
    doubt = scenario.assumptions.draws(doubtful(scenario.assumptions), replicates, _SEED)
    as_it_might_be = _arms(scenario, some, replicates, doubt)
    return {
        f"{arm}_vs_{other}": {
            figure: layers(saved(as_it_is, arm, other, figure), saved(as_it_might_be, arm, other, figure))
            for figure in SAVED
        }
        for arm, other in permutations(some, 2)
    }


def ranges_of(scenario: Scenario) -> dict[str, dict[str, Layers]] | None:
    """The same for all arms of a scenario, as a run asks for them."""
    return ranges(scenario, scenario.arms)


def _arms(
    scenario: Scenario, arms: tuple[str, ...], n: int, drawn: Mapping[str, Any]
) -> dict[str, ArmColumns]:
    offices = draw_offices(scenario, n, _SEED + bool(drawn))
    values = {**central(scenario.assumptions), **drawn}
    return {arm: evaluate(scenario, offices, values, arm) for arm in arms}


def saved(arms: Mapping[str, ArmColumns], arm: str, other: str, figure: str) -> NDArray[np.float64]:
    """What each replicate would have for that figure of the comparison."""
    part, times = SAVED[figure]
    return np.asarray((getattr(arms[other], part) - getattr(arms[arm], part)) * times)


def layers(others: NDArray[np.float64], all_drawn: NDArray[np.float64]) -> Layers:
    """From replicates at the evidence as it is, and with the evidence drawn."""
    error = _WIDTH * float(all_drawn.std(ddof=1)) / len(all_drawn) ** 0.5
    mean = float(all_drawn.mean())
    return Layers(
        practices_and_people=middle(others),
        monte_carlo=Layer(mean, mean - error, mean + error),
        together=middle(all_drawn),
        replicates=len(all_drawn),
    )


def middle(replicates: NDArray[np.float64]) -> Layer:
    """Mean and middle 95%, so that one more replicate falls within as often as it says (Weibull's positions)."""
    low, high = np.quantile(replicates, [_TAIL, 1 - _TAIL], method="weibull")
    return Layer(float(replicates.mean()), float(low), float(high))
