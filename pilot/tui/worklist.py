"""What needs me: by cause, so that one decision may do for all of a kind."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from pilot.domain.delivery import State
from pilot.errors import UserError
from pilot.pipeline.item import Action, Item, cause_of, needs_the_office, oldest
from pilot.tui.deciding import Decided, DecideScreen
from pilot.tui.listing import ACTION_KEYS, ON_FILED, DetailPane, ListScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.table import Column, Listed, Row, Table
from pilot.tui.wording import age, short_place

_GROUPS: Final = ("kind", "practice", "file", "none")
_ORDERS: Final = ("longest waiting", "due day", "practice", "print")


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
        if self.ledger is None:
            return
        detail = self.query_one(DetailPane).detail
        chosen = self.chosen
        if len(chosen) == 1 and (detail is None or detail.item.id != chosen[0]):
            try:
                detail = self.ledger.show(chosen[0])
            except UserError as error:
                self.fail(str(error))
                return
        one = detail if len(chosen) == 1 else None
        self.app.push_screen(DecideScreen(self.ledger, chosen, action, self.app.who, one), self._decided)

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
        self._choice: tuple[tuple[int, ...], frozenset[Action], frozenset[str]] | None = None

    def compose_top(self) -> ComposeResult:
        """The box that narrows the list; it is there while it is used."""
        box = Input(placeholder="Words of the reason, the practice or the file", id="narrow", compact=True)
        box.display = False
        yield box

    def read(self, ledger: OpenLedger) -> object:
        """The whole list; nothing is cut."""
        return ledger.listed()

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show the list as it now is."""
        self.ledger = ledger
        self.items, self.unread = answer if isinstance(answer, tuple) else ((), ())
        self._marked &= {item.id for item in self.items}
        self._choice = None
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
                    age(oldest(some)),
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
        if self.ledger is None:
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
        self.offer()

    def action_mark_all(self) -> None:
        """Mark all that is listed, or nothing."""
        table = self.query_one(Table)
        these = {number for place in range(len(table.rows)) for number in table.rows[place].numbers}
        self._marked = frozenset() if these <= self._marked else frozenset(these)
        self._paint()
        self.offer()

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

    def _may_be_done(self, action: str) -> bool:
        if self._choice is None or self._choice[0] != self.chosen:
            self._choice = self.chosen, *self._alike(self.chosen)
        chosen, actions, reasons = self._choice
        if action == "other":
            if len(chosen) == 1:
                return self.query_one(DetailPane).other
            return Action.FIX in actions and reasons <= _WITH_OTHER
        if action == Action.FIX and len(chosen) > 1:
            return False
        return Action(action) in actions

    def _alike(self, chosen: tuple[int, ...]) -> tuple[frozenset[Action], frozenset[str]]:
        """What may be done with all of these, and why they are here. The footer asks for each key, many times."""
        wanted = set(chosen)
        items = [item for item in self.items if item.id in wanted]
        actions = frozenset(Action)
        for offered in {item.actions for item in items}:
            actions &= frozenset(offered)
        return actions if items else frozenset(), frozenset(item.reason for item in items)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done with all that is chosen."""
        if action == "decide":
            return self.is_mounted and self._may_be_done(str(parameters[0]))
        if action == "undo":
            return self.is_mounted and bool(self.app.undoable)
        return True

    @on(Table.Highlighted)
    def offer_what_may_be_done(self) -> None:
        """What is offered goes with the cursor."""
        self.offer()

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
            back = "to put right in NBSS: " if item.state is State.RETURNED else ""
            _, file = cause_of(item)
            # The file first: on a narrow screen the end is cut.
            return back + (f"{file}: " if file else "") + item.words


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
