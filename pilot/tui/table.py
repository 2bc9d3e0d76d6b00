"""A table of results that keeps its place while the run changes it under the reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widgets import DataTable

MOST_ROWS = 1000
_LEAST = 20
_PADDING = 2  # a column of space on either side of each cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column of fixed width; the one of width 0 takes what is left.

    One that can be done without is shown `from_width` columns of table on; the pane beside it always says it.
    """

    title: str
    width: int = 0
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line about one result, by its number in the ledger."""

    number: int
    cells: tuple[str, ...]


class LedgerTable(DataTable[Text]):
    """One line a result. Only what changed is painted; the cursor stays on its result."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()

    @property
    def number(self) -> int | None:
        """The result under the cursor."""
        return self._rows[self.cursor_row].number if 0 <= self.cursor_row < len(self._rows) else None

    def show(self, rows: Sequence[Row]) -> None:
        """Show `rows`, up to the most that a person would page through."""
        rows = tuple(rows[:MOST_ROWS])
        if [row.number for row in rows] == [row.number for row in self._rows] and self.row_count == len(rows):
            self._change(rows)
        else:
            self._rebuild(rows)

    def on_resize(self, event: Resize) -> None:
        """Give the elastic column what is left."""
        del event
        self._rebuild(self._rows)

    def _change(self, rows: tuple[Row, ...]) -> None:
        for index, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            if old != new:
                for column, cell in enumerate(self._cells(new)):
                    self.update_cell_at(Coordinate(index, column), cell)
        self._rows = rows

    def _rebuild(self, rows: tuple[Row, ...]) -> None:
        number, at = self.number, self.cursor_row
        offset = self.scroll_y
        with self.app.batch_update():
            self.clear(columns=True)
            for column in self._shown():
                self.add_column(column.title, width=column.width or self._rest())
            self._rows = rows
            for row in rows:
                self.add_row(*self._cells(row))
            same = (index for index, row in enumerate(rows) if row.number == number)
            self.move_cursor(row=next(same, max(min(at, len(rows) - 1), 0)), scroll=False)
            self.scroll_to(y=offset, animate=False)

    def _shown(self) -> list[Column]:
        return [column for column in self._columns if self.size.width >= column.from_width]

    def _cells(self, row: Row) -> list[Text]:
        pairs = zip(self._columns, row.cells, strict=True)
        return [
            Text(cell, no_wrap=True, overflow="ellipsis")
            for column, cell in pairs
            if self.size.width >= column.from_width
        ]

    def _rest(self) -> int:
        shown = self._shown()
        taken = sum(column.width for column in shown) + _PADDING * len(shown)
        return max(self.scrollable_content_region.width - taken, _LEAST)
