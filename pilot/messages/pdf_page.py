"""One record as it was printed, alone on an A4 page; and many such pages for the post. A payload of its own."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pilot.domain.result import CodedResult, ScreeningResult
from pilot.messages.acknowledgement import read_acknowledgement
from pilot.messages.fhir import CONTROL
from pilot.messages.payload import Organisation, Payload

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

TITLE = "Breast screening result, as printed"
_WITHDRAWN = ("RESULT WITHDRAWN: IT WAS SENT IN ERROR. REMOVE WHAT WAS ENTERED FROM IT.", "")

# The print's own grid: Courier 10 pt, 80 columns of 6 pt, 12 pt a row; 64 rows leave a margin on A4.
_SIZE, _COLUMN, _ROW = 10, 6, 12
_COLUMNS, _ROWS = 80, 64
_MM: Final = 72 / 2.54 * 0.1
A4: Final = (210 * _MM, 297 * _MM)
_MARGIN = (A4[0] - _COLUMNS * _COLUMN) / 2
_TOP = A4[1] - 36


def page_lines(result: ScreeningResult) -> tuple[str, ...]:
    """What stands on its page: the print, and above one that was withdrawn that it was."""
    return (*_WITHDRAWN, *result.lines) if result.withdrawn else result.lines


def pdf_page(result: ScreeningResult) -> bytes:
    """The record's lines on one page; the same lines give the same bytes.

    What is wider or longer than a page is made smaller, never cut. Raises ValueError where the result came
    without its print: a blank page must not pass for a report.
    """
    return pdf_pages([page_lines(result)], TITLE)


def pdf_pages(pages: Iterable[Sequence[str]], title: str) -> bytes:
    """Pages of lines, each as `pdf_page` lays one out. Raises ValueError where one is blank."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - a tenth of the time in which a screen opens

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1, lang="en-GB")
    canvas.setTitle(title)
    for page in pages:
        _draw(canvas, page)
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: "Canvas", page: Sequence[str]) -> None:
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


def courier(line: str) -> str:
    """The line in characters that Courier (WinAnsi) has: base letters for accents beyond it, else `?`.

    Columns are kept: one character for one. The name as it was read travels in the message's own Patient.
    """
    line = CONTROL.sub(" ", line)
    return line if line.isascii() else "".join(map(_courier_character, line))


def _courier_character(character: str) -> str:
    for candidate in (character, unicodedata.normalize("NFKD", character)[0]):
        try:
            candidate.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"


def _build(
    coded: CodedResult,
    *,
    message_id: str,  # noqa: ARG001 - a page has no id of its own
    sender: Organisation,  # noqa: ARG001
    recipient: Organisation,  # noqa: ARG001
    now: datetime,  # noqa: ARG001
    replaces: Sequence[str] = (),  # noqa: ARG001
) -> bytes:
    return pdf_page(coded.result)


PAYLOAD = Payload(
    route="mesh_pdf",
    workflow="BREAST_SCREENING_RESULT_PDF",
    answers="BREAST_SCREENING_RESULT_ACK",
    media_type="application/pdf",
    build=_build,
    read_answer=read_acknowledgement,
    corrects=False,
    of_print=True,
)
