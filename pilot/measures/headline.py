"""The brief's headline taken apart: how probable it is, and the way from it to what the evidence supports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from pilot.evidence import Assumptions
from pilot.measures.saving import hours_saved, loaded_pay, minutes_today
from pilot.measures.sensitivity import Draws

HEADLINE_PRIORS: Final = (
    "headline_hours",
    "headline_gbp",
    "headline_letters_gbp",
    "headline_messages",
    "headline_minutes",
    "headline_pay",
)


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
            "the mean of what is known of desks; what comes by e-mail is done sooner",
        ),
        Step(
            "Work actually done today", worked, worked * pay, "practices that do nothing would save nothing"
        ),
        Step("Adoption", adopted, adopted * pay, "practices with rules on, outcomes that a rule may file"),
        Step("Exceptions", left, left * pay, "messages that do not match cost minutes of their own"),
        Step("Loaded pay", left, left * loaded_pay(mean), "today's pay with on-costs"),
    )
