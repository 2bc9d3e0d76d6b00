"""PDF pages as lines of text, through PDFium. Runs only in a worker process: PDFium is native and may crash."""

import ctypes
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from pilot.nbss.grid import UNREADABLE, Glyph, lines_of

# What PDFium puts for a hyphen at the end of a line, since it may belong to a broken word.
_LINE_END_HYPHENS = "\x02\ufffe"
_BOX_BYTES = ctypes.sizeof(raw.FS_RECTF)


class DamagedPdf(Exception):
    """The bytes claim to be a PDF, but it is broken, cut short or locked; the text says which."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number from 1, its lines, and whether anything is drawn on it, text or not.

    A scanned page has no lines, also where its software has laid guessed text over the picture.
    """

    number: int
    lines: tuple[str, ...]
    drawn: bool


class Document:
    """An open PDF. Pages are read one at a time, so memory does not grow with their number."""

    def __init__(self, path: Path) -> None:
        try:
            self._pdf = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
            why = "it is locked with a password" if locked else "it is damaged and cannot be opened"
            raise DamagedPdf(why) from error
        self._boxes = _Boxes()

    def __len__(self) -> int:
        return len(self._pdf)

    def pages(self) -> Iterator[Page]:
        """Each page in turn. Raises DamagedPdf at the first that cannot be read."""
        for index in range(len(self._pdf)):
            try:
                page = self._pdf[index]
                text = page.get_textpage()
            except pdfium.PdfiumError as error:
                raise DamagedPdf(f"page {index + 1} cannot be read") from error
            objects = _objects(page.raw)
            lines = () if _scanned(objects) else tuple(lines_of(self._boxes.glyphs(text.raw)))
            text.close()
            page.close()
            yield Page(index + 1, lines, bool(objects))

    def close(self) -> None:
        self._pdf.close()


def _objects(page: raw.FPDF_PAGE) -> list[raw.FPDF_PAGEOBJECT]:
    return [raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page))]


def _scanned(objects: list[raw.FPDF_PAGEOBJECT]) -> bool:
    """Whether a page is a picture with invisible text over it: what a scanner's software believes to have read."""
    kinds = list(map(raw.FPDFPageObj_GetType, objects))
    if raw.FPDF_PAGEOBJ_IMAGE not in kinds:
        return False
    return any(
        kind == raw.FPDF_PAGEOBJ_TEXT
        and raw.FPDFTextObj_GetTextRenderMode(found) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        for kind, found in zip(kinds, objects, strict=True)
    )


class _Boxes:
    """Room for the boxes of a page's characters, used again for each page.

    Asking PDFium for each box is the larger part of reading, so the calls are driven from C (`map` into a
    `deque` that keeps nothing) and write into one buffer.
    """

    def __init__(self) -> None:
        self._room(4096)

    def glyphs(self, text_page: raw.FPDF_TEXTPAGE) -> list[Glyph]:
        """Every visible character with its box. Spaces are left out: PDFium drops some and invents others."""
        text = _text(text_page)
        if len(text) > len(self._places):
            self._room(2 * len(text))
        visible = [index for index, char in enumerate(text) if not char.isspace()]
        places = self._places
        ctypes.memset(self._buffer, 0, _BOX_BYTES * len(text))
        deque(
            map(raw.FPDFText_GetLooseCharBox, repeat(text_page), visible, map(places.__getitem__, visible)),
            maxlen=0,
        )
        # FS_RECTF is left, top, right, bottom; what was not asked for has no width.
        values = memoryview(self._buffer).cast("B").cast("f")[: 4 * len(text)].tolist()
        return [
            (left, right, bottom, top, char)
            for left, top, right, bottom, char in zip(
                values[0::4], values[1::4], values[2::4], values[3::4], text, strict=True
            )
            if right > left
        ]

    def _room(self, characters: int) -> None:
        self._buffer = (ctypes.c_float * (4 * characters))()
        self._places = [
            ctypes.cast(ctypes.byref(self._buffer, _BOX_BYTES * n), ctypes.POINTER(raw.FS_RECTF))
            for n in range(characters)
        ]


def _text(text_page: raw.FPDF_TEXTPAGE) -> str:
    """One character for every index that PDFium counts, those without a meaning as UNREADABLE."""
    count = raw.FPDFText_CountChars(text_page)
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: 2 * (written - 1)].decode("utf-16-le", errors="replace")
    if len(text) != count or written != count + 1:
        # Something was left out or takes two places: ask one by one.
        text = "".join(_character(raw.FPDFText_GetUnicode(text_page, index)) for index in range(count))
    for hyphen in _LINE_END_HYPHENS:
        text = text.replace(hyphen, "-")
    return text.replace("\0", UNREADABLE)


def _character(code: int) -> str:
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else UNREADABLE
