"""The same counts by practice, by outcome and by group of people, arm beside arm."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from statistics import median
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.measures.comparison import Errors
from pilot.measures.consistency import Consistency
from pilot.measures.ends import End, Where
from pilot.measures.figures import GroupFigures, OutcomeFigures, PracticeArm, PracticeFigures
from pilot.measures.harms import Harms
from pilot.measures.judged import JudgedArm
from pilot.measures.truth import TruthLine
from pilot.measures.uptake import uptake_true
from pilot.measures.verdict import Verdict

GROUPINGS: Final = ("imd_quintile", "ethnicity")

_Judged = Sequence[tuple[Verdict, Where]]


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
            gp_minutes=sum(desks[ods].minutes.values()) if ods in desks else 0.0,
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
