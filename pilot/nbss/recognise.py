"""One file, from its bytes to a `FileReading`. Runs in the worker process; raises nothing for bad input."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import FileKind, FileReading, unread
from pilot.nbss.extracts import (
    ZIP,
    DamagedExtract,
    ExtractTooLarge,
    NotAnExtract,
    kind_of,
    plain_bytes,
    plain_text,
    read_extract,
)
from pilot.nbss.looks import Looks, labels_in
from pilot.nbss.pdf import DamagedPdf, Document, Overflowing, Page, flaw, ill_formed, pages_without_contents
from pilot.nbss.second_eye import seen_again
from pilot.nbss.sil import is_sil, read_report
from pilot.nbss.smsta import is_letter, read_letters
from pilot.nbss.wire import DEFAULT_LIMITS, Limits

# How many pages may stand before the first that says what the file is (pictures, blank sheets).
_LOOK_AHEAD = 20
APPOINTMENTS = b"NBSSAPPT_HDR"
_BLANK = re.compile(rb"[\0\s]*\Z")


def read_file(path: Path, name: str, limits: Limits) -> FileReading:
    """Read one file, whatever it is; `name` is what provenances call it."""
    try:
        if path.exists() and not path.is_file():
            return unread(name, RejectionReason.NOT_RECOGNISED, "this is not a file")
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            if size > limits.file_bytes:
                return unread(name, RejectionReason.TOO_LARGE, "the file is larger than the limit", sha256)
            if size == 0:
                return unread(name, RejectionReason.EMPTY_FILE, "the file is empty", sha256)
            with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                return _content(content, path, name, sha256, limits)
    except OSError as error:
        return unread(name, RejectionReason.DAMAGED_FILE, f"the file cannot be opened: {error.strerror}")


def read_bytes(content: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> FileReading:
    """The same of bytes in memory that are known to be harmless: nothing guards the process that reads."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not content:
        return unread(name, RejectionReason.EMPTY_FILE, "the file is empty", sha256)
    return _content(content, content, name, sha256, limits)


def read_pages(pages: Sequence[Page], name: str, sha256: str) -> FileReading:
    """What a PDF of these pages says."""
    return _pages(iter(pages), len(pages), name, sha256)[0]


def _content(
    content: mmap | bytes, source: Path | bytes, name: str, sha256: str, limits: Limits
) -> FileReading:
    if _BLANK.match(content):
        return unread(name, RejectionReason.EMPTY_FILE, "the file holds nothing but blanks", sha256)
    if content[:64].lstrip(b'\xef\xbb\xbf"').startswith(APPOINTMENTS):
        return _appointments(content, name, sha256)
    if b"%PDF-" in content[:1024] and content[:4] != ZIP:
        return _pdf(content, source, name, sha256, limits)
    return _csv(content[:], name, sha256, limits)


def _appointments(content: mmap | bytes, name: str, sha256: str) -> FileReading:
    """NBSS's appointment file says who came and never what was found: it is known by its name, and not read."""
    if content.rfind(b"NBSSAPPT_END", max(0, len(content) - 1024)) < 0:
        return unread(
            name, RejectionReason.DAMAGED_FILE, "the appointment file ends before its last line", sha256
        )
    return FileReading(name, name, sha256, FileKind.APPOINTMENTS)


def _csv(content: bytes, name: str, sha256: str, limits: Limits) -> FileReading:
    try:
        text = plain_text(plain_bytes(content, limits))
        kind = kind_of(text)
        if kind is FileKind.UNKNOWN:
            reason = (
                RejectionReason.NOT_A_PDF if name.lower().endswith(".pdf") else RejectionReason.NOT_RECOGNISED
            )
            return unread(name, reason, "the file is neither a PDF nor an extract that we know", sha256)
        extract = read_extract(text, kind, name)
    except NotAnExtract as error:
        return unread(name, RejectionReason.NOT_RECOGNISED, str(error), sha256)
    except DamagedExtract as error:
        return unread(name, RejectionReason.DAMAGED_FILE, str(error), sha256)
    except ExtractTooLarge:
        return unread(name, RejectionReason.TOO_LARGE, "the archive expands past the limit", sha256)
    return FileReading(
        name,
        name,
        sha256,
        kind,
        rejected=extract.rejected,
        episodes=extract.episodes,
        subjects=extract.subjects,
        directory=extract.directory,
        clients=extract.clients,
        closed_episodes=extract.closed_episodes,
    )


def _pdf(content: mmap | bytes, source: Path | bytes, name: str, sha256: str, limits: Limits) -> FileReading:
    try:
        spoilt = flaw(content, limits.expanded_bytes) or ill_formed(source)
    except Overflowing:
        return unread(name, RejectionReason.TOO_LARGE, "the PDF expands past the limit", sha256)
    if spoilt is not None:
        return unread(name, RejectionReason.DAMAGED_FILE, spoilt, sha256)
    try:
        document = Document(source)
        document.blank_is_blank = not pages_without_contents(content, len(document))
    except DamagedPdf as error:
        return unread(name, RejectionReason.DAMAGED_FILE, f"the PDF cannot be used: {error}", sha256)
    try:
        if len(document) > limits.pages:
            return unread(
                name, RejectionReason.TOO_LARGE, f"the PDF has more than {limits.pages} pages", sha256
            )
        reading, furniture = _pages(document.pages(), len(document), name, sha256)
        if reading.kind is FileKind.SIL:
            labels = labels_in(chain.from_iterable(result.lines for result in reading.results))
            reading = replace(reading, looks=Looks(*document.type(), furniture, labels))
        return seen_again(reading, document, limits.second_eye_pages)
    except DamagedPdf as error:
        return unread(name, RejectionReason.DAMAGED_FILE, f"the PDF cannot be used: {error}", sha256)
    finally:
        document.close()


def _pages(pages: Iterator[Page], count: int, name: str, sha256: str) -> tuple[FileReading, tuple[str, ...]]:
    """What the pages say, and the furniture that a report has."""
    seen: list[Page] = []
    kind = FileKind.UNKNOWN
    for page in pages:
        seen.append(page)
        kind = _kind(page)
        if kind is not FileKind.UNKNOWN or len(seen) >= _LOOK_AHEAD:
            break
    every: Iterator[Page] = chain(seen, pages)
    if kind is FileKind.SIL:
        report = read_report(every, name)
        reading = FileReading(
            name, name, sha256, kind, report.covers, report.results, report.rejected, pages=count
        )
        return reading, report.furniture
    if kind is FileKind.SMSTA:
        letters, rejected = read_letters(every, name)
        return FileReading(name, name, sha256, kind, rejected=rejected, letters=letters, pages=count), ()
    pictures = [page for page in seen if page.drawn and not page.lines]
    if pictures and len(pictures) == len(seen):
        reason = RejectionReason.IMAGE_ONLY_PAGE
        return unread(name, reason, "the PDF holds pictures of pages and no text", sha256), ()
    reason = RejectionReason.NOT_RECOGNISED
    return unread(name, reason, "the PDF is neither a SIL report nor participants' letters", sha256), ()


def _kind(page: Page) -> FileKind:
    if is_sil(page.lines):
        return FileKind.SIL
    return FileKind.SMSTA if is_letter(page.lines) else FileKind.UNKNOWN
