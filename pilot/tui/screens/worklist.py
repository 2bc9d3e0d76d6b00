"""What needs me: the results that wait for a person, longest first, and what may be done with each."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from pilot.domain.delivery import State
from pilot.pipeline.worklist import Action, Item
from pilot.tui.desk import Decision, Desk, needs_the_office
from pilot.tui.messages import Decided
from pilot.tui.screens.decide import DecideScreen
from pilot.tui.screens.ledger import LedgerScreen
from pilot.tui.widgets.detail_pane import ACTION_KEYS, DetailPane
from pilot.tui.widgets.ledger_table import Column, LedgerTable, Row
from pilot.tui.wording import age, short_place


class WorklistScreen(LedgerScreen):
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
    who = ""

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
