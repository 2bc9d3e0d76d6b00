"""Home: where every result is, whether everything is accounted for, and what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from pilot.pipeline.overview import Position, Waits
from pilot.tui.office_screen import OfficeScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.run import bar
from pilot.tui.wording import age, plural

_LABEL = 30
_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read for the screen."""

    position: Position
    waits: tuple[Waits, ...]
    held: tuple[int, tuple[str, ...]] | None = None  # against the history: takes longer, and comes after


class HomeScreen(OfficeScreen):
    """Reads itself anew while colleagues work."""

    NAME = "home"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Do the next thing"),
        Binding("s", "app.go_on", "Send and collect"),
        Binding("o", "app.go_start", "Another office or run", show=False),
    ]

    _next = "batches"
    _shows: OpenLedger | None = None

    def compose_body(self) -> ComposeResult:
        """The figures, in the room there is."""
        with VerticalScroll(id="home"):
            yield Static(id="figures", markup=False)

    def read(self, ledger: OpenLedger) -> object:
        """Where everything is and why results wait; once that is shown, also held against the history."""
        if not ledger.path.exists():
            return None
        seen = Seen(ledger.position(), ledger.reasons())
        return replace(seen, held=ledger.held()) if self._shows is ledger else seen

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show it."""
        self.ledger = ledger
        if ledger is None or not isinstance(answer, Seen):
            self.say("Nothing has been taken in yet")
            self.query_one("#figures", Static).update(
                "Choose the files that NBSS wrote today: key 5, Batches.\n\n"
                "Bring all files of a day together, the practice directory first (PRACTICES-...csv)."
            )
            self._next = "batches"
            return
        self._shows = ledger
        self.say(_accounted(answer))
        lines = list(_figures(answer.position, self.size.width))
        hints = list(_hints(answer.position, answer.waits))
        self._next = hints[0][0]
        lines += [Content(""), Content.styled("What to do next", "bold $primary")]
        lines += [Content(f"  {'> ' if not place else '  '}{hint}") for place, (_, hint) in enumerate(hints)]
        self.query_one("#figures", Static).update(Content("\n").join(lines))
        if answer.held is None:
            self.call_after_refresh(self.reread)

    async def action_next(self) -> None:
        """Go to where the next thing is done."""
        await self.app.action_go_to(self._next)


def _accounted(seen: Seen) -> str:
    position = seen.position
    if seen.held is None:
        return f"Holding each of {plural(position.results, 'result')} against its history ..."
    astray, unread = seen.held
    if unread:
        return (
            f"NOT ACCOUNTED FOR: {', '.join(unread)} of the ledger cannot be read. Run pilot doctor --deep, "
            "and restore the last copy"
        )
    if astray:
        return (
            f"NOT ACCOUNTED FOR: {plural(astray, 'result')} of {position.results:,} "
            "stand elsewhere than their history says. Run pilot doctor --deep"
        )
    return (
        f"All {plural(position.results, 'result')} are accounted for: each is in a record, on its way, on a list "
        "with a reason, or went back to NBSS"
    )


def _figures(position: Position, width: int) -> Iterator[Content]:
    late = f"{position.overdue_post:,} OVERDUE" if position.overdue_post else ""
    rows = (
        ("To send", position.to_send, ""),
        ("Sent, waiting for an answer", position.on_their_way, ""),
        ("In the record", position.filed, ""),
        ("Needs me", position.needs_office, ""),
        ("With people at practices", position.with_practices, ""),
        ("On paper, to print and post", position.to_post, late),
        ("Went back, taken up in NBSS", position.returned, ""),
    )
    whole = max(position.results, 1)
    for label, number, note in rows:
        yield Content.assemble(
            f"  {label.ljust(_LABEL)}",
            (f"{number:>{_NUMBER},}  ", "bold"),
            bar(number / whole, max(min(width - _LABEL - _NUMBER - 20, 60), 10)),
            (f"  {note}", "bold $error"),
        )
    yield Content.assemble(f"  {'All'.ljust(_LABEL)}", (f"{position.results:>{_NUMBER},}", "bold"))
    yield Content("")
    today = position.today
    words = (
        ("read", "read"),
        ("sent", "sent"),
        ("filed", "in the record"),
        ("posted", "posted"),
        ("decided", "decided by people"),
    )
    said = ", ".join(f"{today.get(key, 0):,} {word}" for key, word in words)
    yield Content.assemble(("  Today: ", "bold"), said)
    if position.began is not None:
        yield Content.assemble(
            ("  Since the ledger was begun: ", "bold"),
            f"{position.began:%d %b %Y}, {position.results:,} read, {position.filed:,} in the record",
        )


def _hints(position: Position, found: Sequence[Waits]) -> Iterator[tuple[str, str]]:
    """What is to be done, the most urgent first."""
    if position.overdue_post:
        yield "paper", f"4 Post: {plural(position.overdue_post, 'page')} should have been posted by now"
    if position.needs_office:
        first = f"; begin with {found[0].number:,} x {found[0].words}" if found else ""
        old = f", the oldest waits {age(max(waits.longest for waits in found))}" if found else ""
        yield (
            "worklist",
            f"2 Needs me: {plural(position.needs_office, 'result')} of {plural(len(found), 'kind')}{old}{first}",
        )
    if position.to_post > position.overdue_post:
        yield "paper", f"4 Post: {plural(position.to_post, 'page')} to print and post"
    if position.to_send:
        yield "batches", f"5 Batches: {plural(position.to_send, 'result')} wait to be sent (s sends)"
    if position.on_their_way:
        yield "practices", f"s collects answers: {plural(position.on_their_way, 'result')} wait for one"
    yield "batches", "5 Batches: take in what NBSS wrote"
    yield "day", "7 Day: at the end of the day, sign its list"
