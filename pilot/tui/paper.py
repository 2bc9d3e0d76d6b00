"""The post: what goes on paper, an envelope a practice; printed, posted and ticked, with a name each time."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from pilot.pipeline.print_queue import Letter
from pilot.tui.deciding import AskScreen
from pilot.tui.listing import ListScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.table import Column, Listed, Row, Table
from pilot.tui.wording import plural, short_place


class PaperScreen(ListScreen):
    """Envelopes, and within each its pages."""

    NAME = "paper"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Envelope"),
        Column("Pages", 6),
        Column("Printed", 8),
        Column("Post by", 11),
        Column("Printed in", 26, from_width=100),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "print(False)", "Print"),
        Binding("a", "print(True)", "Print all again"),
        Binding("o", "posted", "Posted"),
        Binding("u", "app.undo", "Undo", show=False),
    ]

    letters: tuple[Letter, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._open: set[str] = set()
        self._names: dict[str, str] = {}

    def read(self, ledger: OpenLedger) -> object:
        """All that waits to be posted, and what practices are called."""
        return ledger.letters(), ledger.names()

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show it by envelope."""
        self.ledger = ledger
        if ledger is None or answer is None:
            self.say("Nothing is to be posted")
            self.empty(ledger)
            return
        self.letters, self._names = answer  # type: ignore[misc]
        self._paint()

    def _paint(self) -> None:
        printed = sum(letter.printed for letter in self.letters)
        late = sum(self._late(letter) for letter in self.letters)
        self.say(
            f"{plural(len(self.letters), 'page')} to post: {len(self.letters) - printed:,} to print (p), "
            f"{printed:,} printed and to be ticked once they are posted (o)"
            + (f"; {late:,} OVERDUE" if late else "")
            if self.letters
            else "Nothing is to be posted"
        )
        self.query_one(Table).show(Listed(list(self._rows())))
        self.offer()

    def _late(self, letter: Letter) -> bool:
        return self.ledger is not None and self.ledger.now.date() > letter.due

    def _rows(self) -> Iterator[Row]:
        envelopes: dict[str, list[Letter]] = {}
        for letter in self.letters:
            envelopes.setdefault(letter.practice, []).append(letter)
        for practice, some in sorted(envelopes.items()):
            opened = practice in self._open
            due = min(letter.due for letter in some)
            late = "!" if any(map(self._late, some)) else ""
            yield Row(
                practice,
                (
                    f"{'-' if opened else '+'} {practice} {self._names.get(practice, '')}",
                    str(len(some)),
                    f"{sum(letter.printed for letter in some)} of {len(some)}",
                    f"{due:%d-%b-%y}{late}",
                    "",
                ),
                tuple(letter.entry.id for letter in some),
                head=True,
            )
            for letter in some if opened else ():
                yield Row(
                    str(letter.entry.id),
                    (
                        f"    {letter.entry.screening_number or letter.entry.id}",
                        "1",
                        "yes" if letter.printed else "no",
                        f"{letter.due:%d-%b-%y}{'!' if self._late(letter) else ''}",
                        short_place(letter.entry.provenance),
                    ),
                    (letter.entry.id,),
                )

    def open_pane(self) -> None:
        """Open an envelope, or a page."""
        row = self.query_one(Table).row
        if row is not None and row.head:
            self._open ^= {row.key}
            self._paint()
        else:
            super().open_pane()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is something to do with."""
        if action == "print":
            return bool(self.letters) if parameters[0] else any(not letter.printed for letter in self.letters)
        if action == "posted":
            return any(letter.printed for letter in self.letters)
        return True

    def action_print(self, again: bool) -> None:
        """Write the PDF for the printer."""
        if self.ledger is None:
            return
        count = sum(again or not letter.printed for letter in self.letters)
        self.app.push_screen(
            AskScreen(
                f"Print {plural(count, 'page')}",
                "A PDF: for each practice the list of its envelope, then its pages. It names participants; "
                "delete it once it is posted.",
                {"Who prints": self.app.who, "File": str(self.ledger.beside("post-{}.pdf"))},
            ),
            lambda said: self._print(said, again) if said else None,
        )

    def _print(self, fields: Mapping[str, str], again: bool) -> None:
        out = Path(fields["File"]).expanduser()

        def work(ledger: OpenLedger) -> str:
            pages = ledger.print_post(out, fields["Who prints"], again=again)
            return f"{plural(pages, 'page')} in {out}: print it, post it, then tick it (o)"

        self.do(work)

    def action_posted(self) -> None:
        """Tick the envelope under the cursor, or the page, as posted."""
        printed = {letter.entry.id for letter in self.letters if letter.printed}
        chosen = tuple(number for number in self.numbers if number in printed)
        if not chosen:
            self.fail(
                "Nothing under the cursor was printed yet. Print it first (p), then post it and tick it."
            )
            return
        left = len(self.numbers) - len(chosen)
        self.app.push_screen(
            AskScreen(
                f"Posted: {plural(len(chosen), 'page')}",
                "From now on they are the practice's. Compare the envelope with its list before it is closed."
                + (f" {plural(left, 'page')} of it was not printed and stays here." if left else ""),
                {"Who posted": self.app.who},
            ),
            lambda said: self._tick(chosen, said["Who posted"]) if said else None,
        )

    def _tick(self, chosen: tuple[int, ...], who: str) -> None:
        def work(ledger: OpenLedger) -> str:
            ledger.posted(chosen, who)
            return f"Posted: {plural(len(chosen), 'page')}"

        self.do(work)
