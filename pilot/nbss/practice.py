"""Which practice a print is for: the cover's local number through the directory, held against the subject extract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import Cover, DirectoryEntry, SubjectRow

Directory = Mapping[str, tuple[DirectoryEntry, ...]]
"""The entries of each local number: one, or several where the directory contradicts itself."""

# A practice may be merged into one that is merged again; more steps than this are a mistake in the directory.
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """The ODS code where one can be said. `reason` and `detail` where it cannot.

    `printed` is the practice that the cover names; `differs` says that the subject extract has another.
    """

    code: str | None
    printed: str | None = None
    differs: bool = False
    reason: RejectionReason | None = None
    detail: str = ""


class _Unknown(Exception):
    """The print's practice cannot be said."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def practice_of(
    cover: Cover | None, directory: Directory, subject: SubjectRow | None, day: date | None
) -> Practice:
    """Resolve one record's practice. `day` is when it was printed; closed practices are closed from their day on.

    With neither a directory nor a subject row the code stays None: nothing says which practice it is.
    """
    registered = subject.practice if subject is not None else None
    local_number = cover.local_number if cover is not None else None
    if not directory or (local_number is None and registered is not None):
        return Practice(registered)
    try:
        printed = _entry(local_number, directory)
        today = _successor(printed, directory, day)
    except _Unknown as unknown:
        return Practice(None, reason=unknown.reason, detail=unknown.detail)
    # A merged practice's patients may be registered with it or already with the one that took it over.
    differs = registered not in {None, today, printed.practice}
    return Practice(today, printed.practice, differs)


def _entry(local_number: str | None, directory: Directory) -> DirectoryEntry:
    if local_number is None:
        raise _Unknown(
            RejectionReason.PRACTICE_UNKNOWN, "no cover names the practice, and no subject row does"
        )
    entries = directory.get(local_number, ())
    if len(entries) != 1:
        how = "more than once" if entries else "not"
        detail = f"local number ({local_number}) is {how} in the practice directory"
        raise _Unknown(RejectionReason.PRACTICE_UNKNOWN, detail)
    return entries[0]


def _successor(entry: DirectoryEntry, directory: Directory, day: date | None) -> str:
    """The practice that has the patients on that day."""
    by_code = {held.practice: held for entries in directory.values() for held in entries}
    at: DirectoryEntry | None = entry
    for _ in range(_STEPS):
        if at is None or at.closed_on is None or (day is not None and day < at.closed_on):
            break
        if at.successor is None:
            detail = f"practice {at.practice} is closed, and the directory names none that took it over"
            raise _Unknown(RejectionReason.PRACTICE_CLOSED, detail)
        code, at = at.successor, by_code.get(at.successor)
        if at is None:
            return code
    else:
        raise _Unknown(
            RejectionReason.PRACTICE_CLOSED, "the directory leads from closed practice to closed practice"
        )
    return at.practice if at is not None else entry.practice
