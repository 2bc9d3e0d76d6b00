"""A SIL report: pages of lines -> covers, results and what could not be read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.batch import Cover
from pilot.nbss.dates import printed_date
from pilot.nbss.parts import has_identity, has_outcome, is_heading
from pilot.nbss.pdf import Page
from pilot.nbss.record import read_record

_COVER = re.compile(r"GP\s+REPORTS", re.IGNORECASE)
_PRINTED = re.compile(r"Printed(?:\s+on)?\s*:\s*(.+)", re.IGNORECASE)
_LOCAL_NUMBER = re.compile(r"\s*\(\s*([A-Z0-9-]{1,12})\s*\)\s*", re.IGNORECASE)
_FOOTER = re.compile(r"\s*-?\s*Page\s+\d+(\s+of\s+\d+)?\s*-?\s*", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:Number|No\.?)\s+of\s+(?:reports|records|results|letters)\s*:\s*(\d{1,6})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of one page that belong together: from a heading, or the page's top, to the next heading."""

    page: int
    lines: tuple[str, ...]
    headed: bool
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a SIL file holds."""

    covers: tuple[Cover, ...]
    results: tuple[ScreeningResult, ...]
    rejected: tuple[Rejected, ...]


def is_sil(lines: tuple[str, ...]) -> bool:
    """Whether a page is of a SIL report: a cover, or a record."""
    heading = any(is_heading(line) for line in lines)
    return heading and (
        any(_COVER.search(line) for line in lines) or (has_identity(lines) and has_outcome(lines))
    )


def read_report(pages: Iterable[Page], file: str) -> Report:
    """Read every page in turn; each record comes out once, as a result or as rejected."""
    reader = _Reader(file)
    for page in pages:
        reader.take(page)
    return reader.finish()


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._covers: list[Cover] = []
        self._results: list[ScreeningResult] = []
        self._rejected: list[Rejected] = []
        self._open: Piece | None = None
        self._record = 0

    def take(self, page: Page) -> None:
        if not page.lines:
            self._close()
            if page.drawn:
                self._reject(
                    RejectionReason.IMAGE_ONLY_PAGE, "the page is a picture without text", page.number
                )
                printed_on = self._covers[-1].printed_on if self._covers else None
                self._covers.append(Cover(page.number, printed_on=printed_on, lost=True))
            return
        begun = 0
        for piece in _pieces(page):
            begun += self._take(piece, begun + 1)

    def finish(self) -> Report:
        self._close()
        return Report(tuple(self._covers), tuple(self._results), tuple(self._rejected))

    def _take(self, piece: Piece, record: int) -> bool:
        """Take a piece; returns whether a record begins with it, which is then the page's `record`-th."""
        if piece.headed and _is_cover(piece.lines):
            self._close()
            self._covers.append(_cover(piece))
            return False
        if self._open is not None and _goes_on(self._open, piece):
            self._open = replace(self._open, lines=self._open.lines + piece.lines, last=piece.last)
            self._close_if_whole()
            return False
        self._close()
        if not piece.headed and not has_identity(piece.lines):
            self._stray(piece)
            return False
        self._open, self._record = piece, record
        self._close_if_whole()
        return True

    def _close_if_whole(self) -> None:
        """A record that ends above another is whole; one at the foot of a page may go on overleaf."""
        if self._open is not None and not self._open.last:
            self._close()

    def _close(self) -> None:
        piece, self._open = self._open, None
        if piece is None:
            return
        printed_on = self._covers[-1].printed_on if self._covers else None
        found = read_record(piece.lines, Provenance(self._file, piece.page, self._record), printed_on)
        if isinstance(found, Rejected):
            self._rejected.append(found)
        else:
            self._results.append(found)

    def _stray(self, piece: Piece) -> None:
        detail = (
            "these lines stand on their own: they name nobody and follow no record that they could belong to"
        )
        self._reject(RejectionReason.UNREADABLE_RECORD, detail, piece.page, 0, piece.lines)

    def _reject(
        self, reason: RejectionReason, detail: str, page: int, record: int = 0, lines: tuple[str, ...] = ()
    ) -> None:
        self._rejected.append(Rejected(reason, detail, Provenance(self._file, page, record), lines=lines))


def _is_cover(lines: tuple[str, ...]) -> bool:
    """Whether a headed piece is a cover: its heading says GP REPORTS (or the line or two below it)."""
    return any(_COVER.search(line) for line in lines[:3])


def _pieces(page: Page) -> list[Piece]:
    """Cut a page at its headings."""
    printed = tuple(line for line in page.lines if not _FOOTER.fullmatch(line))
    starts = [number for number, line in enumerate(printed) if is_heading(line)]
    cuts = sorted({0, *starts}) if printed else []
    ends = [*cuts[1:], len(printed)]
    return [
        Piece(page.number, printed[start:end], start in starts, start == 0, end == len(printed))
        for start, end in zip(cuts, ends, strict=True)
    ]


def _goes_on(before: Piece, piece: Piece) -> bool:
    """Whether `piece`, at the top of the next page, is the rest of the record that the last page broke off.

    Only where the one lacks what the other has, and no heading says that something new begins: nothing is
    joined that could be two people's.
    """
    if not piece.first or piece.headed:
        return False
    if has_outcome(before.lines):
        return not has_identity(piece.lines) and not has_outcome(piece.lines)
    return has_identity(before.lines) != has_identity(piece.lines)


def _cover(piece: Piece) -> Cover:
    local_number = count = None
    printed_on = None
    to: list[str] = []
    for line in piece.lines:
        if match := _PRINTED.search(line):
            printed_on = printed_date(match[1], short_year=True)
        elif match := _COUNT.search(line):
            count = int(match[1])
        elif match := _LOCAL_NUMBER.fullmatch(line):
            local_number = local_number or match[1]
        elif local_number is None and line.strip():
            to.append(re.sub(r"^\s*To\s*:\s*", "", line).strip())
    return Cover(piece.page, local_number, tuple(to), printed_on, count)
