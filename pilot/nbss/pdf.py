"""PDF pages as lines of text, through PDFium. Runs only in a worker process: PDFium is native and may crash."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from pilot.nbss.grid import UNREADABLE, Glyph, lines_of

# What PDFium puts for a hyphen at the end of a line, since it may belong to a broken word.
_LINE_END_HYPHEN = frozenset({0x02, 0xFFFE})


class DamagedPdf(Exception):
    """The bytes claim to be a PDF, but it is broken or cut short."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number from 1, its lines, and whether anything that is not text is drawn on it."""

    number: int
    lines: tuple[str, ...]
    drawn: bool


class Document:
    """An open PDF. Pages are read one at a time, so memory does not grow with their number."""

    def __init__(self, path: Path) -> None:
        try:
            self._pdf = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            raise DamagedPdf(str(error)) from error

    def __len__(self) -> int:
        return len(self._pdf)

    def pages(self) -> Iterator[Page]:
        """Each page in turn. Raises DamagedPdf at the first that cannot be read."""
        for index in range(len(self._pdf)):
            try:
                page = self._pdf[index]
                text = page.get_textpage()
            except pdfium.PdfiumError as error:
                raise DamagedPdf(f"page {index + 1}: {error}") from error
            lines = tuple(lines_of(_glyphs(text.raw)))
            drawn = raw.FPDFPage_CountObjects(page.raw) > 0
            text.close()
            page.close()
            yield Page(index + 1, lines, drawn)

    def close(self) -> None:
        self._pdf.close()


def _glyphs(text_page: raw.FPDF_TEXTPAGE) -> list[Glyph]:
    """Every visible character with its box. Spaces are left out: PDFium drops some and invents others."""
    box = raw.FS_RECTF()
    box_ref = ctypes.byref(box)
    unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    glyphs = []
    for index in range(raw.FPDFText_CountChars(text_page)):
        code = unicode_of(text_page, index)
        if code <= 32 and code not in _LINE_END_HYPHEN and code != 0:
            continue
        if code == 0xA0 or not box_of(text_page, index, box_ref):
            continue
        left, right = box.left, box.right
        if right <= left:
            continue
        if code in _LINE_END_HYPHEN:
            char = "-"
        elif code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            char = UNREADABLE
        else:
            char = chr(code)
        glyphs.append(Glyph(left, right, box.bottom, box.top, char))
    return glyphs
