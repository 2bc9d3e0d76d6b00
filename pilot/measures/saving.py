"""What a year of coded results in England would save, as formulae: of one set of figures, or of many draws."""

from collections.abc import Mapping
from typing import Final

from pilot.measures.effort import Number

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


def hours_saved(values: Mapping[str, Number]) -> Number:
    """Hours a year: results filed without a person that somebody types today, less what exceptions cost."""
    return _hours_filed_by_rule(values) - _hours_of_exceptions(values)


def minutes_today(values: Mapping[str, Number]) -> Number:
    """Minutes a result as it comes today: what offices e-mail is done sooner than what they post."""
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
