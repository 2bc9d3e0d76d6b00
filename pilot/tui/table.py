"""A list of any length: only what is seen is asked for and painted, and the cursor stays on its result."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

_GUTTER = 2  # where the cursor and the marks stand
_LEAST = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column of fixed width; those of width 0 share what is left. One that can be done without is shown
    `from_width` columns of table on.
    """

    title: str
    width: int = 0
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line: `key` says what it is about, `numbers` which results it stands for."""

    key: str
    cells: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    head: bool = False


class Rows(Protocol):
    """What a table shows, by place."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: int) -> Row: ...
    def place(self, key: str) -> int | None: ...


class Listed:
    """Rows that are all at hand."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = tuple(rows)
        self._places = {row.key: place for place, row in enumerate(self._rows)}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> Row:
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def place(self, key: str) -> int | None:
        return self._places.get(key)


_PAGE = 100


class Paged:
    """Rows that are fetched a page at a time, by their numbers in the ledger, which rise."""

    def __init__(self, numbers: Sequence[int], fetch: Callable[[Sequence[int]], Sequence[Row]]) -> None:
        self._numbers = numbers
        self._fetch = fetch
        self._pages: dict[int, Sequence[Row]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: int) -> Row:
        page, within = divmod(place, _PAGE)
        if page not in self._pages:
            if len(self._pages) > 20:
                self._pages.clear()
            self._pages[page] = self._fetch(self._numbers[page * _PAGE : (page + 1) * _PAGE])
        return self._pages[page][within]

    def place(self, key: str) -> int | None:
        """By halving: the numbers rise."""
        wanted, low, high = int(key), 0, len(self._numbers)
        while low < high:
            middle = (low + high) // 2
            if self._numbers[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._numbers) and self._numbers[low] == wanted else None


class Table(ScrollView, can_focus=True):
    """One line a row, under a head that stays. The cursor is a mark and a colour, so that either is enough."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--head", "table--cursor", "table--group", "table--even"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "to(0)", "First", show=False),
        Binding("end", "to(-1)", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]

    class Highlighted(Message):
        """The cursor is on another row."""

    class Chosen(Message):
        """Enter, or a second click."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self.rows: Rows = Listed()
        self.marked: frozenset[str] = frozenset()
        self._at = 0

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self._at] if 0 <= self._at < len(self.rows) else None

    @property
    def at(self) -> int:
        return self._at

    def show(self, rows: Rows) -> None:
        """Show `rows`; the cursor stays on what it was on, or in its place where that is gone."""
        before = self.row
        self.rows = rows
        place = rows.place(before.key) if before is not None else None
        self._at = place if place is not None else max(min(self._at, len(rows) - 1), 0)
        self._measure()
        self._follow()
        self.refresh()
        after = self.row
        if (after and after.key) != (before and before.key) or after != before:
            self.post_message(self.Highlighted())

    def mark(self, keys: frozenset[str]) -> None:
        """Show these as marked."""
        self.marked = keys
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """The elastic columns take what there is."""
        del event
        self._measure()

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows) + 1)

    # Moving

    def action_move(self, by: int) -> None:
        """One row up or down."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """One screenful up or down."""
        self._go(self._at + by * max(self.size.height - 2, 1))

    def action_to(self, place: int) -> None:
        """To the first row (0) or the last (-1)."""
        self._go(place if place >= 0 else len(self.rows) + place)

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        if self.row is not None:
            self.post_message(self.Chosen())

    def on_click(self, event: Click) -> None:
        """A click goes to a row; a click where the cursor is opens it."""
        place = int(self.scroll_y) + event.y - 1
        if event.y < 1 or place >= len(self.rows):
            return
        if place == self._at:
            self.action_choose()
        self._go(place)

    def _go(self, place: int) -> None:
        place = max(min(place, len(self.rows) - 1), 0)
        if place != self._at:
            self._at = place
            self._follow()
            self.refresh()
            self.post_message(self.Highlighted())

    def _follow(self) -> None:
        """Keep the cursor in sight, under the head."""
        height = max(self.size.height - 1, 1)
        if self._at < self.scroll_y:
            self.scroll_to(y=self._at, animate=False, force=True, immediate=True)
        elif self._at >= self.scroll_y + height:
            self.scroll_to(y=self._at - height + 1, animate=False, force=True, immediate=True)

    def scroll_to_region(self, region: Region, **options: object) -> None:  # type: ignore[override]
        """The cursor alone says what is in sight."""

    # Painting

    def render_line(self, y: int) -> Strip:
        """One line: the head, a row, or nothing."""
        width = self.size.width
        if y == 0:
            return self._strip("", tuple(column.title for column in self._columns), "table--head", width)
        place = int(self.scroll_y) + y - 1
        if place >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[place]
        gutter = (">" if place == self._at else " ") + ("*" if self._is_marked(row) else " ")
        name = "table--group" if row.head else "table--even" if place % 2 else ""
        return self._strip(gutter, row.cells, "table--cursor" if place == self._at else name, width)

    def _is_marked(self, row: Row) -> bool:
        return row.key in self.marked

    def _strip(self, gutter: str, cells: Sequence[str], name: str, width: int) -> Strip:
        style = self.get_component_rich_style(name) if name else self.rich_style
        text = gutter.ljust(_GUTTER)
        for column, cell in zip(self._columns, cells, strict=False):
            if width >= column.from_width:
                text += _fitted(cell, column.width or self._rest(width)) + " "
        return Strip([Segment(text[:width].ljust(width), style or Style())], width)

    def _rest(self, width: int) -> int:
        shown = [column for column in self._columns if width >= column.from_width]
        taken = _GUTTER + sum(column.width + 1 for column in shown)
        elastic = sum(1 for column in shown if not column.width)
        return max((width - taken) // max(elastic, 1), _LEAST)


def _fitted(text: str, width: int) -> str:
    """In so many columns, an ellipsis for what does not fit; nothing that could drive the terminal."""
    text = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
