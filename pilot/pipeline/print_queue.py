"""The office's print queue: what goes on paper, from queued to printed to posted, each with a name and a due day.

A result on paper is the office's until somebody has ticked it as posted; only then is it the practice's. One that
is not posted by its due day is told as such on the office's list, and stays in the queue.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from pilot.domain.delivery import State
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.messages.pdf_page import page_lines, pdf_pages
from pilot.pipeline.entry import LedgerEntry, Owner, Route
from pilot.pipeline.ledger import PIPELINE, Ledger
from pilot.pipeline.reasons import QUEUED, Reason
from pilot.pipeline.settings import Deadlines

# A page went to the practice, on paper or as a PDF: it may come back.
GONE: Final = frozenset({Reason.SENT_ON_PAPER, Reason.PDF_AT_PRACTICE})

_ROWS_A_SHEET: Final = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """One page in the queue. `queued` is since when it waits; `printed`, whether it lies on paper already."""

    entry: LedgerEntry
    practice: str
    due: date
    printed: bool

    @property
    def queued(self) -> datetime:
        """Since when it waits to be printed."""
        return self.entry.since


@dataclass(frozen=True, slots=True)
class Envelope:
    """All pages for one practice, in the order of the print."""

    practice: Organisation
    letters: tuple[Letter, ...]


class PrintQueue:
    """The queue over an open ledger. `clock` says what time it is, `names` what practices are called."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._names = names

    def letters(self) -> tuple[Letter, ...]:
        """All that waits to be posted, by due day."""
        marks = ", ".join("?" for _ in QUEUED)
        waiting = self._ledger.entries_where(
            f"WHERE state = ? AND reason IN ({marks})", State.WITH_A_PERSON, *sorted(QUEUED)
        )
        letters = [self._letter(entry) for entry in waiting]
        return tuple(sorted(letters, key=lambda letter: (letter.due, letter.entry.id)))

    def envelopes(self, *, again: bool = False) -> tuple[Envelope, ...]:
        """What is to be printed now, one envelope a practice; `again`: also what was printed and not posted."""
        by_practice: dict[str, list[Letter]] = {}
        for letter in self.letters():
            if again or not letter.printed:
                by_practice.setdefault(letter.practice, []).append(letter)
        return tuple(
            Envelope(Organisation(ods=ods, name=self._names.get(ods, ods)), tuple(letters))
            for ods, letters in sorted(by_practice.items())
        )

    def printed(self, numbers: Iterable[int], who: str) -> None:
        """These lie on paper. Printing the same page again is noted again and changes nothing else."""
        with self._ledger.transaction():
            for letter in self._queued(numbers):
                # Past its due day it keeps saying so: paper on a desk has reached nobody.
                overdue = letter.entry.reason == Reason.NOT_POSTED
                self._move(
                    letter.entry, Reason.NOT_POSTED if overdue else Reason.PRINTED, _named(who), _PRINTED
                )

    def posted(self, numbers: Iterable[int], who: str) -> None:
        """These went to the post: from now on they are the practices'. Raises LedgerError; ticks none then."""
        with self._ledger.transaction():
            letters = self._queued(numbers)
            for letter in letters:
                if not letter.printed:
                    raise LedgerError(
                        f"result {letter.entry.id} was not printed",
                        str(self._ledger.path),
                        "Print it with `pilot paper print` before it is ticked as posted",
                    )
            for letter in letters:
                self._ledger.move(
                    letter.entry,
                    State.WITH_A_PERSON,
                    Reason.SENT_ON_PAPER,
                    self._clock(),
                    who=_named(who),
                    why="posted",
                    owner=Owner.PRACTICE,
                )

    def came_back(self, numbers: Iterable[int], who: str) -> None:
        """A practice sent these back: they are the office's again, on its list. Raises LedgerError; moves none then."""
        with self._ledger.transaction():
            entries = [self._gone(number) for number in numbers]
            for entry in entries:
                self._ledger.move(
                    entry,
                    State.WITH_A_PERSON,
                    Reason.SENT_BACK,
                    self._clock(),
                    who=_named(who),
                    why="came back from the practice",
                    owner=Owner.OFFICE,
                )

    def _gone(self, number: int) -> LedgerEntry:
        entry = self._ledger.entry(number)
        if entry is None or entry.reason not in GONE:
            raise LedgerError(
                f"result {number} did not go to a practice as a page",
                str(self._ledger.path),
                "See `pilot status` for where it is",
            )
        return entry

    def _queued(self, numbers: Iterable[int]) -> tuple[Letter, ...]:
        """The letters of these results, looked at inside the caller's transaction."""
        letters = []
        for number in numbers:
            entry = self._ledger.entry(number)
            if entry is None or entry.state is not State.WITH_A_PERSON or entry.reason not in QUEUED:
                raise LedgerError(
                    f"result {number} does not wait to be posted",
                    str(self._ledger.path),
                    "Take it out of its envelope, and see `pilot paper list` for those that do",
                )
            letters.append(self._letter(entry))
        return tuple(letters)

    def _move(self, entry: LedgerEntry, reason: Reason, who: str, why: str) -> None:
        self._ledger.move(
            entry,
            State.WITH_A_PERSON,
            reason,
            self._clock(),
            who=who,
            why=why,
            owner=Owner.OFFICE,
            due=entry.due,
        )

    def _letter(self, entry: LedgerEntry) -> Letter:
        printed = entry.reason == Reason.PRINTED or (
            entry.reason == Reason.NOT_POSTED and self._was_printed(entry)
        )
        return Letter(entry, entry.addressee, entry.post_by, printed)

    def _was_printed(self, entry: LedgerEntry) -> bool:
        history = self._ledger.history(entry.id)
        queued = max((step.at for step in history if step.reason == Reason.TO_BE_POSTED), default=entry.since)
        return any(step.at >= queued and step.why == _PRINTED for step in history)


_PRINTED: Final = "printed"


def put_on_paper(
    ledger: Ledger,
    entry: LedgerEntry,
    deadlines: Deadlines,
    now: datetime,
    *,
    who: str = PIPELINE,
    why: str = "",
) -> bool:
    """Queue a result for the post, inside the caller's transaction. False where it has moved on meanwhile.

    One that came without its print has nothing to be printed: it goes on the office's list as that.
    """
    return ledger.move(
        entry,
        State.WITH_A_PERSON,
        Reason.TO_BE_POSTED if entry.result.has_print else Reason.NOTHING_TO_PRINT,
        now,
        who=who,
        why=why,
        route=Route.PAPER,
        owner=Owner.OFFICE,
        due=deadlines.post_by(now.date()),
    )


def tell_overdue(ledger: Ledger, now: datetime) -> int:
    """Say of each letter past its due day that it was not posted. How many were found."""
    late = [
        entry
        for entry in ledger.in_states(State.WITH_A_PERSON)
        if entry.reason in (Reason.TO_BE_POSTED, Reason.PRINTED) and now.date() > entry.post_by
    ]
    for entry in late:
        with ledger.transaction():
            ledger.move(
                entry,
                State.WITH_A_PERSON,
                Reason.NOT_POSTED,
                now,
                why=_PRINTED if entry.reason == Reason.PRINTED else "not printed",
                owner=Owner.OFFICE,
                due=entry.due,
            )
    return len(late)


def printout(envelopes: Iterable[Envelope], office: Organisation, on: date) -> bytes:
    """The PDF to print: for each practice the envelope's list, then a page a result as it was printed."""
    pages: list[tuple[str, ...]] = []
    for envelope in envelopes:
        pages += _lists(envelope, office, on)
        pages += [page_lines(letter.entry.result) for letter in envelope.letters]
    return pdf_pages(pages, f"Breast screening results for the post, {on:%d %B %Y}")


def _lists(envelope: Envelope, office: Organisation, on: date) -> list[tuple[str, ...]]:
    """What goes on top in the envelope: to whom, and which pages must be in it. It names no participant."""
    letters = envelope.letters
    head = (
        f"ENVELOPE LIST                                        {on:%d-%b-%Y}",
        "",
        f"From: {office.name} ({office.ods})",
        f"  To: {envelope.practice.name} ({envelope.practice.ods})",
        "",
        f"Pages in this envelope beside this list: {len(letters)}",
        "",
    )
    rows = [
        f"[ ] {letter.entry.id:>7}  {letter.entry.screening_number or '-':<12}  post by {letter.due:%d-%b-%Y}"
        for letter in letters
    ]
    return [(*head, *rows[at : at + _ROWS_A_SHEET]) for at in range(0, len(rows), _ROWS_A_SHEET)]


def _named(who: str) -> str:
    if not who.strip():
        raise LedgerError("who did it is needed", "", "Give --who")
    return who
