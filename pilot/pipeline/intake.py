"""From files to ledger: read a batch, check it against all that is known, and write it down whole or not at all."""

import errno
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from pilot.domain.delivery import State
from pilot.domain.result import (
    Disputed,
    DisputeReason,
    Provenance,
    Rejected,
    RejectionReason,
    ScreeningResult,
)
from pilot.errors import FileError, LedgerError
from pilot.nbss import Batch, FileKind, FileReading, Reader
from pilot.nbss.batch import DirectoryEntry, EpisodeRow
from pilot.nbss.check import Checked, check, check_again, remember
from pilot.nbss.known import Known, with_directory, with_episodes, with_letters, with_subjects
from pilot.pipeline.entry import LedgerEntry, Owner, encode
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason, Why, words
from pilot.pipeline.settings import Source, WithoutExtract

# An episode of an earlier round, three years ago, says nothing of this print.
_OF_THIS_ROUND = timedelta(days=300)

# Findings about a batch that are not prints unfit to send: nothing can be returned, so a person must look.
_FOR_A_PERSON = frozenset(
    {
        RejectionReason.COUNT_DIFFERS_FROM_COVER,
        RejectionReason.IN_EXTRACT_NOT_IN_PRINT,
        RejectionReason.IN_LETTERS_NOT_IN_PRINT,
        RejectionReason.CHANGED_AFTER_PRINT,
        RejectionReason.EXTRACT_ROW_UNREADABLE,
    }
)

# What waits for its practice goes on as soon as a directory or an extract that has come says which one it is.
_WAITS_FOR_PRACTICE = frozenset({RejectionReason.PRACTICE_UNKNOWN, RejectionReason.PRACTICE_CLOSED})


@dataclass(frozen=True, slots=True)
class Taken:
    """What one intake took: files, files that were in the ledger already, and what their records became.

    `set_aside` are files of which nothing was taken, and which are taken when they come again and can be: those
    that stopped the reader, and prints that wait for their extract (with the letters of that batch).
    """

    files: int
    already: int
    fit: int
    rejected: int
    disputed: int
    notices: tuple[str, ...]
    set_aside: tuple[Path, ...] = ()


Watch = Callable[[Sequence[FileReading]], tuple[str, ...]]

_NOTHING = Checked((), (), (), {}, frozenset(), {})

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Known).decode


class Memory:
    """What earlier batches left to hold later ones against, kept in the ledger intake by intake.

    It is this process's own, and that of others beside it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = Known()
        self._last = 0

    def known(self) -> Known:
        """All that is known now. Inside a transaction nobody adds to it before that ends.

        Raises LedgerError where an intake's part cannot be read: held against less, a batch would go unchecked.
        """
        for number, memory in self._ledger.memories_since(self._last):
            try:
                self._known = _joined(self._known, _decode(memory))
            except (ValueError, msgspec.MsgspecError) as error:
                raise LedgerError(
                    f"what intake {number} left to check later batches by cannot be read",
                    str(self._ledger.path),
                    "Nothing was taken: restore the last copy; what was taken before goes on without files",
                ) from error
            self._last = number
        return self._known

    def practice_names(self) -> dict[str, str]:
        """ODS code -> name, from the office's directory as far as it can be read."""
        with suppress(LedgerError):
            self.known()
        return {entry.practice: entry.name for entries in self._known.directory.values() for entry in entries}


class _OnlyDirectory(msgspec.Struct):
    directory: dict[str, tuple[DirectoryEntry, ...]] = {}


_decode_directory = msgspec.json.Decoder(_OnlyDirectory).decode


class Practices:
    """The office's directory by ODS code, as the latest batches brought it; nothing else of what is known is read."""

    def __init__(self) -> None:
        self._by_local_number: Mapping[str, tuple[DirectoryEntry, ...]] = {}
        self._last = 0

    def known(self, ledger: Ledger) -> Mapping[str, DirectoryEntry]:
        """The practices known now; what was read before is not read again."""
        for number, memory in ledger.memories_since(self._last):
            held = _decode_directory(memory).directory.values()
            self._by_local_number = with_directory(
                self._by_local_number, (entry for entries in held for entry in entries)
            )
            self._last = number
        return {entry.practice: entry for entries in self._by_local_number.values() for entry in entries}


def _joined(known: Known, added: Known) -> Known:
    """What is known with one intake's addition."""
    results = dict(known.results)
    for number, seen in added.results.items():
        results[number] = (*results.get(number, ()), *seen)
    return Known(
        results,
        with_episodes(known.episodes, (row for rows in added.episodes.values() for row in rows)),
        with_subjects(known.subjects, added.subjects.values()),
        with_directory(known.directory, (entry for entries in added.directory.values() for entry in entries)),
        with_letters(known.letters, (letter for letters in added.letters.values() for letter in letters)),
        known.numbers_rejected | added.numbers_rejected,
        known.reported | added.reported,
    )


def take_in(
    ledger: Ledger,
    reader: Reader,
    memory: Memory,
    paths: Sequence[Path],
    now: datetime,
    *,
    without_extract: WithoutExtract = WithoutExtract.HOLD,
    expected: frozenset[Source] = frozenset(),
    watch: Watch = lambda _: (),
) -> Taken:
    """Take a batch in. The same file twice is one batch.

    `watch` is shown all files before any is taken: it gives notices, or raises FileError to stop the batch.

    What is known is looked at in the transaction that adds to it, so that of two intakes side by side the second
    sees what the first took. Raises FileError where a file cannot be had at all; nothing of the batch is then
    taken.
    """
    files = tuple(map(_with_hash, reader.read(paths).files))
    noticed = watch(files)
    with ledger.transaction():
        taken = _taken(ledger, memory, files, now, without_extract, expected)
    if taken.files:
        ledger.fold_in()
    return replace(taken, notices=(*noticed, *taken.notices))


@dataclass(frozen=True, slots=True)
class Preview:
    """What an intake would make of a batch. `by_practice` counts what is fit to send, `by_reason` what is not;
    `on_paper` is how many of the fit go on paper, None while MESH cannot be asked.
    """

    taken: Taken
    by_practice: Mapping[str, int]
    by_reason: Mapping[str, int]
    on_paper: int | None = None

    @property
    def read(self) -> int:
        """Records that were read, fit to send or not."""
        return self.taken.fit + self.need_you

    @property
    def need_you(self) -> int:
        """Records that a person must look at."""
        return sum(self.by_reason.values())


class _LookedAhead(Exception):
    """Nothing of it is kept."""


def look_ahead(
    ledger: Ledger,
    reader: Reader,
    memory: Memory,
    paths: Sequence[Path],
    now: datetime,
    *,
    without_extract: WithoutExtract = WithoutExtract.HOLD,
    expected: frozenset[Source] = frozenset(),
    watch: Watch = lambda _: (),
) -> Preview:
    """Take a batch in and let go of it again: by the same rules, with nothing written. Raises FileError."""
    files = tuple(map(_with_hash, reader.read(paths).files))
    watch(files)
    try:
        with ledger.transaction():
            newest = ledger.newest()
            taken = _taken(ledger, memory, files, now, without_extract, expected)
            new = list(ledger.entries_after(newest))
            raise _LookedAhead
    except _LookedAhead:
        fit = [entry for entry in new if entry.state is State.RECEIVED]
        return Preview(
            taken,
            Counter(entry.practice or "" for entry in fit),
            Counter(str(entry.reason) for entry in new if entry.state is not State.RECEIVED),
        )


def _taken(
    ledger: Ledger,
    memory: Memory,
    files: Sequence[FileReading],
    now: datetime,
    without_extract: WithoutExtract,
    expected: frozenset[Source],
) -> Taken:
    new = _fresh(ledger, files)
    if not new:
        return Taken(0, len(files), 0, 0, 0, ())
    known = memory.known()
    stopped, alone = _not_now(new, known)
    lacking = {source: _lacking(source, new, known) for source in Source}
    held = alone if without_extract is WithoutExtract.HOLD else {}
    for source in expected:
        held = lacking[source] | held
    said = _set_aside(ledger, stopped | held, now)
    aside = {*stopped, *held, *(file.sha256 for file in new if held and file.kind is FileKind.SMSTA)}
    fresh = tuple(file for file in new if file.sha256 not in aside)
    paths = tuple(Path(file.path) for file in new if file.sha256 in aside)
    if not fresh:
        return Taken(0, len(files) - len(new), 0, 0, 0, tuple(said), paths)
    for file in fresh:
        waited = ledger.set_aside(file.sha256)
        if waited is not None:
            ledger.move(waited, State.RETURNED, Reason.TAKEN_LATER, now)
    batch = Batch(fresh)
    checked = check(batch, known)
    added = remember(Known(), batch, checked)
    waiting = _Waiting.for_practice(ledger, fresh, _joined(known, added))
    sources = {file.name: file.sha256 for file in fresh}
    ledger.take_in(
        [EmittedFile(file.sha256, Path(file.path).name, file.kind) for file in fresh],
        list(_entries(checked, sources)),
        _encode(_joined(added, waiting.known)),
        now,
    )
    went_on = waiting.go_on(ledger, now)
    return Taken(
        files=len(fresh),
        already=len(files) - len(new),
        fit=len(checked.fit),
        rejected=len(checked.rejected),
        disputed=len(checked.disputed),
        notices=(*said, *_notices(checked), *went_on, *_held_against_less(fresh, alone, lacking)),
        set_aside=paths,
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Results on the office's list whose practice can be said by now; `known` is what they add to what is known."""

    entries: tuple[LedgerEntry, ...] = ()
    checked: Checked = _NOTHING
    known: Known = field(default_factory=Known)

    @classmethod
    def for_practice(cls, ledger: Ledger, fresh: Sequence[FileReading], known: Known) -> "_Waiting":
        """Those that wait for their practice, where one of the files may say which it is."""
        if not any(file.directory or file.subjects for file in fresh):
            return cls()
        entries = tuple(
            entry
            for entry in ledger.in_states(State.WITH_A_PERSON)
            if entry.reason in _WAITS_FOR_PRACTICE and isinstance(entry.document, ScreeningResult)
        )
        checked = check_again([entry.result for entry in entries], known)
        found = replace(checked, rejected=())
        return cls(entries, found, remember(Known(), Batch(), found))

    def go_on(self, ledger: Ledger, now: datetime) -> Iterator[str]:
        """Each goes on as a new result would, or stays on the list with what was found of it."""
        fit = {_place_and_number(result): result for result in self.checked.fit}
        disputed = {_place_and_number(item.result): item for item in self.checked.disputed}
        number = 0
        for entry in self.entries:
            place = _place_and_number(entry.result)
            if (result := fit.get(place)) is not None:
                ledger.move(
                    entry,
                    State.RECEIVED,
                    Reason.PRACTICE_FOUND,
                    now,
                    document=encode(result),
                    practice=result.practice,
                )
            elif (item := disputed.get(place)) is not None:
                state, reason = _state_of(item)
                ledger.move(
                    entry,
                    state,
                    reason,
                    now,
                    owner=Owner.OFFICE,
                    document=encode(item.result),
                    practice=item.result.practice,
                    versions=encode(item.versions),
                )
            else:
                continue
            number += 1
        if number:
            yield f"{number} results that waited for their practice go on: it can now be said"


def _place_and_number(result: ScreeningResult) -> tuple[Provenance, str]:
    return result.provenance, result.screening_number


def _not_now(files: Sequence[FileReading], known: Known) -> tuple[dict[str, Rejected], dict[str, Rejected]]:
    """Files that stopped the reader, and prints to which no extract has come, by hash, each with what to say."""
    stopped = {file.sha256: file.rejected[0] for file in files if not file.read_through}
    rows: dict[str, list[EpisodeRow]] = defaultdict(list)
    for row in (row for file in files for row in file.episodes):
        rows[row.nhs_number].append(row)

    def has_come(result: ScreeningResult) -> bool:
        number, printed = result.participant.nhs_number, result.printed_on
        return any(
            printed is None or abs(row.changed_at.date() - printed) <= _OF_THIS_ROUND
            for row in (*rows[number], *known.episodes.get(number, ()))
        )

    latest = max(
        (row.changed_at.date() for some in (*rows.values(), *known.episodes.values()) for row in some),
        default=None,
    )
    alone = {
        file.sha256: Rejected(
            RejectionReason.EXTRACT_AWAITED,
            f"{len(file.results)} results wait for their extract",
            Provenance(file.name),
        )
        for file in files
        if file.results
        and not any(map(has_come, file.results))
        # An extract that goes on past the print has come: what it does not have is then in dispute.
        and not any(latest and result.printed_on and result.printed_on < latest for result in file.results)
    }
    return stopped, alone


def _set_aside(ledger: Ledger, files: Mapping[str, Rejected], now: datetime) -> list[str]:
    """Put each on the office's list, once, and say so each time."""
    for sha256, rejected in files.items():
        if ledger.set_aside(sha256) is None:
            ledger.add_line(NewEntry(sha256, rejected, State.WITH_A_PERSON, rejected.reason), now)
    return [f"{rejected.provenance.file}: {rejected.detail}" for rejected in files.values()]


def _lacking(source: Source, files: Sequence[FileReading], known: Known) -> dict[str, Rejected]:
    """Prints to which this source has not come, by hash, each with what to say."""
    if source is Source.LETTERS:
        days = {letter.printed_on for file in files for letter in file.letters} | {
            letter.printed_on for letters in known.letters.values() for letter in letters
        }
    else:
        rows = (*(row for file in files for row in file.subjects), *known.subjects.values())
        days = {row.changed_at.date() for row in rows}
    latest = max((day for day in days if day is not None), default=None)
    numbers = {row.nhs_number for file in files for row in file.subjects} | known.subjects.keys()

    def has_come(result: ScreeningResult) -> bool:
        """One that goes on to the day of the print or past it has come; so has a row that is hers."""
        if source is Source.SUBJECTS and result.participant.nhs_number in numbers:
            return True
        return latest is not None and (result.printed_on is None or result.printed_on <= latest)

    return {
        file.sha256: Rejected(
            RejectionReason.EXTRACT_AWAITED,
            f"{len(file.results)} results wait for {_CALLED[source]}",
            Provenance(file.name),
        )
        for file in files
        if file.results and not any(map(has_come, file.results))
    }


_CALLED = {Source.LETTERS: "the letters of that day", Source.SUBJECTS: "the subject extract"}


def _held_against_less(
    files: Sequence[FileReading],
    alone: Mapping[str, Rejected],
    lacking: Mapping[Source, Mapping[str, Rejected]],
) -> Iterable[str]:
    """Of each print that goes out with something not held against it, what that is."""
    for file in files:
        if file.sha256 in alone:
            yield f"{file.name}: {len(file.results)} results go on the print alone, no extract was held against them"
        for source, prints in lacking.items():
            if file.sha256 in prints:
                yield f"{file.name}: {len(file.results)} results go without {_CALLED[source]} held against them"


def _with_hash(file: FileReading) -> FileReading:
    """A file that stopped its reader has a hash all the same: however often it is brought, it is one file."""
    if file.sha256:
        return file
    path = Path(file.path)
    try:
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        with path.open("rb") as content:
            return replace(file, sha256=hashlib.file_digest(content, "sha256").hexdigest())
    except OSError as error:
        raise FileError(
            f"the file cannot be read ({error.strerror})",
            file.path,
            "Nothing was taken: name files that can be",
        ) from error


def _fresh(ledger: Ledger, files: Iterable[FileReading]) -> tuple[FileReading, ...]:
    """Files that were not taken before, each once."""
    seen: set[str] = set()
    fresh = []
    for file in files:
        if file.sha256 in seen or ledger.has_file(file.sha256):
            continue
        seen.add(file.sha256)
        fresh.append(file)
    return tuple(fresh)


def _entries(checked: Checked, sources: dict[str, str]) -> Iterable[NewEntry]:
    for result in checked.fit:
        source = sources.get(result.provenance.file, "")
        if result.practice is None:
            yield NewEntry(source, result, State.WITH_A_PERSON, RejectionReason.PRACTICE_UNKNOWN)
        else:
            yield NewEntry(source, result, why=f"held against: {checked.held_against[result.provenance]}")
    for rejected in checked.rejected:
        source = sources.get(rejected.provenance.file, "")
        if rejected.result is not None:
            yield NewEntry(source, rejected.result, State.WITH_A_PERSON, rejected.reason)
        else:
            state = State.WITH_A_PERSON if rejected.reason in _FOR_A_PERSON else State.RETURNED
            yield NewEntry(source, rejected, state, rejected.reason)
    for disputed in checked.disputed:
        source = sources.get(disputed.result.provenance.file, "")
        yield NewEntry(source, disputed.result, *_state_of(disputed), disputed.versions)


def _state_of(disputed: Disputed) -> tuple[State, Why]:
    """A print of what was sent already asks nothing of anybody."""
    if disputed.reason is DisputeReason.DUPLICATE:
        return State.RETURNED, disputed.reason
    return State.WITH_A_PERSON, disputed.reason


def _notices(checked: Checked) -> Iterable[str]:
    """One line a file and reason, for a person watching: counts and places, no participant."""
    found: Counter[tuple[str, str]] = Counter()
    for rejected in checked.rejected:
        found[rejected.provenance.file, rejected.reason] += 1
    for disputed in checked.disputed:
        found[disputed.result.provenance.file, disputed.reason] += 1
    for (file, reason), number in sorted(found.items()):
        yield f"{file}: {number} x {words(reason)}"
