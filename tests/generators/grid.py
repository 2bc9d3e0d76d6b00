"""What is printed where, read back by PDFium from the file alone: the oracle of the layout tests.

Knows the paper (A4, 6 x 12 pt) and nothing of the writer.
"""

from functools import cache
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

LEFT, TOP, COLUMN, ROW = 28.0, 63.0, 6.0, 12.0


class Character(NamedTuple):
    """A character with the point it is drawn at, from the page's bottom left."""

    text: str
    x: float
    y: float
    advance: float


def characters(page: pypdfium2.PdfPage) -> list[Character]:
    """Everything drawn on a page but blanks, in the file's order."""
    textpage = page.get_textpage()
    found = []
    for i in range(textpage.count_chars()):
        if raw.FPDFText_IsGenerated(textpage, i) == 1:
            continue
        text = chr(raw.FPDFText_GetUnicode(textpage, i))
        if text.isspace():
            continue
        left, bottom, right, _top = textpage.get_charbox(i, loose=True)
        found.append(Character(text, left, bottom, right - left))
    return found


@cache
def page_lines(data: bytes) -> list[list[str]]:
    """Each page as rows of columns; a wide character stands in the first of its two columns."""
    document = pypdfium2.PdfDocument(data)
    pages = []
    for page in document:
        height = page.get_height()
        cells: dict[tuple[int, int], str] = {}
        for character in characters(page):
            column = round((character.x - LEFT) / COLUMN)
            row = round((height - TOP - character.y) / ROW)
            assert (row, column) not in cells, "two characters in one place"
            cells[row, column] = character.text
        rows = max((row for row, _ in cells), default=-1) + 1
        columns = max((column for _, column in cells), default=-1) + 1
        pages.append(["".join(cells.get((r, c), " ") for c in range(columns)).rstrip() for r in range(rows)])
    document.close()
    return pages
