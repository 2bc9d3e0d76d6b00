"""Measure a run: records against truth, work in minutes and money, comparisons, and the whole of England."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Final

from pilot.domain.delivery import Ending
from pilot.domain.outcome import Outcome
from pilot.evidence import DESK_PRIORS, ELECTRONIC_ARMS, Assumptions
from pilot.measures.accounting import account, match_endings, noticed, office_exceptions, place_of
from pilot.measures.comparison import COMPARISON_PRIORS, Errors, Side, compare
from pilot.measures.consistency import consistency
from pilot.measures.effort import EFFORT_PRIORS, effort, means, total
from pilot.measures.england import HEADLINE_PRIORS, NATIONAL_PRIORS, national
from pilot.measures.figures import (
    ArmFigures,
    AssumptionUsed,
    Delay,
    Figures,
    OutcomeFigures,
    PracticeArm,
    PracticeFigures,
    RunFacts,
    RunFigures,
    Speed,
)
from pilot.measures.record import Record
from pilot.measures.truth import TruthLine
from pilot.measures.uptake import uptake_recorded, uptake_true
from pilot.measures.verdict import Verdict, judge
from pilot.measures.workload import Print, Sent, Workload

PAPER: Final = "paper"
CODED: Final = "coded"
CLINICIAN: Final = "person:clinician"


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
class _Arm:
    """An arm, judged."""

    name: str
    run: ArmRun
    verdicts: tuple[Verdict, ...]
    matched: Mapping[str, tuple[Ending, ...]]
    work: Workload
    errors: Mapping[str, Errors]  # by practice


def measure(
    truth: Sequence[TruthLine],
    arms: Mapping[str, ArmRun],
    assumptions: Assumptions,
    facts: RunFacts,
    speed: Speed | None = None,
) -> Figures:
    """Pure: the same truth, records and evidence give the same figures, to the last digit."""
    late_after_days = assumptions["late_after_days"].value
    judged = {name: _judge(name, run, truth, assumptions) for name, run in arms.items()}
    sides = {name: Side(name, arm.work, Errors.total_of(arm.errors.values())) for name, arm in judged.items()}
    practices = _practices(truth, judged)
    return Figures(
        run=RunFigures(facts, len(truth), len(practices), tuple(arms), late_after_days, assumptions.sha256),
        arms={name: _arm_figures(arm, truth, assumptions) for name, arm in judged.items()},
        comparisons={
            name: compare(sides[PAPER], side, assumptions)
            for name, side in sides.items()
            if name != PAPER and PAPER in sides
        },
        pipeline_arm=_pipeline_arm(arms),
        national=national(assumptions),
        speed=speed,
        assumptions=assumptions_used(assumptions),
        practices=practices,
        outcomes=tuple(row for arm in judged.values() for row in _outcomes(arm)),
    )


def assumptions_used(assumptions: Assumptions) -> tuple[AssumptionUsed, ...]:
    """Every figure that goes into a run or what is made of it, and where it goes; in the file's order."""
    used = {
        "desk": DESK_PRIORS,
        "minutes and money": EFFORT_PRIORS,
        "comparisons": COMPARISON_PRIORS,
        "national": NATIONAL_PRIORS,
        "headline": HEADLINE_PRIORS,
        "late": ("late_after_days",),
    }
    return tuple(
        AssumptionUsed(
            assumption, assumption.mean, tuple(part for part, names in used.items() if name in names)
        )
        for name, assumption in assumptions.items()
        if any(name in names for names in used.values())
    )


def _pipeline_arm(arms: Mapping[str, ArmRun]) -> str | None:
    """The arm whose accounting stands at the top: the coded one, else the first that used the pipeline."""
    through = [name for name, run in arms.items() if run.endings is not None]
    return CODED if CODED in through else next(iter(through), None)


def _judge(name: str, run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions) -> _Arm:
    matched = match_endings(truth, run.endings or ())
    late_after_days = assumptions["late_after_days"].value
    verdicts = judge(truth, run.record.entries, noticed(matched), late_after_days)
    work = _workload(name, run, truth, assumptions)
    return _Arm(name, run, verdicts, matched, work, _errors(verdicts, run.record))


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


def _arm_figures(arm: _Arm, truth: Sequence[TruthLine], assumptions: Assumptions) -> ArmFigures:
    mean = means(assumptions)
    spent = effort(arm.work, mean, mean)
    entries = arm.run.record.entries
    of_results = sum(len(verdict.own) + len(verdict.strangers) for verdict in arm.verdicts)
    record = arm.run.record
    errors = Errors.total_of(arm.errors.values())

    def count(flag: str) -> int:
        return sum(bool(getattr(verdict, flag)) for verdict in arm.verdicts)

    return ArmFigures(
        results=len(truth),
        filed=count("filed"),
        missing=count("missing"),
        missing_unnoticed=count("missing_unnoticed"),
        wrong_code=count("wrong_code"),
        wrong_code_same_meaning=count("wrong_code_same_meaning"),
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
        entries=len(entries),
        entries_of_no_result=len(entries) - of_results,
        letters_open=record.letters_open,
        gp_minutes=total(spent.gp_minutes),
        gp_minutes_by_kind={
            kind: record.minutes(kind) for kind in ("letters", "review", "unmatched", "rules")
        },
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
        uptake_recorded=uptake_recorded(entries),
        coding=consistency(arm.verdicts),
        practices_coding_alike=sum(
            consistency(arm.verdicts, practice.ods).distinct_codes == 1 for practice in record.practices
        ),
        accounted_for=account(arm.verdicts, arm.matched) if arm.run.endings is not None else None,
    )


def _delay(days: Sequence[int]) -> Delay:
    if not days:
        return Delay(None, None, 0)
    nearest_rank = sorted(days)[math.ceil(0.95 * len(days)) - 1]
    return Delay(float(median(days)), float(nearest_rank), len(days))


def _outcomes(arm: _Arm) -> list[OutcomeFigures]:
    rows = []
    for outcome in Outcome:
        verdicts = [verdict for verdict in arm.verdicts if verdict.line.outcome is outcome]
        if not verdicts:
            continue
        places = [
            place_of(verdict, arm.matched.get(verdict.line.screening_number, ())) for verdict in verdicts
        ]
        kept = {place: places.count(place) for place in ("filed", "with_a_person", "returned")}
        right = sum(verdict.filed and not verdict.wrong_in_record for verdict in verdicts)
        rows.append(
            OutcomeFigures(
                arm=arm.name,
                outcome=str(outcome),
                results=len(verdicts),
                filed_right=right,
                lost=len(verdicts) - sum(kept.values()),
                **kept,
            )
        )
    return rows


def _practices(truth: Sequence[TruthLine], arms: Mapping[str, _Arm]) -> tuple[PracticeFigures, ...]:
    """The practices that results were printed for or that a record has, by code."""
    known = {practice.ods: practice for arm in arms.values() for practice in arm.run.record.practices}
    codes = sorted({line.practice for line in truth} | set(known))
    return tuple(
        PracticeFigures(
            ods=ods,
            name=known[ods].name if ods in known else "",
            supplier=known[ods].supplier if ods in known else "",
            list_size=known[ods].list_size if ods in known else 0,
            results=sum(line.practice == ods for line in truth),
            arms={name: _practice_arm(ods, arm) for name, arm in arms.items()},
        )
        for ods in codes
    )


def _practice_arm(ods: str, arm: _Arm) -> PracticeArm:
    verdicts = [verdict for verdict in arm.verdicts if verdict.line.practice == ods]
    desk = next((practice for practice in arm.run.record.practices if practice.ods == ods), None)
    return PracticeArm(
        results=len(verdicts),
        filed=sum(verdict.filed for verdict in verdicts),
        missing=sum(verdict.missing for verdict in verdicts),
        missing_unnoticed=sum(verdict.missing_unnoticed for verdict in verdicts),
        errors=arm.errors.get(ods, Errors()).total,
        errors_in_record=sum(verdict.wrong_in_record for verdict in verdicts),
        gp_minutes=sum(desk.minutes.values()) if desk else 0.0,
        letters_open=desk.letters_open if desk else 0,
        coding=consistency(arm.verdicts, ods),
    )
