"""What the model says beyond a run: how far the run's figures could move, and the decision that its report opens with.

Ranges come in three layers and together: evidence, practices and people, Monte Carlo. The first layer is the run's own
comparison: its counts, with the evidence's figures at other places in their doubt. The others come from replicates:
other practices and other people, at the evidence as it is, and with the evidence drawn as well, which is the whole
range. The decision puts every option over the evidence's doubt, and says where a rival costs less.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pilot.domain.arm import PILOTED, TODAY
from pilot.evidence import DESK_PRIORS, OFFICE_PRIORS, Assumption, load_assumptions
from pilot.experiment.scenario import Scenario
from pilot.measures import Beyond, Cell, Decision, Flip, Layer, Layers, Learned, Matter, Moved, Option
from pilot.measures.comparison import COMPARISON_PRIORS
from pilot.questions.investment import calendar_used, investment_of
from pilot.questions.model import ArmColumns, central, draw_offices, evaluate, left_out
from pilot.questions.points import doubtful
from pilot.questions.sensitivity import SEARCHED, TERMS, Floats, regressed, root, usual
from pilot.questions.waves import waves_of

# The alpha's own order of work: rules for normal results first, then for people who did not attend.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "coded_normal": ("normal",),
    "coded_normal_and_dna": ("normal", "did_not_attend"),
}
MOST_DRAWS: Final = 1_000
MOST_OFFICES: Final = 100
_PEOPLE: Final = 2_000_000  # drawn in all, at most: an office-year gets fewer offices than a month
_SEED: Final = 20261124
_HIGH: Final = 0.975
REPLICATES: Final = 2_000
_MOST_MATTERS: Final = 12
# Rows that a run's pounds can hang on; the others are England's, or the change's.
_MOVING: Final = frozenset({*DESK_PRIORS, *OFFICE_PRIORS, *COMPARISON_PRIORS})
_TAIL: Final = 0.025
_WIDTH: Final = 1.959964

# A figure of a comparison, what of an arm it is made of, and by how much of that.
SAVED: Final[Mapping[str, tuple[str, float]]] = {
    "gp_hours_saved": ("gp_minutes", 1 / 60),
    "bso_hours_saved": ("bso_minutes", 1 / 60),
    "gbp_saved": ("cost_gbp", 1.0),
    "errors_avoided": ("errors", 1.0),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """An option before it is valued: an arm of the scenario, or of one with other rules."""

    name: str
    arm: str
    scenario: Scenario

    @property
    def own(self) -> bool:
        """Whether the scenario itself has it."""
        return self.name == self.arm

    def rules_for(self) -> tuple[str, ...]:
        return self.scenario.practices.rules if self.arm == PILOTED.key else ()


def beyond_of(scenario: Scenario, cells: Sequence[Cell]) -> Beyond:
    """What is said beyond a run, by the model of its scenario and by its panel."""
    return Beyond(
        ranges_of(scenario),
        decision_of(scenario),
        waves_of(scenario, cells),
        learned_of(scenario),
        investment_of(scenario.assumptions),
        calendar_used(),
    )


def learned_of(scenario: Scenario) -> Learned | None:
    """What the toolkit's own evidence would say, where the scenario's is another; None where it is not."""
    own, now = load_assumptions(), scenario.assumptions
    moved = tuple(
        Moved(name, row.unit, _spread(row), _spread(now[name]), now[name].source)
        for name, row in own.items()
        if _spread(row) != _spread(now[name])
    )
    if not moved:
        return None
    before = replace(scenario, assumptions=replace(now, rows={**now.rows, **own.rows}))
    return Learned(moved, ranges_of(before), decision_of(before))


def _spread(row: Assumption) -> Layer:
    return Layer(row.mean, row.low, row.high)


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


def decision_of(scenario: Scenario) -> Decision | None:
    """None where the model does not know all of the scenario, or where there is nothing to choose between."""
    ways = _ways(scenario)
    if left_out(scenario) or len(ways) < 2:
        return None
    results = scenario.generation.results
    draws = min(MOST_DRAWS, max(200, _PEOPLE // results))
    offices = draw_offices(scenario, draws, _SEED)
    evidence = scenario.assumptions
    drawn = evidence.draws(doubtful(evidence), draws, _SEED)
    values = {**central(evidence), **drawn}
    arms = {way.name: evaluate(way.scenario, offices, values, way.arm) for way in ways}
    ways = tuple(way for way in ways if way.own or not _alike(arms[way.name], arms[way.arm]))
    arms = {way.name: arms[way.name] for way in ways}
    costs = np.stack([arm.cost_gbp for arm in arms.values()])
    best = ways[int(np.argmin(costs.mean(axis=1)))]
    options = tuple(_option(way, arms, costs, place) for place, way in enumerate(ways))
    size = scenario.generation.practices
    return Decision(
        best=best.name,
        p_best=next(option.p_best for option in options if option.name == best.name),
        practices=size,
        ready_practices=round(scenario.practices.ready_share * size),
        options=options,
        flips=_flips(scenario, (best, *_rivals(ways, best, options)), best),
        draws=draws,
        offices=_few(results),
        matters=_matters(scenario, ways, best, drawn, arms),
    )


def _matters(
    scenario: Scenario,
    ways: tuple[_Way, ...],
    best: _Way,
    drawn: Mapping[str, Floats],
    arms: Mapping[str, ArmColumns],
) -> tuple[Matter, ...]:
    """None where the best is to stay as today, or where today was not run."""
    today = next((way for way in ways if way.name == TODAY.key), None)
    if today is None or today is best:
        return ()
    saved = arms[today.name].cost_gbp - arms[best.name].cost_gbp
    gains = [arms[best.name].cost_gbp - arms[way.name].cost_gbp for way in ways if way is not best]
    explained = {name: _explained(drawn[name], saved) for name in drawn if name in _MOVING}
    offices = draw_offices(scenario, _few(scenario.generation.results), _SEED)
    as_is = usual(scenario)

    def saving(name: str, at: float) -> float:
        values = {**as_is, name: at}
        costs = [evaluate(way.scenario, offices, values, way.arm).cost_gbp.mean() for way in (today, best)]
        return float(costs[0] - costs[1])

    found = []
    for name in sorted(explained, key=lambda name: -explained[name])[:_MOST_MATTERS]:
        low, high = (saving(name, float(end)) for end in np.quantile(drawn[name], [_TAIL, 1 - _TAIL]))
        # What another option would be better by, at what the row is then known to be.
        better = np.max([regressed(drawn[name], gain) for gain in gains], axis=0)
        if low != high and explained[name] > 0:
            worth = float(np.maximum(0.0, better).mean())
            found.append(Matter(name, low, high, explained[name], worth))
    return tuple(found)


def _explained(row: Floats, saved: Floats) -> float:
    """The share of the saving's variance that a row explains, less what any row would by chance (adjusted R2)."""
    whole, n = float(saved.var()), len(saved)
    if not whole:
        return 0.0
    left = 1 - float(regressed(row, saved).var()) / whole
    return max(0.0, 1 - left * (n - 1) / (n - TERMS))


def _ways(scenario: Scenario) -> tuple[_Way, ...]:
    ways = [_Way(arm, arm, scenario) for arm in scenario.arms]
    if PILOTED.key in scenario.arms:
        for name, rules in STEPS.items():
            if set(rules) < set(scenario.practices.rules):
                few = replace(scenario, practices=replace(scenario.practices, rules=rules))
                ways.append(_Way(name, PILOTED.key, few))
    return tuple(ways)


def _alike(one: ArmColumns, other: ArmColumns) -> bool:
    """Whether two options come to the same everywhere: there is no outcome that their rules part."""
    return bool(np.array_equal(one.cost_gbp, other.cost_gbp))


def _option(way: _Way, arms: Mapping[str, ArmColumns], costs: Floats, place: int) -> Option:
    arm, regret = arms[way.name], costs[place] - costs.min(axis=0)
    return Option(
        name=way.name,
        arm=way.arm,
        rules_for=way.rules_for(),
        p_best=float(np.mean(np.argmin(costs, axis=0) == place)),
        saved_gbp=middle(arms[TODAY.key].cost_gbp - costs[place]) if TODAY.key in arms else None,
        regret_gbp=float(regret.mean()),
        regret_gbp_high=float(np.quantile(regret, _HIGH)),
        gp_hours=float(arm.gp_minutes.mean()) / 60,
        bso_hours=float(arm.bso_minutes.mean()) / 60,
        errors=float(arm.errors.mean()),
        undelivered=float(arm.undelivered.mean()),
    )


def _rivals(ways: tuple[_Way, ...], best: _Way, options: tuple[Option, ...]) -> tuple[_Way, ...]:
    """What could take its place: what some draw made the cheapest, the next best, and the best of another arm."""
    of = {option.name: option for option in options}
    others = sorted((way for way in ways if way is not best), key=lambda way: of[way.name].regret_gbp)
    elsewhere = next((way for way in others if way.arm != best.arm), None)
    return tuple(way for way in others if way in (others[0], elsewhere) or of[way.name].p_best > 0)


def _few(results: int) -> int:
    return min(MOST_OFFICES, max(20, _PEOPLE // results))


def _flips(scenario: Scenario, ways: tuple[_Way, ...], best: _Way) -> tuple[Flip, ...]:
    offices = draw_offices(scenario, _few(scenario.generation.results), _SEED)
    as_is = usual(scenario)

    def means(name: str, at: float) -> dict[str, float]:
        values = {**as_is, name: at}
        return {
            way.name: float(evaluate(way.scenario, offices, values, way.arm).cost_gbp.mean()) for way in ways
        }

    def margin(name: str, at: float) -> float:
        costs = means(name, at)
        own = costs.pop(best.name)
        return min(costs.values()) - own

    flips = []
    for name, (words, low, high) in SEARCHED.items():
        now = float(as_is[name])
        at = root(lambda x, name=name: margin(name, x), low, high, now)  # type: ignore[misc]  # bound at once
        becomes = None
        if at is not None:
            costs = means(name, at)
            del costs[best.name]
            becomes = min(costs, key=costs.__getitem__)
        flips.append(Flip(name, words, now, low, high, at, becomes))
    return tuple(sorted(flips, key=_times))


def _times(flip: Flip) -> float:
    """How many times larger or smaller the figure would have to be."""
    if flip.at is None:
        return float("inf")
    small, large = sorted((flip.at, flip.now))
    return large / small if small > 0 else float("inf")
