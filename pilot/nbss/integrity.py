"""Whether a PDF is whole. PDFium mends what it can and shows fewer records without a word; so this comes first."""

import re
import zlib
from base64 import a85decode
from mmap import mmap

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


def flaw(content: mmap, limit: int) -> str | None:
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


def pages_without_contents(content: mmap, pages: int) -> bool:
    """Whether fewer pages than `pages` say what they show: one spoilt byte makes a page blank, without a word.

    Objects that are packed together carry a check sum, so that only those in the open can be spoilt so.
    """
    return content.find(b"/ObjStm") < 0 and len(_CONTENTS.findall(content)) < pages


def _spoilt(content: mmap, limit: int) -> bool:
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
