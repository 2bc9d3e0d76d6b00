"""The terminal UI: plays a run, folds its events into a view, and gives the screens what they show."""

import asyncio
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.timer import Timer

from pilot.domain.arm import MESH_PDF, PILOTED
from pilot.errors import ExitCode, UserError, harmless, traceback_of
from pilot.experiment.events import StageStarted
from pilot.experiment.folder import RunFolder
from pilot.tui.desk import Decided, Desk, LedgerRead, LedgerReader, needs_the_office
from pilot.tui.engine import Ended, Engine, Happened, RunRequest, Start, leave_on_hangup
from pilot.tui.keys import HelpScreen
from pilot.tui.masthead import Masthead
from pilot.tui.results import ResultsScreen
from pilot.tui.run import RunScreen
from pilot.tui.themes import DARK, LIGHT
from pilot.tui.view import RunView, Standing
from pilot.tui.worklist import WorklistScreen

_PAINT_SECONDS = 0.1
_TICK_SECONDS = 1.0
_SHARE_OF_READING = (
    10  # reading the ledger may take this fraction of the time at most, the rest is the engine's
)


def open_page(url: str) -> bool:
    """Show `url` in the desktop's browser. False where there is none.

    Without a display, `webbrowser` would start a text browser in the terminal that this UI is drawn on.
    """
    desktop = (
        sys.platform in {"darwin", "win32"} or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    )
    return desktop and webbrowser.open(url)


class _Harmless(LineFilter):
    """Text that could drive a terminal, replaced just before it is painted: whichever widget it stands in."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [Segment(harmless(text), style, control) for text, style, control in segments]


_HARMLESS = _Harmless()


class PilotApp(App[RunView]):
    """Plays `request` at once, shows it, and plays again when asked. Returns the last view.

    A bug is kept in `bug`, for the caller to raise once the terminal is its own again.
    """

    TITLE = "Breast screening results pilot"
    CSS_PATH = Path(__file__).with_name("styles.tcss")
    ENABLE_COMMAND_PALETTE = False  # its screenshots would write what stands on a screen to a file
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "run": RunScreen,
        "worklist": WorklistScreen,
        "results": ResultsScreen,
    }
    DEFAULT_MODE = "run"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go_to('run')", "The run", show=False),
        Binding("2", "go_to('worklist')", "What needs me", show=False),
        Binding("3", "go_to('results')", "Every result", show=False),
        Binding("t", "toggle_theme", "Light or dark", show=False),
        Binding("question_mark,f1", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
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
        self._open_page = open_page
        self._clock = clock
        self._engine = Engine(start, request, self.post_message)
        self._view = RunView()
        self._leaving = False
        self._stage_began = clock()
        self._paint_due: Timer | None = None
        self._reader = LedgerReader(self.post_message)
        self._ledger = LedgerRead()
        self.bug: Exception | None = None

    def on_mount(self) -> None:
        """Begin at once: a person should see the pilot run without having to ask."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.set_interval(_TICK_SECONDS, self._tick)
        self._leave_on_signals()
        self._begin(self._engine.request)

    def _leave_on_signals(self) -> None:
        """A polite kill or a terminal that goes away is a wish to leave: the simulators must not outlive it."""
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.leave)
            leave_on_hangup(lambda: self._engine)

    # The run

    def _begin(self, request: RunRequest) -> None:
        self._engine = Engine(self._start, request, self.post_message)
        self._view = RunView()
        self._stage_began = self._clock()
        self._ledger = LedgerRead()
        self.run_worker(self._engine.play, thread=True, group="engine")
        self._paint()

    def on_happened(self, message: Happened) -> None:
        """Fold the event in now, paint soon: a burst of events is one painting."""
        if isinstance(message.event, StageStarted):
            self._stage_began = self._clock()
        self._view = self._view.after(message.event)
        if self._paint_due is None:
            self._paint_due = self.set_timer(_PAINT_SECONDS, self._paint)

    def on_ended(self, message: Ended) -> None:
        """The engine has let go: say how it ended, and leave where that was asked for."""
        error = message.error
        if error is not None and not isinstance(error, UserError):
            self.bug = error
            self._leaving = True
        code = error.exit_code if isinstance(error, UserError) else ExitCode.BUG
        self._view = self._view.ended(str(error or ""), code)
        self._paint()
        if self._leaving:
            self.exit(self._view)
        else:
            self._read_ledger()

    def _tick(self) -> None:
        if self._view.under_way:
            self._paint()
            if self._reader.rested:
                self._read_ledger()

    # What the screens show

    def _paint(self) -> None:
        if self._paint_due is not None:
            self._paint_due.stop()
            self._paint_due = None
        screen = self._top
        if isinstance(screen, RunScreen):
            running_for = float(int(self._clock() - self._stage_began))
            screen.show(self._view, self._engine.request, running_for)

    @property
    def _top(self) -> Screen[Any] | None:
        """The screen that is looked at; None while the app closes, when threads may still have something to say."""
        return self.screen if self.is_running and self.screen_stack else None

    @property
    def desk(self) -> Desk | None:
        """The worklist of the run that is shown, on the run's own clock; None before its first day is over."""
        run, day = self._view.run, self._view.day
        if run is None or day is None:
            return None
        end_of_day = datetime(day.day.year, day.day.month, day.day.day, tzinfo=UTC) + timedelta(days=1)
        arm = PILOTED.key if PILOTED.key in run.arms else MESH_PDF.key
        return Desk(RunFolder(run.folder).ledger(arm), lambda: end_of_day)

    def _read_ledger(self) -> None:
        desk = self.desk
        if desk is not None and self._reader.begin():
            read = partial(self._reader.read, desk, isinstance(self._top, ResultsScreen))
            self.run_worker(read, thread=True, group="ledger")

    def on_ledger_read(self, message: LedgerRead) -> None:
        """Keep what was read, and show it where somebody looks."""
        current = self.desk
        if current is not None and message.desk is not None and message.desk.path == current.path:
            self._ledger = message
            self._show_ledger()
        if self._reader.finish():
            self._read_ledger()

    def _show_ledger(self) -> None:
        read, screen = self._ledger, self._top
        if screen is None:
            return
        for masthead in screen.query(Masthead):
            masthead.needs_me = sum(needs_the_office(item) for item in read.items) if self.desk else None
        if isinstance(screen, WorklistScreen):
            screen.show(self.desk, read.items, read.problem)
        elif isinstance(screen, ResultsScreen) and (
            read.results is not None or read.problem or not self.desk
        ):
            screen.show(self.desk, read.results or (), read.problem)

    def on_decided(self, message: Decided) -> None:
        """Show the list as the decision left it."""
        self.notify(f"Result {message.decision.number}: {message.decision.action} stands in the ledger")
        self._read_ledger()

    def _fatal_error(self) -> None:
        """End on a bug of the UI's own. Textual's own way would print variables too, participants' among them."""
        self.panic(Text(traceback_of(sys.exc_info()[1] or RuntimeError())))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What comes from outside (prints, names of files) must not drive the terminal."""
        return (*super().get_line_filters(), _HARMLESS)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer only what can be done now."""
        match action:
            case "run_next":
                return None if self._view.under_way else True
            case "stop_run":
                return self._view.standing is Standing.RUNNING
            case "open_report":
                return self._view.finished is not None
            case "open_folder":
                return self._view.run is not None
        return True

    async def action_go_to(self, mode: str) -> None:
        """Go to another screen; it shows what is known at once, and then what is new."""
        await self.switch_mode(mode)
        self._paint()
        self._show_ledger()
        self._read_ledger()

    def action_run_next(self) -> None:
        """Play the same scenario again with the next seed."""
        self._begin(self._engine.request.with_next_seed())

    def action_stop_run(self) -> None:
        """Ask the engine to let go."""
        self._engine.stop()
        self._view = self._view.stopping()
        self._paint()

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def leave(self) -> None:
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
            self.notify(f"There is no browser here. It is at {path}", timeout=10)

    def action_toggle_theme(self) -> None:
        """Change between the light and the dark theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_help(self) -> None:
        """The keys and the words."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())
