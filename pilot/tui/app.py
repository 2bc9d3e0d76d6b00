"""The terminal UI: an office's console, or a run before one's eyes. It reads the ledger for the screens."""

import asyncio
import getpass
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.timer import Timer

from pilot.errors import UserError, harmless, traceback_of
from pilot.tui.batches import BatchesScreen
from pilot.tui.day import DayScreen
from pilot.tui.deciding import AskScreen, Decided
from pilot.tui.home import HomeScreen
from pilot.tui.keys import HelpScreen
from pilot.tui.office_screen import DARK, LIGHT, OfficeScreen
from pilot.tui.open_ledger import OpenLedger, open_office, open_run
from pilot.tui.paper import PaperScreen
from pilot.tui.player import Ended, Happened, Player, RunRequest, Start, leave_on_hangup
from pilot.tui.practices import PracticesScreen
from pilot.tui.results import ResultsScreen
from pilot.tui.run import RunScreen
from pilot.tui.start import LEAST_HEIGHT, LEAST_WIDTH, Choice, StartScreen, TooSmallScreen, what_can_be_opened
from pilot.tui.view import RunView
from pilot.tui.worklist import WorklistScreen

_PAINT_SECONDS = 0.1
_TICK_SECONDS = 1.0


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


def login() -> str:
    """Who sits here, as the machine knows it; empty where it does not."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


class PilotApp(App[RunView]):
    """With `request`, plays a run at once; with `ledger`, opens that office; with neither, the start page.

    Returns the last view. A bug is kept in `bug`, for the caller to raise once the terminal is its own again.
    """

    TITLE = "Breast screening results pilot"
    CSS_PATH = Path(__file__).with_name("styles.tcss")
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "start": StartScreen,
        "home": HomeScreen,
        "worklist": WorklistScreen,
        "results": ResultsScreen,
        "paper": PaperScreen,
        "batches": BatchesScreen,
        "practices": PracticesScreen,
        "day": DayScreen,
        "run": RunScreen,
    }
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"go_to('{mode}')", title, show=False)
            for key, (mode, title) in enumerate(
                (
                    ("start", "Start page"),
                    ("home", "Home"),
                    ("worklist", "What needs me"),
                    ("results", "Every result"),
                    ("paper", "The post"),
                    ("batches", "Batches"),
                    ("practices", "Practices"),
                    ("day", "The day"),
                    ("run", "The run"),
                )
            )
        ),
        Binding("t", "toggle_theme", "Light or dark", show=False),
        Binding("question_mark,f1", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        start: Start,
        request: RunRequest | None = None,
        *,
        ledger: OpenLedger | None = None,
        scenarios: Callable[[], Sequence[tuple[str, str]]] = tuple,
        open_page: Callable[[str], bool] = open_page,
        clock: Callable[[], float] = time.monotonic,
        who: str | None = None,
        first: str = "",
    ) -> None:
        super().__init__()
        self._request = request
        self._opened = ledger
        self._scenarios = scenarios
        self.open_page = open_page
        self._first = first or ("run" if request else "home" if ledger else "start")
        self.player = Player(start, request, self.post_message, clock)
        self._leaving = False
        self._paint_due: Timer | None = None
        self._taken: list[tuple[int, ...]] = []
        self.who = login() if who is None else who
        self.bug: Exception | None = None

    def on_mount(self) -> None:
        """Begin at once: a person should see something without having to ask."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.set_interval(_TICK_SECONDS, self._tick)
        self._leave_on_signals()
        self.call_later(self._begin_with)

    async def _begin_with(self) -> None:
        if self._request is not None:
            self.begin(self._request)
        await self.action_go_to(self._first)

    def get_default_screen(self) -> Screen[Any]:
        """What is looked at until the first screen is there."""
        return Screen()

    def _leave_on_signals(self) -> None:
        """A polite kill or a terminal that goes away is a wish to leave: the simulators must not outlive it."""
        if not self.is_headless:
            # Windows has neither: there a closed window ends the process, and its children with it.
            with suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.leave)
            leave_on_hangup(lambda: self.player.engine)

    # The run

    def begin(self, request: RunRequest) -> None:
        """Play a run."""
        self._opened = None
        self.run_worker(self.player.begin(request).play, thread=True, group="engine")
        self._paint()

    @property
    def run_under_way(self) -> bool:
        """Whether an engine is at work."""
        return self.player.view.under_way

    def on_happened(self, message: Happened) -> None:
        """Fold the event in now, paint soon: a burst of events is one painting."""
        self.player.happened(message.event)
        if self._paint_due is None:
            self._paint_due = self.set_timer(_PAINT_SECONDS, self._paint)

    def on_ended(self, message: Ended) -> None:
        """The engine has let go: say how it ended, and leave where that was asked for."""
        error = message.error
        if error is not None and not isinstance(error, UserError):
            self.bug = error
            self._leaving = True
        self.player.ended(error)
        self._paint()
        if self._leaving:
            self.exit(self.player.view)
        else:
            self.reread()

    def _tick(self) -> None:
        if self.run_under_way:
            self._paint()
        screen = self._below
        an_office = self.ledger is not None and self.player.view.run is None
        if screen is not None and screen.rested and (self.run_under_way or an_office):
            screen.reread()

    # What the screens show

    def _paint(self) -> None:
        if self._paint_due is not None:
            self._paint_due.stop()
            self._paint_due = None
        screen = self._top
        if isinstance(screen, RunScreen) and screen.is_mounted:
            screen.tell(self.player)

    @property
    def _top(self) -> Screen[Any] | None:
        """The screen that is looked at; None while the app closes, when threads may still have something to say."""
        return self.screen if self.is_running and self.screen_stack else None

    @property
    def ledger(self) -> OpenLedger | None:
        """The office or run that was opened, or the run that plays; None before its first day."""
        return self._opened or self.player.ledger

    def reread(self) -> None:
        """Read what the screen shows anew."""
        if self._below is not None:
            self._below.reread()

    @property
    def _below(self) -> OfficeScreen | None:
        """The screen under whatever dialog stands over it."""
        if self._top is None:
            return None
        return next((s for s in reversed(self.screen_stack) if isinstance(s, OfficeScreen)), None)

    def on_decided(self, message: Decided) -> None:
        """Show the list as the decision left it; it can be taken back."""
        self._taken.append(message.numbers)
        self.who = message.who
        self.notify(f"{message.said}. u takes it back", timeout=8)
        self.reread()

    @property
    def undoable(self) -> bool:
        """Whether anything was decided here that may still be taken back."""
        return bool(self._taken)

    def undo(self) -> None:
        """Take the last decision back."""
        screen = self._below
        if not self._taken or not isinstance(screen, OfficeScreen):
            return
        numbers = self._taken.pop()

        def work(ledger: OpenLedger) -> str:
            ledger.undo(numbers, self.who or "somebody")
            return f"Taken back: {len(numbers)}"

        screen.do(work)

    def action_undo(self) -> None:
        """The same by key, from any screen."""
        self.undo()

    def _fatal_error(self) -> None:
        """End on a bug of the UI's own. Textual's own way would print variables too, participants' among them."""
        self.panic(Text(traceback_of(sys.exc_info()[1] or RuntimeError())))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What comes from outside (prints, names of files) must not drive the terminal."""
        return (*super().get_line_filters(), _HARMLESS)

    # Opening

    def choices(self) -> tuple[Choice, ...]:
        """What the start page offers."""
        return what_can_be_opened(Path(), self._scenarios())

    def open_choice(self, key: str) -> None:
        """Open an office or a run, or play a scenario."""
        kind, _, what = key.partition(":")
        try:
            if kind == "office":
                self._opened = open_office(Path(what))
            elif kind == "run":
                self._opened = open_run(Path(what))
            else:
                self.action_choose_run(what)
                return
        except UserError as error:
            self.notify(str(error), severity="error", timeout=30)
            return
        self._taken.clear()
        self.run_worker(self.action_go_to("home"))

    def find_practice(self, code: str) -> None:
        """All results of a practice."""

        async def go() -> None:
            await self.action_go_to("results")
            screen = self.screen
            if isinstance(screen, ResultsScreen):
                screen.ask(code)

        self.run_worker(go())

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action == "choose_run":
            return None if self.run_under_way else True
        if action == "go_to":
            return not isinstance(self._top, ModalScreen) or parameters == ("start",)
        return True

    async def action_go_to(self, mode: str) -> None:
        """Go to another screen; it shows what is known at once, and then what is new."""
        await self.switch_mode(mode)
        self._fit()
        self._paint()
        self.reread()

    async def action_go_start(self) -> None:
        """To the start page."""
        await self.action_go_to("start")

    async def action_back(self) -> None:
        """From the start page to what is open."""
        if self.ledger is not None:
            await self.action_go_to("home")

    async def action_go_on(self) -> None:
        """Send what waits and collect answers."""
        await self.action_go_to("batches")
        screen = self.screen
        if isinstance(screen, BatchesScreen):
            screen.ledger = self.ledger
            if self.ledger is not None and self.ledger.config is not None:
                screen.action_go_on()

    def action_choose_run(self, scenario: str = "") -> None:
        """Choose scenario, arms, results and seed, and play."""
        last = self.player.engine.request
        fields = {
            "Scenario": scenario or last.scenario,
            "Seed": str(last.seed),
            "Arms (empty: all)": ",".join(last.arms),
            "Results (empty: its own)": str(last.results or ""),
        }
        known = ", ".join(name for name, _ in self._scenarios())
        says = "It runs on simulated MESH and GP systems." + (f" Known: {known}." if known else "")
        self.push_screen(AskScreen("Run a scenario", says, fields), self._chosen)

    def _chosen(self, said: object) -> None:
        if not isinstance(said, dict):
            return
        scenario, seed, arms, results = said.values()
        if not seed.isdigit() or not (results.isdigit() or not results):
            self.notify("Seed and results are whole numbers", severity="error", timeout=15)
            return
        chosen = tuple(arm.strip() for arm in arms.split(",") if arm.strip())
        self.begin(RunRequest(scenario, int(seed), chosen, int(results) if results else None))
        self.run_worker(self.action_go_to("run"))

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def leave(self) -> None:
        """Leave, once nothing that was started is left running."""
        if not self.run_under_way:
            self.exit(self.player.view)
            return
        self._leaving = True
        self.player.stop()
        self._paint()

    def action_toggle_theme(self) -> None:
        """Change between the light and the dark theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_help(self) -> None:
        """The keys and the words."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action that can be taken now. Not Textual's own: its screenshots would go to a file."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.description and binding.action != "app.command_palette":
                yield SystemCommand(
                    binding.description,
                    f"key {binding.key_display or binding.key}",
                    partial(self.run_action, binding.action, active.node),
                )

    # Room

    def on_resize(self, event: Resize) -> None:
        """A window that is too small says so."""
        del event
        self._fit()

    def _fit(self) -> None:
        if not self.screen_stack:
            return
        width, height = self.size
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        there = isinstance(self.screen, TooSmallScreen)
        if small and not there:
            panel = TooSmallScreen()
            self.push_screen(panel)
            self.call_after_refresh(panel.tell, width, height)
        elif small and isinstance(self.screen, TooSmallScreen):
            self.screen.tell(width, height)
        elif there:
            self.pop_screen()
