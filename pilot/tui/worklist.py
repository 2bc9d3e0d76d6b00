"""What needs me: the results that wait for a person, longest first, and what may be done with each."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Label, Static

from pilot.domain.delivery import State
from pilot.domain.result import Rejected, ScreeningResult
from pilot.errors import UserError
from pilot.pipeline.worklist import Action, Detail, Item
from pilot.tui.desk import Decided, Decision, Desk, needs_the_office
from pilot.tui.listing import ACTION_KEYS, DetailPane, LedgerScreen
from pilot.tui.table import Column, LedgerTable, Row
from pilot.tui.wording import age, short_place


class DecidingScreen(LedgerScreen):
    """A list of results on which decisions are taken."""

    who = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done with the result that is shown."""
        if action == "decide":
            return self.is_mounted and Action(str(parameters[0])) in self.query_one(DetailPane).actions
        return True

    def action_decide(self, action: str) -> None:
        """Ask who and why, then write the decision down."""
        detail = self.query_one(DetailPane).detail
        if detail is not None and self.desk is not None:
            self.app.push_screen(DecideScreen(self.desk, detail, Action(action), self.who), self._decided)

    def _decided(self, decision: Decision | None) -> None:
        if decision is not None:
            self.who = decision.who
            self.post_message(Decided(decision))


class WorklistScreen(DecidingScreen):
    """The office's own list; `v` shows what waits for people at the practices as well."""

    NAME = "worklist"
    OPEN_AT_FIRST = True
    # No column names a participant.
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Waits", 6),
        Column("Why"),
        Column("Practice", 8),
        Column("Printed in", 26),
        Column("Assigned to", 14, from_width=100),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"decide('{action.value}')", action.value.capitalize())
            for action, key in ACTION_KEYS.items()
        ),
        Binding("v", "view_practices", "All"),
    ]

    items: tuple[Item, ...] = ()
    also_practices = False

    def show(self, desk: Desk | None, items: tuple[Item, ...], problem: str = "") -> None:
        """Show the list as it now is."""
        self.desk, self.items = desk, items
        wanted = [item for item in items if self.also_practices or needs_the_office(item)]
        self.say(problem or _heading(items, self.also_practices, desk is not None))
        self.query_one(LedgerTable).show([_row(item) for item in wanted])
        self.read_detail()

    def action_view_practices(self) -> None:
        """Show what waits for people at the practices too, or the office's own alone again."""
        self.also_practices = not self.also_practices
        self.show(self.desk, self.items)


def _heading(items: tuple[Item, ...], also_practices: bool, run: bool) -> str:
    if not run:
        return "No batch has come out of NBSS yet"
    mine = [item for item in items if needs_the_office(item)]
    back = sum(item.state is State.RETURNED for item in mine)
    others = len(items) - len(mine)
    text = f"{len(mine):,} for the office: {len(mine) - back:,} to decide on, {back:,} returned. "
    return text + f"{others:,} at practices" + ("" if also_practices else " (v shows)")


def _row(item: Item) -> Row:
    return Row(
        item.id,
        (
            age(item.age),
            ("returned: " if item.state is State.RETURNED else "") + item.words,
            item.practice or "?",
            short_place(item.provenance),
            item.assigned_to,
        ),
    )


_CONSEQUENCES: Final = {
    Action.FIX: "It goes through every check again with the fields as you leave them, and is then sent.",
    Action.RESEND: "It goes through every check again as it is, and is then sent.",
    Action.PAPER: "It goes to the practice on paper; a person there types it.",
    Action.RETURN: "It goes back to the office as unfit to send. This cannot be taken back.",
    Action.FILED: "You have seen it in the patient's record. This cannot be taken back.",
    Action.ASSIGN: "It stays where it is, with a name on it.",
    Action.CORRECT: "The practice is sent a correction with the fields as you leave them, filed over the old entry.",
    Action.WITHDRAW: "It should never have been sent: the practice is told to take it out of the record.",
}

_TITLES: Final = {
    Action.FIX: "Fix result {} and send it",
    Action.RESEND: "Send result {} again",
    Action.PAPER: "Send result {} on paper",
    Action.RETURN: "Return result {} to the office",
    Action.FILED: "Result {} is in the record",
    Action.ASSIGN: "Assign result {}",
    Action.CORRECT: "Correct result {}, which is filed",
    Action.WITHDRAW: "Withdraw result {}",
}

_FIELDS: Final = {
    "nhs_number": "NHS number",
    "date_of_birth": "Date of birth",
    "surname": "Surname",
    "practice": "Practice (ODS)",
    "outcome": "Outcome",
    "date": "Date of screening",
}


class DecideScreen(ModalScreen[Decision | None]):
    """Returns the decision once it stands in the ledger, None where the person thought better of it.

    A decision that the ledger does not take stays on the screen with the reason, nothing typed is lost.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
    ]

    class Written(Message):
        """The ledger took the decision, or `problem` says why not."""

        def __init__(self, decision: Decision, problem: str = "") -> None:
            super().__init__()
            self.decision = decision
            self.problem = problem

    def __init__(self, desk: Desk, detail: Detail, action: Action, who: str) -> None:
        super().__init__()
        self._desk = desk
        self._action = action
        self._number = detail.item.id
        self._who = who
        self._before = _current(detail.document) if action.sets_fields else {}

    def on_mount(self) -> None:
        """Begin at the first field that is empty, or at the first."""
        empty = [field for field in self.query(Input) if not field.value]
        if empty and not self._action.sets_fields:
            empty[0].focus()

    def compose(self) -> ComposeResult:
        """One line a field."""
        with VerticalScroll(id="dialog"):
            yield Static(_TITLES[self._action].format(self._number), classes="title")
            yield Static(_CONSEQUENCES[self._action])
            for name, value in self._before.items():
                yield from _line(name, _FIELDS[name], value)
            if self._action is Action.ASSIGN:
                yield from _line("person", "To whom")
            yield from _line("who", "Who decides", self._who)
            yield from _line("why", "Why")
            yield Static(id="problem", markup=False)
            yield Static(
                "Enter goes to the next field; on the last, it records the decision. Escape cancels."
            )
        yield Footer(show_command_palette=False)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field; from the last, it records."""
        if event.input.id != "field-why":
            self.focus_next(Input)
            return
        decision = self._decision()
        if self._action.sets_fields and not decision.changes:
            self._say("Nothing was changed. Change a field, or leave with Escape and send it again as it is.")
        else:
            self._write(decision)

    def _decision(self) -> Decision:
        after = {name: self._text(name) for name in self._before}
        return Decision(
            number=self._number,
            action=self._action,
            who=self._text("who"),
            why=self._text("why"),
            changes={name: text for name, text in after.items() if text != self._before[name]},
            person=self._text("person") if self._action is Action.ASSIGN else "",
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#field-{name}", Input).value.strip()

    @work(thread=True, exclusive=True, group="decide")
    def _write(self, decision: Decision) -> None:
        try:
            self._desk.decide(decision)
        except UserError as error:
            self.post_message(self.Written(decision, str(error)))
        else:
            self.post_message(self.Written(decision))

    def on_decide_screen_written(self, message: Written) -> None:
        """Close on a decision that stands; otherwise say what to mend."""
        if message.problem:
            self._say(message.problem)
        else:
            self.dismiss(message.decision)

    def _say(self, problem: str) -> None:
        self.query_one("#problem", Static).update(problem)

    def action_cancel(self) -> None:
        """Leave without a decision."""
        self.dismiss(None)


def _line(name: str, label: str, value: str = "") -> Iterator[Horizontal]:
    yield Horizontal(Label(label), Input(value, id=f"field-{name}", compact=True), classes="field")


def _current(document: ScreeningResult | Rejected) -> Mapping[str, str]:
    """The fields a person may put right, as they now are. Only what was read as a result can be fixed."""
    if isinstance(document, Rejected):
        return {}
    return {
        "nhs_number": document.participant.nhs_number,
        "date_of_birth": document.participant.date_of_birth.isoformat(),
        "surname": document.participant.surname,
        "practice": document.practice or "",
        "outcome": document.outcome.value,
        "date": document.date.isoformat() if document.date else "",
    }
