"""Hold the record against the truth, result by result. The words are defined in docs/measures.md."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pilot.measures.meaning import Grade, Says, grade, says_code, says_text
from pilot.measures.record import Entry
from pilot.measures.truth import ResultKey, Results, TruthLine, place_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one result in one arm's record. The same rule for every arm; no code set is asked.

    `own` are its entries in her own record, `strangers` those in somebody else's; `grades` are those of `own`.
    `days` is how many calendar days after the office told her outcome the first entry came that is true of it, None
    where there is none.
    """

    line: TruthLine
    own: tuple[Entry, ...]
    strangers: tuple[Entry, ...]
    grades: tuple[Grade, ...]
    misleading_as_printed: bool
    wrong_date: bool
    wrong_practice: bool
    days: int | None
    late: bool

    @property
    def in_right_record(self) -> bool:
        """Whether her own record has an entry for it."""
        return bool(self.own)

    @property
    def undelivered(self) -> bool:
        """Whether her own record has none."""
        return not self.own

    @property
    def right(self) -> bool:
        """A search for her outcome finds her."""
        return Grade.RIGHT in self.grades

    @property
    def not_findable(self) -> bool:
        """Only words say what happened: readable, and no search finds it."""
        return Grade.NOT_FINDABLE in self.grades and not self.right

    @property
    def misleading(self) -> bool:
        """Whether an entry says something that did not happen."""
        return Grade.MISLEADING in self.grades

    @property
    def unclear(self) -> bool:
        """Whether an entry says what nobody knows the meaning of."""
        return Grade.UNCLEAR in self.grades

    @property
    def wrong_person(self) -> bool:
        """Whether somebody else's record has an entry for it."""
        return bool(self.strangers)

    @property
    def duplicate(self) -> bool:
        """Whether her own record has it more than once."""
        return len(self.own) > 1

    @property
    def wrong_in_record(self) -> bool:
        """An error that somebody who reads or searches a record could be led astray by."""
        return self.misleading or self.unclear or self.wrong_person or self.duplicate


def judge(
    truth: Iterable[TruthLine], entries: Iterable[Entry], late_after_days: float
) -> tuple[Verdict, ...]:
    """A verdict for each line of the truth."""
    lines = tuple(truth)
    results = Results(lines)
    of_result: dict[ResultKey, list[Entry]] = defaultdict(list)
    for entry in entries:
        line = results.about(
            entry.screening_number,
            place=place_of(entry.source),
            seen_on=entry.seen_on,
            day=entry.issued.date(),
        )
        if line is not None:
            of_result[line.key].append(entry)
    return tuple(_verdict(line, of_result.get(line.key, []), late_after_days) for line in lines)


def _verdict(line: TruthLine, entries: list[Entry], late_after_days: float) -> Verdict:
    own = tuple(entry for entry in entries if entry.nhs_number == line.nhs_number)
    grades = tuple(grade(entry.codes, entry.text, line.outcome) for entry in own)
    days = min(
        ((entry.issued.date() - line.told_on).days for entry in own if _true_of(entry, line)),
        default=None,
    )
    return Verdict(
        line=line,
        own=own,
        strangers=tuple(entry for entry in entries if entry.nhs_number != line.nhs_number),
        grades=grades,
        misleading_as_printed=line.printed_outcome is not None
        and any(line.printed_outcome in (says(entry) or ()) for entry in own),
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


def says(entry: Entry) -> Says | None:
    """The outcomes of which all codes of an entry are true, or its words where it has no code; None: unclear."""
    if not entry.codes:
        return says_text(entry.text)
    meanings = [says_code(code) for code in entry.codes]
    known = [meaning for meaning in meanings if meaning is not None]
    return frozenset.intersection(*known) if len(known) == len(meanings) else None


def _true_of(entry: Entry, line: TruthLine) -> bool:
    return line.outcome in (says(entry) or ())
