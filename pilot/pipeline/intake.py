"""From files to ledger: read a batch, check it against all that is known, and write it down whole or not at all."""

import errno
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pilot.domain.delivery import State
from pilot.domain.result import Disputed, DisputeReason, RejectionReason
from pilot.errors import FileError
from pilot.nbss import Batch, FileReading, Reader
from pilot.nbss.check import Checked, check, remember
from pilot.nbss.known import Known
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.memory import Memory, written
from pilot.pipeline.reasons import words

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


@dataclass(frozen=True, slots=True)
class Taken:
    """What one intake took: files, files that were in the ledger already, and what their records became."""

    files: int
    already: int
    fit: int
    rejected: int
    disputed: int
    notices: tuple[str, ...]


def take_in(ledger: Ledger, reader: Reader, memory: Memory, paths: Sequence[Path], now: datetime) -> Taken:
    """Take a batch in. The same file twice is one batch.

    What is known is looked at in the transaction that adds to it, so that of two intakes side by side the second
    sees what the first took. Raises FileError where a file cannot be had at all; nothing of the batch is then
    taken.
    """
    files = tuple(map(_with_hash, reader.read(paths).files))
    with ledger.transaction():
        taken = _taken(ledger, memory, files, now)
    if taken.files:
        ledger.fold_in()
    return taken


def _taken(ledger: Ledger, memory: Memory, files: Sequence[FileReading], now: datetime) -> Taken:
    fresh = _fresh(ledger, files)
    batch = Batch(fresh)
    if not fresh:
        return Taken(0, len(files), 0, 0, 0, ())
    known = memory.known()
    checked = check(batch, known)
    added = remember(Known(), batch, checked)
    sources = {file.name: file.sha256 for file in fresh}
    ledger.take_in(
        [EmittedFile(file.sha256, Path(file.path).name, file.kind) for file in fresh],
        list(_entries(checked, sources)),
        written(added),
        now,
    )
    return Taken(
        files=len(fresh),
        already=len(files) - len(fresh),
        fit=len(checked.fit),
        rejected=len(checked.rejected),
        disputed=len(checked.disputed),
        notices=tuple(_notices(checked)),
    )


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
        yield NewEntry(sources.get(result.provenance.file, ""), result)
    for rejected in checked.rejected:
        state = State.WITH_A_PERSON if rejected.reason in _FOR_A_PERSON else State.RETURNED
        yield NewEntry(sources.get(rejected.provenance.file, ""), rejected, state, rejected.reason)
    for disputed in checked.disputed:
        # A print of what was sent already asks nothing of anybody.
        state = State.RETURNED if _says_nothing_new(disputed) else State.WITH_A_PERSON
        source = sources.get(disputed.result.provenance.file, "")
        yield NewEntry(source, disputed.result, state, disputed.reason, disputed.versions)


def _says_nothing_new(disputed: Disputed) -> bool:
    return (
        disputed.reason is DisputeReason.DUPLICATE
        and len({version.says for version in disputed.versions}) <= 1
    )


def _notices(checked: Checked) -> Iterable[str]:
    """One line a file and reason, for a person watching: counts and places, no participant."""
    found: Counter[tuple[str, str]] = Counter()
    for rejected in checked.rejected:
        found[rejected.provenance.file, rejected.reason] += 1
    for disputed in checked.disputed:
        found[disputed.result.provenance.file, disputed.reason] += 1
    for (file, reason), number in sorted(found.items()):
        yield f"{file}: {number} x {words(reason)}"
