"""What needs me: by cause, so that one decision may do for all of a kind; and the dialog in which it is taken."""

from collections.abc import Iterator, Mapping, Sequence
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

from pilot.domain.delivery import State
from pilot.domain.result import ScreeningResult
from pilot.errors import UserError
from pilot.pipeline.worklist import Action, Decision, Detail, Item, fields_of, needs_the_office
from pilot.tui.desk import Desk
from pilot.tui.listing import ACTION_KEYS, ON_FILED, DetailPane, ListScreen
from pilot.tui.table import Column, Listed, Row, Table
from pilot.tui.wording import age, plural, short_place, shown

_GROUPS: Final = ("kind", "practice", "file", "none")
_ORDERS: Final = ("longest waiting", "due day", "practice", "print")


class Decided(Message):
    """A decision stands in the ledger: on these results, and in these words."""

    def __init__(self, numbers: tuple[int, ...], who: str, said: str) -> None:
        super().__init__()
        self.numbers = numbers
        self.who = who
        self.said = said


class DecidingScreen(ListScreen):
    """A list of results on which decisions are taken."""

    @property
    def chosen(self) -> tuple[int, ...]:
        """What a decision is about: what the cursor is on."""
        return self.numbers

    def unmark(self) -> None:
        """A decision stands: nothing is marked any more."""

    def action_decide(self, action: str) -> None:
        """Ask who and why, then write the decision down."""
        if self.desk is None:
            return
        detail = self.query_one(DetailPane).detail
        chosen = self.chosen
        if len(chosen) == 1 and (detail is None or detail.item.id != chosen[0]):
            try:
                detail = self.desk.show(chosen[0])
            except UserError as error:
                self.fail(str(error))
                return
        one = detail if len(chosen) == 1 else None
        self.app.push_screen(DecideScreen(self.desk, chosen, action, self.app.who, one), self._decided)

    def _decided(self, said: Decided | None) -> None:
        if said is not None:
            self.unmark()
            self.fail("")
            self.post_message(said)


class WorklistScreen(DecidingScreen):
    """The office's own list, by cause; `v` shows what waits for people at the practices as well."""

    NAME = "worklist"
    OPEN_AT_FIRST = True
    # No column names a participant.
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Why"),
        Column("Waits", 6),
        Column("Practice", 9),
        Column("Printed in", 26, from_width=96),
        Column("Due", 10, from_width=110),
        Column("Assigned to", 14, from_width=120),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "decide('other')", "Extract right"),
        *(
            Binding(key, f"decide('{action.value}')", action.value.capitalize())
            for action, key in ACTION_KEYS.items()
            if action not in ON_FILED
        ),
        Binding("space", "mark", "Mark", show=False),
        Binding("asterisk", "mark_all", "Mark all", show=False),
        Binding("u", "undo", "Undo"),
        Binding("g", "group", "Group", show=False),
        Binding("s", "sort", "Sort", show=False),
        Binding("slash", "find", "Find", show=False),
        Binding("v", "view_practices", "All", show=False),
    ]

    items: tuple[Item, ...] = ()
    unread: tuple[str, ...] = ()
    also_practices = False
    grouped: str = "kind"
    order: str = "longest waiting"

    def __init__(self) -> None:
        super().__init__()
        self._open: set[str] = set()
        self._marked: frozenset[int] = frozenset()

    def compose_top(self) -> ComposeResult:
        """The box that narrows the list; it is there while it is used."""
        box = Input(placeholder="Words of the reason, the practice or the file", id="narrow", compact=True)
        box.display = False
        yield box

    def read(self, desk: Desk) -> object:
        """The whole list; nothing is cut."""
        return desk.items(), desk.unread()

    def show(self, desk: Desk | None, answer: object) -> None:
        """Show the list as it now is."""
        self.desk = desk
        self.items, self.unread = answer if isinstance(answer, tuple) else ((), ())
        self._marked &= {item.id for item in self.items}
        self._paint()
        self.read_detail()

    def _paint(self) -> None:
        wanted = [item for item in self.items if self.also_practices or needs_the_office(item)]
        narrowed = self._narrowed(wanted)
        self.say(self._heading(wanted, narrowed))
        table = self.query_one(Table)
        table.marked = frozenset(str(number) for number in self._marked)
        table.show(Listed(list(self._rows(narrowed))))

    def _narrowed(self, items: list[Item]) -> list[Item]:
        asked = self.query_one("#narrow", Input).value.casefold().split()
        kept = [item for item in items if all(word in _searched(item) for word in asked)]
        keys = {
            "longest waiting": lambda item: -item.age,
            "due day": lambda item: (str(item.due or "9999"), -item.age),
            "practice": lambda item: (item.practice or "", -item.age),
            "print": lambda item: (str(item.provenance), item.id),
        }
        return sorted(kept, key=keys[self.order])

    def _rows(self, items: Sequence[Item]) -> Iterator[Row]:
        if self.grouped == "none":
            yield from map(_row, items)
            return
        groups: dict[str, list[Item]] = {}
        for item in items:
            groups.setdefault(_group(item, self.grouped), []).append(item)
        for name, some in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
            if len(some) == 1 and self.grouped == "kind":
                yield _row(some[0])
                continue
            key = f"{self.grouped}:{name}"
            opened = key in self._open
            practices = {item.practice or "?" for item in some}
            yield Row(
                key,
                (
                    f"{'-' if opened else '+'} {len(some):,} x {name}",
                    age(max(item.age for item in some)),
                    practices.pop() if len(practices) == 1 else f"{len(practices)} of",
                    "",
                    str(min((item.due for item in some if item.due), default="") or ""),
                    "",
                ),
                tuple(item.id for item in some),
                head=True,
            )
            if opened:
                yield from (_row(item, within="    ") for item in some)

    def _heading(self, wanted: list[Item], narrowed: list[Item]) -> str:
        if self.desk is None:
            return "No batch has come out of NBSS yet"
        mine = [item for item in wanted if needs_the_office(item)]
        back = sum(item.state is State.RETURNED for item in mine)
        text = (
            f"{len(mine):,} for the office: {len(mine) - back:,} to decide on, {back:,} to put right in NBSS"
        )
        others = sum(not needs_the_office(item) and item.owner == "practice" for item in self.items)
        text += f". {others:,} at practices" + ("" if self.also_practices else " (v shows)")
        if not mine:
            text = f"Nothing needs you. {others:,} at practices" + (
                "" if self.also_practices else " (v shows)"
            )
        if self.unread:
            text += f"; CANNOT BE READ: {', '.join(self.unread)} (pilot doctor --deep)"
        if len(narrowed) != len(wanted):
            text += f"; {len(narrowed):,} fit"
        if self._marked:
            text += f"; {len(self._marked):,} MARKED"
        return text + f". By {self.grouped}, {self.order} first"

    # Choosing

    @property
    def chosen(self) -> tuple[int, ...]:
        """What a decision is about: what is marked, or else what the cursor is on."""
        return tuple(sorted(self._marked)) or self.numbers

    def open_pane(self) -> None:
        """Open a group, or the pane."""
        row = self.query_one(Table).row
        if row is not None and row.head:
            self._open ^= {row.key}
            self._paint()
        else:
            super().open_pane()

    def unmark(self) -> None:
        """A decision stands: nothing is marked any more."""
        self._marked = frozenset()

    def action_mark(self) -> None:
        """Mark what the cursor is on, or take its mark off; then go on."""
        these = set(self.numbers)
        self._marked = (
            frozenset(self._marked - these) if these <= self._marked else frozenset(self._marked | these)
        )
        self._paint()
        self.query_one(Table).action_move(1)
        self.refresh_bindings()

    def action_mark_all(self) -> None:
        """Mark all that is listed, or nothing."""
        table = self.query_one(Table)
        these = {number for place in range(len(table.rows)) for number in table.rows[place].numbers}
        self._marked = frozenset() if these <= self._marked else frozenset(these)
        self._paint()
        self.refresh_bindings()

    def action_group(self) -> None:
        """By kind, by practice, by file, or not at all."""
        self.grouped = _GROUPS[(_GROUPS.index(self.grouped) + 1) % len(_GROUPS)]
        self._paint()

    def action_sort(self) -> None:
        """The next order."""
        self.order = _ORDERS[(_ORDERS.index(self.order) + 1) % len(_ORDERS)]
        self._paint()

    def action_find(self) -> None:
        """Narrow the list by words."""
        box = self.query_one("#narrow", Input)
        box.display = True
        box.focus()

    @on(Input.Changed, "#narrow")
    def narrow(self) -> None:
        """Show what fits."""
        self._paint()

    @on(Input.Submitted, "#narrow")
    def to_list(self) -> None:
        """Enter goes to what was found."""
        self.query_one(Table).focus()

    def action_close(self) -> None:
        """Out of the box and what it holds; then as in every list."""
        box = self.query_one("#narrow", Input)
        if box.display:
            box.value = ""
            box.display = False
            self.query_one(Table).focus()
        elif self._marked and self.query_one(Table).has_focus:
            self._marked = frozenset()
            self._paint()
        else:
            super().action_close()

    def action_view_practices(self) -> None:
        """Show what waits for people at the practices too, or the office's own alone again."""
        self.also_practices = not self.also_practices
        self._paint()
        self.read_detail()

    # Deciding

    def _offered(self, action: str) -> bool:
        by_number = {item.id: item for item in self.items}
        chosen = [by_number[number] for number in self.chosen if number in by_number]
        if not chosen:
            return False
        if action == "other":
            reasons = {item.reason for item in chosen}
            if len(chosen) == 1:
                return self.query_one(DetailPane).other
            return reasons <= _WITH_OTHER and all(Action.FIX in item.actions for item in chosen)
        if action == Action.FIX and len(chosen) > 1:
            return False
        return all(Action(action) in item.actions for item in chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done with all that is chosen."""
        if action == "decide":
            return self.is_mounted and self._offered(str(parameters[0]))
        if action == "undo":
            return self.is_mounted and bool(self.app.undoable)
        return True

    @on(Table.Highlighted)
    def offer(self) -> None:
        """What is offered goes with the cursor."""
        self.refresh_bindings()

    def action_undo(self) -> None:
        """Take the last decision back, as long as nothing has followed from it."""
        self.app.undo()


_WITH_OTHER: Final = frozenset(
    {"date_differs", "date_of_birth_differs", "practice_differs", "nhs_number_superseded"}
)


def _searched(item: Item) -> str:
    where = f"{item.provenance} {short_place(item.provenance)}"
    return f"{item.words} {item.practice or ''} {item.screening_number or ''} {where} {item.assigned_to}".casefold()


def _group(item: Item, by: str) -> str:
    match by:
        case "practice":
            return item.practice or "no practice known"
        case "file":
            return item.provenance.file
        case _:
            return ("to put right in NBSS: " if item.state is State.RETURNED else "") + item.words


def _row(item: Item, within: str = "") -> Row:
    return Row(
        str(item.id),
        (
            within + ("to put right in NBSS: " if item.state is State.RETURNED else "") + item.words,
            age(item.age),
            item.practice or "?",
            short_place(item.provenance),
            str(item.due or ""),
            item.assigned_to,
        ),
        (item.id,),
    )


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
        self, desk: Desk, numbers: tuple[int, ...], action: str, who: str, detail: Detail | None
    ) -> None:
        super().__init__()
        self._desk = desk
        self._action = action
        self._numbers = numbers
        self._who = who
        self._detail = detail
        document = detail.document if detail else None
        fixed = action in ("fix", "correct") and isinstance(document, ScreeningResult)
        self._before: Mapping[str, str] = fields_of(document) if fixed and document else {}  # type: ignore[arg-type]
        self._practices = desk.names() if self._before else {}
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
                self._desk.take_other(self._numbers, decision.who, decision.why)
            else:
                self._desk.decide(self._numbers, decision)
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
