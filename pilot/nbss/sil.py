"""A SIL report: pages of lines -> covers, results and what could not be read."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.batch import Cover
from pilot.nbss.fields import printed_date, tidy
from pilot.nbss.pdf import Page
from pilot.nbss.printed_record import (
    has_identity,
    has_outcome,
    is_heading,
    is_known_line,
    parts_of,
    read_record,
)

_COVER = re.compile(r"GP\s+REPORTS", re.IGNORECASE)
_PRINTED = re.compile(r"Printed(?:\s+on)?\s*:\s*(.+)", re.IGNORECASE)
_LOCAL_NUMBER = re.compile(r"\s*\(\s*([A-Z0-9-]{1,12})\s*\)\s*", re.IGNORECASE)
_FOOTER = re.compile(r"\s*-?\s*Page\s+\d+(\s+of\s+\d+)?\s*-?\s*", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:Number|No\.?)\s+of\s+(?:reports|records|results|letters)\s*:\s*(\d{1,6})\b", re.IGNORECASE
)

_PAGES_TO_LEARN_FROM = 20
_DRIVERS = re.compile(r"\d|\\|/")
# Lines at the top and the foot of a page among which furniture is looked for.
_MARGIN = 3
# A cover whose heading was lost shows as so many lines that no record knows.
_LINES_OF_A_COVER = 4


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
    """What a SIL file holds. `furniture` are the lines that its driver adds, with # for every number."""

    covers: tuple[Cover, ...]
    results: tuple[ScreeningResult, ...]
    rejected: tuple[Rejected, ...]
    furniture: tuple[str, ...] = ()


def is_sil(lines: tuple[str, ...]) -> bool:
    """Whether a page is of a SIL report: a cover, or a record."""
    heading = any(is_heading(line) for line in lines)
    return heading and (
        any(_COVER.search(line) for line in lines) or (has_identity(lines) and has_outcome(lines))
    )


def read_report(pages: Iterable[Page], file: str) -> Report:
    """Read every page in turn; each record comes out once, as a result or as rejected.

    What repeats at the top or the foot of most of the first pages (a driver's file name, a browser's address) is
    furniture, learnt from the file, and left out; every other line must be part of a record or a cover.
    """
    turning = iter(pages)
    first = list(islice(turning, _PAGES_TO_LEARN_FROM))
    reader = _Reader(file, _furniture(first))
    for page in chain(first, turning):
        reader.take(page)
    return reader.finish()


def _furniture(pages: Sequence[Page]) -> frozenset[str]:
    with_lines = [page for page in pages if page.lines]
    times = Counter(
        words for page in with_lines for words in set(map(_but_for_numbers, _margins(page.lines)))
    )
    enough = max(3, len(with_lines) / 2)
    return frozenset(words for words, number in times.items() if number >= enough)


def _margins(lines: Sequence[str]) -> list[str]:
    """The lines above a page's first heading, and those at its foot that a driver writes: with a number or a path.

    Nothing else can be told from a stamp on a record (`RESULT WITHDRAWN`), however often it repeats.
    """
    first = next((number for number, line in enumerate(lines) if is_heading(line)), 0)
    foot = lines[max(first + 1, len(lines) - _MARGIN) :]
    edge = [*lines[: min(first, _MARGIN)], *(line for line in foot if _DRIVERS.search(line))]
    return [line for line in edge if not is_known_line(line)]


def _but_for_numbers(line: str) -> str:
    return re.sub(r"\d+", "#", tidy(line))


class _Reader:
    def __init__(self, file: str, furniture: frozenset[str]) -> None:
        self._file = file
        self._furniture = furniture
        self._covers: list[Cover] = []
        self._results: list[ScreeningResult] = []
        self._rejected: list[Rejected] = []
        self._open: Piece | None = None
        self._record = 0

    def take(self, page: Page) -> None:
        if page.unexplained or not page.lines:
            self._close()
            if page.unexplained or page.drawn:
                self._stop(page)
            return
        begun = 0
        for piece in _pieces(page.number, self._without_furniture(page.lines)):
            begun += self._take(piece, begun + 1)

    def _without_furniture(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        margins = {line for line in _margins(lines) if _but_for_numbers(line) in self._furniture}
        return tuple(line for line in lines if line not in margins and not _FOOTER.fullmatch(line))

    def _stop(self, page: Page) -> None:
        """Nothing of the page is used: it is named, and so is each record that can be seen on it."""
        why = page.unexplained or "the page is a picture without text"
        self._reject(RejectionReason.IMAGE_ONLY_PAGE, why, page.number, lines=page.lines)
        records = [piece for piece in _pieces(page.number, page.lines) if has_identity(piece.lines)]
        for number, piece in enumerate(records, start=1):
            parts = parts_of(piece.lines)
            self._rejected.append(
                Rejected(
                    RejectionReason.IMAGE_ONLY_PAGE,
                    f"on the same page: {why}",
                    Provenance(self._file, page.number, number),
                    parts.screening_number or None,
                    parts.nhs_number or None,
                    lines=piece.lines,
                )
            )
        self._lose_cover(page.number)

    def _lose_cover(self, page: int) -> None:
        """What could not be read may have been a cover: whose the next records are is then not known from the print."""
        printed_on = self._covers[-1].printed_on if self._covers else None
        self._covers.append(Cover(page, printed_on=printed_on, lost=True))

    def finish(self) -> Report:
        self._close()
        furniture = tuple(sorted(self._furniture))
        return Report(tuple(self._covers), tuple(self._results), tuple(self._rejected), furniture)

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
        if not isinstance(found, Rejected):
            self._results.append(found)
            return
        self._rejected.append(found)
        if not has_identity(piece.lines) or len(parts_of(piece.lines).strange) >= _LINES_OF_A_COVER:
            self._lose_cover(piece.page)

    def _stray(self, piece: Piece) -> None:
        detail = (
            "these lines stand on their own: they name nobody and follow no record that they could belong to"
        )
        self._reject(RejectionReason.UNREADABLE_RECORD, detail, piece.page, 0, piece.lines)
        self._lose_cover(piece.page)

    def _reject(
        self, reason: RejectionReason, detail: str, page: int, record: int = 0, lines: tuple[str, ...] = ()
    ) -> None:
        self._rejected.append(Rejected(reason, detail, Provenance(self._file, page, record), lines=lines))


def _is_cover(lines: tuple[str, ...]) -> bool:
    """Whether a headed piece is a cover: its heading says GP REPORTS (or the line or two below it)."""
    return any(_COVER.search(line) for line in lines[:3])


def _pieces(page: int, lines: tuple[str, ...]) -> list[Piece]:
    """Cut a page at its headings, and above each further person that a piece names."""
    if not lines:
        return []
    headings = [number for number, line in enumerate(lines) if is_heading(line)]
    cuts = sorted({0, *headings, *_further_people(lines, headings)})
    ends = [*cuts[1:], len(lines)]
    return [
        Piece(page, lines[start:end], start in headings, start == 0, end == len(lines))
        for start, end in zip(cuts, ends, strict=True)
    ]


def _further_people(lines: tuple[str, ...], headings: list[int]) -> Iterator[int]:
    """Where a record begins without a heading of its own: at the name above a second screening number."""
    named = False
    for number, line in enumerate(lines):
        if number in headings:
            named = _COVER.search(line) is not None  # a record below a cover has no need of another heading
        elif has_identity((line,)):
            if named:
                yield number - 1 if number and "," in lines[number - 1] else number
            named = True


def _goes_on(before: Piece, piece: Piece) -> bool:
    """Whether `piece`, at the top of the next page, is the rest of the record that the last page broke off.

    Only where the one lacks what the other has, and no heading says that something new begins: nothing is
    joined that could be two people's.
    """
    if not piece.first or piece.headed:
        return False
    if has_outcome(before.lines):
        if has_identity(piece.lines) or has_outcome(piece.lines):
            return False
        # What the record does not know may be a cover that lost its heading: it must not vanish in a record.
        return not parts_of((*before.lines, *piece.lines)).strange
    return has_identity(before.lines) != has_identity(piece.lines)


def _cover(piece: Piece) -> Cover:
    count = None
    printed_on = None
    local_numbers: list[str] = []
    to: list[str] = []
    for line in piece.lines:
        if match := _PRINTED.search(line):
            printed_on = printed_date(match[1], short_year=True)
        elif match := _COUNT.search(line):
            count = int(match[1])
        elif match := _LOCAL_NUMBER.fullmatch(line):
            local_numbers.append(match[1])
        elif not local_numbers and line.strip():
            to.append(re.sub(r"^\s*To\s*:\s*", "", line).strip())
    # Two numbers on one cover: one is of an address, and nothing says which.
    local_number = local_numbers[0] if len(set(local_numbers)) == 1 else None
    return Cover(piece.page, local_number, tuple(to), printed_on, count, lost=len(set(local_numbers)) > 1)
