"""What the run engine says while it works: frozen events, one stream that the TUI and the CLI both render."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pilot.measures import Figures


class Stage(StrEnum):
    """The stages of a run, in order; the value is what a person reads."""

    GENERATE = "Make the batches"
    START = "Start MESH and the GP systems"
    RUN = "Run the month"
    MEASURE = "Hold the records against the truth"
    REPORT = "Write the report"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins. `results` and `practices` count what the generators made; `days` is the simulated span."""

    scenario: str
    title: str
    office: str
    seed: int
    arms: tuple[str, ...]
    results: int
    practices: int
    days: int
    folder: Path


@dataclass(frozen=True, slots=True)
class StageStarted:
    stage: Stage


@dataclass(frozen=True, slots=True)
class StageFinished:
    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True)
class DayPassed:
    """One simulated day is over. `number` counts from 1 to `days`."""

    number: int
    days: int
    day: date


@dataclass(frozen=True, slots=True)
class ArmProgress:
    """Where one arm's results are at the end of a simulated day.

    `emitted` left NBSS so far; of these `in_record` are in a GP record, `with_a_person` on a named worklist,
    `returned` to the office, and the rest (`open`) on their way: in the post, in MESH, in a pile.
    `gp_minutes` is what the practices' staff have spent so far.
    """

    arm: str
    emitted: int
    in_record: int
    with_a_person: int
    returned: int
    open: int
    gp_minutes: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person watching should know: a file that could not be read, a practice that does not answer."""

    text: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over: `figures` is what figures.json holds, `report` the stakeholder's page."""

    folder: Path
    report: Path
    figures: "Figures"
    seconds: float


Event = RunStarted | StageStarted | StageFinished | DayPassed | ArmProgress | Notice | RunFinished
