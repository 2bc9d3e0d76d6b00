"""Measure a run: records against truth, work in minutes and money, comparisons, and the whole of England."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pilot.coding import code_set_names, load_code_set
from pilot.coding.searches import readings, searches
from pilot.evidence import DAY_PRIORS, DESK_PRIORS, OFFICE_PRIORS, Assumptions
from pilot.measures.breakdown import by_group, by_outcome, by_practice
from pilot.measures.comparison import COMPARISON_PRIORS, compare
from pilot.measures.effort import EFFORT_PRIORS
from pilot.measures.england import national
from pilot.measures.figures import (
    CODED,
    FORMAT,
    PAPER,
    ArmFigures,
    AssumptionUsed,
    Figures,
    RunFacts,
    RunFigures,
    Speed,
)
from pilot.measures.headline import HEADLINE_PRIORS
from pilot.measures.judged import ArmRun, arm_figures, judge_arm
from pilot.measures.saving import NATIONAL_PRIORS
from pilot.measures.truth import TruthLine

# From the way of today to the one that changes most: each is held against paper, and against the best before it.
WAYS: Final = (PAPER, "pdf_email", "mesh_pdf", CODED)


def measure(
    truth: Sequence[TruthLine],
    arms: Mapping[str, ArmRun],
    assumptions: Assumptions,
    facts: RunFacts,
    speed: Speed | None = None,
) -> Figures:
    """Pure: the same truth, records and evidence give the same figures, to the last digit."""
    judged = {name: judge_arm(name, run, truth, assumptions, facts.last_day) for name, run in arms.items()}
    figures = {name: arm_figures(arm, truth, assumptions) for name, arm in judged.items()}
    sides = {name: arm.side() for name, arm in judged.items()}
    practices = by_practice(truth, judged)
    code_sets = tuple(map(load_code_set, code_set_names()))
    return Figures(
        format=FORMAT,
        run=RunFigures(
            scenario=facts.scenario,
            title=facts.title,
            office=facts.office,
            seed=facts.seed,
            version=facts.version,
            simulated_days=facts.simulated_days,
            first_day=facts.first_day,
            last_day=facts.last_day,
            results=len(truth),
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
        outcomes=tuple(row for arm in judged.values() for row in by_outcome(arm)),
        searches=searches(code_sets, Counter(line.outcome for line in truth)),
        reads=readings(code_sets),
        equality=tuple(row for arm in judged.values() for row in by_group(arm)),
    )


def _pairs(arms: Mapping[str, ArmFigures]) -> Iterator[tuple[str, str]]:
    """Each arm with paper, and with the cheapest of the ways that change less than it does."""
    before: list[str] = []
    for arm in (way for way in WAYS if way in arms):
        if before:
            best = min(before, key=lambda name: arms[name].cost_gbp)
            yield from ((arm, other) for other in dict.fromkeys((PAPER, best)) if other in arms)
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
        "features": ("bowel_normals_electronic",),
    }
    return tuple(
        AssumptionUsed(
            name=name,
            value=row.value,
            low=row.low,
            high=row.high,
            mean=row.mean,
            unit=row.unit,
            distribution=row.distribution,
            source=row.source,
            date=row.date,
            grade=row.grade,
            sentence=row.sentence,
            used_for=parts,
        )
        for name, row in assumptions.items()
        if (parts := tuple(part for part, names in used.items() if name in names) or _of_the_batch(name))
    )


def _of_the_batch(name: str) -> tuple[str, ...]:
    """Rows that the engine adds for what the generators drew by."""
    return ("generation",) if name.startswith("generation_") else ()
