"""Prints drawn for the tests, without the generators: any text, font, size, margin and driver."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

_BORROWED = "Vera"  # ships with reportlab; has letters that the standard fonts lack

Page = Sequence[str]
"""The rows of a page from the top, blank ones included."""


@dataclass(frozen=True)
class Driver:
    """How a printer driver puts text on paper; sizes in points.

    `unit` is what it places in one go: a line with its spaces, a word, or a character. `column` is the grid
    that words and characters are placed on. `wide` is how it draws a headline of two columns a character:
    stretched, in type of twice the size, or with a blank between characters.
    """

    font: str = "Courier"
    size: float = 10.0
    left: float = 28.0
    top: float = 63.0
    column: float = 6.0
    row: float = 12.0
    paper: tuple[float, float] = (595.28, 841.89)
    unit: Literal["line", "word", "character"] = "line"
    wide: Literal["stretched", "large", "spaced"] = "stretched"


STANDARD = Driver()


def draw(pages: Sequence[Page], driver: Driver = STANDARD, *, compress: bool = False) -> bytes:
    """A PDF of these pages. A row that says how an episode ended is drawn wide, as NBSS does."""
    if _BORROWED not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_BORROWED, "Vera.ttf"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=driver.paper, invariant=1, pageCompression=int(compress))
    for page in pages:
        text = canvas.beginText()
        for number, row in enumerate(page):
            _row(text, row, driver.paper[1] - driver.top - number * driver.row, driver)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _row(text: PDFTextObject, row: str, y: float, driver: Driver) -> None:
    wide = row.lstrip().startswith(("SCREENED - ", "NOT SCREENED"))
    size, stretch, column = driver.size, 100.0, driver.column
    if wide and driver.wide == "spaced":
        row = " ".join(row)
    elif wide:
        column *= 2
        size, stretch = (2 * size, stretch) if driver.wide == "large" else (size, 200.0)
    text.setHorizScale(stretch)
    for start, piece in _units(row, driver.unit):
        text.setFont(driver.font, size)
        if driver.font != _BORROWED and not _drawable(piece):
            text.setFont(_BORROWED, size)
        text.setTextOrigin(driver.left + start * column, y)
        text.textOut(piece)
    text.setHorizScale(100)


def _units(row: str, unit: str) -> list[tuple[int, str]]:
    """Where each piece starts, in columns, and the piece. A letter that a font lacks is placed on its own."""
    if unit == "line" and _drawable(row):
        return [(0, row)]
    if unit == "word" and _drawable(row):
        pieces, at = [], 0
        for word in row.split(" "):
            if word:
                pieces.append((at, word))
            at += len(word) + 1
        return pieces
    return [(at, char) for at, char in enumerate(row) if char != " "]


def _drawable(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def picture_page() -> bytes:
    """A PDF of one page with a drawing and no text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def scanned_page(rows: Page) -> bytes:
    """A PDF of one page that is a picture, with invisible text over it, as scanners' software makes it."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawImage(ImageReader(Image.new("1", (100, 140), 1)), 0, 0, 595, 842)
    text = canvas.beginText(28, 780)
    text.setTextRenderMode(3)
    text.setFont("Courier", 10)
    for row in rows:
        text.textLine(row)
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
