"""Whether an arm serves some people worse than others: the counts by deprivation and by ethnicity."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import Final

from pilot.measures.figures import EqualityFigures
from pilot.measures.judged import JudgedArm
from pilot.measures.uptake import uptake_true
from pilot.measures.verdict import Verdict

BY: Final = ("imd_quintile", "ethnicity")


def equality(arm: JudgedArm) -> list[EqualityFigures]:
    """One row a group that has results. Groups of few results say little: `results` stands beside."""
    return [
        _row(arm.name, by, group, verdicts)
        for by in BY
        for group, verdicts in sorted(_groups(arm.verdicts, by).items())
    ]


def _groups(verdicts: Iterable[Verdict], by: str) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        group = getattr(verdict.line, by)
        if group is not None:
            groups[str(group)].append(verdict)
    return groups


def _row(arm: str, by: str, group: str, verdicts: list[Verdict]) -> EqualityFigures:
    days = [verdict.days for verdict in verdicts if verdict.days is not None]
    return EqualityFigures(
        arm=arm,
        by=by,
        group=group,
        results=len(verdicts),
        filed=sum(verdict.filed for verdict in verdicts),
        missing_unnoticed=sum(verdict.missing_unnoticed for verdict in verdicts),
        errors_in_record=sum(verdict.wrong_in_record for verdict in verdicts),
        late=sum(verdict.late for verdict in verdicts),
        median_days=float(median(days)) if days else None,
        uptake_true=uptake_true(verdict.line for verdict in verdicts),
    )
