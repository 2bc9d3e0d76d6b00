"""The run screen: the pilot of one office, before a person's eyes."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Static

from pilot.tui.request import RunRequest
from pilot.tui.view import RunView, Standing
from pilot.tui.widgets.arms import Arms
from pilot.tui.widgets.day import Day
from pilot.tui.widgets.ending import Ending
from pilot.tui.widgets.masthead import Masthead
from pilot.tui.widgets.notices import Notices
from pilot.tui.widgets.stages import Stages
from pilot.tui.wording import plural

_SHORT = 30


class RunScreen(Screen[None]):
    """Stages, the simulated day, the arms as they fill, and at the end the key figures."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.run_next", "Run again"),
        Binding("x", "app.stop_run", "Stop"),
        Binding("o", "app.open_report", "Open report"),
        Binding("f", "app.open_folder", "Folder"),
    ]

    _can_do: tuple[Standing, bool] | None = None

    def compose(self) -> ComposeResult:
        """The parts, top to bottom."""
        yield Masthead("run")
        yield Static(id="office", markup=False)
        with Vertical(id="body"):
            with Vertical(id="progress"):
                yield Stages()
                yield Day()
                yield Arms()
            with VerticalScroll(id="outcome"):
                yield Ending()
                yield Notices()
        yield Footer(show_command_palette=False)

    def show(self, view: RunView, request: RunRequest, running_for: float) -> None:
        """Show `view`; what did not change is not painted again."""
        self.query_one("#office", Static).update(_heading(view, request))
        stages = self.query_one(Stages)
        stages.stages, stages.standing, stages.running_for = view.stages, view.standing, running_for
        self.query_one(Day).day = view.day
        arms = self.query_one(Arms)
        arms.started, arms.progress = view.run, view.arms
        ending = self.query_one(Ending)
        ending.standing, ending.finished, ending.failure = view.standing, view.finished, view.failure
        self.query_one(Notices).notices = view.notices
        can_do = (view.standing, view.run is not None)
        if (
            can_do != self._can_do
        ):  # the footer is made anew for each refresh: once per change, or it flickers
            self._can_do = can_do
            self.refresh_bindings()

    def on_resize(self, event: Resize) -> None:
        """On a short screen, the stages make room for the figures once they are done."""
        self.query_one(Stages).short = event.size.height < _SHORT


def _heading(view: RunView, request: RunRequest) -> str:
    if view.run is None:
        return f"Scenario {request.scenario}, seed {request.seed}: {view.standing.value}"
    run = view.run
    counts = (
        f"{plural(run.results, 'result')}, {plural(run.practices, 'practice')}, {plural(run.days, 'day')}"
    )
    return f"{run.office}: {counts}; {run.scenario}, seed {run.seed}: {view.standing.value}"
