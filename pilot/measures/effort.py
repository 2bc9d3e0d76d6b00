"""What a workload comes to in minutes and money. The same formulae serve one figure and many draws of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pilot.evidence import Assumptions
from pilot.measures.workload import Workload

Number = TypeVar("Number", float, NDArray[np.float64])

EFFORT_PRIORS: Final = (
    "minutes_a_result",
    "electronic_saving_minutes",
    "clinician_review_minutes",
    "coder_review_minutes",
    "unmatched_minutes",
    "rules_setup_minutes",
    "bso_printing_minutes_a_batch",
    "bso_checking_minutes_a_result",
    "bso_enveloping_minutes_an_envelope",
    "bso_emailing_minutes_a_batch",
    "bso_intake_minutes_a_batch",
    "bso_exception_minutes",
    "gp_clerical_pay",
    "clinician_pay",
    "bso_pay",
    "on_costs",
    "postage_an_envelope",
    "print_cost_a_page",
)

# A document on a screen still takes this long, however much sooner than paper it is done.
_LEAST_MINUTES: Final = 0.1


@dataclass(frozen=True, slots=True)
class Effort(Generic[Number]):
    """Minutes by kind of work, GBP by kind of cost, each a figure or an array of draws."""

    gp_minutes: dict[str, Number]
    bso_minutes: dict[str, Number]
    staff_cost_gbp: dict[str, Number]
    letter_cost_gbp: Number

    @property
    def cost_gbp(self) -> Number:
        """Staff and letters together."""
        return total(self.staff_cost_gbp) + self.letter_cost_gbp


def means(assumptions: Assumptions) -> dict[str, float]:
    """The mean of each figure that effort rests on: what a run's own counts are valued at."""
    return {name: assumptions[name].mean for name in EFFORT_PRIORS}


def effort(work: Workload, values: Mapping[str, Number], mean: Mapping[str, float]) -> Effort[Number]:
    """What `work` comes to where the evidence's figures are `values`.

    Desk minutes were spent at the evidence's `mean` figures, so they scale with `values` over `mean`; the
    office's minutes, postage and pay are counts times `values`.
    """
    gp: dict[str, Number] = {
        "letters": work.letters_minutes * (_minutes_a_letter(work, values) / _minutes_a_letter(work, mean)),
        "clinician_review": work.clinician_review_minutes * _over(values, mean, "clinician_review_minutes"),
        "coder_review": work.coder_review_minutes * _over(values, mean, "coder_review_minutes"),
        "unmatched": work.unmatched_minutes * _over(values, mean, "unmatched_minutes"),
        "rules": work.rules_minutes * _over(values, mean, "rules_setup_minutes"),
    }
    bso: dict[str, Number] = {
        "printing": work.posted.bundles * values["bso_printing_minutes_a_batch"],
        "checking": (work.posted.results + work.emailed.results) * values["bso_checking_minutes_a_result"],
        "enveloping": work.posted.bundles * values["bso_enveloping_minutes_an_envelope"],
        "emailing": work.emailed.bundles * values["bso_emailing_minutes_a_batch"],
        "intake": work.intake_batches * values["bso_intake_minutes_a_batch"],
        "exceptions": _exceptions(work, values, mean),
    }
    clerical = gp["letters"] + gp["coder_review"] + gp["unmatched"] + gp["rules"]
    loaded = (1 + values["on_costs"]) / 60
    return Effort(
        gp_minutes=gp,
        bso_minutes=bso,
        staff_cost_gbp={
            "gp_clerical": clerical * values["gp_clerical_pay"] * loaded,
            "gp_clinical": gp["clinician_review"] * values["clinician_pay"] * loaded,
            "bso": total(bso) * values["bso_pay"] * loaded,
        },
        letter_cost_gbp=work.posted.bundles * values["postage_an_envelope"]
        + work.posted.pages * values["print_cost_a_page"],
    )


def total(parts: Mapping[str, Number]) -> Number:
    """The parts added up."""
    first, *rest = parts.values()
    for part in rest:
        first = first + part
    return first


def _over(values: Mapping[str, Number], mean: Mapping[str, float], name: str) -> Number:
    return values[name] / mean[name]


def _exceptions(work: Workload, values: Mapping[str, Number], mean: Mapping[str, float]) -> Number:
    """As the time sheet has them, scaled with the figure that they were drawn from; else counts times it."""
    if work.exception_minutes is None:
        return work.exceptions * values["bso_exception_minutes"]
    return work.exception_minutes * _over(values, mean, "bso_exception_minutes")


def _minutes_a_letter(work: Workload, values: Mapping[str, Number]) -> Number:
    minutes = values["minutes_a_result"]
    if not work.electronic:
        return minutes
    on_screen: Number = np.maximum(minutes - values["electronic_saving_minutes"], _LEAST_MINUTES)
    return on_screen
