"""A year in England by the evidence alone: ranges, what drives them, and the brief's headline taken apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pilot.evidence import Assumptions
from pilot.measures.comparison import INTERVAL, SEED, Draws, Method, Range, rank_correlation, spread
from pilot.measures.effort import Number

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
)
HEADLINE_PRIORS: Final = (
    "headline_hours",
    "headline_gbp",
    "headline_letters_gbp",
    "headline_messages",
    "headline_minutes",
    "headline_pay",
)


@dataclass(frozen=True, slots=True)
class Driver:
    """How far one figure alone moves the hours: at the ends of its 95% range, all else at its mean."""

    assumption: str
    rank_correlation: float
    hours_low: float
    hours_high: float


@dataclass(frozen=True, slots=True)
class SilentFailure:
    """The price of automation: rare, large and unnoticed unless records are reconciled."""

    p_at_least_one_a_year: Range
    results_of_one_system_a_year: Range


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from the headline to what the evidence supports."""

    step: str
    hours: float
    gbp: float
    note: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The brief's figures, and the probability that the evidence supports at least as much."""

    hours: float
    gbp: float
    letters_gbp: float
    p_hours_at_least: float
    p_gbp_at_least: float
    p_letters_gbp_at_least: float
    waterfall: tuple[Step, ...]


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


def national(assumptions: Assumptions) -> National:
    """Pure: the same evidence gives the same figures."""
    draws = assumptions.draws(NATIONAL_PRIORS, DRAWS, SEED)
    mean = {name: assumptions[name].mean for name in NATIONAL_PRIORS}
    hours = hours_saved(draws)
    gbp = hours * loaded_pay(draws)
    letters = letters_saved_gbp(draws)
    systems = assumptions["nbss_instances"].value
    return National(
        hours=spread(hours),
        gbp=spread(gbp),
        letters_gbp=spread(letters),
        practice_minutes_a_week=spread(hours * 60 / draws["practices_in_england"] / _WEEKS),
        silent_failure=SilentFailure(
            spread(1 - (1 - np.minimum(draws["silent_failure_a_system_year"], 1.0)) ** systems),
            spread(draws["messages_a_year"] / systems),
        ),
        seed_headline=headline(assumptions, mean, hours, gbp, letters),
        drivers=_drivers(draws, mean, hours),
        method=Method(DRAWS, INTERVAL, SEED, _TEXT),
    )


def _drivers(draws: Mapping[str, Draws], mean: Mapping[str, float], hours: Draws) -> tuple[Driver, ...]:
    """The figures that move the hours, the strongest first."""
    drivers = []
    for name, drawn in draws.items():
        low, high = (float(end) for end in np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]))
        ends = sorted(hours_saved({**mean, name: end}) for end in (low, high))
        if ends[0] < ends[1]:
            drivers.append(Driver(name, rank_correlation(drawn, hours), ends[0], ends[1]))
    return tuple(sorted(drivers, key=lambda driver: driver.hours_low - driver.hours_high))


def hours_saved(values: Mapping[str, Number]) -> Number:
    """Hours a year: results filed without a person that somebody types today, less what exceptions cost."""
    return _hours_filed_by_rule(values) - _hours_of_exceptions(values)


def minutes_today(values: Mapping[str, Number]) -> Number:
    """Minutes a result as it comes today: what offices email is done sooner than what they post."""
    return values["minutes_a_result"] - (1 - values["share_posted"]) * values["electronic_saving_minutes"]


def loaded_pay(values: Mapping[str, Number]) -> Number:
    """GBP an hour of those who type results, with on-costs."""
    return values["gp_clerical_pay"] * (1 + values["on_costs"])


def letters_saved_gbp(values: Mapping[str, Number]) -> Number:
    """GBP a year of postage and paper. Recalls stay on paper too ("belt and braces")."""
    letters = (
        values["messages_a_year"] * values["share_posted"] * values["adoption"] * values["autofile_share"]
    )
    a_letter = (
        values["postage_an_envelope"] / values["results_an_envelope"]
        + values["print_cost_a_page"] / values["results_a_page"]
    )
    return letters * a_letter


def _hours_filed_by_rule(values: Mapping[str, Number]) -> Number:
    worked = values["messages_a_year"] * values["share_worked_today"]
    by_rule = worked * values["adoption"] * values["autofile_share"]
    return by_rule * minutes_today(values) / 60


def _hours_of_exceptions(values: Mapping[str, Number]) -> Number:
    """What did not match is typed after all, and costs its own minutes, also where nothing was typed before."""
    coded = values["messages_a_year"] * values["adoption"]
    unmatched = coded * values["match_failure"] * values["unmatched_minutes"]
    typed = coded * values["match_failure"] * values["share_worked_today"] * minutes_today(values)
    set_up = values["practices_in_england"] * values["adoption"] * values["rules_setup_minutes"]
    return (unmatched + typed * values["autofile_share"] + set_up) / 60


def headline(
    assumptions: Assumptions, mean: Mapping[str, float], hours: Draws, gbp: Draws, letters: Draws
) -> Headline:
    """Against draws of a year's hours, GBP and GBP of letters; `mean` is the evidence's figures at their means."""
    claimed = {name: assumptions[name].value for name in HEADLINE_PRIORS}
    return Headline(
        hours=claimed["headline_hours"],
        gbp=claimed["headline_gbp"],
        letters_gbp=claimed["headline_letters_gbp"],
        p_hours_at_least=float(np.mean(hours >= claimed["headline_hours"])),
        p_gbp_at_least=float(np.mean(gbp >= claimed["headline_gbp"])),
        p_letters_gbp_at_least=float(np.mean(letters >= claimed["headline_letters_gbp"])),
        waterfall=_waterfall(claimed, mean),
    )


def _waterfall(claimed: Mapping[str, float], mean: Mapping[str, float]) -> tuple[Step, ...]:
    """One input after another from the headline's value to the evidence's mean; the order is the evidence file's."""
    pay = claimed["headline_pay"]
    at_headline = claimed["headline_messages"] * claimed["headline_minutes"] / 60
    volume = mean["messages_a_year"] * claimed["headline_minutes"] / 60
    minutes = mean["messages_a_year"] * minutes_today(mean) / 60
    worked = minutes * mean["share_worked_today"]
    adopted = worked * mean["adoption"] * mean["autofile_share"]
    left = hours_saved(mean)
    return (
        Step(
            "The headline",
            at_headline,
            at_headline * pay,
            "every invitation, at the headline's minutes and pay",
        ),
        Step("Volume", volume, volume * pay, "results sent to practices, not invitations"),
        Step(
            "Minutes a result",
            minutes,
            minutes * pay,
            "the mean of what is known of desks; what comes by email is done sooner",
        ),
        Step(
            "Work actually done today", worked, worked * pay, "practices that do nothing would save nothing"
        ),
        Step("Adoption", adopted, adopted * pay, "practices with rules on, outcomes that a rule may file"),
        Step("Exceptions", left, left * pay, "messages that do not match cost minutes of their own"),
        Step("Loaded pay", left, left * loaded_pay(mean), "today's pay with on-costs"),
    )
