"""PDF pages as lines of text, through PDFium, and whether a file is whole before it is opened.

Runs only in a worker process: PDFium is native and may crash. It mends what it can and shows fewer records without
a word; so `flaw` comes first.
"""

import ctypes
import re
import zlib
from base64 import a85decode
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import repeat
from mmap import mmap
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

from pilot.nbss.grid import UNREADABLE, Glyph, lines_of, pitch_of

# What PDFium puts for a hyphen at the end of a line, since it may belong to a broken word.
_LINE_END_HYPHENS = "\x02\ufffe"
_BOX_BYTES = ctypes.sizeof(raw.FS_RECTF)
# A rule has two segments, a frame five; letters drawn as outlines have more.
_STROKES_OF_A_FRAME = 8
# So much of a page, at most, may be a picture that repeats and says nothing.
_SMALL = 0.05
_PAGES_TO_LEARN_FROM = 20
_PAGES_TO_TELL_TYPE_BY = 3
_LONGEST_NAME = 256
_BLANK_DPI, _WHITE = 50, 255
_OF_A_SUBSET = re.compile(r"[A-Z]{6}\+")

Box = tuple[int, int, int, int]
"""Left, bottom, right, top, in whole points."""


class DamagedPdf(Exception):
    """The bytes claim to be a PDF, but it is broken, cut short or locked; the text says which."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number from 1, its lines, and whether anything is drawn on it, text or not.

    A scanned page has no lines, also where its software has laid guessed text over the picture. `unexplained` names
    what stands on the page and is not text that a person sees: what it says cannot be known, so the page stops.
    """

    number: int
    lines: tuple[str, ...]
    drawn: bool
    unexplained: str = ""


class Document:
    """An open PDF. Pages are read one at a time; what PDFium keeps of each is some 3 KB.

    `blank_is_blank` is False where a page may have lost what it should show: then one that shows nothing stops.
    """

    def __init__(self, source: Path | bytes) -> None:
        try:
            self._pdf = pdfium.PdfDocument(source)
        except pdfium.PdfiumError as error:
            locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
            why = "it is locked with a password" if locked else "it is damaged and cannot be opened"
            raise DamagedPdf(why) from error
        self._boxes = _Boxes()
        self.blank_is_blank = True

    def __len__(self) -> int:
        return len(self._pdf)

    def pages(self) -> Iterator[Page]:
        """Each page in turn. Raises DamagedPdf at the first that cannot be read."""
        furniture = self._furniture()
        for index in range(len(self._pdf)):
            try:
                page = self._pdf[index]
                text = page.get_textpage()
            except pdfium.PdfiumError as error:
                raise DamagedPdf(f"page {index + 1} cannot be read") from error
            beside = _Beside.on(page.raw)
            scanned = bool(beside.pictures) and beside.hidden_text
            lines = () if scanned else tuple(lines_of(self._boxes.glyphs(text.raw)))
            text.close()
            unexplained = beside.unexplained(furniture)
            drawn = bool(beside.objects) or bool(unexplained)
            if not drawn and not self.blank_is_blank:
                unexplained = "the page shows nothing, but the file has lost what some page should show"
            elif not drawn and not _is_white(page):
                unexplained = "the page has no text and nothing drawn on it, but its picture is not blank"
            page.close()
            yield Page(index + 1, lines, drawn, unexplained)

    def _furniture(self) -> frozenset[Box]:
        """Small pictures at the same place on most pages: an office's logo, a driver's mark."""
        times: Counter[Box] = Counter()
        looked = min(len(self._pdf), _PAGES_TO_LEARN_FROM)
        try:
            for index in range(looked):
                page = self._pdf[index]
                width, height = page.get_size()
                for box in set(_Beside.on(page.raw).pictures):
                    left, bottom, right, top = box
                    if (right - left) * (top - bottom) <= _SMALL * width * height:
                        times[box] += 1
                page.close()
        except pdfium.PdfiumError:
            return frozenset()  # the page is named when its turn comes
        return frozenset(box for box, number in times.items() if number >= max(3, looked / 2))

    def type(self) -> tuple[tuple[int, int], tuple[str, ...], float]:
        """Paper (width and height in points), names of fonts, and pitch (0: proportional) of the first pages."""
        fonts: set[str] = set()
        pitches: Counter[float] = Counter()
        paper = (0, 0)
        for index in range(min(len(self._pdf), _PAGES_TO_TELL_TYPE_BY)):
            page = self._pdf[index]
            if index == 0:
                width, height = page.get_size()
                paper = (round(width), round(height))
            fonts |= {name for part in _objects(page.raw) for name in _fonts(part)}
            text = page.get_textpage()
            glyphs = self._boxes.glyphs(text.raw)
            if glyphs:
                pitches[pitch_of(glyphs) or 0.0] += 1
            text.close()
            page.close()
        return paper, tuple(sorted(fonts)), pitches.most_common(1)[0][0] if pitches else 0.0

    def picture(self, number: int, dpi: int) -> bytes:
        """A page as a person sees it, in grey (PGM)."""
        page = self._pdf[number - 1]
        grey = page.render(scale=dpi / 72, grayscale=True).to_numpy()
        page.close()
        height, width = grey.shape[:2]
        return b"P5 %d %d 255\n" % (width, height) + bytes(grey.tobytes())

    def close(self) -> None:
        """Close the file."""
        self._pdf.close()


def _is_white(page: pdfium.PdfPage) -> bool:
    """Whether a person sees nothing on the page."""
    return bool((page.render(scale=_BLANK_DPI / 72, grayscale=True).to_numpy() == _WHITE).all())


def _objects(page: raw.FPDF_PAGE) -> list[raw.FPDF_PAGEOBJECT]:
    return [raw.FPDFPage_GetObject(page, index) for index in range(raw.FPDFPage_CountObjects(page))]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands on a page beside text that a person sees. `pictures` are boxes in whole points."""

    objects: int
    pictures: tuple[Box, ...] = ()
    hidden_text: bool = False
    notes: bool = False

    @classmethod
    def on(cls, page: raw.FPDF_PAGE) -> "_Beside":
        objects = _objects(page)
        kinds = list(map(raw.FPDFPageObj_GetType, objects))
        found = [(kind, part) for kind, part in zip(kinds, objects, strict=True) if _is_picture(kind, part)]
        return cls(
            len(objects),
            tuple(_box(part) for _, part in found),
            any(_is_hidden(kind, part) for kind, part in zip(kinds, objects, strict=True)),
            _has_notes(page),
        )

    def unexplained(self, furniture: frozenset[Box]) -> str:
        """What of it nobody can say the meaning of, in words; empty where all of it is known."""
        if any(box not in furniture for box in self.pictures):
            return "a part of the page is a picture, and what it shows is not known"
        if self.hidden_text:
            return "the page holds text that nobody sees on it"
        if self.notes:
            return "notes or form fields stand on the page, and they are not print"
        return ""


def _is_picture(kind: int, part: raw.FPDF_PAGEOBJECT) -> bool:
    """An image, a shading, a drawing with more strokes than rules and frames have; or a group that holds one."""
    if kind == raw.FPDF_PAGEOBJ_FORM:
        return any(_is_picture(raw.FPDFPageObj_GetType(inner), inner) for inner in _inside(part))
    if kind == raw.FPDF_PAGEOBJ_PATH:
        return bool(raw.FPDFPath_CountSegments(part) > _STROKES_OF_A_FRAME)
    return kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)


def _is_hidden(kind: int, part: raw.FPDF_PAGEOBJECT) -> bool:
    """Text that is not painted: what a scanner's software believes to have read."""
    if kind == raw.FPDF_PAGEOBJ_FORM:
        return any(_is_hidden(raw.FPDFPageObj_GetType(inner), inner) for inner in _inside(part))
    if kind != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(part) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _fonts(part: raw.FPDF_PAGEOBJECT) -> Iterator[str]:
    """The names of the fonts of a text, or of those in a group."""
    kind = raw.FPDFPageObj_GetType(part)
    if kind == raw.FPDF_PAGEOBJ_FORM:
        for inner in _inside(part):
            yield from _fonts(inner)
    elif kind == raw.FPDF_PAGEOBJ_TEXT:
        font = raw.FPDFTextObj_GetFont(part)
        name = ctypes.create_string_buffer(_LONGEST_NAME)
        written = raw.FPDFFont_GetBaseFontName(font, name, _LONGEST_NAME)
        if 1 < written <= _LONGEST_NAME:
            yield _OF_A_SUBSET.sub("", name.value.decode("utf-8", "replace"))


def _inside(group: raw.FPDF_PAGEOBJECT) -> list[raw.FPDF_PAGEOBJECT]:
    return [raw.FPDFFormObj_GetObject(group, index) for index in range(raw.FPDFFormObj_CountObjects(group))]


def _has_notes(page: raw.FPDF_PAGE) -> bool:
    """Whether anything but links that show nothing is stuck on the page: stamps, notes, form fields."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(note)
        looks = bool(raw.FPDFAnnot_HasKey(note, b"AP"))
        raw.FPDFPage_CloseAnnot(note)
        if looks or kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
            return True
    return False


def _box(part: raw.FPDF_PAGEOBJECT) -> Box:
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(part, *map(ctypes.byref, edges))
    left, bottom, right, top = (round(edge.value) for edge in edges)
    return left, bottom, right, top


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


# The file's last words: where its table of objects is.
_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_TABLE_BEGINS = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_FILTER = re.compile(rb"/Filter\s*(?:/(\w+)|\[([^\]]*)\])")
_CONTENTS = re.compile(rb"/Contents\s*(?:\d+\s+\d+\s+R\b|\[)")
_FLATE, _ASCII85 = b"FlateDecode", b"ASCII85Decode"
_OBJECT_LONGEST = 1 << 16
_STEP = 1 << 20


class Overflowing(Exception):
    """The file expands past the limit."""


def flaw(content: mmap | bytes, limit: int) -> str | None:
    """What of a PDF is missing or spoilt, in words; None where it is whole as far as its own marks tell.

    Raises Overflowing where its parts expand to more than `limit` bytes.
    """
    if b"%%EOF" not in content[-1024:]:
        return "the file ends before its end mark: it was cut short"
    found = _END.search(content, max(0, len(content) - 2048))
    if found is None:
        return "the file does not say where its parts are"
    # Offsets count from the header, which some mailers push down.
    table = int(found[1]) + content.find(b"%PDF-")
    if not _TABLE_BEGINS.match(content, table):
        return "the file's parts are not where it says they are: a stretch of it is missing"
    # Encryption hides the marks of a stream; whether such a file can be opened is PDFium's to say.
    if b"/Encrypt" not in content[table:] and _spoilt(content, limit):
        return "a part of the file is spoilt: its check sum is wrong"
    return None


def ill_formed(source: Path | bytes) -> str | None:
    """What qpdf, reading on its own, finds of a file's structure that PDFium would mend in silence, in words.

    A file that only a password opens is not looked into: PDFium says so.
    """
    try:
        with pikepdf.open(BytesIO(source) if isinstance(source, bytes) else source) as pdf:
            found = [*pdf.check_pdf_syntax(), *map(str, pdf.get_warnings())]
            if any("bad_alloc" in said for said in found):
                raise MemoryError
            if found:
                return "the file is spoilt: its parts do not fit together"
            return _mixed_up(pdf)
    except pikepdf.PasswordError:
        return None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError):
        return "the file is spoilt: its parts cannot be read one by one"


def _mixed_up(pdf: pikepdf.Pdf) -> str | None:
    """Whether a page shows what is no page's, or another page's: one spoilt digit does it."""
    shown: set[tuple[int, int]] = set()
    for number, page in enumerate(pdf.pages, start=1):
        contents = page.obj.get("/Contents")
        parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        for part in parts:
            if part is None:
                continue
            if not isinstance(part, pikepdf.Stream) or part.objgen in shown:
                return f"the file is spoilt: what page {number} should show is not there"
            shown.add(part.objgen)
    return None


def pages_without_contents(content: mmap | bytes, pages: int) -> bool:
    """Whether fewer pages than `pages` say what they show: one spoilt byte makes a page blank, without a word.

    Objects that are packed together carry a check sum, so that only those in the open can be spoilt so.
    """
    return content.find(b"/ObjStm") < 0 and len(_CONTENTS.findall(content)) < pages


def _spoilt(content: mmap | bytes, limit: int) -> bool:
    """Whether any compressed part is not what was once written."""
    room = limit
    for start in _STREAM.finditer(content):
        begin = content.rfind(b"obj", max(0, start.start() - _OBJECT_LONGEST), start.start())
        filters = _filters(content[max(begin, 0) : start.start()])
        if filters not in ([_FLATE], [_ASCII85, _FLATE]):
            continue
        end = content.find(b"endstream", start.end())
        size = _expanded(content[start.end() : end], filters, room) if end >= 0 else None
        if size is None:
            return True
        room -= size
    return False


def _filters(declared: bytes) -> list[bytes]:
    found = _FILTER.search(declared)
    if found is None:
        return []
    return [found[1]] if found[1] else re.findall(rb"/(\w+)", found[2])


def _expanded(data: bytes, filters: list[bytes], room: int) -> int | None:
    """How large the data are once expanded; None where they do not end well. Keeps nothing of them."""
    stream = zlib.decompressobj()
    size = 0
    try:
        if filters[0] == _ASCII85:
            data = a85decode(data.strip().removeprefix(b"<~").removesuffix(b"~>"))
        while not stream.eof:
            part = stream.decompress(data, _STEP)
            size += len(part)
            if size > room:
                raise Overflowing
            data = stream.unconsumed_tail
            if not data and not part and not stream.eof:
                return None
    except (zlib.error, ValueError):
        return None
    return size
