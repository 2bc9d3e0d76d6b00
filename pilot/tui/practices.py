"""Practices: how results go to each, what waits there and for how long, and what its system last said."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from textual.binding import Binding, BindingType

from pilot.pipeline.overview import PracticeLine
from pilot.tui.listing import ListScreen
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.table import Column, Listed, Row, Table
from pilot.tui.wording import age, plural

_WAYS = {"coded": "coded", "mesh_pdf": "PDF by MESH", "paper": "paper", "": "not yet"}


class PracticesScreen(ListScreen):
    """One line a practice; Enter shows its results."""

    NAME = "practices"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("Practice", 9),
        Column("Name"),
        Column("Goes", 11),
        Column("Filed", 7),
        Column("Waiting", 7),
        Column("Overdue", 7),
        Column("Heard", 7),
        Column("Post", 6, from_width=92),
        Column("At practice", 11, from_width=104),
        Column("With us", 7, from_width=112),
        Column("Mailbox", 14, from_width=130),
        Column("Supplier", 9, from_width=150),
        Column("Ready", 6, from_width=150),
        Column("Rules", 6, from_width=150),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "overdue", "Overdue first")]

    lines: tuple[PracticeLine, ...] = ()
    takes_part: Mapping[str, Mapping[str, object]] = MappingProxyType({})
    overdue_first = False

    def read(self, ledger: OpenLedger) -> object:
        """What is known of each, and how it takes part where this is a run."""
        return ledger.practices(), ledger.takes_part()

    def show(self, ledger: OpenLedger | None, answer: object) -> None:
        """Show it."""
        self.ledger = ledger
        self.lines, self.takes_part = answer if isinstance(answer, tuple) else ((), {})
        if ledger is None or not self.lines:
            self.say("No practice is known yet: bring the directory (PRACTICES-...csv) with the first batch")
            self.empty(ledger)
            return
        overdue = sum(bool(line.overdue) for line in self.lines)
        waiting = sum(line.waiting for line in self.lines)
        self.say(
            f"{plural(len(self.lines), 'practice')}; {plural(waiting, 'result')} not yet collected; "
            + (f"{overdue:,} OVERDUE: ring them" if overdue else "none overdue")
        )
        order = list(self.lines)
        if self.overdue_first:
            order.sort(key=lambda line: -line.overdue)
        self.query_one(Table).show(
            Listed([_row(line, ledger.now, self.takes_part.get(line.practice)) for line in order])
        )

    def action_overdue(self) -> None:
        """Those to be rung first, or by code."""
        self.overdue_first = not self.overdue_first
        self.show(self.ledger, (self.lines, self.takes_part))

    def open_pane(self) -> None:
        """All results of the practice."""
        row = self.query_one(Table).row
        if row is not None:
            self.app.find_practice(row.key)


def _row(line: PracticeLine, now: datetime, part: Mapping[str, object] | None) -> Row:
    rules = part.get("rules") if part else None
    return Row(
        line.practice,
        (
            line.practice,
            line.name,
            _WAYS.get(line.route, line.route),
            f"{line.filed:,}",
            f"{line.waiting:,}",
            f"{line.overdue:,}" + ("!" if line.overdue else ""),
            age(now - line.heard) if line.heard else "never",
            f"{line.to_post:,}",
            f"{line.with_practice:,}",
            f"{line.with_office:,}",
            line.mailbox,
            str(part.get("supplier", "")) if part else "",
            ("yes" if part.get("ready") else "no") if part else "",
            f"{len(rules)}" if isinstance(rules, list) else "",
        ),
    )
