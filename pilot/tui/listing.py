"""What the two screens over the ledger share: a table of results, and the pane beside it."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from pilot.domain.delivery import State
from pilot.domain.result import Rejected
from pilot.errors import UserError
from pilot.pipeline.entry import Step
from pilot.pipeline.ledger import PIPELINE
from pilot.pipeline.reasons import words
from pilot.pipeline.worklist import Action, Detail
from pilot.tui.desk import Desk
from pilot.tui.masthead import Masthead
from pilot.tui.table import Column, LedgerTable
from pilot.tui.wording import ACTIONS, STATES, age


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


ACTION_KEYS = {
    Action.FIX: "f",
    Action.RESEND: "r",
    Action.PAPER: "p",
    Action.RETURN: "b",
    Action.FILED: "c",
    Action.ASSIGN: "a",
    Action.CORRECT: "o",
    Action.WITHDRAW: "w",
}


class DetailPane(VerticalScroll):
    """The result under the cursor: why it is here, both versions, what may be done, its print, its history."""

    detail: Detail | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What may be done with the result that is shown."""
        return self.detail.item.actions if self.detail else ()

    def show(self, detail: Detail | None) -> None:
        """Show `detail` from its top; None empties the pane."""
        same = detail is not None and self.detail is not None and detail.item.id == self.detail.item.id
        self.detail = detail
        self.query_one(Static).update(Content("\n").join(_lines(detail)) if detail else "")
        if not same:
            self.scroll_home(animate=False)


def _lines(detail: Detail) -> Iterator[Content]:
    item, document = detail.item, detail.document
    owner = {"office": ", on the office's list", "practice": ", on the practice's list"}.get(
        item.owner or "", ""
    )
    named = f", assigned to {item.assigned_to}" if item.assigned_to else ""
    yield Content.styled(f"Result {item.id}: {STATES[item.state]} for {age(item.age)}{owner}{named}", "bold")
    yield Content(item.words[:1].upper() + item.words[1:] + ".")
    if isinstance(document, Rejected):
        yield Content(document.detail)
    yield from _field("Practice", item.practice or "not known")
    yield from _field("Printed in", str(item.provenance))
    if detail.versions:
        yield _title("The sources disagree")
        for version in detail.versions:
            yield from _field(version.source, version.says)
    if item.state is not State.FILED:
        yield from _may_be_done(item.actions)
    yield _title("As printed")
    yield from (Content(line) for line in document.lines or ("The print holds no text that could be read.",))
    yield _title("History")
    yield from (_step(step) for step in detail.history)
    if detail.sent:
        yield _title("What was sent")
        yield from (Content(attempt.told()) for attempt in detail.sent)
    if item.state is State.FILED:
        yield from _may_be_done(item.actions)


def _may_be_done(actions: tuple[Action, ...]) -> Iterator[Content]:
    if actions:
        yield _title("What may be done")
        keys = (
            Content.assemble((ACTION_KEYS[action], "bold reverse"), f" {ACTIONS[action]}")
            for action in actions
        )
        yield Content("   ").join(keys)


def _title(text: str) -> Content:
    return Content.assemble("\n", (text, "bold $primary"))


def _field(label: str, text: str) -> Iterator[Content]:
    yield Content.assemble((f"{label}: ", "$text-muted"), text)


def _step(step: Step) -> Content:
    person = f"{step.who}: " if step.who != PIPELINE else ""
    note = f" ({person}{step.why})" if person or step.why else ""
    return Content(f"{step.at:%d %b %H:%M}  {STATES[State(step.to_state)]}: {words(step.reason)}{note}")
