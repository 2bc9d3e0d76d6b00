"""What the two screens over the ledger share: a table of results, and the pane beside it."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from pilot.errors import UserError
from pilot.pipeline.worklist import Detail
from pilot.tui.desk import Desk
from pilot.tui.widgets.detail_pane import DetailPane
from pilot.tui.widgets.ledger_table import Column, LedgerTable
from pilot.tui.widgets.masthead import Masthead


class DetailRead(Message):
    """A result was read from the ledger, or could not be."""

    def __init__(self, number: int, detail: Detail | None, problem: str = "") -> None:
        super().__init__()
        self.number = number
        self.detail = detail
        self.problem = problem


class LedgerScreen(Screen[None]):
    """A table; Enter opens the pane on the result under the cursor, Escape closes it."""

    NAME: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    OPEN_AT_FIRST: ClassVar[bool]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
    ]

    desk: Desk | None = None

    def compose(self) -> ComposeResult:
        """The parts, top to bottom; `compose_top` and `COLUMNS` are the screen's own."""
        yield Masthead(self.NAME)
        yield Static(id="heading", markup=False)
        yield from self.compose_top()
        with Vertical(id="ledger"):
            yield LedgerTable(self.COLUMNS)
            pane = DetailPane()
            pane.display = self.OPEN_AT_FIRST
            yield pane
        yield Footer(show_command_palette=False)

    def compose_top(self) -> ComposeResult:
        """What stands above the table."""
        yield from ()

    def on_mount(self) -> None:
        """Begin in the table, where the arrow keys are of use."""
        self.query_one(LedgerTable).focus()

    def say(self, text: str) -> None:
        """Put `text` above the table."""
        self.query_one("#heading", Static).update(text)

    @on(DataTable.RowHighlighted)
    def follow_cursor(self) -> None:
        """The pane follows the cursor while it is open."""
        self.read_detail()

    @on(DataTable.RowSelected)
    def open_pane(self) -> None:
        """Open the pane, or go into it to scroll."""
        pane = self.query_one(DetailPane)
        if pane.display:
            pane.focus()
        pane.display = True
        self.read_detail()

    def action_close(self) -> None:
        """Leave the pane; from the table, close it."""
        table, pane = self.query_one(LedgerTable), self.query_one(DetailPane)
        if not table.has_focus:
            table.focus()
            return
        pane.display = False
        self._show_detail(None)

    def read_detail(self) -> None:
        """Read the result under the cursor anew, if anybody looks."""
        number = self.query_one(LedgerTable).number
        if number is None or self.desk is None:
            self._show_detail(None)
        elif self.query_one(DetailPane).display:
            self._read(self.desk, number)

    @work(thread=True, exclusive=True, group="detail")
    def _read(self, desk: Desk, number: int) -> None:
        try:
            self.post_message(DetailRead(number, desk.show(number)))
        except UserError as error:
            self.post_message(DetailRead(number, None, str(error)))

    def on_detail_read(self, message: DetailRead) -> None:
        """Show it, unless the cursor has gone on or the pane was closed meanwhile."""
        if message.number != self.query_one(LedgerTable).number or not self.query_one(DetailPane).display:
            return
        if message.problem:
            self.notify(message.problem, severity="error", timeout=10)
        self._show_detail(message.detail)

    def _show_detail(self, detail: Detail | None) -> None:
        pane = self.query_one(DetailPane)
        could_do = pane.actions
        pane.show(detail)
        if (
            pane.actions != could_do
        ):  # the footer is made anew for each refresh: once per change, or it flickers
            self.refresh_bindings()
