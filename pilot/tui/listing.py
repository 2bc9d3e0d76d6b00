"""A list of results, and the pane beside it that tells one result's story."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Footer, Static

from pilot.domain.delivery import State
from pilot.domain.result import Rejected
from pilot.errors import UserError
from pilot.pipeline.entry import Step
from pilot.pipeline.item import Action
from pilot.pipeline.ledger import PIPELINE
from pilot.pipeline.mending import other_version
from pilot.pipeline.reasons import words
from pilot.pipeline.worklist import Detail
from pilot.tui.office_screen import OfficeScreen
from pilot.tui.open_ledger import OpenLedger, write_csv
from pilot.tui.table import Column, Listed, Table
from pilot.tui.wording import ACTIONS, STATES, age, next_step, shown

ACTION_KEYS = {
    Action.FIX: "f",
    Action.RESEND: "r",
    Action.PAPER: "p",
    Action.RETURN: "b",
    Action.FILED: "c",
    Action.WAIT: "l",
    Action.ASSIGN: "a",
    Action.CORRECT: "o",
    Action.WITHDRAW: "w",
}

# What is filed is on no list of what needs somebody: these are offered where every result is.
ON_FILED = (Action.CORRECT, Action.WITHDRAW)


_MOMENT = 0.7  # seconds between two steps of a replay


class DetailRead(Message):
    """A result was read from the ledger, or could not be."""

    def __init__(
        self, number: int, detail: Detail | None, problem: str = "", looked_up: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.number = number
        self.detail = detail
        self.looked_up = looked_up
        self.problem = problem


class ListScreen(OfficeScreen):
    """A list; Enter opens the pane on what the cursor is on, Escape closes it."""

    COLUMNS: ClassVar[tuple[Column, ...]]
    OPEN_AT_FIRST: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "replay", "How it came here", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("x", "export", "CSV", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        """The list, and the pane beside or below it."""
        yield from self.compose_top()
        with Vertical(id="ledger"):
            yield Table(self.COLUMNS)
            pane = DetailPane()
            pane.display = self.OPEN_AT_FIRST
            yield pane

    def compose_top(self) -> ComposeResult:
        """What stands above the list."""
        yield from ()

    def on_mount(self) -> None:
        """Begin in the list, where the arrow keys are of use."""
        self.query_one(Table).focus()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The results under the cursor: one, or all that a group stands for."""
        row = self.query_one(Table).row
        return row.numbers if row else ()

    @on(Table.Highlighted)
    def follow_cursor(self) -> None:
        """The pane follows the cursor while it is open."""
        self.read_detail()

    @on(Table.Chosen)
    def open_row(self) -> None:
        """What Enter does is the screen's own."""
        self.open_pane()

    def open_pane(self) -> None:
        """Open the pane, or go into it to scroll."""
        pane = self.query_one(DetailPane)
        if pane.display:
            pane.focus()
        pane.display = True
        self.read_detail()

    def action_close(self) -> None:
        """Leave the pane; from the list, close it; then take the problem off."""
        table, pane = self.query_one(Table), self.query_one(DetailPane)
        if not table.has_focus:
            table.focus()
        elif pane.display and not self.OPEN_AT_FIRST:
            pane.display = False
            self._show_detail(None)
        else:
            super().action_close()

    def read_detail(self) -> None:
        """Read the result under the cursor anew, if anybody looks."""
        numbers = self.numbers
        if len(numbers) != 1 or self.ledger is None:
            self._show_detail(None)
        elif self.query_one(DetailPane).display:
            self._read(self.ledger, numbers[0])

    @work(thread=True, exclusive=True, group="detail")
    def _read(self, ledger: OpenLedger, number: int) -> None:
        try:
            detail = ledger.show(number)
            self.post_message(DetailRead(number, detail, looked_up=ledger.looked_up(detail)))
        except UserError as error:
            self.post_message(DetailRead(number, None, str(error)))

    def on_detail_read(self, message: DetailRead) -> None:
        """Show it, unless the cursor has gone on or the pane was closed meanwhile."""
        if self.numbers != (message.number,) or not self.query_one(DetailPane).display:
            return
        if message.problem:
            self.fail(message.problem)
        self._show_detail(message.detail, message.looked_up)

    def _show_detail(self, detail: Detail | None, looked_up: Sequence[str] = ()) -> None:
        pane = self.query_one(DetailPane)
        pane.show(detail, looked_up)
        self.offer()

    def action_replay(self) -> None:
        """What happened to the result under the cursor, a step at a time."""
        if len(self.numbers) != 1 or self.ledger is None:
            return
        try:
            self.app.push_screen(ReplayScreen(self.ledger.show(self.numbers[0])))
        except UserError as error:
            self.fail(str(error))

    def action_copy(self) -> None:
        """The first cell under the cursor, to the clipboard: a screening number, a practice."""
        row = self.query_one(Table).row
        if row is not None:
            self.app.copy_to_clipboard(row.cells[0].strip())
            self.notify(f"Copied: {row.cells[0].strip()}")

    def action_export(self) -> None:
        """The list as it stands, as a CSV file. It names no participant."""
        if self.ledger is None:
            return
        rows = self.query_one(Table).rows
        path = self.ledger.beside(f"{self.NAME}-{{}}.csv")
        try:
            write_csv(
                path,
                [column.title for column in self.COLUMNS],
                (tuple(map(str.strip, rows[place].cells)) for place in range(len(rows))),
            )
        except UserError as error:
            self.fail(str(error))
        else:
            self.notify(f"{len(rows):,} lines written to {path}", timeout=10)

    def empty(self, ledger: OpenLedger | None) -> None:
        """Nothing is known yet."""
        self.ledger = ledger
        self.query_one(Table).show(Listed())
        self._show_detail(None)


class ReplayScreen(ModalScreen[None]):
    """What happened to one result, a step at a time, as it happened: where it was then, and how long it took."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop,right,down", "go(1)", "Next", key_display="."),
        Binding("comma,left,up", "go(-1)", "Back", key_display=","),
        Binding("space", "play", "Play"),
        Binding("escape", "dismiss", "Close"),
    ]

    def __init__(self, detail: Detail) -> None:
        super().__init__()
        self._detail = detail
        self._shown = 1
        self._playing: Timer | None = None

    def compose(self) -> ComposeResult:
        """The steps so far."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(id="steps", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin where it began."""
        self.action_go(0)

    def action_go(self, by: int) -> None:
        """So many steps on, or back; at the last step it plays no more."""
        steps = self._detail.history
        self._shown = max(min(self._shown + by, len(steps)), 1)
        if self._shown == len(steps):
            self._stop()
        self.query_one("#steps", Static).update(Content("\n").join(self._lines()))
        self.query_one("#dialog").scroll_end(animate=False)

    def action_play(self) -> None:
        """By itself, a step each moment; again, and it stands."""
        if self._playing is not None:
            self._stop()
            return
        if self._shown == len(self._detail.history):
            self._shown = 0
        self._playing = self.set_interval(_MOMENT, lambda: self.action_go(1))

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _lines(self) -> Iterator[Content]:
        steps = self._detail.history
        yield Content.styled(f"Result {self._detail.item.id}, step {self._shown} of {len(steps)}", "bold")
        yield Content("")
        for place, step in enumerate(steps[: self._shown]):
            waited = f"  after {age(step.at - steps[place - 1].at)}" if place else ""
            last = place == self._shown - 1
            yield Content.styled(f"{'>' if last else ' '} ", "bold") + _step(step) + Content(waited)


class DetailPane(VerticalScroll):
    """One result as a parcel is tracked: where it is, what happened on the way, and who does what next."""

    detail: Detail | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What may be done with the result that is shown."""
        return self.detail.item.actions if self.detail else ()

    @property
    def other(self) -> bool:
        """Whether the other source's version can be taken over."""
        return self.detail is not None and bool(other_version(self.detail.item, self.detail.versions))

    def show(self, detail: Detail | None, looked_up: Sequence[str] = ()) -> None:
        """Show `detail` from its top, with what was looked up about it; None empties the pane."""
        same = detail is not None and self.detail is not None and detail.item.id == self.detail.item.id
        self.detail = detail
        self.query_one(Static).update(Content("\n").join(_lines(detail, looked_up)) if detail else "")
        if not same:
            self.scroll_home(animate=False)


def _lines(detail: Detail, looked_up: Sequence[str]) -> Iterator[Content]:
    item, document = detail.item, detail.document
    owner = {"office": ", on the office's list", "practice": ", on the practice's list"}.get(
        item.owner or "", ""
    )
    named = f", assigned to {item.assigned_to}" if item.assigned_to else ""
    yield Content.styled(f"Result {item.id}: {STATES[item.state]} for {age(item.age)}{owner}{named}", "bold")
    yield Content(item.words[:1].upper() + item.words[1:] + ".")
    if isinstance(document, Rejected):
        yield Content(shown(document.detail))
    who, what = next_step(item)
    yield Content.assemble((f"Next, {who}: ", "bold"), what)
    if detail.versions:
        yield _title("The sources disagree")
        for version in detail.versions:
            yield from _field(version.source, shown(version.says))
    if looked_up:
        yield _title("On the other screens")
        yield from (Content(shown(line)) for line in looked_up)
    if item.actions:
        yield _title("What may be done")
        offers = [
            Content.assemble((ACTION_KEYS[action], "bold reverse"), f" {ACTIONS[action]}")
            for action in item.actions
        ]
        if other_version(item, detail.versions):
            offers.insert(0, Content.assemble(("e", "bold reverse"), " The extract is right"))
        yield Content("   ").join(offers)
    yield _title("As printed")
    yield from (
        Content(shown(line)) for line in document.lines or ("The print holds no text that could be read.",)
    )
    yield _title("On its way")
    yield from _field("Page", f"{item.provenance}, read {detail.entry.received_at:%d %b %H:%M}")
    yield from _field("For", item.practice or "no practice known")
    yield from _field("Check", _checked(detail))
    yield from _field("Code", _code(detail))
    for attempt in detail.sent:
        yield from _field("Message", attempt.told())
    if not detail.sent:
        yield from _field("Message", "none sent")
    if detail.changes:
        yield _title("What was put right")
        for change in detail.changes:
            yield from _field(
                f"{change.at:%d %b %H:%M} {change.who}",
                f"{change.field.replace('_', ' ')}: {change.before or '-'} became {change.after or '-'}",
            )
    yield _title("History")
    yield from (_step(step) for step in detail.history)


def _checked(detail: Detail) -> str:
    if detail.versions:
        return words(detail.history[1].reason if len(detail.history) > 1 else detail.item.reason)
    return detail.item.words if isinstance(detail.document, Rejected) else "nothing that spoke against it"


def _code(detail: Detail) -> str:
    entry = detail.entry
    if not entry.code_set:
        return "not yet looked up"
    if entry.code is None:
        return f"none: {entry.code_set} has no code for this outcome, it goes as text"
    return f"{entry.code}, by {entry.code_set}"


def _title(text: str) -> Content:
    return Content.assemble("\n", (text, "bold $primary"))


def _field(label: str, text: str) -> Iterator[Content]:
    yield Content.assemble((f"{label}: ", "$text-muted"), text)


def _step(step: Step) -> Content:
    person = f"{step.who}: " if step.who != PIPELINE else ""
    note = f" ({person}{shown(step.why)})" if person or step.why else ""
    return Content(f"{step.at:%d %b %H:%M}  {STATES[State(step.to_state)]}: {words(step.reason)}{note}")
