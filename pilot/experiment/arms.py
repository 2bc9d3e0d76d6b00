"""The arms: ways of getting the same results to the same practices, each in a world of its own."""

from collections.abc import Callable
from datetime import date
from types import TracebackType
from typing import Protocol, Self

from pilot.experiment.events import ArmProgress
from pilot.experiment.letter_arm import LetterArm
from pilot.experiment.message_arm import MessageArm
from pilot.experiment.surroundings import LeftBehind, Surroundings
from pilot.nbss import Reader
from pilot.pipeline.entry import Route


class Arm(Protocol):
    """One arm of a run; a context manager, since it owns processes."""

    name: str
    gp_url: str

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def live(self, day: date) -> None:
        """One simulated day."""

    def progress(self) -> ArmProgress: ...
    def left_behind(self) -> LeftBehind:
        """What the office printed or e-mailed, and where the pipeline left each result."""

    def processes(self) -> dict[str, int]:
        """Process ids of the arm's simulators, by name."""


def make_arm(name: str, around: Surroundings, reader: Reader, notice: Callable[[str], None]) -> Arm:
    """The arm of that name."""
    if name in (Route.CODED, Route.MESH_PDF):
        return MessageArm(name, around, reader, notice)
    return LetterArm(name, around, reader)
