"""The dialogs: a few fields and what will be done with them; and the one in which a decision is taken, with what is
known beside it, the fields to put right, who and why.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Key
from textual.message import Message
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, Label, Static

from pilot.domain.result import ScreeningResult
from pilot.errors import UserError
from pilot.pipeline.item import Action
from pilot.pipeline.mending import fields_of
from pilot.pipeline.worklist import Decision, Detail
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.wording import plural, shown


class AskScreen(ModalScreen[Mapping[str, str] | None]):
    """A few fields, and what will be done with them. Returns what was filled in, None where nothing is to be done."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("pageup", "scroll(-1)", "Scroll", show=False),
        Binding("pagedown", "scroll(1)", "Scroll", show=False),
    ]

    def __init__(self, title: str, says: str, fields: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title
        self._says = says
        self._fields = fields

    def compose(self) -> ComposeResult:
        """One line a field."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._says, markup=False)
            for place, (label, value) in enumerate(self._fields.items()):
                yield Horizontal(Label(label), Input(value, id=f"ask-{place}", compact=True), classes="field")
            yield Static("Enter: next field; on the last it is done. Escape: nothing is.", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the first that is empty, or at the last: Enter then does it."""
        fields = list(self.query(Input))
        next((field for field in fields if not field.value), fields[-1]).focus()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field; from the last, it is done."""
        fields = list(self.query(Input))
        if event.input is fields[-1]:
            self.dismiss(
                {label: field.value.strip() for label, field in zip(self._fields, fields, strict=True)}
            )
        else:
            self.focus_next(Input)

    def action_scroll(self, pages: int) -> None:
        """What is longer than the window."""
        dialog = self.query_one("#dialog")
        dialog.scroll_relative(y=pages * dialog.size.height, animate=False)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class ChooseScreen(ModalScreen[str | None]):
    """A few things of which one is chosen by its number. Returns its key, None where nothing is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]

    def __init__(self, title: str, says: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title
        self._says = says
        self._choices = choices

    def compose(self) -> ComposeResult:
        """A line each, under its number."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._says, markup=False)
            lines = (f"  {number}  {words}" for number, words in enumerate(self._choices.values(), start=1))
            yield Static("\n".join(lines), markup=False)
        yield Footer(show_command_palette=False)

    def on_key(self, event: Key) -> None:
        """A number chooses."""
        keys = list(self._choices)
        if event.key.isdecimal() and 0 < int(event.key) <= len(keys):
            event.stop()
            event.prevent_default()
            self.dismiss(keys[int(event.key) - 1])


class Decided(Message):
    """A decision stands in the ledger: on these results, and in these words."""

    def __init__(self, numbers: tuple[int, ...], who: str, said: str) -> None:
        super().__init__()
        self.numbers = numbers
        self.who = who
        self.said = said


_CONSEQUENCES: Final = {
    "other": "The extract's version is taken over, and it is sent through every check.",
    "fix": "It goes through every check again with the fields as you leave them, and is then sent.",
    "resend": "It goes through every check again as it is printed, and is then sent.",
    "paper": "It goes into the print queue, and by MESH no more.",
    "return": "It went back: the cause is put right in NBSS, and a new print comes.",
    "filed": "You have seen it in the patient's record.",
    "wait": "The practice has it, and somebody there is to look: it stays with you, to be rung about in a week.",
    "assign": "It stays where it is, with a name on it.",
    "correct": "The practice is sent a correction, to be filed over what it has.",
    "withdraw": "The practice is told to take it out.",
}

_TITLES: Final = {
    "other": "The extract is right: {}",
    "fix": "Fix {} and send",
    "resend": "Send {} again",
    "paper": "Send {} on paper",
    "return": "Back to NBSS: {}",
    "filed": "In the record: {}",
    "wait": "Lies at the practice: {}",
    "assign": "Assign {}",
    "correct": "Correct {}",
    "withdraw": "Withdraw {}",
}

# What staff mostly mean; it can be written over.
_USUAL: Final = {"other": "the extract is right", "return": "put right in NBSS"}

_FIELDS: Final = {
    "nhs_number": "NHS number",
    "date_of_birth": "Date of birth",
    "surname": "Surname",
    "practice": "Practice",
    "outcome": "Outcome",
    "date": "Date of screening",
}


class DecideScreen(ModalScreen[Decided | None]):
    """Returns what was decided once it stands in the ledger, None where the person thought better of it.

    A decision that the ledger does not take stays on the screen with the reason, nothing typed is lost. Keys that
    were typed ahead, over a slow line, are kept until the field that they are for is there.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
    ]

    class Written(Message):
        """The ledger took the decision, or `problem` says why not."""

        def __init__(self, decided: Decided, problem: str = "") -> None:
            super().__init__()
            self.decided = decided
            self.problem = problem

    def __init__(
        self, ledger: OpenLedger, numbers: tuple[int, ...], action: str, who: str, detail: Detail | None
    ) -> None:
        super().__init__()
        self._ledger = ledger
        self._action = action
        self._numbers = numbers
        self._who = who
        self._detail = detail
        document = detail.document if detail else None
        fixed = action in ("fix", "correct") and isinstance(document, ScreeningResult)
        self._before: Mapping[str, str] = fields_of(document) if fixed and document else {}  # type: ignore[arg-type]
        self._practices = ledger.names() if self._before else {}
        self._ahead: list[Key] | None = []

    def on_mount(self) -> None:
        """Begin at the first field of a fix, or else at the first that is empty: `why`, where who is known."""
        fields = list(self.query(Input))
        empty = [field for field in fields if not field.value]
        first = fields[0] if self._before else (empty or fields[-1:])[0]
        first.focus()
        self.call_after_refresh(self._catch_up)

    def on_key(self, event: Key) -> None:
        """A key that came before the fields did waits for them."""
        if self._ahead is not None and self.focused is None and event.key != "escape":
            event.stop()
            event.prevent_default()
            self._ahead.append(event)

    def _catch_up(self) -> None:
        ahead, self._ahead = self._ahead or [], None
        for event in ahead:
            if self.focused is not None:
                self.focused.post_message(Key(event.key, event.character))

    def compose(self) -> ComposeResult:
        """The fields, and the page as printed beside them."""
        many = len(self._numbers)
        what = f"result {self._numbers[0]}" if many == 1 else plural(many, "result")
        with Horizontal(id="decide"):
            with VerticalScroll(id="dialog", can_focus=False):
                yield Static(_TITLES[self._action].format(what), classes="title")
                yield Static(_CONSEQUENCES[self._action], markup=False)
                for name, value in self._before.items():
                    yield from self._line(name, _FIELDS[name], value)
                if self._action == "assign":
                    yield from self._line("person", "To whom", self._who)
                yield from self._line("who", "Who decides", self._who)
                yield from self._line("why", "Why", _USUAL.get(self._action, ""))
                yield Static(id="hint", markup=False)
                yield Static(id="problem", markup=False)
                yield Static(
                    "Enter: next field; on the last it records. Right arrow takes a suggestion. Escape cancels.",
                    markup=False,
                )
            if self._detail is not None:
                with VerticalScroll(id="print", can_focus=False):
                    yield Static(_beside(self._detail), markup=False)
        yield Footer(show_command_palette=False)

    def _line(self, name: str, label: str, value: str = "") -> Iterator[Horizontal]:
        suggester = None
        if name == "practice":
            offered = [f"{called} {code}" for code, called in self._practices.items()] + list(self._practices)
            suggester = SuggestFromList(offered, case_sensitive=False)
        box = Input(value, id=f"field-{name}", compact=True, suggester=suggester)
        yield Horizontal(Label(label), box, classes="field")

    @on(Input.Changed, "#field-practice")
    def hint(self, event: Input.Changed) -> None:
        """Practices of the directory that fit what was typed."""
        words = event.value.casefold().split()
        fitting = [
            f"{code} {name}"
            for code, name in self._practices.items()
            if all(word in f"{code} {name}".casefold() for word in words)
        ]
        more = f" and {len(fitting) - 4} more" if len(fitting) > 4 else ""
        self.query_one("#hint", Static).update(
            "In the directory: " + ("; ".join(fitting[:4]) + more if fitting else "none fits")
        )

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field; from the last, it records."""
        if event.input.id != "field-why":
            self.focus_next(Input)
            return
        decision = self._decision()
        if self._before and not decision.changes:
            self._say("Nothing was changed. Change a field, or leave with Escape and send it again as it is.")
        else:
            self._write(decision)

    def _decision(self) -> Decision:
        after = {name: self._text(name) for name in self._before}
        if "practice" in after:
            after["practice"] = _code(after["practice"], self._practices)
        return Decision(
            action=Action.FIX if self._action == "other" else Action(self._action),
            who=self._text("who"),
            why=self._text("why"),
            changes={name: text for name, text in after.items() if text != self._before[name]},
            person=self._text("person") if self._action == "assign" else "",
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#field-{name}", Input).value.strip()

    @work(thread=True, exclusive=True, group="decide")
    def _write(self, decision: Decision) -> None:
        what = (
            f"result {self._numbers[0]}" if len(self._numbers) == 1 else plural(len(self._numbers), "result")
        )
        done = Decided(
            self._numbers, decision.who, f"{what}: {_TITLES[self._action].split(':')[0].replace(' {}', '')}"
        )
        try:
            if self._action == "other":
                self._ledger.take_other(self._numbers, decision.who, decision.why)
            else:
                self._ledger.decide(self._numbers, decision)
        except UserError as error:
            self.post_message(self.Written(done, str(error)))
        else:
            self.post_message(self.Written(done))

    def on_decide_screen_written(self, message: Written) -> None:
        """Close on a decision that stands; otherwise say what to mend."""
        if message.problem:
            self._say(message.problem)
        else:
            self.dismiss(message.decided)

    def _say(self, problem: str) -> None:
        self.query_one("#problem", Static).update(problem)

    def action_cancel(self) -> None:
        """Leave without a decision."""
        self.dismiss(None)


def _beside(detail: Detail) -> str:
    """The page as printed, and what each source says."""
    said = [f"{version.source} says: {version.says}" for version in detail.versions]
    return "\n".join(map(shown, (*said, *([""] if said else []), *detail.document.lines)))


def _code(text: str, practices: Mapping[str, str]) -> str:
    """The code of the practice that somebody named, by code or by name; what names none stays as it is."""
    for word in text.upper().split():
        if word in practices:
            return word
    named = [code for code, name in practices.items() if name.casefold() == text.casefold()]
    return named[0] if len(named) == 1 else text
