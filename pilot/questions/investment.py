"""Money over the years: who pays, who saves, and up to which cost of building it pays before NBSS is replaced.

A year's savings are the formulae of `pilot.measures.headline`, at draws of the evidence; the calendar is that of
`nation_year.toml`. Building, suppliers' work and assurance are paid evenly until the first practice can take messages;
offices then join one after another, run both ways for some months, and pay for print until their contract ends. Nothing
is saved or paid after NBSS is replaced. All is discounted to the day on which building begins.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pilot.evidence import CHANGE_PRIORS, Assumptions
from pilot.measures import (
    Account,
    Affordable,
    AssumptionUsed,
    AtCost,
    Balance,
    Investment,
    Layer,
    Party,
)
from pilot.measures.england import NATIONAL_PRIORS
from pilot.measures.headline import hours_saved, letters_saved_gbp, loaded_pay, office_hours_saved
from pilot.questions.nation import load_years

Floats = NDArray[np.float64]

DRAWS: Final = 4_000
SEED: Final = 20261124
_TAIL: Final = 0.025
_A_YEAR: Final = 12
_OFFICE: Final = (
    "bso_printing_minutes_a_batch",
    "bso_checking_minutes_a_result",
    "bso_enveloping_minutes_an_envelope",
    "bso_emailing_minutes_a_batch",
    "bso_intake_minutes_a_batch",
    "bso_exception_minutes",
    "bso_pay",
)
_TYPED: Final = ("minutes_a_result",)
_ONCE: Final = ("build_gbp", "supplier_development_gbp", "assurance_gbp")
_CALENDAR: Final = ("offices", "begins", "lead_months", "months_of_waves", "nbss_replaced")
# What building, suppliers' work and assurance might cost together, each twice the one before.
_COSTS: Final = (500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000)


class Years:
    """How much of a year's saving, and of each cost, falls before NBSS is replaced, at present value, draw by draw.

    Of a whole year's saving: `joined` from the day on which offices join, `settled` from the end of running both ways,
    `released` from the end of their contracts for print too. `served` are years of running the service; `joining` is
    the share of offices that join, `spent` what one pound of building counts for.
    """

    def __init__(self, draws: Mapping[str, Floats], calendar: Mapping[str, Floats]) -> None:
        ready = calendar["lead_months"] / _A_YEAR
        in_use = calendar["nbss_replaced"] - calendar["begins"]
        months = math.ceil(
            float(np.maximum(in_use, ready).max()) * _A_YEAR
        )  # what is begun is paid to its end
        self.ends: Floats = (np.arange(max(1, months)) + 1) / _A_YEAR
        middle = self.ends - 0.5 / _A_YEAR
        counts = (1 + draws["discount_rate"][:, None] / 100) ** -middle
        used = (middle < in_use[:, None]) * counts
        waves = np.maximum(calendar["months_of_waves"], 1e-9)[:, None] / _A_YEAR

        def share(at: Floats, delay: Floats) -> Floats:
            """Of the offices that join, those that have, so many months ago or more."""
            return np.asarray(np.clip((at - ready[:, None] - delay[:, None] / _A_YEAR) / waves, 0, 1))

        none, dual = np.zeros_like(ready), draws["dual_running_months"]
        bound = np.maximum(dual, draws["print_contract_months"])
        self.joined, self.settled, self.released = (
            share(middle, delay) * used / _A_YEAR for delay in (none, dual, bound)
        )
        self.served = (middle >= ready[:, None]) * used / _A_YEAR
        begun = self.ends - 1 / _A_YEAR
        self.joining = (share(self.ends, none) - share(begun, none)) * used
        # Of each month, the part that lies before everything is built: paid for even where NBSS goes first.
        built = np.clip(ready[:, None] - begun, 0, 1 / _A_YEAR)
        self.spent = np.where(ready[:, None] > 0, built / np.maximum(ready, 1e-9)[:, None], 0) * counts
        self.spent[:, 0] += ready <= 0


class Money:
    """What a year saves and what the change costs, at draws of the evidence; GBP."""

    def __init__(self, assumptions: Assumptions) -> None:
        self.draws = assumptions.draws((*NATIONAL_PRIORS, *_OFFICE, *CHANGE_PRIORS), DRAWS, SEED)
        drawn = self.draws
        self.practices = hours_saved(drawn) * loaded_pay(drawn)
        self.offices = office_hours_saved(drawn) * drawn["bso_pay"] * (1 + drawn["on_costs"])
        self.letters = letters_saved_gbp(drawn)
        self.once = sum((drawn[name] for name in _ONCE), np.zeros(DRAWS))

    def cash(self, years: Years, offices: Floats) -> Floats:
        """Month by month: letters saved less joining and running, before anything that is paid once."""
        return (
            self.letters[:, None] * years.released
            - (offices * self.draws["joining_gbp_an_office"])[:, None] * years.joining
            - self.draws["running_gbp_a_year"][:, None] * years.served
        )

    def time(self, years: Years) -> Floats:
        """Month by month: staff time released at practices and offices."""
        return (self.practices + self.offices)[:, None] * years.settled

    def built(self, years: Years) -> Floats:
        """Month by month: what is paid once, optimism bias on top."""
        return (self.once * (1 + self.draws["optimism_bias"]))[:, None] * years.spent


def investment_of(assumptions: Assumptions, calendar: Assumptions | None = None) -> Investment:
    """By the evidence and the calendar alone (the toolkit's own unless told); nothing of a run goes in."""
    rows = calendar or load_years()
    money, dates = Money(assumptions), rows.draws(_CALENDAR, DRAWS, SEED)
    years, offices = Years(money.draws, dates), dates["offices"]
    cash, time, built = money.cash(years, offices), money.time(years), money.built(years)
    may_cash = cash.sum(axis=1)
    may = may_cash + time.sum(axis=1)
    once = built.sum(axis=1)
    accounts = _lines(money, years, offices)
    begins = float(rows["begins"].value)
    return Investment(
        begins=begins,
        replaced=_layer(dates["nbss_replaced"]),
        accounts=tuple(Account(one.who, one.what, one.kind, _layer(one.gbp), one.rows) for one in accounts),
        parties=_parties(accounts),
        net_gbp=_layer(may - once),
        net_cash_gbp=_layer(may_cash - once),
        p_pays=_chance(may >= once),
        p_pays_in_cash=_chance(may_cash >= once),
        once_gbp=_layer(once),
        may_cost_gbp=_layer(may),
        may_cost_cash_gbp=_layer(may_cash),
        affordable=_affordable(money, rows, dates),
        at_cost=tuple(AtCost(cost, _chance(may >= cost), _chance(may_cash >= cost)) for cost in _COSTS),
        balances=_balances(begins, years, cash - built, time),
        draws=DRAWS,
        seed=SEED,
    )


def calendar_used(calendar: Assumptions | None = None) -> tuple[AssumptionUsed, ...]:
    """The rows of the calendar that the money rests on, as they stand beside the evidence's."""
    rows = calendar or load_years()
    return tuple(AssumptionUsed.of(rows[name], ("the calendar",)) for name in _CALENDAR)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the account, draw by draw."""

    who: str
    what: str
    kind: str
    rows: tuple[str, ...]
    gbp: Floats


_PRACTICES, _OFFICES = "GP practices", "Screening offices"
_COMMISSIONER, _RUNNER, _SUPPLIERS = (
    "Whoever commissions it", "Whoever runs it", "GP system suppliers, or who pays them",
)  # fmt: skip


def _lines(money: Money, years: Years, offices: Floats) -> tuple[_Line, ...]:
    """What each saves and pays; together they are the net, draw by draw. Who pays is not published: it is ours."""
    drawn = money.draws
    joined, settled, released, spent, served, joining = (
        part.sum(axis=1)
        for part in (years.joined, years.settled, years.released, years.spent, years.served, years.joining)
    )
    dual = joined - settled
    paid = {name: drawn[name] * spent for name in _ONCE}
    return (
        _Line(_PRACTICES, "Results that nobody types any more", "time", _TYPED, money.practices * joined),
        _Line(_PRACTICES, "While both ways run", "time", ("dual_running_months",), -money.practices * dual),
        _Line(_OFFICES, "Prints that nobody makes, checks and packs", "time", _OFFICE[1:2], money.offices * joined),
        _Line(_OFFICES, "While both ways run, time", "time", ("dual_running_months",), -money.offices * dual),
        _Line(_OFFICES, "Postage and paper", "cash", ("postage_an_envelope",), money.letters * joined),
        _Line(_OFFICES, "While both ways run, letters", "cash", ("dual_running_months",), -money.letters * dual),
        _Line(
            _OFFICES, "Contracts for print that cannot be left", "cash", ("print_contract_months",),
            -money.letters * (settled - released),
        ),
        _Line(
            _OFFICES, "Joining: training, settings, local safety case", "cash", ("joining_gbp_an_office",),
            -offices * drawn["joining_gbp_an_office"] * joining,
        ),
        _Line(_RUNNER, "Running the service", "cash", ("running_gbp_a_year",), -drawn["running_gbp_a_year"] * served),
        _Line(_COMMISSIONER, "Building", "cash", ("build_gbp",), -paid["build_gbp"]),
        _Line(_COMMISSIONER, "Assurance", "cash", ("assurance_gbp",), -paid["assurance_gbp"]),
        _Line(_SUPPLIERS, "Development", "cash", ("supplier_development_gbp",), -paid["supplier_development_gbp"]),
        _Line(
            _COMMISSIONER, "Optimism bias on building, assurance and development", "cash", ("optimism_bias",),
            -drawn["optimism_bias"] * money.once * spent,
        ),
    )  # fmt: skip


def _parties(accounts: Sequence[_Line]) -> tuple[Party, ...]:
    def all_of(who: str, kind: str) -> Layer:
        own = [line.gbp for line in accounts if (line.who, line.kind) == (who, kind)]
        return _layer(np.sum(own, axis=0) if own else np.zeros(DRAWS))

    names = dict.fromkeys(line.who for line in accounts)
    return tuple(Party(who, all_of(who, "time"), all_of(who, "cash")) for who in names)


def _affordable(money: Money, rows: Assumptions, dates: Mapping[str, Floats]) -> tuple[Affordable, ...]:
    """By the year in which NBSS goes, within its range, and at either end of suppliers' lead time."""
    found = []
    end = rows["nbss_replaced"]
    for lead in dict.fromkeys((rows["lead_months"].low, rows["lead_months"].high)):
        for year in range(math.ceil(end.low), math.floor(end.high) + 1):
            fixed = {
                **dates,
                "lead_months": np.full(DRAWS, lead),
                "nbss_replaced": np.full(DRAWS, float(year)),
            }
            years = Years(money.draws, fixed)
            cash = money.cash(years, dates["offices"]).sum(axis=1)
            time = money.time(years).sum(axis=1)
            found.append(Affordable(float(year), lead, _layer(cash + time), _layer(cash)))
    return tuple(found)


def _balances(begins: float, years: Years, cash: Floats, time: Floats) -> tuple[Balance, ...]:
    """At each half year."""
    in_cash = cash.cumsum(axis=1)
    in_all = in_cash + time.cumsum(axis=1)
    half = _A_YEAR // 2
    return tuple(
        Balance(
            begins + float(years.ends[month]),
            _layer(in_all[:, month]),
            _layer(in_cash[:, month]),
            _chance(in_all[:, month] >= 0),
        )
        for month in range(half - 1, len(years.ends), half)
    )


def _layer(values: Floats) -> Layer:
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL])
    return Layer(float(values.mean()), float(low), float(high))


def _chance(happens: NDArray[np.bool_]) -> float:
    return float(np.mean(happens))
