"""Measure a run: records against truth, work in minutes and money, comparisons, and the whole of England."""

from collections.abc import Mapping, Sequence
from typing import Final

from pilot.evidence import DESK_PRIORS, Assumptions
from pilot.measures.breakdown import by_outcome, by_practice
from pilot.measures.comparison import COMPARISON_PRIORS, Side, compare
from pilot.measures.effort import EFFORT_PRIORS
from pilot.measures.england import national
from pilot.measures.equality import equality
from pilot.measures.figures import AssumptionUsed, Figures, RunFacts, RunFigures, Speed
from pilot.measures.headline import HEADLINE_PRIORS
from pilot.measures.judged import ArmRun, arm_figures, judge_arm
from pilot.measures.saving import NATIONAL_PRIORS
from pilot.measures.truth import TruthLine

PAPER: Final = "paper"
CODED: Final = "coded"


def measure(
    truth: Sequence[TruthLine],
    arms: Mapping[str, ArmRun],
    assumptions: Assumptions,
    facts: RunFacts,
    speed: Speed | None = None,
) -> Figures:
    """Pure: the same truth, records and evidence give the same figures, to the last digit."""
    judged = {name: judge_arm(name, run, truth, assumptions) for name, run in arms.items()}
    sides = {name: Side(name, arm.work, arm.all_errors) for name, arm in judged.items()}
    practices = by_practice(truth, judged)
    return Figures(
        run=RunFigures(
            facts=facts,
            results=len(truth),
            practices=len(practices),
            arms=tuple(arms),
            late_after_days=assumptions["late_after_days"].value,
            assumptions_sha256=assumptions.sha256,
        ),
        arms={name: arm_figures(arm, truth, assumptions) for name, arm in judged.items()},
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
        outcomes=tuple(row for arm in judged.values() for row in by_outcome(arm)),
        equality=tuple(row for arm in judged.values() for row in equality(arm)),
    )


def assumptions_used(assumptions: Assumptions) -> tuple[AssumptionUsed, ...]:
    """Every figure that goes into a run or what is made of it, and where it goes; in the file's order."""
    used = {
        "post": ("post_working_days",),
        "desk": DESK_PRIORS,
        "practices that join": ("idle_practice_joins",),
        "the floor of pay": ("national_living_wage",),
        "minutes and money": EFFORT_PRIORS,
        "comparisons": COMPARISON_PRIORS,
        "national": NATIONAL_PRIORS,
        "headline": HEADLINE_PRIORS,
        "late": ("late_after_days",),
        "worklist": ("worklist_due_days",),
    }
    return tuple(
        AssumptionUsed(assumption, assumption.mean, parts)
        for name, assumption in assumptions.items()
        if (parts := tuple(part for part, names in used.items() if name in names))
    )


def _pipeline_arm(arms: Mapping[str, ArmRun]) -> str | None:
    """The arm whose accounting stands at the top: the coded one, else the first that used the pipeline."""
    through = [name for name, run in arms.items() if run.endings is not None]
    return CODED if CODED in through else next(iter(through), None)
