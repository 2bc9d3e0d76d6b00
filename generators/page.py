"""A page of fixed-width print before it is drawn: marks on a grid of columns and rows, and the paper it goes on."""

from dataclasses import dataclass
from enum import Enum


class Style(Enum):
    """`WIDE` characters take two columns each, as NBSS prints an outcome's headline."""

    PLAIN = "plain"
    BOLD = "bold"
    WIDE = "wide"
    WIDE_BOLD = "wide_bold"

    @property
    def wide(self) -> bool:
        return self in (Style.WIDE, Style.WIDE_BOLD)


@dataclass(frozen=True, slots=True)
class Mark:
    """Text that starts at a column of a row, both from 0 at the top left."""

    row: int
    column: int
    text: str
    style: Style = Style.PLAIN

    def moved(self, rows: int) -> "Mark":
        """The same mark so many rows further down."""
        return Mark(self.row + rows, self.column, self.text, self.style)


@dataclass(frozen=True, slots=True)
class Paper:
    """Sizes in points. `left` and `top` are the margins to the grid's first column and first baseline."""

    width: float = 595.28
    height: float = 841.89
    left: float = 28.0
    top: float = 63.0
    column: float = 6.0
    row: float = 12.0
    size: float = 10.0


A4 = Paper()
"""What NBSS prints on: Courier 10 pt, 6 pt a column, 12 pt a row."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `image_only` pages are drawn as a picture: nothing of their text can be read out."""

    marks: tuple[Mark, ...]
    image_only: bool = False


def text_lines(marks: tuple[Mark, ...]) -> list[str]:
    """As a person reads it: one string a row, wide type as ordinary type, trailing blanks left out."""
    rows: dict[int, list[Mark]] = {}
    for mark in marks:
        rows.setdefault(mark.row, []).append(mark)
    if not rows:
        return []
    first = min(rows)
    lines = []
    for row in range(first, max(rows) + 1):
        line = ""
        for mark in sorted(rows.get(row, ()), key=lambda mark: mark.column):
            line = line.ljust(mark.column) + mark.text
        lines.append(line.rstrip())
    return lines
