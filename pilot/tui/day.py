"""The end of the day: what went, what did not, who decided what; signed and printed, as the office always did."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from pilot.pipeline.item import cause_of, kinds
from pilot.pipeline.overview import DayList
from pilot.tui.deciding import AskScreen
from pilot.tui.office_screen import OfficeScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.wording import plural

# So many for one reason are counted on the screen; the print of the list has each.
_TOGETHER_FROM: Final = 20


class DayScreen(OfficeScreen):
    """Today's list as it stands."""

    NAME = "day"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sign", "Sign"),
        Binding("p", "print", "Print"),
    ]

    day: DayList | None = None

    def compose_body(self) -> ComposeResult:
        """The list, to scroll."""
        with VerticalScroll(id="home"):
            yield Static(id="figures", markup=False)

    def read(self, ledger: OpenLedger) -> object:
        """The list of today."""
        return ledger.day() if ledger.path.exists() else None

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show it."""
        self.ledger = ledger
        self.day = answer if isinstance(answer, DayList) else None
        if self.day is None:
            self.say("Nothing has been taken in yet")
            return
        signed = f"signed by {self.day.signed[-1][1]}" if self.day.signed else "NOT SIGNED (s signs)"
        self.say(
            f"{self.day.day:%A %d %B %Y}: {self.day.sent:,} sent, {self.day.posted:,} posted; "
            f"not gone: {len(self.day.not_gone):,}. {signed}"
        )
        self.query_one("#figures", Static).update(Content("\n").join(_lines(self.day)))
        self.offer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There must be a list."""
        return self.day is not None if action in ("sign", "print") else True

    def action_sign(self) -> None:
        """Stand for the list as it reads now."""
        if self.day is None:
            return
        left = len(self.day.not_gone)
        self.app.push_screen(
            AskScreen(
                f"Sign the list of {self.day.day:%d %B %Y}",
                "You have looked at what went and what did not"
                + (
                    f". {plural(left, 'result')} did not go, each with its reason."
                    if left
                    else ": everything went."
                ),
                {"Who signs": self.app.who},
            ),
            lambda said: self._sign(said["Who signs"]) if said else None,
        )

    def _sign(self, who: str) -> None:
        day = self.day

        def work(ledger: OpenLedger) -> str:
            assert day is not None  # noqa: S101 - there was a list to sign
            ledger.sign(day, who)
            return f"Signed by {who}"

        self.do(work)

    def action_print(self) -> None:
        """Write the list as a PDF."""
        if self.ledger is None or self.day is None:
            return
        self.app.push_screen(
            AskScreen(
                "Print the list of the day",
                "A PDF with a line to sign on. It names no participant.",
                {"File": str(self.ledger.beside("day-{}.pdf"))},
            ),
            lambda said: self._print(Path(said["File"]).expanduser()) if said else None,
        )

    def _print(self, out: Path) -> None:
        day = self.day

        def work(ledger: OpenLedger) -> str:
            assert day is not None  # noqa: S101 - there was a list to print
            ledger.print_day(day, out)
            return f"Written to {out}"

        self.do(work)


def _lines(day: DayList) -> Iterator[Content]:
    yield Content.styled(f"{'  Practice':<40}{'sent':>8}{'posted':>8}{'filed':>8}{'not gone':>10}", "bold")
    for line in day.lines:
        name = f"{line.practice or 'no practice'} {line.name}"[:36]
        yield Content(f"  {name:<38}{line.sent:>8,}{line.posted:>8,}{line.filed:>8,}{line.not_gone:>10,}")
    yield Content("")
    yield Content.styled(f"  Not gone: {len(day.not_gone):,}", "bold $primary")
    together = {
        cause_of(kind.items[0]): kind for kind in kinds(day.not_gone) if len(kind.items) > _TOGETHER_FROM
    }
    for item in day.not_gone:
        if cause_of(item) not in together:
            yield Content(
                f"  {item.screening_number or item.id!s:<12} {item.practice or '-':<8} {item.words}"
            )
    yield from (Content(f"  {len(kind.items):>8,} x {kind.words}") for kind in together.values())
    yield Content("")
    yield Content.styled("  Taken in", "bold $primary")
    yield from (Content(f"  {name:<48}{plural(held, 'result'):>16}") for name, held in day.files)
    yield Content.styled("  Decided", "bold $primary")
    yield from (Content(f"  {who:<48}{number:>8,}") for who, number in day.decided.items())
    for at, who in day.signed:
        yield Content.styled(f"  Signed by {who} at {at:%H:%M}", "bold")
