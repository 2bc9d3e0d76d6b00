"""A page of fixed-width print: marks on a grid of columns and rows, the paper it goes on, its PDF, and the profiles by
which offices lay pages out.

The same pages give the same bytes.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Literal

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


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


_FONTS = {
    Style.PLAIN: "Courier",
    Style.WIDE: "Courier",
    Style.BOLD: "Courier-Bold",
    Style.WIDE_BOLD: "Courier-Bold",
}
_FALLBACK = "Vera"  # ships with reportlab; has the letters of Central Europe that Courier's encoding lacks
_COURIER_ADVANCE = 0.6  # of its size, every character


def write_pdf(pages: list[Page], paper: Paper, title: str) -> bytes:
    """One document. `image_only` pages are drawn first, then photographed."""
    with _binary_streams():
        return _document(pages, paper, title)


@contextmanager
def _binary_streams() -> Iterator[None]:
    """Streams as bytes, as printer drivers write them: reportlab's ASCII takes twice the time.

    The setting is reportlab's own and global, so it is put back: other rooms write PDFs too.
    """
    before, rl_config.useA85 = rl_config.useA85, 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def _document(pages: list[Page], paper: Paper, title: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(paper.width, paper.height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Crystal Reports ActiveX Designer")
    for page in pages:
        if page.image_only:
            picture = _photographed(Page(page.marks), paper)
            canvas.drawImage(ImageReader(picture), 0, 0, paper.width, paper.height)
        else:
            _draw(canvas, page.marks, paper)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, marks: tuple[Mark, ...], paper: Paper) -> None:
    text = canvas.beginText()
    natural = paper.size * _COURIER_ADVANCE
    for style, alike in _by_style(marks):
        scale = paper.column / natural * (2 if style.wide else 1)
        text.setHorizScale(100 * scale)
        text.setFont(_FONTS[style], paper.size)
        for mark in alike:
            x = paper.left + mark.column * paper.column
            y = paper.height - paper.top - mark.row * paper.row
            if _in_courier(mark.text):
                text.setTextOrigin(x, y)
                text.textOut(mark.text)
                continue
            # A letter that Courier lacks: one character at a time on the same grid, in a font that has it.
            for n, character in enumerate(mark.text):
                text.setTextOrigin(x + n * natural * scale, y)
                text.setFont(_FONTS[style] if _in_courier(character) else _fallback(), paper.size)
                text.textOut(character)
            text.setFont(_FONTS[style], paper.size)
    canvas.drawText(text)


def _by_style(marks: tuple[Mark, ...]) -> Iterator[tuple[Style, list[Mark]]]:
    """One change of font for all marks of a style: most of a page is plain."""
    for style in Style:
        alike = [mark for mark in marks if mark.style is style]
        if alike:
            yield style, alike


def _in_courier(text: str) -> bool:
    """Whether Courier, in the encoding that PDF gives it (Windows-1252), has every letter."""
    if text.isascii():
        return True
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _fallback() -> str:
    if _FALLBACK not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FALLBACK, "Vera.ttf"))
    return _FALLBACK


def _photographed(page: Page, paper: Paper) -> io.BytesIO:
    """The page as a scanner would see it: black and white, 100 dots an inch."""
    import pypdfium2  # noqa: PLC0415 - only for image-only pages

    document = pypdfium2.PdfDocument(write_pdf([page], paper, "page"))
    try:
        image = document[0].render(scale=100 / 72, grayscale=True).to_pil()
    finally:
        document.close()
    picture = io.BytesIO()
    image.point(lambda level: 255 if level > 160 else 0).convert("1").save(picture, "PNG")
    picture.seek(0)
    return picture


LABELS = (
    "Screening Number", "NHS Number", "Address", "Telephone", "Date of Birth", "Age", "Screened on",
    "Mammography on", "Opinion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How a SIL record is set.

    `headline`: `cut` ends it in the text at the page's edge, `overrun` lets it run off the page,
    `short` ends it at 32 characters. `breaks` lets a record run over the end of a page of `page_rows` rows.
    """

    records_a_page: Literal[1, 2] = 2
    labels: Mapping[str, str] = field(default_factory=dict)
    headline: Literal["cut", "overrun", "short"] = "cut"
    titles: Literal["upper", "mixed", "dotted"] = "upper"
    telephone: bool = True
    printed_date: bool = True
    count_on_cover: bool = False
    date_format: str = "%d-%b-%Y"
    breaks: bool = False
    page_rows: int = 60
    paper: Paper = A4

    def label(self, name: str) -> str:
        return self.labels.get(name, name)


@dataclass(frozen=True, slots=True)
class Profile:
    """One office's ways: its layout, whether its extracts are gzipped, and the defects its habits cause."""

    name: str
    layout: Layout
    gzipped: bool = False
    defects: Mapping[str, float] = field(default_factory=dict)


_SHORT_LABELS = MappingProxyType(
    {
        "Screening Number": "Screening No",
        "NHS Number": "NHS No",
        "Date of Birth": "D.O.B.",
        "Telephone": "Tel. No",
        "Screened on": "Date screened",
        "Opinion": "Result",
    }
)
_SMALL_PRINT = Paper(width=612.0, height=792.0, left=40.0, top=50.0, column=5.4, row=10.6, size=9.0)

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("standard", Layout()),
        Profile("one-a-page", Layout(records_a_page=1, count_on_cover=True), gzipped=True),
        Profile("short-labels", Layout(labels=_SHORT_LABELS, date_format="%d/%m/%Y")),
        Profile("small-print", Layout(paper=_SMALL_PRINT), gzipped=True),
        Profile("headline-overrun", Layout(headline="overrun")),
        Profile("headline-short", Layout(headline="short")),
        Profile("sparse", Layout(telephone=False, printed_date=False)),
        Profile("spelt-titles", Layout(titles="mixed")),
        Profile("dotted-titles", Layout(titles="dotted", count_on_cover=True)),
        Profile("page-breaks", Layout(breaks=True)),
        Profile("old-codes", Layout(), defects=MappingProxyType({"practice_old_code": 0.5})),
        Profile("merged-bundles", Layout(), defects=MappingProxyType({"practice_merged": 0.5})),
        Profile("reprints", Layout(), defects=MappingProxyType({"batch_reprinted": 0.5})),
    )
}
