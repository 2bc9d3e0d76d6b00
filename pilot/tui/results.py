"""Every result and where it is: what staff look at when a practice rings."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Select

from pilot.domain.delivery import State
from pilot.pipeline.worklist import Action
from pilot.tui.desk import Desk, Wanted, Whereabouts, find, tally
from pilot.tui.listing import ACTION_KEYS
from pilot.tui.table import MOST_ROWS, Column, LedgerTable, Row
from pilot.tui.wording import STATES, age, short_place
from pilot.tui.worklist import DecidingScreen


class ResultsScreen(DecidingScreen):
    """Narrowed by typing, by state and by practice, all three together."""

    NAME = "results"
    OPEN_AT_FIRST = False
    # No column names a participant.
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Screening no", 12),
        Column("Practice", 8),
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
        # What is filed is on no list of what needs somebody.
        *(
            Binding(ACTION_KEYS[action], f"decide('{action.value}')", action.value.capitalize())
            for action in (Action.CORRECT, Action.WITHDRAW)
        ),
    ]

    results: tuple[Whereabouts, ...] = ()

    def compose_top(self) -> ComposeResult:
        """The three filters, on one line."""
        with Horizontal(id="filters"):
            yield Input(placeholder="/ Screening number, NHS number, file, words", id="text", compact=True)
            states = [(words.capitalize(), state) for state, words in STATES.items()]
            yield Select(states, prompt="Any state", id="state", compact=True)
            yield Select[str]([], prompt="Any practice", id="practice", compact=True)

    def show(self, desk: Desk | None, results: tuple[Whereabouts, ...], problem: str = "") -> None:
        """Show the results as they now are."""
        self.desk, self.results = desk, results
        self._offer_practices(sorted({result.practice for result in results if result.practice}))
        self._narrow(problem)

    def _offer_practices(self, practices: list[str]) -> None:
        select = self.query_one("#practice", Select)
        if practices != getattr(self, "_offered", None):
            self._offered = practices
            chosen = select.value
            with self.prevent(Select.Changed):
                select.set_options([(practice, practice) for practice in practices])
                if chosen in practices:
                    select.value = chosen

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
    def narrow(self) -> None:
        """Show what fits the filters as they now are."""
        self._narrow("")

    def _narrow(self, problem: str) -> None:
        wanted = self._wanted()
        found = find(self.results, wanted)
        self.say(problem or _heading(self.results, found, wanted))
        self.query_one(LedgerTable).show([_row(result) for result in found])
        self.read_detail()

    @on(Input.Submitted, "#text")
    def to_table(self) -> None:
        """Enter in the search goes to what it found."""
        self.query_one(LedgerTable).focus()

    def action_go_to(self, selector: str) -> None:
        """Go to one of the filters."""
        self.query_one(selector).focus()

    def action_clear(self) -> None:
        """Show everything again."""
        self.query_one("#text", Input).value = ""
        for select in self.query(Select):
            select.clear()


def _heading(results: tuple[Whereabouts, ...], found: list[Whereabouts], wanted: Wanted) -> str:
    if not results:
        return "No batch has come out of NBSS yet"
    text = tally(results)
    if not wanted.everything:
        text = f"{len(found):,} of {len(results):,} fit: {tally(found)}"
    return text + (f" (the first {MOST_ROWS:,} are listed)" if len(found) > MOST_ROWS else "")


def _row(result: Whereabouts) -> Row:
    return Row(
        result.id,
        (
            result.screening_number or "not readable",
            result.practice or "?",
            STATES[result.state],
            age(result.age),
            result.words,
            short_place(result.provenance),
        ),
    )
