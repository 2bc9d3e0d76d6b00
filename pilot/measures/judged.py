"""One arm of a run, held against the truth: the counts that everything else is made of."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Final

from pilot.domain.delivery import LastState
from pilot.evidence import Assumptions
from pilot.measures.comparison import Errors, Side
from pilot.measures.effort import OfficeTime, PageAnswered, Print, Sent, Workload, effort, means, total
from pilot.measures.ends import (
    End,
    Loss,
    Silent,
    Trail,
    Where,
    count_ends,
    match_endings,
    match_lying,
    office_exceptions,
)
from pilot.measures.figures import ArmFigures, Delay
from pilot.measures.record import Record
from pilot.measures.searching import (
    Consistency,
    Harms,
    normal_codes,
    right_by_another_code,
    uptake_recorded,
    uptake_true,
)
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict, judge

CLINICIAN: Final = "person:clinician"
DESK_WORK: Final = ("letters", "documents", "review", "unmatched", "rules")


@dataclass(frozen=True, slots=True)
class ArmRun:
    """What one arm left behind: its record, what the office printed or emailed, and where the pipeline left off.

    `endings` is None in an arm without the pipeline (paper): what its office has on a list of its own is `listed`.
    `time_sheet` is what the office's people really spent on their list; None where nobody kept one. `pages` are
    the reconciliation pages that practices answered on paper.
    """

    record: Record
    posted: tuple[Print, ...] = ()
    emailed: tuple[Print, ...] = ()
    endings: tuple[LastState, ...] | None = None
    time_sheet: tuple[OfficeTime, ...] | None = None
    listed: tuple[LastState, ...] = ()
    pages: tuple[PageAnswered, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedArm:
    """An arm with a verdict on every result, and where each ended.

    `withdrawn` are verdicts on results that the office took back: they belong in no record, and are in no other count.
    By practice: `errors`, `codes` (of normals), and `looked_up`, the minutes that reconciliation pages took.
    """

    name: str
    run: ArmRun
    verdicts: tuple[Verdict, ...]
    wheres: tuple[Where, ...]
    received: int | None
    silent: Silent
    work: Workload
    errors: Mapping[str, Errors]
    codes: Mapping[str, Counter[str]]
    looked_up: Mapping[str, float]
    withdrawn: tuple[Verdict, ...] = ()

    @property
    def all_errors(self) -> Errors:
        return Errors.total_of(self.errors.values())

    @property
    def judged(self) -> Iterable[tuple[Verdict, Where]]:
        """Each verdict with where its result ended, in the truth's order."""
        return zip(self.verdicts, self.wheres, strict=True)

    def side(self) -> Side:
        """As one side of a comparison."""
        delivered = frozenset(v.line.key for v in self.verdicts if v.in_right_record)
        return Side(self.name, self.work, self.all_errors, len(self.verdicts), delivered)


def judge_arm(
    name: str, run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions, last_day: date
) -> JudgedArm:
    """Hold one arm against the truth as it stood at the end of `last_day`."""
    every = judge(truth, run.record.entries, assumptions["late_after_days"].value)
    verdicts = tuple(verdict for verdict in every if verdict.line.withdrawn_on is None)
    trail = _trail(run, truth, assumptions, last_day)
    wheres = tuple(trail.where(verdict) for verdict in verdicts)
    return JudgedArm(
        name=name,
        run=run,
        verdicts=verdicts,
        wheres=wheres,
        received=None
        if trail.endings is None
        else sum(verdict.line.key in trail.endings for verdict in verdicts),
        silent=Silent.of(days for verdict in verdicts for days in trail.silent(verdict)),
        work=_workload(run, truth, assumptions),
        errors=_errors(verdicts, wheres),
        codes=normal_codes(verdicts),
        looked_up=_looked_up(run.pages, assumptions["reconciliation_minutes_a_result"].mean),
        withdrawn=tuple(verdict for verdict in every if verdict.line.withdrawn_on is not None),
    )


def arm_figures(arm: JudgedArm, assumptions: Assumptions) -> ArmFigures:
    """The arm's row of figures.json."""
    mean = means(assumptions)
    spent = effort(arm.work, mean, mean)
    record, errors = arm.run.record, arm.all_errors
    ends = count_ends(arm.wheres, arm.received, arm.silent)
    every = (*arm.verdicts, *arm.withdrawn)
    of_results = sum(len(verdict.own) + len(verdict.strangers) for verdict in every)
    amended = [verdict for verdict in arm.verdicts if verdict.line.amended_on is not None]
    alike = [codes for codes in arm.codes.values() if len(codes) == 1]
    gp_minutes = total(spent.gp_minutes)

    def count(flag: str) -> int:
        return sum(bool(getattr(verdict, flag)) for verdict in arm.verdicts)

    return ArmFigures(
        results=len(arm.verdicts),
        undelivered=ends.undelivered,
        ends=ends,
        right=count("right"),
        right_by_another_code=right_by_another_code(arm.verdicts),
        not_findable=count("not_findable"),
        misleading=count("misleading"),
        misleading_as_printed=count("misleading_as_printed"),
        unclear=count("unclear"),
        wrong_person=count("wrong_person"),
        duplicate=count("duplicate"),
        late=count("late"),
        wrong_date=count("wrong_date"),
        wrong_practice=count("wrong_practice"),
        errors=errors.total,
        errors_where_results_are_typed=errors.total - errors.not_worked,
        errors_where_nothing_is_done=errors.not_worked,
        errors_by_kind={part.name: getattr(errors, part.name) for part in fields(errors)},
        harms=Harms.of(arm.verdicts),
        entries=len(record.entries),
        entries_of_no_result=len(record.entries) - of_results,
        letters_open=record.letters_open,
        gp_minutes=gp_minutes,
        gp_minutes_a_delivered_result=gp_minutes / ends.in_right_record if ends.in_right_record else None,
        gp_minutes_by_kind={
            **{kind: record.minutes(kind) for kind in DESK_WORK},
            "reconciliation": spent.gp_minutes["reconciliation"],
        },
        bso_minutes=total(spent.bso_minutes),
        bso_minutes_by_kind=spent.bso_minutes,
        letters=arm.work.posted.results,
        pages=arm.work.posted.pages,
        envelopes=arm.work.posted.bundles,
        letter_cost_gbp=spent.letter_cost_gbp,
        staff_cost_gbp=total(spent.staff_cost_gbp),
        staff_cost_gbp_by_kind=spent.staff_cost_gbp,
        cost_gbp=spent.cost_gbp,
        days_to_record=_delay([verdict.days for verdict in arm.verdicts if verdict.days is not None]),
        uptake_true=uptake_true(verdict.line for verdict in arm.verdicts),
        uptake_recorded=uptake_recorded(record.entries),
        coding=Consistency.of(sum(arm.codes.values(), Counter())),
        practices_coding_alike=len(alike),
        amended=len(amended),
        amended_as_first_printed=sum(verdict.misleading_as_printed for verdict in amended),
        withdrawn=len(arm.withdrawn),
        withdrawn_still_in_record=sum(bool(verdict.own or verdict.strangers) for verdict in arm.withdrawn),
    )


def _trail(run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions, last_day: date) -> Trail:
    return Trail(
        endings=None if run.endings is None else match_endings(truth, run.endings),
        lying=match_lying(truth, run.record.lying),
        printed=frozenset((one.file, one.page, one.record) for one in (*run.posted, *run.emailed)),
        at=datetime.combine(last_day + timedelta(days=1), time(0), UTC),
        due_days=assumptions["worklist_due_days"].value,
        listed=match_endings(truth, run.listed),
    )


def _workload(run: ArmRun, truth: Sequence[TruthLine], assumptions: Assumptions) -> Workload:
    """Time sheets do not part a clinician's reviews from a coder's: what clinicians entered tells, at their mean."""
    review = run.record.minutes("review")
    by_clinicians = sum(entry.entered_by == CLINICIAN for entry in run.record.entries)
    clinical = min(review, by_clinicians * assumptions["clinician_review_minutes"].mean)
    return Workload(
        letters_minutes=run.record.minutes("letters"),
        documents_minutes=run.record.minutes("documents"),
        clinician_review_minutes=clinical,
        coder_review_minutes=review - clinical,
        unmatched_minutes=run.record.minutes("unmatched"),
        rules_minutes=run.record.minutes("rules"),
        posted=Sent.of(run.posted),
        emailed=Sent.of(run.emailed),
        intake_batches=len({line.file for line in truth if line.file}) if run.endings is not None else 0,
        exceptions=office_exceptions(run.endings or ()),
        exception_minutes=None if run.time_sheet is None else sum(line.minutes for line in run.time_sheet),
        pages_answered=len(run.pages),
        results_looked_up=sum(page.results for page in run.pages),
    )


def _looked_up(pages: Iterable[PageAnswered], minutes: float) -> dict[str, float]:
    spent: Counter[str] = Counter()
    for page in pages:
        spent[page.practice] += page.results
    return {practice: results * minutes for practice, results in spent.items()}


def _errors(verdicts: Iterable[Verdict], wheres: Iterable[Where]) -> dict[str, Errors]:
    """By practice, each result with an error once, under the first of its kinds.

    In no record is an error where the result is lost. Where it still waits, on a list that somebody works or on
    a desk, it is undelivered, which is counted beside the errors.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict, where in zip(verdicts, wheres, strict=True):
        kinds = counts[verdict.line.practice]
        if (kind := error_of(verdict, where)) is not None:
            kinds[kind] += 1
    return {ods: Errors(**kinds) for ods, kinds in counts.items()}


def error_of(verdict: Verdict, where: Where) -> str | None:
    """The kind of error that one result has, a field of `Errors`; None where it has none."""
    if verdict.wrong_person:
        return "wrong_person"
    if verdict.duplicate:
        return "duplicate"
    if verdict.wrong_in_record:
        return "code"
    if where.end is End.LOST:
        return "not_worked" if where.loss is Loss.IGNORED else "absent"
    return None


def _delay(days: Sequence[int]) -> Delay:
    if not days:
        return Delay(None, None, 0)
    nearest_rank = sorted(days)[math.ceil(0.95 * len(days)) - 1]
    return Delay(float(median(days)), float(nearest_rank), len(days))
