"""What one arm saves against another: the run's own counts give the value, the evidence's doubt the range; and the
ranges and layers that figures have. Then the choice between all ways of sending: what each would cost and leave undone,
and what would change the choice; that is the vectorised model's (`pilot.questions.beyond`), not counted in the run.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final, Generic

import numpy as np
from numpy.typing import NDArray

from pilot.evidence import Assumptions
from pilot.measures.effort import EFFORT_PRIORS, Effort, Number, Workload, effort, means, total
from pilot.measures.truth import ResultKey

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


DRAWS: Final = 20_000
ERROR_PRIORS: Final = ("wrong_or_absent_code", "share_worked_today", "wrong_person", "typed_twice")
COMPARISON_PRIORS: Final = (*EFFORT_PRIORS, *ERROR_PRIORS)

_TEXT: Final = (
    "The value is counted in this run. The range asks how far it would move if the evidence's figures (minutes, "
    "pay, postage, error rates) were others within their own ranges: the same draws for both arms; errors also "
    "vary as counts of rare events do. It does not cover other people, other practices or another month."
)


@dataclass(frozen=True, slots=True)
class Errors:
    """Results with an error, each counted once, by what the number of such errors depends on."""

    wrong_person: int = 0
    duplicate: int = 0
    code: int = 0
    absent: int = 0
    not_worked: int = 0

    @property
    def total(self) -> int:
        """Results with an error of any kind; each is counted once, under its worst."""
        return self.wrong_person + self.duplicate + self.code + self.absent + self.not_worked

    @classmethod
    def total_of(cls, some: Iterable["Errors"]) -> "Errors":
        """Added up, kind by kind."""
        rows = tuple(some)
        return cls(**{part.name: sum(getattr(row, part.name) for row in rows) for part in fields(cls)})


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of a comparison: its work, its errors, and which of its results came into the right record."""

    name: str
    work: Workload
    errors: Errors
    results: int
    delivered: frozenset[ResultKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against another. Positive: the arm saves. Letters are counted, so their range is the value.

    `gbp_saved` is both kinds together: `time_gbp_saved` releases time and no money, `cash_gbp_saved` is paper,
    printing and postage that nobody pays for any more.
    `gp_hours_saved` are all hours of the one less all of the other, whatever was delivered for them.
    `gp_hours_saved_on_delivered` asks the same of the results that both delivered, each at its arm's minutes for
    a delivered result: what is not delivered is no saving. `fewer_undelivered` is how many more came into the
    right record.
    """

    arm: str
    against: str
    gp_hours_saved: Interval
    bso_hours_saved: Interval
    gbp_saved: Interval
    time_gbp_saved: Interval
    cash_gbp_saved: Interval
    errors_avoided: Interval
    letters_avoided: Interval
    gp_hours_saved_on_delivered: Interval
    delivered_by_both: int
    fewer_undelivered: int
    method: Method


def compare(other: Side, arm: Side, assumptions: Assumptions) -> Comparison:
    """`other` minus `arm`."""
    draws = assumptions.draws(COMPARISON_PRIORS, DRAWS, SEED)
    mean = means(assumptions)
    both = len(other.delivered & arm.delivered)
    value = _saved(effort(other.work, mean, mean), effort(arm.work, mean, mean))
    drawn = _saved(effort(other.work, draws, mean), effort(arm.work, draws, mean))
    letters = float(other.work.posted.results - arm.work.posted.results)
    return Comparison(
        arm=arm.name,
        against=other.name,
        gp_hours_saved=interval(value.gp_hours, drawn.gp_hours),
        bso_hours_saved=interval(value.bso_hours, drawn.bso_hours),
        gbp_saved=interval(value.gbp, drawn.gbp),
        time_gbp_saved=interval(value.time_gbp, drawn.time_gbp),
        cash_gbp_saved=interval(value.cash_gbp, drawn.cash_gbp),
        errors_avoided=interval(
            float(other.errors.total - arm.errors.total),
            _errors(other, draws, assumptions) - _errors(arm, draws, assumptions),
        ),
        letters_avoided=Interval(letters, letters, letters),
        gp_hours_saved_on_delivered=interval(
            _hours_each(other, mean, mean) * both - _hours_each(arm, mean, mean) * both,
            _hours_each(other, draws, mean) * both - _hours_each(arm, draws, mean) * both,
        ),
        delivered_by_both=both,
        fewer_undelivered=len(arm.delivered) - len(other.delivered),
        method=Method(DRAWS, INTERVAL, SEED, _TEXT),
    )


def _hours_each(side: Side, values: Mapping[str, Number], mean: Mapping[str, float]) -> Number:
    """GP hours of the arm for each result that it delivered."""
    return total(effort(side.work, values, mean).gp_minutes) / (60 * max(1, len(side.delivered)))


@dataclass(frozen=True, slots=True)
class _Saved(Generic[Number]):
    gp_hours: Number
    bso_hours: Number
    gbp: Number
    time_gbp: Number
    cash_gbp: Number


def _saved(paper: Effort[Number], arm: Effort[Number]) -> _Saved[Number]:
    return _Saved(
        gp_hours=(total(paper.gp_minutes) - total(arm.gp_minutes)) / 60,
        bso_hours=(total(paper.bso_minutes) - total(arm.bso_minutes)) / 60,
        gbp=paper.cost_gbp - arm.cost_gbp,
        time_gbp=total(paper.staff_cost_gbp) - total(arm.staff_cost_gbp),
        cash_gbp=paper.letter_cost_gbp - arm.letter_cost_gbp,
    )


def _errors(side: Side, draws: Mapping[str, Draws], assumptions: Assumptions) -> Draws:
    """How many errors another run might have counted.

    Each kind scales with the rate that the run drew it from; then chance: given what was counted, the
    number expected is gamma distributed (Jeffreys' prior), which leaves room for errors even where none were seen.
    Results at practices that do nothing are no rare events of their own: they go with the practice, in every arm.
    """
    idle, idle_mean = 1 - draws["share_worked_today"], 1 - assumptions["share_worked_today"].mean
    code = draws["wrong_or_absent_code"] / assumptions["wrong_or_absent_code"].mean
    expected = (
        side.errors.wrong_person * (draws["wrong_person"] / assumptions["wrong_person"].mean)
        + side.errors.duplicate * (draws["typed_twice"] / assumptions["typed_twice"].mean)
        + (side.errors.code + side.errors.absent) * code
    )
    rng = np.random.default_rng([SEED, zlib.crc32(side.name.encode())])
    return rng.gamma(expected + 0.5) + side.errors.not_worked * (idle / idle_mean)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done. Pounds, hours and counts are of one office over the run's span.

    `rules_for` are the outcomes that practices would file by rule, empty where nothing is sent coded. `p_best` is
    how often it cost least; `saved_gbp` against the way of today, None where that was not run; `regret_gbp` what
    choosing it loses in the mean against whatever turns out to be cheapest, `regret_gbp_high` in 1 case of 40.
    """

    name: str
    arm: str
    rules_for: tuple[str, ...]
    p_best: float
    saved_gbp: Layer | None
    regret_gbp: float
    regret_gbp_high: float
    gp_hours: float
    bso_hours: float
    errors: float
    undelivered: float


@dataclass(frozen=True, slots=True)
class Flip:
    """Where a rival would cost less: `at` and `becomes` None where none does from `low` to `high`.

    Rivals are the next best option, the best of another arm, and what some draw of the evidence made the cheapest.
    """

    name: str
    words: str
    now: float
    low: float
    high: float
    at: float | None
    becomes: str | None


@dataclass(frozen=True, slots=True)
class Matter:
    """How far one row of the evidence moves the choice, in GBP of one office over the run's span.

    `saved_low` and `saved_high` are what the best option saves against today where the row is at either end of its
    95% range, all else as it is. `doubt` is the share of the saving's variance that the row explains, and `worth_gbp`
    what knowing it perfectly before choosing would be worth (EVPPI).
    """

    assumption: str
    saved_low: float
    saved_high: float
    doubt: float
    worth_gbp: float


@dataclass(frozen=True, slots=True)
class Decision:
    """`best` costs least in the mean. `flips` are the nearest first: by how many times larger or smaller.

    `ready_practices` of `practices` would take coded messages. What knowing everything before choosing would be worth
    is the best option's `regret_gbp`; `matters` are the rows that move its saving most, the most first.
    """

    best: str
    p_best: float
    practices: int
    ready_practices: int
    options: tuple[Option, ...]
    flips: tuple[Flip, ...]
    draws: int
    offices: int
    matters: tuple[Matter, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A row of the evidence that is otherwise than in the toolkit's own file: its mean and range, before and after."""

    name: str
    unit: str
    before: Layer
    after: Layer
    source: str


@dataclass(frozen=True, slots=True)
class Learned:
    """The rows that a scenario's own evidence moved, and what was said before: its `ranges` and `decision` of then.

    What is said now are the figures' own `ranges` and `decision`.
    """

    rows: tuple[Moved, ...]
    ranges: Mapping[str, Mapping[str, Layers]] | None
    decision: Decision | None
