"""What every screen shares: its top (the screens by number, where results go from here, what went wrong), how it
reads the ledger anew, and the two themes.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Footer, Static

from pilot.errors import UserError
from pilot.tui.open_ledger import Destination, OpenLedger

if TYPE_CHECKING:
    from pilot.tui.app import PilotApp

SCREENS = {
    "home": ("1", "Home"),
    "worklist": ("2", "Needs me"),
    "results": ("3", "Find"),
    "paper": ("4", "Post"),
    "batches": ("5", "Batches"),
    "practices": ("6", "Practices"),
    "day": ("7", "Day"),
    "run": ("8", "Run"),
}


class Masthead(Static):
    """One line. The screen shown stands in brackets, so that it can be told without colour; a click goes there."""

    needs_me: reactive[int | None] = reactive(None)
    to_post: reactive[int | None] = reactive(None)

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def render(self) -> Content:
        """The screens in order, with how much waits for the office."""
        return Content.assemble(*self._tabs())

    def _tabs(self) -> Iterator[Content]:
        for name, (key, title) in SCREENS.items():
            count = {"worklist": self.needs_me, "paper": self.to_post}.get(name)
            text = f"{key} {title}" + (f": {count:,}" if count is not None else "")
            tab = f"[{text}]" if name == self._current else f" {text}"
            style = "bold " if name == self._current else ""
            yield Content.styled(tab, f"{style}@click=app.go_to('{name}')".strip())


class Banner(Static):
    """Where this ledger's results go. The one for real people's results is not to be overlooked."""

    def tell(self, destination: Destination | None, office: str) -> None:
        """Say it; nothing where no ledger is open."""
        self.display = destination is not None
        if destination is None:
            return
        self.set_class(destination.alarm, "-alarm")
        stars = " !!! " if destination.alarm else ""
        self.update(Content(f"{stars}{destination.words}{stars}" + (f"  {office}" if office else "")))


class Problem(Static):
    """What went wrong and what to do about it. It stays until it is put right, or Escape is pressed."""

    def on_mount(self) -> None:
        """Nothing is wrong at first."""
        self.display = False

    def say(self, problem: str) -> None:
        """Show it; empty takes it off."""
        self.display = bool(problem)
        self.update(Content(f"! {problem}"))


class Read(Message):
    """What a screen shows was read from the ledger, and how much waits; `problem` says why it could not be."""

    def __init__(
        self, ledger: OpenLedger, waits: tuple[int, int] | None, answer: object, problem: str
    ) -> None:
        super().__init__()
        self.ledger = ledger
        self.waits = waits
        self.answer = answer
        self.problem = problem


# While the engine is at work, reading may take this fraction of the time at most: the rest is the engine's.
_SHARE_OF_READING: Final = 10
# How often an office looks whether colleagues have changed something.
_OFFICE_SECONDS: Final = 5.0


class Done(Message):
    """Something was done, or `problem` says why not."""

    def __init__(self, said: str, problem: str = "") -> None:
        super().__init__()
        self.said = said
        self.problem = problem


class OfficeScreen(Screen[None]):
    """A screen over one ledger. It is read in a thread (`read`), and what was read is shown (`show`)."""

    NAME: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    ledger: OpenLedger | None = None

    if TYPE_CHECKING:

        @property
        def app(self) -> "PilotApp": ...  # type: ignore[override]

    def compose(self) -> ComposeResult:
        """The parts, top to bottom; `compose_body` is the screen's own."""
        yield Masthead(self.NAME)
        yield Banner()
        yield Problem()
        yield Static(id="heading", markup=False)
        yield from self.compose_body()
        yield Footer(show_command_palette=False)

    _offered: dict[str, tuple[str, bool]] | None = None
    _reading = False
    _asked_meanwhile = False
    _rests_until = 0.0

    def compose_body(self) -> ComposeResult:
        """What stands below the heading."""
        yield from ()

    def read(self, ledger: OpenLedger) -> object:
        """What the screen shows, read in a thread. Raises UserError."""
        del ledger
        return None

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show what was read; nothing where there is no ledger yet."""

    def say(self, text: str) -> None:
        """Put `text` above the list."""
        self.query_one("#heading", Static).update(text)

    def fail(self, problem: str) -> None:
        """Say what went wrong, until it is put right or Escape is pressed; empty: nothing did."""
        self.query_one(Problem).say(problem)

    def do(self, work: Callable[[OpenLedger], str]) -> None:
        """Do it in a thread, say what came of it, and read anew. Its UserError stays on the screen."""
        if self.ledger is not None:
            self._do(self.ledger, work)

    @work(thread=True, group="do")
    def _do(self, ledger: OpenLedger, work: Callable[[OpenLedger], str]) -> None:
        try:
            self.post_message(Done(work(ledger)))
        except UserError as error:
            self.post_message(Done("", str(error)))

    def on_done(self, message: "Done") -> None:
        """Say it, and show what has become of it."""
        self.fail(message.problem)
        if message.said:
            self.notify(message.said, timeout=8)
        self.app.reread()

    def action_close(self) -> None:
        """Take the problem off the screen."""
        self.fail("")

    def offer(self) -> None:
        """Offer what can be done now. The footer is made anew each time: only where something else is offered."""
        offered = {
            key: (active.binding.action, active.enabled) for key, active in self.active_bindings.items()
        }
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    # Reading anew

    @property
    def rested(self) -> bool:
        """Whether it may be read again, for freshness' sake."""
        return not self._reading and time.monotonic() >= self._rests_until

    def reread(self) -> None:
        """Read anew what is shown. One reading at a time: another that is asked for meanwhile follows."""
        ledger = self.app.ledger
        if ledger is None:
            if self.is_mounted:
                self.show(None, None)
            return
        self._asked_meanwhile = self._reading
        if not self._reading:
            self._reading = True
            self.run_worker(lambda: self._read_anew(ledger), thread=True, group="reading")

    def _read_anew(self, ledger: OpenLedger) -> None:
        """The thread's work: a reading rests ten times as long as it took."""
        began = time.monotonic()
        waits: tuple[int, int] | None = None
        answer: object = None
        problem = ""
        try:
            if ledger.path.exists():
                waits = ledger.waiting()
            answer = self.read(ledger)
        except UserError as error:
            problem = str(error)
        ended = time.monotonic()
        least = 0.0 if self.app.run_under_way else _OFFICE_SECONDS
        self._rests_until = ended + max(_SHARE_OF_READING * (ended - began), least)
        self.post_message(Read(ledger, waits, answer, problem))

    def on_read(self, message: Read) -> None:
        """Show what was read, unless another ledger is open by now."""
        self._reading = False
        current = self.app.ledger
        if current is not None and current.path == message.ledger.path and self.is_mounted:
            masthead = self.query_one(Masthead)
            masthead.needs_me, masthead.to_post = message.waits or (None, None)
            self.tell_where(current)
            if message.problem:
                self.fail(message.problem)
            else:
                self.show(current, message.answer)
        if self._asked_meanwhile:
            self._asked_meanwhile = False
            self.reread()

    def tell_where(self, ledger: OpenLedger) -> None:
        """Say in the banner where results go from here."""
        office = ledger.office
        self.query_one(Banner).tell(ledger.destination, f"{office.name} {office.ods}".strip())


# Colours of the NHS identity guidelines. Contrast of text on its ground is at least 4.5:1 in both themes.
BLUE: Final = "#005EB8"
DARK_BLUE: Final = "#003087"

DARK: Final = Theme(
    name="nhs-dark",
    dark=True,
    primary="#41B6E6",
    secondary="#768692",
    accent="#FFEB3B",
    warning="#FFB81C",
    error="#FF8A80",
    success="#78BE20",
    foreground="#E8EDEE",
    background="#0A1826",
    surface="#0F2236",
    panel="#16304A",
    variables={
        "footer-background": "#16304A",
        "footer-key-foreground": "#FFEB3B",
        "block-cursor-background": "#41B6E6",
        "block-cursor-foreground": "#0A1826",
    },
)

LIGHT: Final = Theme(
    name="nhs-light",
    dark=False,
    primary=BLUE,
    secondary="#425563",
    accent=DARK_BLUE,
    warning="#7A4F00",
    error="#B3170F",
    success="#006747",
    foreground="#212B32",
    background="#F0F4F5",
    surface="#FFFFFF",
    panel="#D8DDE0",
    variables={
        "footer-background": "#D8DDE0",
        "footer-key-foreground": DARK_BLUE,
        "block-cursor-background": BLUE,
        "block-cursor-foreground": "#FFFFFF",
    },
)
