"""The text of a one-record PDF, as a person sees it on the screen."""

import threading
from typing import Final

import pypdfium2

MAX_PAGES: Final = 4
_PDFIUM = threading.Lock()  # PDFium is not thread-safe


class Unreadable(Exception):
    """Not a PDF that anybody could read. Text holds no patient data."""


def page_lines(body: bytes) -> list[str]:
    """The lines of text, from top to bottom. Raises Unreadable."""
    if not body.startswith(b"%PDF"):
        raise Unreadable("not a PDF")
    try:
        with _PDFIUM, pypdfium2.PdfDocument(body) as document:
            if len(document) > MAX_PAGES:
                raise Unreadable("more pages than one result has")
            texts = [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError as error:
        raise Unreadable("a PDF that cannot be opened") from error
    lines = [line.rstrip() for text in texts for line in text.splitlines()]
    if not any(lines):
        raise Unreadable("a PDF without text")
    return lines
