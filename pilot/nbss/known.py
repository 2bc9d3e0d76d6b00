"""What earlier batches hold, as far as checking a new one needs it: a value that a ledger can rebuild."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance, ScreeningResult
from pilot.nbss.batch import DirectoryEntry, EpisodeRow, Letter, SubjectRow


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

    - `results`: a `Seen` of every result that `check` called fit or disputed, by NHS number, oldest first;
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
