"""Every result and where it is: one box, answered by the ledger itself, however many there are."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Select

from pilot.domain.delivery import State
from pilot.errors import UserError
from pilot.pipeline.overview import Line, Wanted
from pilot.tui.listing import ACTION_KEYS, ON_FILED, DetailPane
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.table import Column, Paged, Row, Table
from pilot.tui.wording import STATES, age, plural, short_place
from pilot.tui.worklist import DecidingScreen


class Found(Message):
    """What fits, or why it could not be looked for."""

    def __init__(
        self,
        wanted: Wanted,
        numbers: "array[int]",
        tally: Mapping[State, int],
        practices: Mapping[str, str],
        problem: str = "",
    ) -> None:
        super().__init__()
        self.wanted = wanted
        self.numbers = numbers
        self.tally = tally
        self.practices = practices
        self.problem = problem


class ResultsScreen(DecidingScreen):
    """Narrowed by typing, by state and by practice, all three together."""

    NAME = "results"
    # No column names a participant.
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Screening no", 12),
        Column("Practice", 9),
        Column("Where it is", 15),
        Column("For", 6),
        Column("Why"),
        Column("Printed in", 26, from_width=110),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "go_to('#text')", "Find"),
        Binding("s", "go_to('#state')", "State"),
        Binding("p", "go_to('#practice')", "Practice"),
        Binding("c", "clear", "Clear"),
        *(
            Binding(ACTION_KEYS[action], f"decide('{action.value}')", action.value.capitalize())
            for action in ON_FILED
        ),
    ]

    _asked: Wanted | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done with the result that is shown."""
        if action == "decide":
            return self.is_mounted and str(parameters[0]) in self.query_one(DetailPane).actions
        return True

    def compose_top(self) -> ComposeResult:
        """The three filters, on one line."""
        with Horizontal(id="filters"):
            yield Input(placeholder="/ Smith 1966, number, practice, file", id="text", compact=True)
            states = [(words.capitalize(), state) for state, words in STATES.items()]
            yield Select(states, prompt="Any state", id="state", compact=True)
            yield Select[str]([], prompt="Any practice", id="practice", compact=True)

    def read(self, ledger: OpenLedger) -> object:
        """The search is made anew by `show`; the practices are read on the way."""
        return ledger.names()

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Look again, for what is asked."""
        del answer
        self.ledger = ledger
        if ledger is None:
            self.say("No batch has come out of NBSS yet")
            self.empty(ledger)
        else:
            self.search()

    def ask(self, practice: str) -> None:
        """Show all of one practice."""
        self.action_clear()
        self.query_one("#text", Input).value = practice

    def _wanted(self) -> Wanted:
        state = self.query_one("#state", Select).value
        practice = self.query_one("#practice", Select).value
        return Wanted(
            text=self.query_one("#text", Input).value,
            state=state if isinstance(state, State) else None,
            practice=practice if isinstance(practice, str) else None,
        )

    @on(Input.Changed, "#text")
    @on(Select.Changed)
    def ask_anew(self) -> None:
        """Look again where the filters say something else; a select also tells that it was filled."""
        if self._wanted() != self._asked:
            self.search()

    def search(self) -> None:
        """Look for what the filters say now."""
        if self.ledger is not None:
            self._asked = self._wanted()
            self._search(self.ledger, self._asked)

    @work(thread=True, exclusive=True, group="find")
    def _search(self, ledger: OpenLedger, wanted: Wanted) -> None:
        try:
            numbers, tally = ledger.find(wanted)
            self.post_message(Found(wanted, numbers, tally, ledger.names()))
        except UserError as error:
            self.post_message(Found(wanted, array("q"), {}, {}, str(error)))

    def on_found(self, message: Found) -> None:
        """Show it, unless something else is asked by now."""
        if message.wanted != self._wanted() or self.ledger is None:
            return
        self.fail(message.problem)
        self._offer_practices(message.practices)
        total = sum(message.tally.values())
        parts = [
            f"{message.tally[state]:,} {words}" for state, words in STATES.items() if message.tally.get(state)
        ]
        said = plural(total, "result") + (f": {', '.join(parts)}" if parts else "")
        if not total and message.wanted.everything:
            said = "No batch has come out of NBSS yet"
        self.say(said if message.wanted.everything else f"{total:,} fit: {said}")
        self.query_one(Table).show(Paged(message.numbers, self._page))
        self.read_detail()

    def _page(self, numbers: Sequence[int]) -> Sequence[Row]:
        if self.ledger is None:
            return ()
        try:
            lines = {line.id: line for line in self.ledger.lines(numbers)}
        except UserError as error:
            self.call_after_refresh(self.fail, str(error))
            lines = {}
        now = self.ledger.now
        return [_row(number, lines.get(number), now) for number in numbers]

    def _offer_practices(self, practices: Mapping[str, str]) -> None:
        select = self.query_one("#practice", Select)
        if practices != getattr(self, "_among", None):
            self._among = practices
            chosen = select.value
            with self.prevent(Select.Changed):
                options = [(f"{code} {name}".strip(), code) for code, name in sorted(practices.items())]
                select.set_options(options)
                if chosen in practices:
                    select.value = chosen

    @on(Input.Submitted, "#text")
    def to_table(self) -> None:
        """Enter in the search goes to what it found."""
        self.query_one(Table).focus()

    def action_go_to(self, selector: str) -> None:
        """Go to one of the filters."""
        self.query_one(selector).focus()

    def action_clear(self) -> None:
        """Show everything again."""
        self.query_one("#text", Input).value = ""
        for select in self.query(Select):
            select.clear()


def _row(number: int, line: Line | None, now: datetime) -> Row:
    if line is None:
        return Row(str(number), ("", "", "", "", "it cannot be read", ""), (number,))
    return Row(
        str(number),
        (
            line.screening_number or "not readable",
            line.practice or "?",
            STATES[line.state],
            age(now - line.since),
            line.words,
            short_place(line.provenance),
        ),
        (number,),
    )
