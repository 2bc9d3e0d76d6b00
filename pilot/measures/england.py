"""A year in England by the evidence alone: ranges, what drives them, rare failures beside everyday errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from pilot.evidence import Assumption, Assumptions
from pilot.measures.comparison import INTERVAL, SEED, Draws, Layer, Method, Range, rank_correlation, spread
from pilot.measures.headline import Headline, headline, hours_saved, letters_saved_gbp, loaded_pay

DRAWS: Final = 100_000
_TEXT: Final = (
    "Every figure drawn from the evidence file's own range, independently of the others. Nothing of this run "
    "goes in. A year once rolled out, without the cost of building, assuring and dual running."
)
_WEEKS: Final = 52
NATIONAL_PRIORS: Final = (
    "messages_a_year",
    "minutes_a_result",
    "electronic_saving_minutes",
    "share_worked_today",
    "adoption",
    "autofile_share",
    "match_failure",
    "unmatched_minutes",
    "rules_setup_minutes",
    "practices_in_england",
    "gp_clerical_pay",
    "on_costs",
    "share_posted",
    "postage_an_envelope",
    "results_an_envelope",
    "print_cost_a_page",
    "results_a_page",
    "nbss_instances",
    "silent_failure_a_system_year",
    "wrong_or_absent_code",
)
_FOUND_AFTER: Final = (1, 7, 28, 91)  # the next day's reconciliation; a week's, a month's; a quarter's audit
_SLID: Final = ("minutes_a_result", "share_worked_today", "adoption")


@dataclass(frozen=True, slots=True)
class Driver:
    """How far one figure alone moves the hours: at the ends of its 95% range, all else at its mean."""

    assumption: str
    rank_correlation: float
    hours_low: float
    hours_high: float


@dataclass(frozen=True, slots=True)
class Unfiled:
    """Results of one system that reached no record, where its failure is found after `days`."""

    days: int
    results: Range


@dataclass(frozen=True, slots=True)
class Slider:
    """A figure that a reader may move: its ends, and the mean that the report uses."""

    assumption: str
    low: float
    now: float
    high: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A year's hours and GBP at every corner of three figures' ranges, all else at its mean.

    Corner i has figure k at its high end where bit k of i is set. The year's hours are linear in each of the three,
    so that going in a straight line from corner to corner is no approximation.
    """

    sliders: tuple[Slider, ...]
    hours: tuple[float, ...]
    gbp: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SilentFailure:
    """The price of automation: rare, large and unnoticed unless records are reconciled.

    `unfiled_when_found` says how many results one such failure leaves out of the records by the day it is found.
    `everyday_errors_a_year` are the wrong and missing codes of people who type, in all England, which it replaces.
    """

    p_at_least_one_a_year: Range
    results_of_one_system_a_year: Range
    expected_a_year: Range | None = None
    unfiled_when_found: tuple[Unfiled, ...] = ()
    everyday_errors_a_year: Range | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody saves, or pays (below nought), until NBSS is replaced: GBP at present value.

    `kind` is time (staff do something else) or cash (somebody pays less, or more). `rows` are the rows of the evidence
    behind it.
    """

    who: str
    what: str
    kind: str
    gbp: Layer
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """All that one of them saves less what they pay, time and cash apart; GBP at present value."""

    who: str
    time_gbp: Layer
    cash_gbp: Layer


@dataclass(frozen=True, slots=True)
class Affordable:
    """The most that may be spent once before it no longer pays, if NBSS goes in a year and suppliers take so long."""

    replaced: float
    lead_months: float
    gbp: Layer
    cash_gbp: Layer


@dataclass(frozen=True, slots=True)
class AtCost:
    """The chance that it pays where building, suppliers' work and assurance cost so much together, all told."""

    once_gbp: float
    p_pays: float
    p_pays_in_cash: float


@dataclass(frozen=True, slots=True)
class Balance:
    """What has been saved less what has been paid by a date, at present value, and the chance that it is back."""

    at: float
    gbp: Layer
    cash_gbp: Layer
    p_back: float


@dataclass(frozen=True, slots=True)
class Investment:
    """England's money from the first day of building until NBSS is replaced, discounted to that day; means.

    `net_gbp` counts time at what it costs, `net_cash_gbp` only what is no longer paid. `once_gbp` is what building,
    suppliers and assurance cost, optimism bias included; `may_cost_gbp` and `may_cost_cash_gbp` are what they may cost
    together before it no longer pays. No cost of building is published: `at_cost` and `affordable` say when it pays as
    a function of what is not known.
    """

    begins: float
    replaced: Layer
    accounts: tuple[Account, ...]
    parties: tuple[Party, ...]
    net_gbp: Layer
    net_cash_gbp: Layer
    p_pays: float
    p_pays_in_cash: float
    once_gbp: Layer
    may_cost_gbp: Layer
    may_cost_cash_gbp: Layer
    affordable: tuple[Affordable, ...]
    at_cost: tuple[AtCost, ...]
    balances: tuple[Balance, ...]
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class National:
    """A year in England. Hours are time released, not cash; `letters_gbp` could be cash."""

    hours: Range
    gbp: Range
    letters_gbp: Range
    practice_minutes_a_week: Range
    silent_failure: SilentFailure
    seed_headline: Headline
    drivers: tuple[Driver, ...]
    method: Method
    what_if: WhatIf | None = None


def national(assumptions: Assumptions) -> National:
    """Pure: the same evidence gives the same figures."""
    return _of_rows(tuple(assumptions.values()))


@lru_cache(maxsize=8)  # a thousand replicates under one evidence ask a thousand times
def _of_rows(rows: tuple[Assumption, ...]) -> National:
    assumptions = Assumptions({row.name: row for row in rows}, "", "")
    draws = assumptions.draws(NATIONAL_PRIORS, DRAWS, SEED)
    mean = {name: assumptions[name].mean for name in NATIONAL_PRIORS}
    hours = hours_saved(draws)
    gbp = hours * loaded_pay(draws)
    letters = letters_saved_gbp(draws)
    return National(
        hours=spread(hours),
        gbp=spread(gbp),
        letters_gbp=spread(letters),
        practice_minutes_a_week=spread(hours * 60 / draws["practices_in_england"] / _WEEKS),
        silent_failure=_silent_failure(draws, assumptions["nbss_instances"].value),
        seed_headline=headline(assumptions, mean, hours, gbp, letters),
        drivers=_drivers(draws, mean, hours),
        method=Method(DRAWS, INTERVAL, SEED, _TEXT),
        what_if=_what_if(assumptions, mean),
    )


def _silent_failure(draws: Mapping[str, Draws], systems: float) -> SilentFailure:
    of_one = draws["messages_a_year"] / systems
    rate = draws["silent_failure_a_system_year"]
    typed = draws["messages_a_year"] * draws["share_worked_today"]
    return SilentFailure(
        p_at_least_one_a_year=spread(1 - (1 - np.minimum(rate, 1.0)) ** systems),
        results_of_one_system_a_year=spread(of_one),
        expected_a_year=spread(rate * systems),
        unfiled_when_found=tuple(Unfiled(days, spread(of_one * days / 365)) for days in _FOUND_AFTER),
        everyday_errors_a_year=spread(typed * draws["wrong_or_absent_code"]),
    )


def _what_if(assumptions: Assumptions, mean: Mapping[str, float]) -> WhatIf:
    rows = [assumptions[name] for name in _SLID]
    hours, gbp = [], []
    for corner in range(2 ** len(rows)):
        ends = {row.name: row.high if corner >> k & 1 else row.low for k, row in enumerate(rows)}
        hours.append(hours_saved({**mean, **ends}))
        gbp.append(hours[-1] * loaded_pay(mean))
    sliders = tuple(Slider(row.name, row.low, row.mean, row.high) for row in rows)
    return WhatIf(sliders, tuple(hours), tuple(gbp))


def _drivers(draws: Mapping[str, Draws], mean: Mapping[str, float], hours: Draws) -> tuple[Driver, ...]:
    """The figures that move the hours, the strongest first."""
    drivers = []
    for name, drawn in draws.items():
        low, high = (float(end) for end in np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]))
        ends = sorted(hours_saved({**mean, name: end}) for end in (low, high))
        if ends[0] < ends[1]:
            drivers.append(Driver(name, rank_correlation(drawn, hours), ends[0], ends[1]))
    return tuple(sorted(drivers, key=lambda driver: driver.hours_low - driver.hours_high))
