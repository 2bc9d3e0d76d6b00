"""The terminal UI: starts the engine in a thread, folds its events, and shows them."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from pilot.errors import UserError
from pilot.experiment.events import StageStarted
from pilot.tui.browser import open_page
from pilot.tui.messages import Ended, Happened
from pilot.tui.request import RunRequest, Start, closing_events
from pilot.tui.screens.run import RunScreen
from pilot.tui.themes import DARK, LIGHT
from pilot.tui.view import RunView, Standing

_PAINT_SECONDS = 0.1


class PilotApp(App[RunView]):
    """Runs `request` at once, shows it, and runs again when asked. Returns the last view.

    A bug in the engine is kept in `bug` for the caller to raise once the terminal is its own again.
    """

    TITLE = "Breast screening results pilot"
    CSS_PATH = "styles.tcss"
    ENABLE_COMMAND_PALETTE = False  # its screenshots would write what stands on a screen to a file
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"run": RunScreen}
    DEFAULT_MODE = "run"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "toggle_theme", "Light or dark"),
        Binding("q", "quit", "Quit", priority=False),
    ]

    def __init__(
        self,
        start: Start,
        request: RunRequest,
        *,
        open_page: Callable[[str], bool] = open_page,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._start = start
        self._request = request
        self._open_page = open_page
        self._clock = clock
        self._view = RunView()
        self._stop = threading.Event()
        self._leaving = False
        self._stage_began = clock()
        self._paint_due: Timer | None = None
        self.bug: Exception | None = None

    def on_mount(self) -> None:
        """Begin at once: a person should see the pilot run without having to ask."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.set_interval(1.0, self._tick)
        self._begin(self._request)

    def _begin(self, request: RunRequest) -> None:
        self._request = request
        self._view = RunView()
        self._stage_began = self._clock()
        self._stop = threading.Event()
        self._run(request, self._stop)
        self._paint()

    @work(thread=True, group="engine")
    def _run(self, request: RunRequest, stop: threading.Event) -> None:
        worker = get_current_worker()
        error: Exception | None = None
        try:
            with closing_events(self._start(request)) as events:
                for event in events:
                    if stop.is_set() or worker.is_cancelled:
                        break
                    self.post_message(Happened(event))
        except Exception as caught:
            error = caught
        self.post_message(Ended(error))

    def on_happened(self, message: Happened) -> None:
        """Fold the event in now, paint soon: a burst of events is one painting."""
        if isinstance(message.event, StageStarted):
            self._stage_began = self._clock()
        self._view = self._view.after(message.event)
        if self._paint_due is None:
            self._paint_due = self.set_timer(_PAINT_SECONDS, self._paint)

    def on_ended(self, message: Ended) -> None:
        """The engine has let go: say how it ended, and leave where that was asked for."""
        if message.error is not None and not isinstance(message.error, UserError):
            self.bug = message.error
            self._leaving = True
        self._view = self._view.ended(str(message.error or ""))
        self._paint()
        if self._leaving:
            self.exit(self._view)

    def _tick(self) -> None:
        if self._view.under_way:
            self._paint()

    def _paint(self) -> None:
        if self._paint_due is not None:
            self._paint_due.stop()
            self._paint_due = None
        if isinstance(self.screen, RunScreen):
            running_for = float(int(self._clock() - self._stage_began))
            self.screen.show(self._view, self._request, running_for)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer only what can be done now."""
        match action:
            case "run_next":
                return True if not self._view.under_way else None
            case "stop_run":
                return self._view.standing is Standing.RUNNING
            case "open_report":
                return self._view.finished is not None
            case "open_folder":
                return self._view.run is not None
        return True

    def action_run_next(self) -> None:
        """Run the same scenario again with the next seed."""
        self._begin(self._request.with_next_seed())

    def action_stop_run(self) -> None:
        """Ask the engine to let go; it does so between two events."""
        self._stop.set()
        self._view = self._view.stopping()
        self._paint()

    async def action_quit(self) -> None:
        """Leave, once nothing that was started is left running."""
        if not self._view.under_way:
            self.exit(self._view)
            return
        self._leaving = True
        self.action_stop_run()

    def action_open_report(self) -> None:
        """Open the report in a browser, or say where it is."""
        if self._view.finished:
            self._open(self._view.finished.report)

    def action_open_folder(self) -> None:
        """Open the run's folder, or say where it is."""
        if self._view.run:
            self._open(self._view.run.folder)

    def _open(self, path: Path) -> None:
        if not self._open_page(path.absolute().as_uri()):
            self.notify(f"No browser here. It is at {path}", timeout=10)

    def action_toggle_theme(self) -> None:
        """Change between the light and the dark theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
