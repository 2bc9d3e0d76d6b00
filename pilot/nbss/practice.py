"""Which practice a print is for: the cover's local number through the directory, held against the subject extract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import Cover, DirectoryEntry, SubjectRow

# A practice may be merged into one that is merged again; more steps than this are a mistake in the directory.
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """The ODS code where one can be said. `reason` where it cannot, `differs` where the two sources disagree."""

    code: str | None
    reason: RejectionReason | None = None
    detail: str = ""
    differs: bool = False
    printed: str | None = None


def practice_of(
    cover: Cover | None,
    directory: Mapping[str, tuple[DirectoryEntry, ...]],
    subject: SubjectRow | None,
    day: date | None,
) -> Practice:
    """Resolve one record's practice. `day` is when it was printed; closed practices are closed from their day on.

    With neither a directory nor a subject row the code stays None: nothing says which practice it is.
    """
    registered = subject.practice if subject is not None else None
    local_number = cover.local_number if cover is not None else None
    if not directory:
        return Practice(registered)
    if local_number is None:
        if registered is not None:
            return Practice(registered)
        return Practice(
            None, RejectionReason.PRACTICE_UNKNOWN, "the print has no cover that names its practice"
        )
    entries = directory.get(local_number, ())
    if not entries:
        detail = f"local number ({local_number}) is not in the practice directory"
        return Practice(None, RejectionReason.PRACTICE_UNKNOWN, detail)
    if len(entries) > 1:
        detail = f"the practice directory has local number ({local_number}) more than once"
        return Practice(None, RejectionReason.PRACTICE_UNKNOWN, detail)
    printed = entries[0]
    today = _successor(printed, directory, day)
    if today is None:
        detail = (
            f"practice {printed.practice} is closed, and the directory names no practice that took it over"
        )
        return Practice(None, RejectionReason.PRACTICE_CLOSED, detail, printed=printed.practice)
    if registered is not None and registered not in {today, printed.practice}:
        return Practice(today, differs=True, printed=printed.practice)
    return Practice(today, printed=printed.practice)


def _successor(
    entry: DirectoryEntry, directory: Mapping[str, tuple[DirectoryEntry, ...]], day: date | None
) -> str | None:
    """The practice that has the patients on that day; None where a closed one has no successor."""
    by_code = {held.practice: held for entries in directory.values() for held in entries}
    for _ in range(_STEPS):
        if entry.closed_on is None or (day is not None and day < entry.closed_on):
            return entry.practice
        if entry.successor is None:
            return None
        following = by_code.get(entry.successor)
        if following is None:
            return entry.successor
        entry = following
    return None
