"""What practices that join in waves show: control charts, a stepped-wedge estimate beside the truth, users over time.

All from the panel of a run (`panel.csv`). The estimate sees the coded arm alone, as a statistician of a live pilot
would; the truth is what the same cells came to in the arm that it is held against, with the same people and luck.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from pilot.domain.arm import PILOTED, TODAY
from pilot.errors import FileError
from pilot.experiment.scenario import Scenario
from pilot.measures import Cell, Estimate, Joining, Users, Waves, Xmr

# Of the moving range, in the individuals chart of Wheeler: 3 / 1.128. Of its own limit: 3.268.
_LIMITS: Final = 2.66
_RANGE_LIMIT: Final = 3.268
_RUN: Final = 8  # so many points on one side of the mean are a signal
_WIDTH: Final = 1.959964

# What of a cell is analysed: words for people, and the value; None where the cell says nothing of it.
ANALYSED: Final[dict[str, tuple[str, Callable[[Cell], float | None]]]] = {
    "minutes": ("GP minutes a result", lambda cell: cell.minutes_a_result),
    "errors": ("errors a result", lambda cell: cell.errors / cell.results if cell.results else None),
    "undelivered": (
        "undelivered a result",
        lambda cell: cell.undelivered / cell.results if cell.results else None,
    ),
    "days": ("days to the record", lambda cell: cell.days),
}


_MOST_PERIODS: Final = 16  # as many columns as can be read


def waves_of(scenario: Scenario, cells: Sequence[Cell]) -> Waves | None:
    """What a run of practices that join in waves shows; None where none do, or with nothing to hold it against.

    Where the panel does not tell a measure, or statsmodels is not installed, it has no estimate.
    """
    if not scenario.practices.waves or not {PILOTED.key, TODAY.key} <= set(scenario.arms):
        return None
    own, against = ([cell for cell in cells if cell.arm == arm.key] for arm in (PILOTED, TODAY))
    estimates = {}
    for name in ANALYSED:
        with suppress(FileError):
            estimates[name] = stepped_wedge(own, against, name)
    return seen(own, PILOTED.key, TODAY.key, estimates)


def seen(own: Sequence[Cell], arm: str, against: str, estimates: Mapping[str, Estimate]) -> Waves:
    """All that a panel shows of the arm in which practices join: its `own` cells."""
    baseline = before_joining(own)
    weekly = {name: by_week(own, name) for name in ANALYSED}
    charts = {
        name: xmr(weeks, values, max(2, baseline))
        for name, (weeks, values) in weekly.items()
        if len(weeks) > 1
    }
    weeks = sorted({cell.week for cell in own if cell.results})
    step = -(-len(weeks) // _MOST_PERIODS)
    first = weeks[0] if weeks else date.min
    periods = tuple(sorted({_period(week, first, step) for week in weeks}))
    practices = tuple(
        Joining(
            practice,
            some[0].supplier,
            min((cell.week for cell in some if cell.by_message), default=None),
            tuple(_minutes(cell for cell in some if _period(cell.week, first, step) == at) for at in periods),
        )
        for practice, some in _by_practice(own).items()
    )
    return Waves(arm, against, baseline, estimates, charts, users(own), periods, step, practices)


def _period(week: date, first: date, step: int) -> date:
    """The Monday on which its period begins."""
    return first + timedelta(weeks=(week - first).days // 7 // step * step)


def _by_practice(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.practice, cell.week)):
        found.setdefault(cell.practice, []).append(cell)
    return found


def _minutes(cells: Iterable[Cell]) -> float | None:
    some = [cell for cell in cells if cell.results]
    return sum(cell.minutes for cell in some) / sum(cell.results for cell in some) if some else None


def by_week(cells: Sequence[Cell], measure: str) -> tuple[tuple[date, ...], tuple[float, ...]]:
    """A measure over all practices together, week by week; weeks that say nothing of it are left out."""
    of = ANALYSED[measure][1]
    weeks: dict[date, list[tuple[float, int]]] = {}
    for cell in cells:
        if (value := of(cell)) is not None:
            weeks.setdefault(cell.week, []).append((value, cell.results))
    means = {
        week: sum(value * weight for value, weight in some) / sum(weight for _, weight in some)
        for week, some in sorted(weeks.items())
    }
    return tuple(means), tuple(means.values())


def xmr(weeks: Sequence[date], values: Sequence[float], baseline: int | None = None) -> Xmr:
    """Mean +/- 2.66 times the mean moving range of the baseline (all of it if left out). Needs two points."""
    first = list(values[: baseline or len(values)])
    if len(first) < 2:
        raise ValueError("a control chart needs two points")
    mean = sum(first) / len(first)
    moving = sum(abs(later - earlier) for earlier, later in pairwise(first)) / (len(first) - 1)
    low, high = mean - _LIMITS * moving, mean + _LIMITS * moving
    beyond = {week for week, value in zip(weeks, values, strict=True) if not low <= value <= high}
    for at in range(len(values) - _RUN + 1):
        run = values[at : at + _RUN]
        if all(value > mean for value in run) or all(value < mean for value in run):
            beyond.add(weeks[at + _RUN - 1])
    return Xmr(
        tuple(weeks), tuple(values), len(first), mean, low, high, _RANGE_LIMIT * moving, tuple(sorted(beyond))
    )


def before_joining(cells: Sequence[Cell]) -> int:
    """How many weeks there are before the first practice is sent messages."""
    weeks = sorted({cell.week for cell in cells if cell.results})
    joined = {cell.week for cell in cells if cell.by_message}
    return next((number for number, week in enumerate(weeks) if week in joined), len(weeks))


def stepped_wedge(cells: Sequence[Cell], against: Sequence[Cell], measure: str) -> Estimate:
    """`measure` = calendar week (fixed) + practice (random) + effect x share of results by message, by REML.

    The model of Hussey and Hughes (2007), fitted by statsmodels. Raises FileError where the panel cannot tell.
    """
    words, of = ANALYSED[measure]
    used = [(cell, value) for cell in cells if (value := of(cell)) is not None]
    weeks = sorted({cell.week for cell, _ in used})
    practices = sorted({cell.practice for cell, _ in used})
    share = np.array([cell.by_message for cell, _ in used])
    if len(practices) < 2 or len(used) <= len(weeks) + 2 or np.ptp(share) == 0:
        raise FileError(
            "these practices do not join in waves",
            "panel.csv",
            "Run a scenario with [[practices.wave]], such as waves",
        )
    design = np.zeros((len(used), len(weeks) + 1))
    design[:, -1] = share
    for row, (cell, _) in enumerate(used):
        design[row, weeks.index(cell.week)] = 1.0
    if np.linalg.matrix_rank(design) < design.shape[1]:
        what = "in no week were some practices sent messages while others were not"
        raise FileError(what, "panel.csv", "Let waves begin on different days of the window")
    groups = np.array([practices.index(cell.practice) for cell, _ in used])
    effect, error = _mixed(np.array([value for _, value in used]), design, groups)
    return Estimate(
        words, effect, effect - _WIDTH * error, effect + _WIDTH * error, _truth(cells, against, measure),
        len(practices), len(used),
    )  # fmt: skip


def _mixed(values: np.ndarray, design: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The last coefficient and its standard error."""
    try:
        import statsmodels.api as sm  # noqa: PLC0415 - the extra [statistics]
    except ImportError as error:
        raise FileError(
            "statsmodels is not installed",
            "pilot panel",
            "Install breast-screening-results-pilot[statistics]",
        ) from error
    with (
        warnings.catch_warnings()
    ):  # practices that hardly differ: their variance is at the edge of what it can be
        warnings.simplefilter("ignore")
        fitted = sm.MixedLM(values, design, groups).fit(reml=True)
        effect, spread = float(fitted.fe_params[-1]), float(fitted.bse_fe[-1])
        if not np.isfinite(spread):  # nothing is left over beside practices and weeks: then practices fixed
            fixed = np.hstack([design[:, 1:], groups[:, None] == np.arange(groups.max() + 1)])
            plain = sm.OLS(values, fixed).fit()
            at = design.shape[1] - 2
            effect, spread = float(plain.params[at]), float(plain.bse[at])
    return effect, spread


def _truth(cells: Sequence[Cell], against: Sequence[Cell], measure: str) -> float | None:
    """Over the cells that had messages: what they came to, less what the same came to in the other arm."""
    of = ANALYSED[measure][1]
    other = {(cell.practice, cell.week): of(cell) for cell in against}
    apart = weight = 0.0
    for cell in cells:
        here, there = of(cell), other.get((cell.practice, cell.week))
        if cell.by_message and here is not None and there is not None:
            apart += here - there
            weight += cell.by_message
    return apart / weight if weight else None


def users(cells: Sequence[Cell]) -> tuple[Users, ...]:
    """Week by week: practices that have been sent a message, and results by message until then."""
    joined: set[str] = set()
    results = 0.0
    curve = []
    for week in sorted({cell.week for cell in cells if cell.results}):
        for cell in cells:
            if cell.week == week and cell.by_message:
                joined.add(cell.practice)
                results += cell.by_message * cell.results
        curve.append(Users(week, len(joined), round(results)))
    return tuple(curve)
