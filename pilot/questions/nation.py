"""The nation's year and its years: all offices and practices as columns, and when they join, before NBSS is replaced.

A year is drawn once, by the generators' own columns, and worked through twice by the vectorised model: as today (each
office posts, or sends PDFs by email, as its contract for print is) and with every practice sent messages that ever
will be. What is saved by a date is of the practices that have joined by then. The calendar is drawn many times.
"""

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from generators import calibration as cal
from generators.people.episodes import OUTCOMES, draw_episodes
from generators.people.population import draw_participants, draw_practices
from pilot.errors import EvidenceError, ScenarioError
from pilot.evidence import Assumptions, load_assumptions
from pilot.experiment.scenario import Scenario
from pilot.questions.model import Offices, central, evaluate, left_out
from pilot.questions.points import doubtful

Floats = NDArray[np.float64]

DRAWS: Final = 100
_WORKING_DAYS: Final = 260
_SEED: Final = 20261124
_TAIL: Final = 0.025
_STEP: Final = 0.25  # of a year
_ROWS: Final = (
    "offices",
    "practices",
    "results",
    "begins",
    "lead_months",
    "months_of_waves",
    "nbss_replaced",
)


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean and the middle 95% over the draws."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> "Spread":
        low, high = np.quantile(values, [_TAIL, 1 - _TAIL])
        return cls(float(values.mean()), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Quarter:
    """At a date: practices joined, the share of results that go by message, GP hours saved a year at that rate."""

    at: float
    practices: Spread
    by_message: Spread
    hours_a_year: Spread


@dataclass(frozen=True, slots=True)
class Nation:
    """England: a year with everybody joined who will, and the years until NBSS is replaced.

    `joins` of the practices are ever sent messages: those that work results today, and of the others as many as the
    evidence's mean says. By the year once all have joined: hours, GBP, errors and
    undelivered results saved. `in_time`: the chance that half of those who will join have done so before NBSS is
    replaced, `at_all` that the first has; `hours_until_replaced` and `gbp_until_replaced` are all that is saved then.
    """

    offices: int
    practices: int
    results: int
    joins: int
    posting_offices: int
    hours_today: Spread
    hours_saved: Spread
    bso_hours_saved: Spread
    gbp_saved: Spread
    errors_avoided: Spread
    undelivered_avoided: Spread
    curve: tuple[Quarter, ...]
    replaced: Spread
    at_all: float
    in_time: float
    years_of_use: Spread
    hours_until_replaced: Spread
    gbp_until_replaced: Spread
    draws: int


def load_years(path: Path | None = None) -> Assumptions:
    """The calendar: the toolkit's own, or another file of the same rows. Raises EvidenceError naming the row."""
    if path is None:
        with resources.as_file(resources.files("pilot.questions").joinpath("nation_year.toml")) as own:
            rows = load_assumptions(own)
    else:
        rows = load_assumptions(path)
    for name in _ROWS:
        rows[name]
    if unknown := sorted(rows.keys() - set(_ROWS)):
        what, mend = "Nothing reads this figure", f"The rows are {', '.join(_ROWS)}"
        raise EvidenceError(what, f"{rows.file} [{unknown[0]}]", mend)
    limits = (("offices", 1, 500), ("practices", 1, 100_000), ("results", 1, 20_000_000))
    for name, low, high in limits:
        if not low <= rows[name].value <= high:
            what = f"{rows[name].value:g} {name} are too few or too many"
            raise EvidenceError(what, f"{rows.file} [{name}]", f"Give {low:,} to {high:,}")
    if rows["practices"].value < rows["offices"].value:
        raise EvidenceError("Some offices would have no practice", f"{rows.file} [practices]", "Give more")
    return rows


def nation(scenario: Scenario, years: Assumptions, *, seed: int = _SEED, draws: int = DRAWS) -> Nation:
    """The scenario gives rules, code set, the other way and the evidence. Raises ScenarioError."""
    unknown = left_out(scenario)
    if unknown or scenario.practices.waves:
        what = f"the nation has a calendar of its own, and knows no {', '.join(unknown) or 'practices.wave'}"
        raise ScenarioError(what, scenario.name, "Name a scenario without, such as quick")
    if not 2 <= draws <= 10_000:
        raise ScenarioError(f"{draws} draws are too few or too many", "--draws", "Give 2 to 10,000")
    scenario = replace(scenario, practices=replace(scenario.practices, ready_share=1.0))
    offices = draw_nation(scenario, years, seed)
    doubt = scenario.assumptions.draws(doubtful(scenario.assumptions), draws, seed)
    posts = np.random.default_rng([seed, 1]).random(len(offices))
    worked = [
        _Year(scenario, offices, posts, {name: float(some[at]) for name, some in doubt.items()})
        for at in range(draws)
    ]
    usual = _Year(scenario, offices, posts, {})
    if not usual.joins.any():
        raise ScenarioError(
            "no practice ever joins", scenario.name, "Let some supplier's practices be ready_suppliers"
        )
    joins_on = _calendar(offices, usual.joins, years, draws, seed)
    replaced = years["nbss_replaced"].draw(np.random.default_rng([seed, 2]), draws)
    first, half = joins_on.min(axis=1), np.median(joins_on, axis=1)
    # Each joined practice saves from its day until NBSS is replaced.
    of_use = np.maximum(0.0, replaced[:, None] - joins_on)
    hours_until = np.array([year.hours[usual.joins] @ use for year, use in zip(worked, of_use, strict=True)])
    whole = np.array([year.hours[usual.joins].sum() for year in worked])
    gbp = np.array([year.gbp for year in worked])
    return Nation(
        offices=len(offices),
        practices=int(years["practices"].value),
        results=int(offices.count.sum()),
        joins=int(usual.joins.sum()),
        posting_offices=int(usual.posting.sum()),
        hours_today=Spread.of(np.array([year.hours_today for year in worked])),
        hours_saved=Spread.of(whole),
        bso_hours_saved=Spread.of(np.array([year.bso_hours for year in worked])),
        gbp_saved=Spread.of(gbp),
        errors_avoided=Spread.of(np.array([year.errors for year in worked])),
        undelivered_avoided=Spread.of(np.array([year.undelivered for year in worked])),
        curve=_curve(years, joins_on, offices, usual, worked),
        replaced=Spread.of(replaced),
        at_all=float(np.mean(first < replaced)),
        in_time=float(np.mean(half < replaced)),
        years_of_use=Spread.of(of_use.mean(axis=1)),
        hours_until_replaced=Spread.of(hours_until),
        # Money goes with the hours: offices and postage are saved where practices join.
        gbp_until_replaced=Spread.of(gbp * hours_until / np.where(whole == 0, 1.0, whole)),
        draws=draws,
    )


def draw_nation(scenario: Scenario, years: Assumptions, seed: int) -> Offices:
    """All offices side by side; where one has fewer practices than another, the last are empty and never join."""
    rng = np.random.default_rng([seed, 0])
    by = scenario.generation.calibration
    number, size_of_all = int(years["offices"].value), int(years["practices"].value)
    suppliers = {name: by[cal.SUPPLIERS].get(name, 0.0) for name in scenario.generation.suppliers}
    practices = draw_practices(rng, size_of_all, suppliers, number, by)
    invitation = scenario.generation.invitation
    window = min(1.0, 365 / by[cal.ROUND_DAYS]) if invitation == "round" else 1.0
    people = draw_participants(rng, practices, int(years["results"].value), by, window)
    episodes = draw_episodes(rng, practices, people, _WORKING_DAYS, invitation, None, by, window)
    within = np.arange(size_of_all) - np.searchsorted(practices.office, practices.office)
    size = int(within.max()) + 1
    place = practices.office.astype(np.int64) * size + within
    cell = place[people.practice]
    results = np.bincount(cell * len(OUTCOMES) + episodes.outcome, minlength=number * size * len(OUTCOMES))
    days = np.bincount(cell * _WORKING_DAYS + episodes.emitted, minlength=number * size * _WORKING_DAYS)
    of_day = days.reshape(number, size, _WORKING_DAYS)
    luck = rng.random((number * size, 6))
    empty = np.setdiff1d(np.arange(number * size), place)
    luck[empty, :2] = 1.0
    supplier, list_size = np.zeros(number * size, np.int64), np.full(number * size, 1.0)
    supplier[place], list_size[place] = practices.supplier, practices.list_size
    return Offices(
        results=results.reshape(number, size, len(OUTCOMES)),
        bundles=(of_day > 0).sum(axis=2),
        pages=np.where(of_day > 0, of_day // 2 + 1, 0).sum(axis=2),
        supplier=supplier.reshape(number, size),
        list_size=list_size.reshape(number, size),
        luck=luck.reshape(number, size, 6),
        early=np.zeros((number, size, 0, 3), np.int64),
        seed=seed,
    )


class _Year:
    """A year at some draw of the evidence: what every practice saves in hours, and the nation in all else."""

    def __init__(self, scenario: Scenario, offices: Offices, posts: Floats, drawn: dict[str, float]) -> None:
        values: dict[str, Any] = {**central(scenario.assumptions), **drawn}
        self.posting = posts < values["share_posted"]
        paper, email, coded = (
            evaluate(scenario, offices, values, arm) for arm in ("paper", "pdf_email", "coded")
        )

        def today(figure: str) -> Floats:
            own, other = getattr(paper, figure), getattr(email, figure)
            posting = self.posting if own.ndim == 1 else self.posting[:, None]
            return np.asarray(np.where(posting, own, other))

        def saved(figure: str) -> float:
            return float((today(figure) - getattr(coded, figure)).sum())

        self.joins: NDArray[np.bool_] = coded.joins
        self.hours: Floats = (today("of_practice") - coded.of_practice) / 60
        self.hours_today = float(today("gp_minutes").sum()) / 60
        self.bso_hours = saved("bso_minutes") / 60
        self.gbp, self.errors, self.undelivered = saved("cost_gbp"), saved("errors"), saved("undelivered")


def _calendar(
    offices: Offices, joins: NDArray[np.bool_], years: Assumptions, draws: int, seed: int
) -> Floats:
    """When each practice that ever joins does, as a year: (draws, practices that join)."""
    rng = np.random.default_rng([seed, 3])
    begins = years["begins"].draw(rng, draws)
    lead = years["lead_months"].draw(rng, draws * (int(offices.supplier.max()) + 1)).reshape(draws, -1)
    waves = years["months_of_waves"].draw(rng, draws)
    turn = np.array([rng.permutation(len(offices)) for _ in range(draws)]) / max(1, len(offices) - 1)
    ready = begins[:, None] + lead / 12
    # Offices take their turns from the day on which the first supplier is ready; each waits for its practice's own.
    office_on = ready.min(axis=1)[:, None] + turn * waves[:, None] / 12
    office, _ = np.nonzero(joins)
    return np.asarray(np.maximum(ready[:, offices.supplier[joins]], office_on[:, office]))


def _curve(
    years: Assumptions, joins_on: Floats, offices: Offices, usual: _Year, worked: list[_Year]
) -> tuple[Quarter, ...]:
    results = offices.count[usual.joins] / offices.count.sum()
    hours = np.array([year.hours[usual.joins] for year in worked])
    first = years["begins"].low
    last = max(float(joins_on.max()), years["nbss_replaced"].value)
    quarters = []
    for at in np.arange(first, last + _STEP, _STEP):
        joined = joins_on <= at
        quarters.append(
            Quarter(
                float(at),
                Spread.of(joined.sum(axis=1).astype(float)),
                Spread.of(joined @ results),
                Spread.of((joined * hours).sum(axis=1)),
            )
        )
    return tuple(quarters)
