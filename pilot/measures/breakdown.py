"""The same counts by practice and by outcome, arm beside arm."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pilot.domain.outcome import Outcome
from pilot.measures.accounting import place_of
from pilot.measures.comparison import Errors
from pilot.measures.consistency import Consistency
from pilot.measures.figures import OutcomeFigures, PracticeArm, PracticeFigures
from pilot.measures.judged import JudgedArm
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict


def by_outcome(arm: JudgedArm) -> list[OutcomeFigures]:
    """What happened to the results of each outcome that there was."""
    some: dict[Outcome, list[Verdict]] = defaultdict(list)
    for verdict in arm.verdicts:
        some[verdict.line.outcome].append(verdict)
    return [_outcome(arm, outcome, some[outcome]) for outcome in Outcome if some[outcome]]


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


def _outcome(arm: JudgedArm, outcome: Outcome, verdicts: Sequence[Verdict]) -> OutcomeFigures:
    places = Counter(place_of(verdict, arm.endings_of(verdict)) for verdict in verdicts)
    kept = {place: places[place] for place in ("filed", "with_a_person", "returned")}
    return OutcomeFigures(
        arm=arm.name,
        outcome=str(outcome),
        results=len(verdicts),
        filed_right=sum(verdict.filed and not verdict.wrong_in_record for verdict in verdicts),
        lost=len(verdicts) - sum(kept.values()),
        **kept,
    )


def _practices(arm: JudgedArm) -> dict[str, PracticeArm]:
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in arm.verdicts:
        verdicts[verdict.line.practice].append(verdict)
    desks = {practice.ods: practice for practice in arm.run.record.practices}
    return {
        ods: PracticeArm(
            results=len(verdicts[ods]),
            filed=sum(verdict.filed for verdict in verdicts[ods]),
            missing=sum(verdict.missing for verdict in verdicts[ods]),
            missing_unnoticed=sum(verdict.missing_unnoticed for verdict in verdicts[ods]),
            errors=arm.errors.get(ods, Errors()).total,
            errors_in_record=sum(verdict.wrong_in_record for verdict in verdicts[ods]),
            gp_minutes=sum(desks[ods].minutes.values()) if ods in desks else 0.0,
            letters_open=desks[ods].letters_open if ods in desks else 0,
            coding=Consistency.of(arm.codes.get(ods, Counter())),
        )
        for ods in sorted(verdicts.keys() | desks.keys())
    }
