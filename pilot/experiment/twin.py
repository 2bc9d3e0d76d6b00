"""The twin of a run: the same arms, pipeline, practices and MESH in one process and in memory (`in_memory`).

Every decision is the run's own: its arms drive the real pipeline, the GP system and MESH's delivery directly. So the
same seed gives the run's figures to the digit. What a network does (a lost reply, an outage, a reset) is not in it:
`cannot_tell` says of which arms it says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from generators import emit
from pilot.domain.arm import ARMS
from pilot.evidence import Assumptions
from pilot.experiment.arm_setup import Secrets
from pilot.experiment.arms import make_arm
from pilot.experiment.engine import arm_run, joins_on
from pilot.experiment.in_memory import InMemory, InMemoryContext
from pilot.experiment.scenario import Scenario
from pilot.measures import (
    ArmRun,
    Cell,
    Figures,
    RunFacts,
    TruthLine,
    measure,
    panel,
    record_from,
    truth_from,
)

# Faults of MESH that are of its delivery, not of the network before it.
_OF_DELIVERY: Final = frozenset(
    {"duplicate", "out_of_order", "delay", "expire_early", "never_delivered", "report_late", "report_doubled"}
)


@dataclass(frozen=True, slots=True)
class Point:
    """One run that could be made: a scenario, a seed, and the evidence, where it is another than the scenario's."""

    scenario: Scenario
    seed: int
    assumptions: Assumptions | None = None

    @property
    def evidence(self) -> Assumptions:
        return self.scenario.assumptions if self.assumptions is None else self.assumptions


@dataclass(frozen=True, slots=True)
class Lived:
    """What a run left: the truth, and each arm's record, letters, endings and time sheets.

    `joins_on` says by arm and practice from when it was sent messages.
    """

    point: Point
    truth: tuple[TruthLine, ...]
    arms: Mapping[str, ArmRun]
    joins_on: Mapping[str, Mapping[str, date]]

    @property
    def panel(self) -> tuple[Cell, ...]:
        """Practice by week by arm, as a run writes it."""
        point = self.point
        return panel(self.truth, self.arms, self.joins_on, point.evidence, point.scenario.last_day)


def cannot_tell(scenario: Scenario) -> dict[str, str]:
    """By arm, why the twin says nothing of it; empty where it says all."""
    of_the_network = sorted({str(row["kind"]) for row in scenario.faults.mesh} - _OF_DELIVERY)
    if not of_the_network:
        return {}
    why = f"MESH's faults ({', '.join(of_the_network)}) strike requests on a network, and here is none"
    return {arm: why for arm in scenario.arms if ARMS[arm].through_mesh}


def replicate(point: Point) -> Figures:
    """The figures that a run of this point would count, of all arms but those of `cannot_tell`."""
    return figures_of(live(point))


def figures_of(lived: Lived) -> Figures:
    """Measure what was lived, as a run is measured; without how fast it went."""
    scenario, first = lived.point.scenario, lived.point.scenario.generation.start
    facts = RunFacts(
        scenario=scenario.name,
        title=scenario.title,
        office=scenario.generation.office.name,
        seed=lived.point.seed,
        version="",
        simulated_days=scenario.measured_after_days,
        first_day=first,
        last_day=scenario.last_day,
    )
    return measure(lived.truth, lived.arms, lived.point.evidence, facts)


def live(point: Point) -> Lived:
    """Generate the batch and live every day of every arm that the twin can tell of."""
    scenario = point.scenario
    folder = InMemory(draws=any(row.get("probability", 1) < 1 for row in scenario.faults.gp))
    emit(scenario.generation, point.seed, folder)
    context = InMemoryContext(
        scenario, point.seed, folder, point.evidence, Secrets("", "", ""), Path("in memory")
    )
    told = [name for name in scenario.arms if name not in cannot_tell(scenario)]
    days = [
        scenario.generation.start + timedelta(days=number) for number in range(scenario.measured_after_days)
    ]
    arms = {}
    for name in told:
        with make_arm(name, context, folder.reader, lambda _: None) as arm:
            for day in days:
                arm.live(day)
            arms[name] = arm_run(record_from(context.gp[name].answer), arm.books())
    truth = truth_from(folder.files["truth.jsonl"].splitlines(), "truth.jsonl")
    return Lived(point, truth, arms, joins_on(folder, arms))
