"""What the run screen shows, folded from the engine's events: values in, values out, no widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pilot.experiment.events import (
    ArmProgress,
    DayPassed,
    Event,
    Notice,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)


class Standing(StrEnum):
    """Where the run as a whole stands; the value is what a person reads."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "could not go on"


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage: `seconds` once it is done, None before."""

    stage: Stage
    started: bool = False
    seconds: float | None = None

    @property
    def running(self) -> bool:
        return self.started and self.seconds is None


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything the events of one run have said so far.

    `arms` all stand at the end of the same day, so that they compare; what is already known of the day that is
    not over waits in `coming`. `notices` counts how often each text was said, in the order in which they came.
    """

    standing: Standing = Standing.RUNNING
    run: RunStarted | None = None
    stages: tuple[StageView, ...] = tuple(StageView(stage) for stage in Stage)
    day: DayPassed | None = None
    arms: Mapping[str, ArmProgress] = field(default_factory=dict)
    coming: Mapping[str, ArmProgress] = field(default_factory=dict)
    notices: Mapping[str, int] = field(default_factory=dict)
    finished: RunFinished | None = None
    failure: str = ""

    @property
    def under_way(self) -> bool:
        """Whether the engine is still at work on it."""
        return self.standing in (Standing.RUNNING, Standing.STOPPING)

    def after(self, event: Event) -> "RunView":
        """The view once `event` has happened."""
        match event:
            case RunStarted():
                changed = replace(self, run=event)
            case StageStarted(stage):
                changed = self._with_stage(StageView(stage, started=True))
            case StageFinished(stage, seconds):
                changed = self._with_stage(StageView(stage, started=True, seconds=seconds))
            case DayPassed():
                changed = replace(self, day=event, arms=self.coming)
            case ArmProgress(arm):
                changed = replace(self, coming={**self.coming, arm: event})
            case Notice(text):
                changed = replace(self, notices={**self.notices, text: self.notices.get(text, 0) + 1})
            case RunFinished():
                changed = replace(self, finished=event, standing=Standing.FINISHED)
        return changed

    def ended(self, failure: str = "") -> "RunView":
        """The view once the event stream has ended, with the line a person can act on where it failed."""
        if failure:
            return replace(self, standing=Standing.FAILED, failure=failure)
        if self.finished:
            return self
        return replace(self, standing=Standing.STOPPED)

    def stopping(self) -> "RunView":
        """The view once a person has asked for the run to stop and the engine has not yet let go."""
        return replace(self, standing=Standing.STOPPING) if self.under_way else self

    def _with_stage(self, changed: StageView) -> "RunView":
        return replace(self, stages=tuple(changed if s.stage is changed.stage else s for s in self.stages))
