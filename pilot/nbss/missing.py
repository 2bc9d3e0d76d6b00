"""What should be there and is not: records short of the cover's count, episodes and letters without a print."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from pilot.domain.result import Provenance, Rejected, RejectionReason
from pilot.nbss.agreement import closed_as
from pilot.nbss.batch import Batch, EpisodeRow, FileReading
from pilot.nbss.known import ROUND_DAYS, Known, Seen, Sources, took_place
from pilot.nbss.outcomes import WITHOUT_RESULT

# An office prints what it closed the working day before; with this many days a long weekend is allowed for.
_CLOSED_BEFORE_PRINT = timedelta(days=5)


def miscounted(file: FileReading) -> Iterator[Rejected]:
    """Covers whose number of records is not the number found behind them."""
    covers = [cover for cover in file.covers if not cover.lost]
    found = {result.provenance for result in file.results} | {item.provenance for item in file.rejected}
    for cover, after in zip(covers, (*covers[1:], None), strict=False):
        end = after.page if after is not None else float("inf")
        number = sum(cover.page <= where.page < end and where.record > 0 for where in found)
        if cover.count is not None and number != cover.count:
            detail = f"the cover says {cover.count} records, {number} were found"
            yield Rejected(
                RejectionReason.COUNT_DIFFERS_FROM_COVER, detail, Provenance(file.name, cover.page)
            )


class Missing:
    """Findings on extract rows and letters that no print answers to, each reported once.

    `prints` are all results so far, earlier batches' included; `named` the NHS numbers that a rejected print
    bears, so that a person has them already.
    """

    def __init__(self, sources: Sources, known: Known, prints: list[Seen], named: frozenset[str]) -> None:
        self._sources = sources
        self._known = known
        self._prints = prints
        borne = named | {seen.nhs_number for seen in prints}
        replaced = {row.nhs_number for row in map(sources.replacing, borne) if row is not None}
        self._named = named | replaced
        self.reported: set[str] = set()

    def findings(self, batch: Batch) -> Iterator[Rejected]:
        """What other sources have and no print does, or that changed since its print, one finding a cause."""
        yield from self._changed(batch)
        yield from self._episodes_without_print()
        yield from self._letters_without_print()

    def _episodes_without_print(self) -> Iterator[Rejected]:
        """Closed episodes whose print should have come by now."""
        days = self._sources.print_days or self._sources.letter_days
        if not days:
            return
        first, last = min(days) - _CLOSED_BEFORE_PRINT, max(days)
        printed = {seen.episode_id for seen in self._linked()}
        for rows in self._sources.episodes.values():
            for row in rows:
                waiting = row.episode_id not in printed and _is_printed_for(row)
                if waiting and first <= row.changed_at.date() < last and row.nhs_number not in self._named:
                    yield from self._report(row, RejectionReason.IN_EXTRACT_NOT_IN_PRINT, closed_as(row))

    def _letters_without_print(self) -> Iterator[Rejected]:
        """Letters of a day that was printed, to somebody of whom neither print nor extract has told yet."""
        printed = {seen.nhs_number for seen in self._prints}
        for number, letters in self._sources.letters.items():
            if number in printed or number in self._named or self._closed(number):
                continue
            for letter in letters:
                key = f"letter {number} {letter.printed_on}"
                if letter.printed_on not in self._sources.print_days or self._said_before(key):
                    continue
                says = str(letter.outcome) if letter.outcome else "no outcome that we know"
                detail = f"a letter tells her: {says}; no report has her"
                yield Rejected(
                    RejectionReason.IN_LETTERS_NOT_IN_PRINT,
                    detail,
                    letter.provenance,
                    letter.screening_number,
                    number,
                )

    def _changed(self, batch: Batch) -> Iterator[Rejected]:
        """Episodes of which this batch's rows say something else than their print of an earlier batch."""
        printed = {(seen.episode_id, seen.outcome) for seen in self._prints}
        touched = {(row.nhs_number, row.episode_id) for file in batch.files for row in file.episodes}
        for number, episode_id in sorted(touched):
            seen = self._printed_earlier(number, episode_id)
            row = _of(self._sources.episodes, number, episode_id)
            if seen is None or row is None or row.end_code is None:
                continue
            before = _of(self._known.episodes, number, episode_id)
            said_before = before is not None and before.end_code and before.may_be == row.may_be
            # Where a print says already what the row now says, that print is what a person is shown.
            told = any((episode_id, outcome) in printed for outcome in row.may_be)
            if seen.outcome not in row.may_be and not said_before and not told:
                detail = f"printed as {seen.outcome.value} ({seen.provenance}), now {closed_as(row)}"
                yield from self._report(row, RejectionReason.CHANGED_AFTER_PRINT, detail)

    def _printed_earlier(self, number: str, episode_id: str) -> Seen | None:
        """The last print of an episode in an earlier batch; linked now, where the episode's row came after it."""
        found = None
        for seen in self._known.results.get(number, ()):
            row = self._sources.episode_of_seen(seen)
            if episode_id == (seen.episode_id or (row.episode_id if row is not None else None)):
                found = seen
        return found

    def _closed(self, number: str) -> bool:
        return any(row.end_code for row in self._sources.episodes.get(number, ()))

    def _linked(self) -> Iterator[Seen]:
        """All prints; one whose extract row came only later is linked to it now."""
        for seen in self._prints:
            row = self._sources.episode_of_seen(seen) if seen.episode_id is None else None
            yield replace(seen, episode_id=row.episode_id) if row is not None else seen

    def _report(self, row: EpisodeRow, reason: RejectionReason, detail: str) -> Iterator[Rejected]:
        key = f"{reason.value} {row.episode_id} {'/'.join(sorted(row.may_be)) or None}"
        if self._said_before(key):
            return
        subject = self._sources.subject(row.nhs_number)
        practice = subject.practice if subject is not None else None
        yield Rejected(reason, detail, row.provenance, None, row.nhs_number, practice)

    def _said_before(self, key: str) -> bool:
        """Whether a finding was reported before; if not, it is noted now."""
        if key in self._known.reported or key in self.reported:
            return True
        self.reported.add(key)
        return False


def _is_printed_for(row: EpisodeRow) -> bool:
    """Whether a report should have this episode: closed, with a result, and not one of an earlier round."""
    return (
        row.end_code is not None
        and row.end_code not in WITHOUT_RESULT
        and (row.changed_at.date() - took_place(row)).days < ROUND_DAYS
    )


def _of(episodes: Mapping[str, tuple[EpisodeRow, ...]], number: str, episode_id: str) -> EpisodeRow | None:
    return next((row for row in episodes.get(number, ()) if row.episode_id == episode_id), None)
