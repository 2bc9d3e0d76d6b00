"""What was done in one arm, and what it comes to in minutes and money: formulae of one figure, or of many draws."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pilot.evidence import Assumptions

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
    "reconciliation_minutes_a_result",
    "bso_reconciliation_minutes_a_page",
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
class Print:
    """One result that the office sent on paper, or as a PDF by email: a line of post/<date>.jsonl."""

    practice: str
    emitted_on: date
    file: str
    page: int
    record: int

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Print":
        """From a line of post/<date>.jsonl as JSON reads it."""
        emitted_on = date.fromisoformat(str(line["emitted_on"]))
        return cls(
            str(line["practice"]), emitted_on, str(line["file"]), int(line["page"]), int(line["record"])
        )


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """One line of the office's time sheet: who spent how many minutes on what, on which day.

    `kind` is a kind of office work (`exceptions`); `about` names the piece of work alike in every arm; `did` is
    what came of it: `settled`, or `no_answer` where it is to be tried again.
    """

    day: date
    who: str
    kind: str
    minutes: float
    screening_number: str | None
    about: str
    did: str


@dataclass(frozen=True, slots=True)
class PageAnswered:
    """One reconciliation page that a practice answered on paper: how many results somebody looked up for it."""

    practice: str
    results: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Results, pages and bundles of some prints. A bundle is what one practice gets on one day."""

    results: int = 0
    pages: int = 0
    bundles: int = 0

    @classmethod
    def of(cls, prints: Iterable[Print]) -> "Sent":
        """Results, pages and bundles among these prints; a bundle is one practice's of one day."""
        some = tuple(prints)
        return cls(
            results=len(some),
            pages=len({(one.file, one.page) for one in some}),
            bundles=len({(one.practice, one.emitted_on) for one in some}),
        )


@dataclass(frozen=True, slots=True)
class Workload:
    """The work of one arm.

    `letters_minutes` are the desks' for results on paper, `documents_minutes` for results on a screen; review
    minutes are parted into the clinicians' and the coders'. `intake_batches` are the batches that the pipeline
    took in, `exceptions` the results that it put before somebody at the office. `exception_minutes` are those on
    the office's time sheet, None where it keeps none: then they are `exceptions` at the evidence's minutes.
    `pages_answered` are reconciliation pages that came back on paper, `results_looked_up` the results on them.
    """

    letters_minutes: float = 0.0
    documents_minutes: float = 0.0
    clinician_review_minutes: float = 0.0
    coder_review_minutes: float = 0.0
    unmatched_minutes: float = 0.0
    rules_minutes: float = 0.0
    posted: Sent = Sent()
    emailed: Sent = Sent()
    intake_batches: int = 0
    exceptions: int = 0
    exception_minutes: float | None = None
    pages_answered: int = 0
    results_looked_up: int = 0


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
        "letters": work.letters_minutes * _over(values, mean, "minutes_a_result"),
        "documents": work.documents_minutes * (_minutes_a_document(values) / _minutes_a_document(mean)),
        "clinician_review": work.clinician_review_minutes * _over(values, mean, "clinician_review_minutes"),
        "coder_review": work.coder_review_minutes * _over(values, mean, "coder_review_minutes"),
        "unmatched": work.unmatched_minutes * _over(values, mean, "unmatched_minutes"),
        "rules": work.rules_minutes * _over(values, mean, "rules_setup_minutes"),
        "reconciliation": work.results_looked_up * values["reconciliation_minutes_a_result"],
    }
    bso: dict[str, Number] = {
        "printing": work.posted.bundles * values["bso_printing_minutes_a_batch"],
        "checking": (work.posted.results + work.emailed.results) * values["bso_checking_minutes_a_result"],
        "enveloping": work.posted.bundles * values["bso_enveloping_minutes_an_envelope"],
        "emailing": work.emailed.bundles * values["bso_emailing_minutes_a_batch"],
        "intake": work.intake_batches * values["bso_intake_minutes_a_batch"],
        "exceptions": _exceptions(work, values, mean),
        "reconciliation": work.pages_answered * values["bso_reconciliation_minutes_a_page"],
    }
    clerical = total(gp) - gp["clinician_review"]
    loaded = (1 + values["on_costs"]) / 60
    return Effort(
        gp_minutes=gp,
        bso_minutes=bso,
        staff_cost_gbp={
            "gp_clerical": clerical * values["gp_clerical_pay"] * loaded,
            "gp_clinical": gp["clinician_review"] * values["clinician_pay"] * loaded,
            "bso": total(bso) * values["bso_pay"] * loaded,
        },
        # A reconciliation page goes out and comes back.
        letter_cost_gbp=(work.posted.bundles + 2 * work.pages_answered) * values["postage_an_envelope"]
        + (work.posted.pages + work.pages_answered) * values["print_cost_a_page"],
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


def _minutes_a_document(values: Mapping[str, Number]) -> Number:
    """What a result on a screen takes: sooner than on paper, and never under a tenth of a minute."""
    on_screen: Number = np.maximum(
        values["minutes_a_result"] - values["electronic_saving_minutes"], _LEAST_MINUTES
    )
    return on_screen
