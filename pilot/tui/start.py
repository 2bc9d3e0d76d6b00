"""The start page: my office, a run to open, a scenario to run, a rehearsal; and what a too small window says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from pilot.tui.table import Column, Listed, Row, Table

if TYPE_CHECKING:
    from pilot.tui.app import PilotApp

LEAST_WIDTH: Final = 80
LEAST_HEIGHT: Final = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the start page: what is opened (`office:PATH`, `run:PATH`, `scenario:NAME`), and in what words."""

    key: str
    title: str
    says: str


def what_can_be_opened(folder: Path, scenarios: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    """What can be opened from a folder: an office where there is a pilot.toml, its runs, newest first, scenarios."""
    offices = [
        path for path in (folder / "pilot.toml", *sorted(folder.glob("*/pilot.toml"))) if path.is_file()
    ]
    runs = sorted(folder.glob("runs/*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    return (
        *(Choice(f"office:{path}", "My office", str(path.parent)) for path in offices),
        *(Choice(f"run:{path.parent}", "Open a run", path.parent.name) for path in runs),
        *(Choice(f"scenario:{name}", "Run a scenario", f"{name}: {title}") for name, title in scenarios),
    )


class StartScreen(Screen[None]):
    """Where a person comes who has no office here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.back", "Back", show=False)]

    if TYPE_CHECKING:

        @property
        def app(self) -> "PilotApp": ...  # type: ignore[override]

    def compose(self) -> ComposeResult:
        """The choices."""
        yield Static("Breast screening results pilot", id="title", markup=False)
        yield Static(
            "Enter opens. An office is a folder with a pilot.toml (`pilot doctor --example` prints one); "
            "`pilot rehearse` makes one to practise in.",
            id="heading",
            markup=False,
        )
        yield Table((Column("What", 16), Column("Which")))
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show what there is."""
        self.show(self.app.choices())

    def on_screen_resume(self) -> None:
        """A run may have been made meanwhile."""
        self.show(self.app.choices())

    def show(self, some: Sequence[Choice]) -> None:
        """Show the choices."""
        table = self.query_one(Table)
        table.show(Listed([Row(choice.key, (choice.title, choice.says)) for choice in some]))
        table.focus()

    @on(Table.Chosen)
    def open(self) -> None:
        """Open what the cursor is on."""
        row = self.query_one(Table).row
        if row is not None:
            self.app.open_choice(row.key)


class TooSmallScreen(ModalScreen[None]):
    """A window in which the screens cannot be read. It goes away when there is room."""

    def compose(self) -> ComposeResult:
        """What is needed, and what there is."""
        with Vertical(id="dialog"):
            yield Static(id="small", markup=False)

    def tell(self, width: int, height: int) -> None:
        """Say it."""
        self.query_one("#small", Static).update(
            f"This window is {width} x {height}. {LEAST_WIDTH} x {LEAST_HEIGHT} are needed: make it larger, or the "
            "letters smaller. The command line does the same in any window: pilot --help. q quits."
        )
