"""What a year saves, as a formula of the evidence; and the brief's headline figures held against it and taken apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np

from pilot.evidence import Assumptions, Distribution
from pilot.measures.comparison import SEED, Draws, Range, spread
from pilot.measures.effort import Number

HEADLINE_PRIORS: Final = (
    "headline_hours",
    "headline_gbp",
    "headline_letters_gbp",
    "headline_messages",
    "headline_minutes",
    "headline_pay",
)
_SHAPE_DRAWS: Final = 20_000
_TOGETHER: Final = 0.5  # correlation of the figures that move together, where they are drawn so
_WIDTH_OF_95: Final = 3.92  # standard deviations of a normal from the low to the high end of its 95% range
_LOADED_PAY: Final = "Loaded pay"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from the headline to what the evidence supports.

    `hours` and `gbp` are what is left after it. `hours_due` and `gbp_due` are what it takes off or adds by itself,
    whatever the order of the steps: the mean over every order (Shapley's value).
    """

    step: str
    hours: float
    gbp: float
    note: str
    hours_due: float = 0.0
    gbp_due: float = 0.0


@dataclass(frozen=True, slots=True)
class Derivation:
    """One way to come to a headline's figure: `of` is hours, gbp or letters_gbp; all inputs at their means."""

    of: str
    words: str
    value: float


@dataclass(frozen=True, slots=True)
class Shape:
    """The same evidence drawn in another shape: a year's hours, and the chance of the headline's or more."""

    name: str
    hours: Range
    p_hours_at_least: float
    p_gbp_at_least: float
    p_letters_gbp_at_least: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The brief's figures, and the probability that the evidence supports at least as much.

    `shapes` are other shapes of the same ranges; `most_likely` the greatest chance of the hours in any of them.
    """

    hours: float
    gbp: float
    letters_gbp: float
    p_hours_at_least: float
    p_gbp_at_least: float
    p_letters_gbp_at_least: float
    waterfall: tuple[Step, ...]
    derivations: tuple[Derivation, ...] = ()
    shapes: tuple[Shape, ...] = ()
    most_likely: float | None = None


def hours_saved(values: Mapping[str, Number]) -> Number:
    """Hours a year: results filed without a person that somebody types today, less what exceptions cost."""
    return _hours_filed_by_rule(values) - _hours_of_exceptions(values)


def minutes_today(values: Mapping[str, Number]) -> Number:
    """Minutes a result as it comes today: what offices email is done sooner than what they post."""
    return values["minutes_a_result"] - (1 - values["share_posted"]) * values["electronic_saving_minutes"]


def office_hours_saved(values: Mapping[str, Number]) -> Number:
    """Hours a year of all screening offices: what goes by message is not printed, checked, packed or emailed.

    Taking a batch in, and what comes back, cost hours instead. Recalls go on paper too, so that their prints stay.
    """
    coded = values["messages_a_year"] * values["adoption"]
    bundles = 1 / values["results_an_envelope"]
    posted = (values["bso_printing_minutes_a_batch"] + values["bso_enveloping_minutes_an_envelope"]) * bundles
    emailed = values["bso_emailing_minutes_a_batch"] * bundles
    by_hand = values["share_posted"] * posted + (1 - values["share_posted"]) * emailed
    today = (by_hand + values["bso_checking_minutes_a_result"]) * values["autofile_share"]
    by_message = (
        values["bso_intake_minutes_a_batch"] * bundles
        + values["match_failure"] * values["bso_exception_minutes"]
    )
    return coded * (today - by_message) / 60


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
    given = {name: assumptions[name].value for name in HEADLINE_PRIORS[:3]}
    shapes = tuple(_shape(name, assumptions, sorted(mean), given) for name in _SHAPES)
    return Headline(
        hours=claimed["headline_hours"],
        gbp=claimed["headline_gbp"],
        letters_gbp=claimed["headline_letters_gbp"],
        p_hours_at_least=float(np.mean(hours >= claimed["headline_hours"])),
        p_gbp_at_least=float(np.mean(gbp >= claimed["headline_gbp"])),
        p_letters_gbp_at_least=float(np.mean(letters >= claimed["headline_letters_gbp"])),
        waterfall=_waterfall(claimed, mean),
        derivations=_derivations(claimed, mean),
        shapes=shapes,
        most_likely=max(shape.p_hours_at_least for shape in shapes),
    )


def _derivations(claimed: Mapping[str, float], mean: Mapping[str, float]) -> tuple[Derivation, ...]:
    """How each of the three can be come to; the letters' own derivation was never published."""
    sent, minutes = mean["messages_a_year"], claimed["headline_minutes"]
    alone = mean["postage_an_envelope"] + mean["print_cost_a_page"]
    all_posted = {**mean, "share_posted": 1.0, "adoption": 1.0, "autofile_share": 1.0}
    posted = {**all_posted, "share_posted": mean["share_posted"]}
    rows = (
        ("hours", "Every invitation, at the headline's minutes", claimed["headline_messages"] * minutes / 60),
        ("hours", "Every result sent to a practice, at the headline's minutes", sent * minutes / 60),
        ("hours", "Every result, at the minutes of the evidence", sent * minutes_today(mean) / 60),
        ("hours", "This report: what is worked today and would be filed by rule", hours_saved(mean)),
        (
            "gbp",
            "The headline's hours at the headline's pay",
            claimed["headline_hours"] * claimed["headline_pay"],
        ),
        ("gbp", "The headline's hours at today's pay", claimed["headline_hours"] * mean["gp_clerical_pay"]),
        (
            "gbp",
            "The headline's hours at today's pay with on-costs",
            claimed["headline_hours"] * loaded_pay(mean),
        ),
        ("gbp", "This report: its hours at today's pay with on-costs", hours_saved(mean) * loaded_pay(mean)),
        ("letters_gbp", "Every result in an envelope of its own", sent * alone),
        (
            "letters_gbp",
            "Every result posted, as many to an envelope as today",
            letters_saved_gbp(all_posted),
        ),
        ("letters_gbp", "What is posted today, and all of it stopped", letters_saved_gbp(posted)),
        (
            "letters_gbp",
            "This report: what is posted today and would be filed by rule",
            letters_saved_gbp(mean),
        ),
    )
    return tuple(Derivation(*row) for row in rows)


def _due(claimed: Mapping[str, float], mean: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Shapley's value of each step, in hours and GBP: they add up to the whole way, and no order is favoured."""
    at_headline = {
        **mean,
        "messages_a_year": claimed["headline_messages"], "minutes_a_result": claimed["headline_minutes"],
        "share_posted": 1.0, "share_worked_today": 1.0, "adoption": 1.0, "autofile_share": 1.0,
        "match_failure": 0.0, "rules_setup_minutes": 0.0,
        "gp_clerical_pay": claimed["headline_pay"], "on_costs": 0.0,
    }  # fmt: skip

    def left(steps: frozenset[str]) -> tuple[float, float]:
        values = {**at_headline, **{name: mean[name] for step in steps for name in _INPUTS[step]}}
        return hours_saved(values), hours_saved(values) * loaded_pay(values)

    due = {}
    for step in _INPUTS:
        others = [other for other in _INPUTS if other != step]
        shares = [0.0, 0.0]
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(_INPUTS))
            for some in combinations(others, size):
                before, after = left(frozenset(some)), left(frozenset({*some, step}))
                shares = [
                    share + weight * (now - was)
                    for share, now, was in zip(shares, after, before, strict=True)
                ]
        due[step] = (shares[0], shares[1])
    return due


# The inputs that each step puts in the headline's place.
_INPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Volume": ("messages_a_year",),
    "Minutes a result": ("minutes_a_result", "share_posted"),
    "Work actually done today": ("share_worked_today",),
    "Adoption": ("adoption", "autofile_share"),
    "Exceptions": ("match_failure", "rules_setup_minutes"),
    _LOADED_PAY: ("gp_clerical_pay", "on_costs"),
}


def _shape(name: str, assumptions: Assumptions, inputs: list[str], claimed: Mapping[str, float]) -> Shape:
    draws = _SHAPES[name](assumptions, inputs)
    hours = np.asarray(hours_saved(draws))
    return Shape(
        name,
        spread(hours),
        float(np.mean(hours >= claimed["headline_hours"])),
        float(np.mean(hours * loaded_pay(draws) >= claimed["headline_gbp"])),
        float(np.mean(letters_saved_gbp(draws) >= claimed["headline_letters_gbp"])),
    )


def _as_given(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    return assumptions.draws(inputs, _SHAPE_DRAWS, SEED)


def _even(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    """Anything from the low to the high end, each as likely."""
    rng = np.random.default_rng([SEED, 1])
    return {n: rng.uniform(assumptions[n].low, assumptions[n].high, _SHAPE_DRAWS) for n in inputs}


def _triangles(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    """Straight up to the likeliest, straight down from it."""
    rng = np.random.default_rng([SEED, 2])
    rows = {n: assumptions[n] for n in inputs}
    return {
        n: np.full(_SHAPE_DRAWS, row.value)
        if row.distribution is Distribution.FIXED
        else rng.triangular(row.low, row.value, row.high, _SHAPE_DRAWS)
        for n, row in rows.items()
    }


def _ends_alone(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    """The low or the high end and nothing between: the widest that a range can be."""
    rng = np.random.default_rng([SEED, 3])
    return {n: rng.choice([assumptions[n].low, assumptions[n].high], _SHAPE_DRAWS) for n in inputs}


def _long_tails(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    """Lognormal, with the median and the spread that the evidence's own shape has; a share stays a share."""
    rng = np.random.default_rng([SEED, 5])
    drawn = _as_given(assumptions, inputs)
    for n in inputs:
        low, median, high = np.quantile(drawn[n], [0.025, 0.5, 0.975])
        if low <= 0 or low == high:
            continue
        free = rng.lognormal(np.log(median), np.log(high / low) / _WIDTH_OF_95, _SHAPE_DRAWS)
        drawn[n] = np.minimum(free, 1.0) if assumptions[n].unit.startswith("share") else free
    return drawn


def _moving_together(assumptions: Assumptions, inputs: list[str]) -> dict[str, Draws]:
    """The evidence's own shapes, with what raises the hours inclined to come together (a common normal cause)."""
    rng = np.random.default_rng([SEED, 4])
    drawn, mean = _as_given(assumptions, inputs), {n: assumptions[n].mean for n in inputs}
    common = rng.standard_normal(_SHAPE_DRAWS)
    for n in inputs:
        sign = np.sign(hours_saved({**mean, n: mean[n] * 1.01}) - hours_saved(mean)) or 1.0
        own = rng.standard_normal(_SHAPE_DRAWS)
        rank = np.argsort(np.argsort(sign * np.sqrt(_TOGETHER) * common + np.sqrt(1 - _TOGETHER) * own))
        drawn[n] = np.sort(drawn[n])[rank]
    return drawn


_SHAPES: Final[Mapping[str, Callable[[Assumptions, list[str]], dict[str, Draws]]]] = {
    "As the evidence file has them": _as_given,
    "Even from end to end": _even,
    "Triangles": _triangles,
    "The ends alone": _ends_alone,
    "Lognormal, with a long tail upwards": _long_tails,
    "Moving together": _moving_together,
}


def _waterfall(claimed: Mapping[str, float], mean: Mapping[str, float]) -> tuple[Step, ...]:
    """One input after another from the headline's value to the evidence's mean; the order is the evidence file's."""
    pay = claimed["headline_pay"]
    at_headline = claimed["headline_messages"] * claimed["headline_minutes"] / 60
    volume = mean["messages_a_year"] * claimed["headline_minutes"] / 60
    minutes = mean["messages_a_year"] * minutes_today(mean) / 60
    worked = minutes * mean["share_worked_today"]
    adopted = worked * mean["adoption"] * mean["autofile_share"]
    left = hours_saved(mean)
    due = _due(claimed, mean)
    steps = (
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
    return tuple(
        replace(step, hours_due=due[step.step][0], gbp_due=due[step.step][1]) if step.step in due else step
        for step in steps
    )
