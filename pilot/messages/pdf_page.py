"""One record as it was printed, alone on an A4 page; and many such pages for the post."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pilot.domain.result import ScreeningResult
from pilot.messages.text import courier

TITLE = "Breast screening result, as printed"

# The print's own grid: Courier 10 pt, 80 columns of 6 pt, 12 pt a row; 64 rows leave a margin on A4.
_SIZE, _COLUMN, _ROW = 10, 6, 12
_COLUMNS, _ROWS = 80, 64
_MARGIN = (A4[0] - _COLUMNS * _COLUMN) / 2
_TOP = A4[1] - 36


def pdf_page(result: ScreeningResult) -> bytes:
    """The record's lines on one page; the same lines give the same bytes.

    What is wider or longer than a page is made smaller, never cut. Raises ValueError where the result came
    without its print: a blank page must not pass for a report.
    """
    return pdf_pages([result.lines], TITLE)


def pdf_pages(pages: Iterable[Sequence[str]], title: str) -> bytes:
    """Pages of lines, each as `pdf_page` lays one out. Raises ValueError where one is blank."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1, lang="en-GB")
    canvas.setTitle(title)
    for page in pages:
        _draw(canvas, page)
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, page: Sequence[str]) -> None:
    if not any(line.strip() for line in page):
        raise ValueError("a result without its print has no page")
    lines = [courier(line) for line in page]
    scale = min(1.0, _ROWS / len(lines), _COLUMNS / max(map(len, lines)))
    text = canvas.beginText(_MARGIN, _TOP)
    text.setFont("Courier", _SIZE * scale, leading=_ROW * scale)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
    canvas.showPage()
