"""The triple check that office staff do by eye: print against cover, extract, letters and what went before.

Pure. What agrees is fit to send; what disagrees goes to a person with both versions; nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import (
    Disputed,
    DisputeReason,
    Provenance,
    Rejected,
    RejectionReason,
    ScreeningResult,
    Version,
)
from pilot.nbss.batch import Batch, EpisodeRow, FileReading, Letter
from pilot.nbss.dates import age_on
from pilot.nbss.known import Known, Seen, with_directory, with_episodes, with_letters, with_subjects
from pilot.nbss.practice import Practice, practice_of
from pilot.nbss.record import printed_age

YOUNGEST, OLDEST = 18, 110
PROGRAMME_BEGAN = date(1988, 1, 1)
# A woman screened again sooner than this is one result printed differently, not two.
_ROUND_DAYS = 180
# After these, another result of the same person may follow within weeks: she is invited again.
_FOLLOWED = frozenset(
    {
        Outcome.TECHNICAL_RECALL,
        Outcome.DID_NOT_ATTEND,
        Outcome.ATTENDED_NOT_SCREENED,
        Outcome.PARTIAL_MAMMOGRAPHY,
    }
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Each record of the batch is in exactly one of the first three.

    `rejected` also holds what the checks found of the batch itself (a count, an extract row without a print).
    `episode_ids` gives, for the results here, the episode each was linked to; `reported` the keys of findings
    on extract rows: both only for `remember`.
    """

    fit: tuple[ScreeningResult, ...]
    rejected: tuple[Rejected, ...]
    disputed: tuple[Disputed, ...]
    episode_ids: Mapping[Provenance, str]
    reported: frozenset[str]


def check(batch: Batch, known: Known = Known()) -> Checked:
    """Check a batch against itself and against what is known."""
    return _Check(batch, known).run()


def remember(known: Known, batch: Batch, checked: Checked) -> Known:
    """What is known after a batch was checked: the value to give to the next `check`."""
    results = dict(known.results)
    for result in (*checked.fit, *(disputed.result for disputed in checked.disputed)):
        number = result.participant.nhs_number
        seen = Seen.of(result, checked.episode_ids.get(result.provenance))
        results[number] = (*results.get(number, ()), seen)
    rejected = {item.nhs_number for item in checked.rejected if item.nhs_number and item.provenance.page}
    return Known(
        results,
        with_episodes(known.episodes, (row for file in batch.files for row in file.episodes)),
        with_subjects(known.subjects, (row for file in batch.files for row in file.subjects)),
        with_directory(known.directory, (entry for file in batch.files for entry in file.directory)),
        with_letters(known.letters, (letter for file in batch.files for letter in file.letters)),
        known.numbers_rejected | rejected,
        known.reported | checked.reported,
    )


class _Check:
    def __init__(self, batch: Batch, known: Known) -> None:
        self._batch = batch
        self._known = known
        files = batch.files
        self._episodes = with_episodes(known.episodes, (row for file in files for row in file.episodes))
        self._subjects = with_subjects(known.subjects, (row for file in files for row in file.subjects))
        self._directory = with_directory(
            known.directory, (entry for file in files for entry in file.directory)
        )
        self._letters = with_letters(known.letters, (letter for file in files for letter in file.letters))
        self._superseded = {
            row.superseded_nhs_number: row for row in self._subjects.values() if row.superseded_nhs_number
        }
        changes = [row.changed_at.date() for rows in self._episodes.values() for row in rows]
        self._extract_days = (min(changes), max(changes)) if changes else None
        self._fit: list[ScreeningResult] = []
        self._rejected: list[Rejected] = []
        self._disputed: list[Disputed] = []
        self._linked: dict[Provenance, str] = {}
        self._reported: set[str] = set()

    def run(self) -> Checked:
        results: list[tuple[ScreeningResult, Practice]] = []
        for file in self._batch.files:
            self._rejected.extend(file.rejected)
            self._rejected.extend(_miscounted(file))
            results.extend(self._filled(result, file) for result in file.results)
        shared = _numbers_of_two(results, self._known)
        earlier = {number: list(seen) for number, seen in self._known.results.items()}
        for result, practice in results:
            self._settle(result, practice, shared, earlier)
        self._extract_without_print()
        return Checked(
            tuple(self._fit),
            tuple(self._rejected),
            tuple(self._disputed),
            self._linked,
            frozenset(self._reported),
        )

    def _filled(self, result: ScreeningResult, file: FileReading) -> tuple[ScreeningResult, Practice]:
        """The result with the practice and the date that the print leaves to other sources."""
        number = result.participant.nhs_number
        practice = practice_of(
            file.cover_of(result.provenance.page),
            self._directory,
            self._subjects.get(number),
            result.printed_on,
        )
        episode = self._episode_of(result)
        day = result.date
        if episode is not None:
            self._linked[result.provenance] = episode.episode_id
            if day is None:
                day = episode.date_of_as or episode.date_of_foa
        return replace(result, practice=practice.code, date=day), practice

    def _episode_of(self, result: ScreeningResult) -> EpisodeRow | None:
        """The closed episode that a print is of: the one of its date, else the last to be closed."""
        rows = [row for row in self._episodes.get(result.participant.nhs_number, ()) if row.end_code]
        if result.date is not None:
            dated = [row for row in rows if result.date in (row.date_of_as, row.date_of_foa)]
            rows = dated or rows
        return max(rows, key=lambda row: row.changed_at, default=None)

    def _settle(
        self,
        result: ScreeningResult,
        practice: Practice,
        shared: Mapping[str, tuple[Version, ...]],
        earlier: dict[str, list[Seen]],
    ) -> None:
        """Put one result where it belongs; the first finding decides."""
        number = result.participant.nhs_number
        rejected = _implausible(result)
        if rejected is None and practice.reason is not None:
            rejected = _reject(result, practice.reason, practice.detail)
        if rejected is not None:
            self._rejected.append(rejected)
            return
        if number in shared:
            self._disputed.append(Disputed(result, DisputeReason.SAME_NUMBER_TWO_PEOPLE, shared[number]))
        else:
            disputed = _repeated(result, earlier.get(number, [])) or next(
                self._differences(result, practice), None
            )
            if disputed is None:
                self._fit.append(result)
            else:
                self._disputed.append(disputed)
        earlier.setdefault(number, []).append(Seen.of(result, self._linked.get(result.provenance)))

    def _differences(self, result: ScreeningResult, practice: Practice) -> Iterator[Disputed]:
        """Where another source says something else, the gravest first."""
        number = result.participant.nhs_number
        subject = self._subjects.get(number)
        print_ = str(result.provenance)

        def dispute(reason: DisputeReason, says: str, other: str, other_says: str) -> Disputed:
            return Disputed(result, reason, (Version(print_, says), Version(other, other_says)))

        newer = self._superseded.get(number)
        if newer is not None and newer.nhs_number != number:
            yield dispute(
                DisputeReason.NHS_NUMBER_SUPERSEDED, f"NHS number {number}", str(newer.provenance),
                f"replaced by NHS number {newer.nhs_number}",
            )  # fmt: skip
        episode = self._episode_of(result)
        if episode is not None and episode.outcome is not result.outcome:
            yield dispute(
                DisputeReason.OUTCOME_DIFFERS,
                result.outcome.value,
                str(episode.provenance),
                _closed_as(episode),
            )
        for letter in self._letters_of(result):
            if letter.outcome is not None and letter.outcome is not result.outcome:
                yield dispute(
                    DisputeReason.LETTER_DIFFERS,
                    result.outcome.value,
                    str(letter.provenance),
                    letter.outcome.value,
                )
        born = result.participant.date_of_birth
        if subject is not None and subject.date_of_birth not in (None, born):
            yield dispute(
                DisputeReason.DATE_OF_BIRTH_DIFFERS, f"born {born}", str(subject.provenance),
                f"born {subject.date_of_birth}",
            )  # fmt: skip
        age = printed_age(result)
        if age is not None and not _age_fits(age, result):
            yield Disputed(
                result,
                DisputeReason.AGE_DIFFERS,
                (Version(print_, f"born {born}"), Version(print_, f"age {age}")),
            )
        if practice.differs and subject is not None:
            yield dispute(
                DisputeReason.PRACTICE_DIFFERS, f"practice {practice.printed}", str(subject.provenance),
                f"practice {subject.practice}",
            )  # fmt: skip
        if episode is not None:
            days = [day for day in (episode.date_of_as, episode.date_of_foa) if day is not None]
            if result.date is not None and days and result.date not in days:
                yield dispute(
                    DisputeReason.DATE_DIFFERS, str(result.date), str(episode.provenance),
                    " or ".join(str(day) for day in days),
                )  # fmt: skip
        elif self._extract_should_have(result):
            yield dispute(
                DisputeReason.NOT_IN_EXTRACT,
                result.outcome.value,
                "episode extract",
                "no closed episode of this person",
            )

    def _letters_of(self, result: ScreeningResult) -> list[Letter]:
        return [
            letter
            for letter in self._letters.get(result.participant.nhs_number, ())
            if letter.printed_on is None or result.printed_on in (None, letter.printed_on)
        ]

    def _extract_should_have(self, result: ScreeningResult) -> bool:
        """Whether the extracts at hand cover the day of the print, so that a missing row means something."""
        if self._extract_days is None or result.printed_on is None:
            return False
        first, last = self._extract_days
        return first < result.printed_on <= last

    def _extract_without_print(self) -> None:
        """Closed episodes whose print should have come by now, and those that changed after theirs."""
        printed: dict[str, Seen] = {}
        days: list[date] = []
        for seen in self._every_seen():
            if seen.printed_on is not None:
                days.append(seen.printed_on)
            if seen.episode_id is not None:
                printed[seen.episode_id] = seen
        if not days:
            return
        first, last = min(days), max(days)
        unlinked = {seen.nhs_number for seen in self._every_seen() if seen.episode_id is None}
        named = self._known.numbers_rejected | {item.nhs_number for item in self._rejected if item.nhs_number}
        for rows in self._episodes.values():
            for row in rows:
                if row.end_code is None:
                    continue
                closed = row.changed_at.date()
                seen_before = printed.get(row.episode_id)
                if seen_before is None:
                    missing = first <= closed < last and row.nhs_number not in named | unlinked
                    if missing:
                        self._report(row, RejectionReason.IN_EXTRACT_NOT_IN_PRINT, _closed_as(row))

    def _every_seen(self) -> Iterator[Seen]:
        for held in self._known.results.values():
            yield from held
        for result in (*self._fit, *(disputed.result for disputed in self._disputed)):
            yield Seen.of(result, self._linked.get(result.provenance))

    def _report(self, row: EpisodeRow, reason: RejectionReason, detail: str) -> None:
        key = f"{reason.value} {row.episode_id}"
        if key in self._known.reported or key in self._reported:
            return
        self._reported.add(key)
        subject = self._subjects.get(row.nhs_number)
        practice = subject.practice if subject is not None else None
        self._rejected.append(Rejected(reason, detail, row.provenance, None, row.nhs_number, practice))


def _miscounted(file: FileReading) -> Iterator[Rejected]:
    """Covers whose number of records is not the number found behind them."""
    for cover, after in zip(file.covers, (*file.covers[1:], None), strict=False):
        if cover.count is None:
            continue
        end = after.page if after is not None else float("inf")
        found = [
            *(result.provenance for result in file.results),
            *(item.provenance for item in file.rejected),
        ]
        places = {where for where in found if cover.page <= where.page < end and where.record}
        if len(places) != cover.count:
            yield Rejected(
                RejectionReason.COUNT_DIFFERS_FROM_COVER,
                f"the cover says {cover.count} records, {len(places)} were found",
                Provenance(file.name, cover.page),
            )


def _implausible(result: ScreeningResult) -> Rejected | None:
    born = result.participant.date_of_birth
    day = result.printed_on or result.date
    if day is not None and not YOUNGEST <= age_on(born, day) <= OLDEST:
        return _reject(
            result, RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE, f"born {born}: nobody of that age is screened"
        )
    if result.date is None:
        return None
    if result.date < PROGRAMME_BEGAN:
        return _reject(
            result, RejectionReason.DATE_IMPLAUSIBLE, f"{result.date} is before the programme began"
        )
    if result.printed_on is not None and result.date > result.printed_on:
        return _reject(
            result, RejectionReason.DATE_IMPLAUSIBLE, f"{result.date} is after the day of the print"
        )
    return None


def _age_fits(age: int, result: ScreeningResult) -> bool:
    """The age printed is that of some day between the screening and the print."""
    born = result.participant.date_of_birth
    oldest = age_on(born, result.printed_on) if result.printed_on is not None else OLDEST
    youngest = age_on(born, result.date) if result.date is not None else oldest - 1
    return youngest <= age <= oldest


def _repeated(result: ScreeningResult, earlier: list[Seen]) -> Disputed | None:
    """The same result printed before, alike or not; None where it is the first, or another episode's."""
    now = Seen.of(result)
    for seen in reversed(earlier):
        if _another(seen, now):
            continue
        versions = (Version(str(seen.provenance), seen.says()), Version(str(now.provenance), now.says()))
        return Disputed(result, DisputeReason.DUPLICATE, versions)
    return None


def _another(seen: Seen, now: Seen) -> bool:
    """Whether two results of one person are of two screenings, and not one result printed twice."""
    if seen.date is None or now.date is None or seen.date == now.date:
        return False
    return (seen.outcome in _FOLLOWED and seen.date < now.date) or abs(
        (now.date - seen.date).days
    ) >= _ROUND_DAYS


def _numbers_of_two(
    results: list[tuple[ScreeningResult, Practice]], known: Known
) -> dict[str, tuple[Version, ...]]:
    """NHS numbers that stand for two people, by date of birth and forename, with what each print says."""
    people: dict[str, dict[tuple[date, str], Seen]] = {}
    for result, _ in results:
        seen = Seen.of(result)
        for each in (*known.results.get(seen.nhs_number, ()), seen):
            people.setdefault(seen.nhs_number, {}).setdefault((each.date_of_birth, each.forename), each)
    return {
        number: tuple(Version(str(seen.provenance), seen.says()) for seen in who.values())
        for number, who in people.items()
        if len({born for born, _ in who}) > 1 and len({name for _, name in who}) > 1
    }


def _closed_as(row: EpisodeRow) -> str:
    if row.outcome is not None:
        return row.outcome.value
    codes = (row.end_code, row.reason_closed_code, row.final_action_code)
    return "closed with codes that name no outcome: " + "/".join(code or "-" for code in codes)


def _reject(result: ScreeningResult, reason: RejectionReason, detail: str) -> Rejected:
    return Rejected(
        reason,
        detail,
        result.provenance,
        result.screening_number,
        result.participant.nhs_number,
        result.practice,
        result.lines,
    )
