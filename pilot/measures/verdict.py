"""Hold the record against the truth, result by result. The words are defined in docs/measures.md."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pilot.measures.meaning import Says, says
from pilot.measures.record import Entry
from pilot.measures.truth import TruthLine


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one result in one arm's record.

    `own` are its entries in her own record, `strangers` those in somebody else's. `days` is how many calendar
    days after emission the first right entry came, None where there is none.
    """

    line: TruthLine
    own: tuple[Entry, ...]
    strangers: tuple[Entry, ...]
    noticed: bool
    wrong_code: bool
    wrong_code_same_meaning: bool
    wrong_code_text_only: bool
    misleading: bool
    misleading_as_printed: bool
    unclear: bool
    wrong_date: bool
    wrong_practice: bool
    days: int | None
    late: bool

    @property
    def filed(self) -> bool:
        return bool(self.own)

    @property
    def missing(self) -> bool:
        return not self.own

    @property
    def missing_unnoticed(self) -> bool:
        return self.missing and not self.noticed

    @property
    def wrong_person(self) -> bool:
        return bool(self.strangers)

    @property
    def duplicate(self) -> bool:
        return len(self.own) > 1

    @property
    def wrong_in_record(self) -> bool:
        """An error that somebody who reads a record could be led astray by."""
        code_fails_her = (
            self.wrong_code and not self.wrong_code_same_meaning and not self.wrong_code_text_only
        )
        return code_fails_her or self.misleading or self.wrong_person or self.duplicate


def judge(
    truth: Iterable[TruthLine], entries: Iterable[Entry], noticed: Collection[str], late_after_days: float
) -> tuple[Verdict, ...]:
    """A verdict for each line of the truth. `noticed`: screening numbers that stand on somebody's worklist."""
    by_number: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.screening_number:
            by_number[entry.screening_number].append(entry)
    return tuple(
        _verdict(
            line, by_number.get(line.screening_number, []), line.screening_number in noticed, late_after_days
        )
        for line in truth
    )


def _verdict(line: TruthLine, entries: list[Entry], noticed: bool, late_after_days: float) -> Verdict:
    own = tuple(entry for entry in entries if entry.nhs_number == line.nhs_number)
    meanings = [_meaning(entry, line) for entry in own]
    off_code = [entry for entry in own if line.expected_code and entry.code != line.expected_code]
    days = min(
        (
            (entry.issued.date() - line.emitted_on).days
            for entry, meaning in zip(own, meanings, strict=True)
            if meaning is not None and line.outcome in meaning
        ),
        default=None,
    )
    return Verdict(
        line=line,
        own=own,
        strangers=tuple(entry for entry in entries if entry.nhs_number != line.nhs_number),
        noticed=noticed,
        wrong_code=bool(off_code),
        wrong_code_same_meaning=bool(off_code)
        and all(entry.code and _says_just(entry, line) for entry in off_code),
        wrong_code_text_only=bool(off_code)
        and all(entry.code is None and _says_just(entry, line) for entry in off_code),
        misleading=any(meaning is not None and line.outcome not in meaning for meaning in meanings),
        misleading_as_printed=line.printed_outcome is not None
        and any(meaning is not None and line.printed_outcome in meaning for meaning in meanings),
        unclear=None in meanings,
        wrong_date=line.outcome.was_screened
        and any(
            entry.seen_on is not None and line.seen_on is not None and entry.seen_on != line.seen_on
            for entry in own
        ),
        wrong_practice=bool(own)
        and line.registered_practice is not None
        and all(entry.practice != line.registered_practice for entry in own),
        days=days,
        late=days is not None and days > late_after_days,
    )


def _meaning(entry: Entry, line: TruthLine) -> Says | None:
    """The code that the code set asks for says the outcome by definition, whatever our table knows of it."""
    if entry.code is not None and entry.code == line.expected_code:
        return frozenset({line.outcome})
    return says(entry.code, entry.text)


def _says_just(entry: Entry, line: TruthLine) -> bool:
    return says(entry.code, entry.text) == frozenset({line.outcome})
