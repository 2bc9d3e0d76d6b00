"""What may be held against a print: the batch's own extracts and letters, and what earlier batches hold.

`Known` is a value that a ledger can rebuild.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance, ScreeningResult
from pilot.nbss.batch import Batch, DirectoryEntry, EpisodeRow, Letter, SubjectRow


@dataclass(frozen=True, slots=True)
class Seen:
    """A result that an earlier batch brought, fit or disputed, short enough to keep for good.

    `date` is the date after the extract filled it; `episode_id` the episode it was linked to, where one was.
    """

    screening_number: str
    nhs_number: str
    surname: str
    forename: str
    date_of_birth: dt.date
    outcome: Outcome
    date: dt.date | None
    practice: str | None
    printed_on: dt.date | None
    provenance: Provenance
    episode_id: str | None = None

    @classmethod
    def of(cls, result: ScreeningResult, episode_id: str | None = None) -> "Seen":
        """What is remembered of a result that was read, for later batches."""
        person = result.participant
        return cls(
            result.screening_number,
            person.nhs_number,
            person.surname,
            person.forename,
            person.date_of_birth,
            result.outcome,
            result.date,
            result.practice,
            result.printed_on,
            result.provenance,
            episode_id,
        )

    def says(self) -> str:
        """The content, as a person is shown it beside another version."""
        day = self.date.isoformat() if self.date else "no date"
        born = self.date_of_birth.isoformat()
        return f"{self.outcome.value.replace('_', ' ')}, {day}, {self.surname}, {self.forename}, born {born}"


@dataclass(frozen=True, slots=True)
class Known:
    """Everything checked before. A ledger must keep exactly this, and nothing of the rejected:

    - `results`: a `Seen` of every result that `check` called fit or disputed, or that lacks nothing but its
      practice, by NHS number, oldest first;
    - `episodes`: of every episode the latest row by `changed_at`, by NHS number;
    - `subjects`: of every NHS number the latest row by `changed_at`;
    - `directory`: of every local number the entries of the latest directory that has it;
    - `letters`: every letter read, by NHS number;
    - `numbers_rejected`: NHS numbers on rejected prints, with the day of the print, so that their extract
      rows are not reported a second time;
    - `reported`: the keys (`Checked.reported`) of findings on extract rows, so that each is said once.

    `pilot.nbss.check.remember(known, batch, checked)` gives the next value after each batch.
    """

    results: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)
    episodes: Mapping[str, tuple[EpisodeRow, ...]] = field(default_factory=dict)
    subjects: Mapping[str, SubjectRow] = field(default_factory=dict)
    directory: Mapping[str, tuple[DirectoryEntry, ...]] = field(default_factory=dict)
    letters: Mapping[str, tuple[Letter, ...]] = field(default_factory=dict)
    numbers_rejected: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()


def with_episodes(
    known: Mapping[str, tuple[EpisodeRow, ...]], rows: Iterable[EpisodeRow]
) -> dict[str, tuple[EpisodeRow, ...]]:
    """The latest row of each episode, by NHS number. Of two rows of one moment, the later in the file wins."""
    latest = dict(known)
    for row in rows:
        others = tuple(held for held in latest.get(row.nhs_number, ()) if held.episode_id != row.episode_id)
        same = next(
            (held for held in latest.get(row.nhs_number, ()) if held.episode_id == row.episode_id), None
        )
        if same is None or row.changed_at >= same.changed_at:
            latest[row.nhs_number] = (*others, row)
    return latest


def with_subjects(known: Mapping[str, SubjectRow], rows: Iterable[SubjectRow]) -> dict[str, SubjectRow]:
    """The latest row of each NHS number."""
    latest = dict(known)
    for row in rows:
        held = latest.get(row.nhs_number)
        if held is None or row.changed_at >= held.changed_at:
            latest[row.nhs_number] = row
    return latest


def with_directory(
    known: Mapping[str, tuple[DirectoryEntry, ...]], entries: Iterable[DirectoryEntry]
) -> dict[str, tuple[DirectoryEntry, ...]]:
    """The entries by local number; a new directory replaces what an older one said of a number."""
    new: dict[str, tuple[DirectoryEntry, ...]] = {}
    for entry in entries:
        held = new.get(entry.local_number, ())
        if entry not in held:
            new[entry.local_number] = (*held, entry)
    return {**known, **new}


def with_letters(
    known: Mapping[str, tuple[Letter, ...]], letters: Iterable[Letter]
) -> dict[str, tuple[Letter, ...]]:
    """Letters by NHS number; those whose number cannot be read are left out, as they can be held against nothing."""
    held = dict(known)
    for letter in letters:
        if letter.nhs_number is not None:
            held[letter.nhs_number] = (*held.get(letter.nhs_number, ()), letter)
    return held


# Where this share of a day's prints has its row, the extract covers that day, and a missing row means something.
_COVERING_SHARE = 0.75

# Rounds are three years apart, and nobody's result is printed this long after she was seen.
ROUND_DAYS = 300

Run = date | str
"""What was printed together: by the day on the cover, else on the letter to the same person, else by the file."""


class Sources:
    """Extracts, letters and directory of a batch and of what is known, looked up by NHS number."""

    def __init__(self, batch: Batch, known: Known) -> None:
        files = batch.files
        self._known = known.results
        self.episodes = with_episodes(known.episodes, (row for file in files for row in file.episodes))
        self.subjects = with_subjects(known.subjects, (row for file in files for row in file.subjects))
        self.directory = with_directory(
            known.directory, (entry for file in files for entry in file.directory)
        )
        self.letters = with_letters(known.letters, (letter for file in files for letter in file.letters))
        self._replaced = {
            row.superseded_nhs_number: row
            for row in self.subjects.values()
            if row.superseded_nhs_number and row.superseded_nhs_number != row.nhs_number
        }
        self.print_days = {
            *(cover.printed_on for file in files for cover in file.covers if cover.printed_on),
            *(
                seen.printed_on
                for held in known.results.values()
                for seen in held
                if seen.printed_on and seen.provenance.page
            ),
        }
        self.letter_days = {
            letter.printed_on for held in self.letters.values() for letter in held if letter.printed_on
        }
        self._last_change = max(
            (row.changed_at.date() for rows in self.episodes.values() for row in rows), default=None
        )
        self.latest_day = max(
            (*self.print_days, *self.letter_days, *([self._last_change] if self._last_change else [])),
            default=None,
        )
        """The last day that anything here speaks of: no print of the batch is later than about that."""
        self._covered = self._runs_covered(result for file in files for result in file.results)

    def printed(self, result: ScreeningResult) -> bool:
        """Whether a result of NBSS's tables need not be taken from them: reports were printed that day, or it was
        taken before and says the same now. One taken from the tables before that says something else is amended.
        """
        held = self._known.get(result.participant.nhs_number, ())
        if any(seen.provenance.page == 0 for seen in held):
            return any((seen.outcome, seen.date) == (result.outcome, result.date) for seen in held)
        return result.printed_on in self.print_days

    def subject(self, nhs_number: str) -> SubjectRow | None:
        """The subject extract's row for that NHS number, if there is one."""
        return self.subjects.get(nhs_number)

    def replacing(self, nhs_number: str) -> SubjectRow | None:
        """The row of the number that has replaced this one, where one has."""
        return self._replaced.get(nhs_number)

    def current(self, nhs_number: str) -> str:
        """The number itself, or the one that has replaced it."""
        newer = self.replacing(nhs_number)
        return newer.nhs_number if newer is not None else nhs_number

    def episode_of(self, result: ScreeningResult) -> EpisodeRow | None:
        """The closed episode that a print is of, where its row has come."""
        return self._episode(result.participant.nhs_number, result.date, result.printed_on)

    def episode_of_seen(self, seen: Seen) -> EpisodeRow | None:
        """The same for an earlier print, also where the row came only after it."""
        return self._episode(seen.nhs_number, seen.date, seen.printed_on)

    def _episode(self, nhs_number: str, day: date | None, printed_on: date | None) -> EpisodeRow | None:
        """The episode of that day, else the last to be closed of this round; never one of an earlier round."""
        closed = [row for row in self.episodes.get(nhs_number, ()) if row.end_code]
        printed = printed_on or self.latest_day
        of_day = [row for row in closed if day is not None and day in (row.date_of_as, row.date_of_foa)]
        of_round = [
            row
            for row in closed
            if printed is not None and abs((printed - took_place(row)).days) < ROUND_DAYS
        ]
        return max(of_day or of_round, key=lambda row: row.changed_at, default=None)

    def letters_of(self, result: ScreeningResult) -> list[Letter]:
        """The letters printed with the result: those of its day; where the print gives none, her latest."""
        letters = self.letters.get(result.participant.nhs_number, ())
        latest = max((letter.printed_on for letter in letters if letter.printed_on), default=None)
        day = result.printed_on or latest
        return [letter for letter in letters if letter.printed_on in (None, day)]

    def held_against(self, result: ScreeningResult) -> str:
        """What else speaks of this result, in the office's words: `print only`, `print, extract and letter`, ..."""
        printed = result.provenance.page > 0
        found = ["print"] if printed else ["NBSS's tables"]
        episode = self.episode_of(result)
        if episode is not None and (printed or not episode.from_tables):
            source = "NBSS's tables" if episode.from_tables else "extract"
            found.append(source if episode.outcome is not None else f"{source} (closed, not said how)")
        if any(letter.outcome is not None for letter in self.letters_of(result)):
            found.append("letter")
        return (
            " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))
            if found[1:]
            else f"{found[0]} only"
        )

    def extract_covers(self, result: ScreeningResult) -> bool:
        """Whether an extract at hand would have the row of a result printed when this one was.

        A row that could not be there yet must not count against its print: so the extracts must go on past
        that day, or have the rows of nearly all that was printed on it (or in that file).
        """
        run = self._run(result)
        past = isinstance(run, date) and self._last_change is not None and run < self._last_change
        return past or run in self._covered

    def _runs_covered(self, results: Iterable[ScreeningResult]) -> frozenset[Run]:
        printed: Counter[Run] = Counter()
        found: Counter[Run] = Counter()
        for result in results:
            run = self._run(result)
            printed[run] += 1
            found[run] += self.episode_of(result) is not None
        return frozenset(run for run, times in printed.items() if found[run] >= _COVERING_SHARE * times)

    def _run(self, result: ScreeningResult) -> Run:
        told = (letter.printed_on for letter in self.letters_of(result) if letter.printed_on)
        return result.printed_on or next(told, None) or result.provenance.file


def took_place(row: EpisodeRow) -> date:
    """The day of an episode, as nearly as its row says it."""
    return row.date_of_as or row.date_of_foa or row.episode_date or row.changed_at.date()
