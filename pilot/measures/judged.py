"""One arm of a run, held against the truth: the counts that everything else is made of."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Final

from pilot.domain.delivery import Ending
from pilot.evidence import ELECTRONIC_ARMS, Assumptions
from pilot.measures.accounting import account, match_endings, noticed, office_exceptions
from pilot.measures.comparison import Errors
from pilot.measures.consistency import Consistency, normal_codes
from pilot.measures.effort import effort, means, total
from pilot.measures.figures import ArmFigures, Delay
from pilot.measures.record import Record
from pilot.measures.truth import TruthLine
from pilot.measures.uptake import uptake_recorded, uptake_true
from pilot.measures.verdict import Verdict, judge
from pilot.measures.workload import Print, Sent, Workload

CLINICIAN: Final = "person:clinician"
DESK_WORK: Final = ("letters", "review", "unmatched", "rules")


@dataclass(frozen=True, slots=True)
class ArmRun:
    """What one arm left behind: its record, what the office printed or e-mailed, and where the pipeline left off.

    `endings` is None in an arm without the pipeline (paper): then nothing stands on a worklist.
    """

    record: Record
    posted: tuple[Print, ...] = ()
    emailed: tuple[Print, ...] = ()
    endings: tuple[Ending, ...] | None = None


@dataclass(frozen=True, slots=True)
class JudgedArm:
    """An arm with a verdict on every result. `errors` and `codes` (of normal results) are by practice."""

    name: str
    run: ArmRun
    verdicts: tuple[Verdict, ...]
    matched: Mapping[str, tuple[Ending, ...]]
    work: Workload
    errors: Mapping[str, Errors]
    codes: Mapping[str, Counter[str]]

    @property
    def all_errors(self) -> Errors:
        return Errors.total_of(self.errors.values())

    def endings_of(self, verdict: Verdict) -> tuple[Ending, ...]:
        return self.matched.get(verdict.line.screening_number, ())


def judge_arm(name: str, run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions) -> JudgedArm:
    """Hold one arm against the truth."""
    matched = match_endings(truth, run.endings or ())
    late_after_days = assumptions["late_after_days"].value
    verdicts = judge(truth, run.record.entries, noticed(matched), late_after_days)
    return JudgedArm(
        name=name,
        run=run,
        verdicts=verdicts,
        matched=matched,
        work=_workload(name, run, truth, assumptions),
        errors=_errors(verdicts, run.record),
        codes=normal_codes(verdicts),
    )


def arm_figures(arm: JudgedArm, truth: Sequence[TruthLine], assumptions: Assumptions) -> ArmFigures:
    """The arm's row of figures.json."""
    mean = means(assumptions)
    spent = effort(arm.work, mean, mean)
    record, errors = arm.run.record, arm.all_errors
    of_results = sum(len(verdict.own) + len(verdict.strangers) for verdict in arm.verdicts)
    alike = [codes for codes in arm.codes.values() if len(codes) == 1]

    def count(flag: str) -> int:
        return sum(bool(getattr(verdict, flag)) for verdict in arm.verdicts)

    return ArmFigures(
        results=len(truth),
        filed=count("filed"),
        missing=count("missing"),
        missing_unnoticed=count("missing_unnoticed"),
        wrong_code=count("wrong_code"),
        wrong_code_same_meaning=count("wrong_code_same_meaning"),
        wrong_code_text_only=count("wrong_code_text_only"),
        misleading=count("misleading"),
        misleading_as_printed=count("misleading_as_printed"),
        unclear=count("unclear"),
        wrong_person=count("wrong_person"),
        duplicate=count("duplicate"),
        late=count("late"),
        wrong_date=count("wrong_date"),
        wrong_practice=count("wrong_practice"),
        errors=errors.total,
        errors_by_kind={part.name: getattr(errors, part.name) for part in fields(errors)},
        entries=len(record.entries),
        entries_of_no_result=len(record.entries) - of_results,
        letters_open=record.letters_open,
        gp_minutes=total(spent.gp_minutes),
        gp_minutes_by_kind={kind: record.minutes(kind) for kind in DESK_WORK},
        bso_minutes=total(spent.bso_minutes),
        bso_minutes_by_kind=spent.bso_minutes,
        letters=arm.work.posted.results,
        pages=arm.work.posted.pages,
        envelopes=arm.work.posted.bundles,
        letter_cost_gbp=spent.letter_cost_gbp,
        staff_cost_gbp=total(spent.staff_cost_gbp),
        staff_cost_gbp_by_kind=spent.staff_cost_gbp,
        days_to_record=_delay([verdict.days for verdict in arm.verdicts if verdict.days is not None]),
        uptake_true=uptake_true(truth),
        uptake_recorded=uptake_recorded(record.entries),
        coding=Consistency.of(sum(arm.codes.values(), Counter())),
        practices_coding_alike=len(alike),
        accounted_for=account(arm.verdicts, arm.matched) if arm.run.endings is not None else None,
    )


def _workload(name: str, run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions) -> Workload:
    """Time sheets do not part a clinician's reviews from a coder's: what clinicians entered tells, at their mean."""
    review = run.record.minutes("review")
    by_clinicians = sum(entry.entered_by == CLINICIAN for entry in run.record.entries)
    clinical = min(review, by_clinicians * assumptions["clinician_review_minutes"].mean)
    return Workload(
        letters_minutes=run.record.minutes("letters"),
        clinician_review_minutes=clinical,
        coder_review_minutes=review - clinical,
        unmatched_minutes=run.record.minutes("unmatched"),
        rules_minutes=run.record.minutes("rules"),
        electronic=name in ELECTRONIC_ARMS,
        posted=Sent.of(run.posted),
        emailed=Sent.of(run.emailed),
        intake_batches=len({line.file for line in truth if line.file}) if run.endings is not None else 0,
        exceptions=office_exceptions(run.endings or ()),
    )


def _errors(verdicts: Iterable[Verdict], record: Record) -> dict[str, Errors]:
    """By practice, each result with an error once, under the first of its kinds.

    Letters that still lie on a desk when the run is over are not errors yet: as many missing results of that
    practice are let off.
    """
    works = {p.ods for p in record.practices if p.minutes.get("letters", 0.0) > 0}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        kinds = counts[verdict.line.practice]
        if verdict.wrong_person:
            kinds["wrong_person"] += 1
        elif verdict.duplicate:
            kinds["duplicate"] += 1
        elif verdict.wrong_in_record:
            kinds["code"] += 1
        elif verdict.missing_unnoticed:
            kinds["absent" if verdict.line.practice in works else "not_worked"] += 1
    for practice in record.practices:
        kinds = counts[practice.ods]
        kinds["absent"] = max(0, kinds["absent"] - practice.letters_open)
    return {ods: Errors(**kinds) for ods, kinds in counts.items()}


def _delay(days: Sequence[int]) -> Delay:
    if not days:
        return Delay(None, None, 0)
    nearest_rank = sorted(days)[math.ceil(0.95 * len(days)) - 1]
    return Delay(float(median(days)), float(nearest_rank), len(days))
