"""What the run screen shows, folded from the engine's events: values in, values out, no widgets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pilot.domain.arm import TODAY, arm_name
from pilot.errors import ExitCode
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
from pilot.tui.wording import tenth, whole

if TYPE_CHECKING:
    from pilot.measures import Figures
    from pilot.measures.figures import ArmFigures


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
    exit_code: int = ExitCode.USER

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

    def ended(self, failure: str = "", exit_code: int = ExitCode.USER) -> "RunView":
        """The view once the event stream has ended, with the line a person can act on where it failed."""
        if failure:
            return replace(self, standing=Standing.FAILED, failure=failure, exit_code=exit_code)
        if self.finished:
            return self
        return replace(self, standing=Standing.STOPPED)

    def stopping(self) -> "RunView":
        """The view once a person has asked for the run to stop and the engine has not yet let go."""
        return replace(self, standing=Standing.STOPPING) if self.under_way else self

    def _with_stage(self, changed: StageView) -> "RunView":
        return replace(self, stages=tuple(changed if s.stage is changed.stage else s for s in self.stages))


KINDS: Final = {
    "wrong_person": "in somebody else's record",
    "duplicate": "twice",
    "code": "misleading or unclear",
    "absent": "lost",
    "not_worked": "at practices that do nothing",
}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One line. `alarm` marks what nobody should have to find out by colour: it also says so in its text."""

    label: str
    text: str
    alarm: bool = False


def key_figures(figures: "Figures") -> tuple[KeyFigure, ...]:
    """Hours saved by the main way, its errors beside paper's, and where each way's results are."""
    main = figures.main
    beside = [name for name in (TODAY.key, main) if name in figures.arms] if main else list(figures.arms)
    return (
        *_hours(figures, main),
        *(_errors(name, figures.arms[name]) for name in beside),
        *(_ends(name, figures.arms[name]) for name in reversed(beside)),
    )


def _hours(figures: "Figures", main: str | None) -> Iterator[KeyFigure]:
    """Against paper, then against the best of the ways that change less."""
    of_main = [one for one in figures.comparisons.values() if one.arm == main]
    for comparison in sorted(of_main, key=lambda one: one.against != TODAY.key):
        saved = comparison.gp_hours_saved
        span = f"{tenth(saved.low)} to {tenth(saved.high)}"
        names = [arm_name(arm, short=True).lower() for arm in (comparison.arm, comparison.against)]
        yield KeyFigure("GP hours saved", f"{tenth(saved.value)} ({span}): {' against '.join(names)}")


def _errors(name: str, arm: "ArmFigures") -> KeyFigure:
    kinds = [f"{number:,} {KINDS.get(kind, kind)}" for kind, number in arm.errors_by_kind.items() if number]
    text = f"{whole(arm.errors)} of {whole(arm.results)}" + (f": {', '.join(kinds)}" if kinds else "")
    return KeyFigure(f"Errors, {arm_name(name, short=True).lower()}", text)


def _ends(name: str, arm: "ArmFigures") -> KeyFigure:
    ends = arm.ends
    parts = [f"{ends.in_right_record:,} in the record"]
    for number, words in (
        (ends.on_a_worked_list, "on a worked list"),
        (ends.unwatched_paper, "unwatched"),
        (ends.returned, "returned"),
        (ends.lost, "LOST"),
    ):
        parts += [f"{number:,} {words}"] if number else []
    text = f"{arm.results:,} = {' + '.join(parts)}"
    return KeyFigure(
        f"Where, {arm_name(name, short=True).lower()}",
        text if ends.lost else f"none lost: {text}",
        alarm=ends.lost > 0,
    )
