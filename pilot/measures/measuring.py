"""Measure a run: arms against the truth and each other; the same by practice, outcome and group; and all England."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from operator import attrgetter
from statistics import median
from typing import Final

from pilot.coding import code_set_names, load_code_set
from pilot.coding.searches import readings, searches
from pilot.domain.arm import ARMS, TODAY
from pilot.domain.outcome import Outcome
from pilot.evidence import CHANGE_PRIORS, DAY_PRIORS, DESK_PRIORS, OFFICE_PRIORS, Assumptions
from pilot.measures.comparison import COMPARISON_PRIORS, Errors, compare
from pilot.measures.effort import EFFORT_PRIORS
from pilot.measures.ends import End, Where
from pilot.measures.england import NATIONAL_PRIORS, national
from pilot.measures.figures import (
    FORMAT,
    ArmFigures,
    AssumptionUsed,
    Figures,
    GroupFigures,
    OutcomeFigures,
    PracticeArm,
    PracticeFigures,
    RunFacts,
    RunFigures,
    Speed,
    WorseOff,
)
from pilot.measures.headline import HEADLINE_PRIORS
from pilot.measures.judged import ArmRun, JudgedArm, arm_figures, judge_arm
from pilot.measures.searching import Consistency, Harms, Women, every_group, uptake_true
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict

# From the way of today to the one that changes most: each is held against paper, and against the best before it.
GROUPINGS: Final = ("imd_quintile", "ethnicity")
_Judged = Sequence[tuple[Verdict, Where]]


def measure(
    truth: Sequence[TruthLine],
    arms: Mapping[str, ArmRun],
    assumptions: Assumptions,
    facts: RunFacts,
    speed: Speed | None = None,
) -> Figures:
    """Pure: the same truth, records and evidence give the same figures, to the last digit."""
    judged = {name: judge_arm(name, run, truth, assumptions, facts.last_day) for name, run in arms.items()}
    figures = {name: arm_figures(arm, assumptions) for name, arm in judged.items()}
    sides = {name: arm.side() for name, arm in judged.items()}
    standing = [line for line in truth if line.withdrawn_on is None]
    practices = by_practice(standing, judged)
    code_sets = tuple(map(load_code_set, code_set_names()))
    return Figures(
        format=FORMAT,
        run=RunFigures(
            **asdict(facts),
            results=len(standing),
            practices=len(practices),
            arms=tuple(arms),
            late_after_days=assumptions["late_after_days"].value,
            worklist_due_days=assumptions["worklist_due_days"].value,
            assumptions_sha256=assumptions.sha256,
        ),
        arms=figures,
        comparisons={
            f"{arm}_vs_{other}": compare(sides[other], sides[arm], assumptions)
            for arm, other in _pairs(figures)
        },
        national=national(assumptions),
        speed=speed,
        assumptions=assumptions_used(assumptions),
        practices=practices,
        worse_off=tuple(worse_off(name, practices) for name in figures if name != TODAY.key in figures),
        outcomes=tuple(row for arm in judged.values() for row in by_outcome(arm)),
        searches=searches(code_sets, Counter(line.outcome for line in standing)),
        reads=readings(code_sets),
        equality=tuple(row for arm in judged.values() for row in by_group(arm)),
        women=tuple(row for arm in judged.values() for row in by_women(arm)),
        ladder=tuple(
            compare(sides[before], sides[arm], assumptions)
            for before, arm in pairwise(key for key in ARMS if key in sides)
        ),
    )


def _pairs(arms: Mapping[str, ArmFigures]) -> Iterator[tuple[str, str]]:
    """Each arm with paper, and with the cheapest of the ways that change less than it does."""
    before: list[str] = []
    for arm in (key for key in ARMS if key in arms):
        if before:
            best = min(before, key=lambda name: arms[name].cost_gbp)
            yield from ((arm, other) for other in dict.fromkeys((TODAY.key, best)) if other in arms)
        before.append(arm)


def assumptions_used(assumptions: Assumptions) -> tuple[AssumptionUsed, ...]:
    """Every figure that goes into a run or what is made of it, and where it goes; in the file's order."""
    used = {
        "post": ("post_working_days",),
        "desk": DESK_PRIORS,
        "office": OFFICE_PRIORS,
        "the day": DAY_PRIORS,
        "practices that join": ("idle_practice_joins",),
        "the floor of pay": ("national_living_wage",),
        "minutes and money": EFFORT_PRIORS,
        "comparisons": COMPARISON_PRIORS,
        "national": NATIONAL_PRIORS,
        "headline": HEADLINE_PRIORS,
        "late": ("late_after_days",),
        "worklist": ("worklist_due_days",),
        "the change": CHANGE_PRIORS,
        "features": ("bowel_normals_electronic",),
    }
    return tuple(
        AssumptionUsed.of(row, parts)
        for name, row in assumptions.items()
        if (parts := tuple(part for part, names in used.items() if name in names) or _of_the_batch(name))
    )


def _of_the_batch(name: str) -> tuple[str, ...]:
    """Rows that the engine adds for what the generators drew by."""
    return ("generation",) if name.startswith("generation_") else ()


def by_outcome(arm: JudgedArm) -> list[OutcomeFigures]:
    """What happened to the results of each outcome that there was."""
    some = _parted(arm, attrgetter("outcome"))
    return [_outcome(arm.name, outcome, some[outcome]) for outcome in Outcome if outcome in some]


def by_practice(truth: Sequence[TruthLine], arms: Mapping[str, JudgedArm]) -> tuple[PracticeFigures, ...]:
    """The practices that results were printed for, or that a record has, in the order of their codes."""
    known = {practice.ods: practice for arm in arms.values() for practice in arm.run.record.practices}
    results = Counter(line.practice for line in truth)
    columns = {name: _practices(arm) for name, arm in arms.items()}
    return tuple(
        PracticeFigures(
            ods=ods,
            name=known[ods].name if ods in known else "",
            supplier=known[ods].supplier if ods in known else "",
            list_size=known[ods].list_size if ods in known else 0,
            results=results[ods],
            arms={name: column[ods] for name, column in columns.items() if ods in column},
        )
        for ods in sorted(known.keys() | results.keys())
    )


def worse_off(arm: str, practices: Sequence[PracticeFigures]) -> WorseOff:
    """Of the practices that are in this arm and in the way of today."""
    more = [
        practice.arms[arm].gp_minutes - practice.arms[TODAY.key].gp_minutes
        for practice in practices
        if {arm, TODAY.key} <= practice.arms.keys()
    ]
    losing = [minutes for minutes in more if minutes > 0]
    return WorseOff(arm, len(losing), len(more), sum(losing))


def by_group(arm: JudgedArm) -> list[GroupFigures]:
    """One row a group that has results. Groups of few results say little: `results` stands beside."""
    rows = []
    for by in GROUPINGS:
        groups = _parted(arm, attrgetter(by))
        rows += [
            _group(arm.name, by, str(group), groups[group])
            for group in sorted(groups.keys() - {None}, key=str)
        ]
    return rows


def by_women(arm: JudgedArm) -> list[Women]:
    """What happens to 10,000 women in this arm: all, by practice and by group."""
    parts = {by: attrgetter(f"line.{by}") for by in GROUPINGS}
    return every_group(arm.name, arm.verdicts, parts)


def _parted(arm: JudgedArm, key: Callable[[TruthLine], object]) -> dict[object, _Judged]:
    """An arm's results by something that the truth says of each."""
    some: dict[object, list[tuple[Verdict, Where]]] = defaultdict(list)
    for verdict, where in arm.judged:
        some[key(verdict.line)].append((verdict, where))
    return dict(some)


def _outcome(arm: str, outcome: Outcome, judged: _Judged) -> OutcomeFigures:
    ends = Counter(where.end for _, where in judged)
    return OutcomeFigures(
        arm=arm,
        outcome=str(outcome),
        results=len(judged),
        right=sum(verdict.right and not verdict.wrong_in_record for verdict, _ in judged),
        not_findable=sum(verdict.not_findable for verdict, _ in judged),
        **{str(end): ends[end] for end in End},
    )


def _practices(arm: JudgedArm) -> dict[str, PracticeArm]:
    judged = _parted(arm, attrgetter("practice"))
    desks = {practice.ods: practice for practice in arm.run.record.practices}
    return {
        ods: PracticeArm(
            results=len(some := judged.get(ods, ())),
            undelivered=sum(verdict.undelivered for verdict, _ in some),
            lost=sum(where.end is End.LOST for _, where in some),
            errors=arm.errors.get(ods, Errors()).total,
            errors_in_record=sum(verdict.wrong_in_record for verdict, _ in some),
            gp_minutes=(sum(desks[ods].minutes.values()) if ods in desks else 0.0)
            + arm.looked_up.get(ods, 0.0),
            coding=Consistency.of(arm.codes.get(ods, Counter())),
            harms=Harms.of(verdict for verdict, _ in some),
        )
        for ods in sorted({*map(str, judged), *desks})
    }


def _group(arm: str, by: str, group: str, judged: _Judged) -> GroupFigures:
    days = [verdict.days for verdict, _ in judged if verdict.days is not None]
    return GroupFigures(
        arm=arm,
        by=by,
        group=group,
        results=len(judged),
        undelivered=sum(verdict.undelivered for verdict, _ in judged),
        lost=sum(where.end is End.LOST for _, where in judged),
        errors_in_record=sum(verdict.wrong_in_record for verdict, _ in judged),
        late=sum(verdict.late for verdict, _ in judged),
        median_days=float(median(days)) if days else None,
        uptake_true=uptake_true(verdict.line for verdict, _ in judged),
        harms=Harms.of(verdict for verdict, _ in judged),
    )
