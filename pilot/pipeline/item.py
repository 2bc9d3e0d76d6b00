"""One line of the worklist: why a result is there, whose it is, and what may be done with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.pipeline.entry import LedgerEntry, Owner
from pilot.pipeline.reasons import QUEUED, Reason, Why, words

# The practice may have the message though nobody has said so, or said so in one way: it may lie there for somebody.
MAY_LIE_THERE: Final = frozenset(
    {
        Reason.NO_ANSWER,
        Reason.NOT_COLLECTED,
        Reason.SEND_UNCERTAIN,
        Reason.NOT_FIRST_FROM_HERE,
        Reason.REVIEW_OVERDUE,
        Reason.NOT_HELD,
        Reason.ANSWERS_CONTRADICT,
        Reason.ANSWER_UNCLEAR,
        Reason.PATIENT_DECEASED,  # it is awaiting review there, as often as not
        Reason.WAITS_AT_PRACTICE,
    }
)
# Went back, and nothing is left to do: a person has taken it up, it came again, or it said nothing new.
TAKEN_UP: Final = frozenset({Reason.PERSON_RETURNED, Reason.TAKEN_LATER, Reason.REPLACED, Reason.WITHDRAWN})

# An extract, or letters, of another day: every line of the one file is then without its other half.
OF_A_FILE: Final = frozenset(
    {
        RejectionReason.IN_EXTRACT_NOT_IN_PRINT,
        RejectionReason.IN_LETTERS_NOT_IN_PRINT,
        RejectionReason.EXTRACT_ROW_UNREADABLE,
        DisputeReason.NOT_IN_EXTRACT,
        DisputeReason.LETTER_MISSING,
    }
)


class Action(StrEnum):
    """What may be done with a stuck result; with one that is filed, correcting and withdrawing."""

    FIX = "fix"
    RESEND = "resend"
    PAPER = "paper"
    RETURN = "return"
    FILED = "filed"
    WAIT = "wait"
    ASSIGN = "assign"
    CORRECT = "correct"
    WITHDRAW = "withdraw"

    @property
    def sets_fields(self) -> bool:
        """Whether it changes what the result says."""
        return self in (Action.FIX, Action.CORRECT)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. It names no participant: the detail does."""

    id: int
    state: State
    reason: Why
    words: str
    age: timedelta
    owner: Owner | None
    assigned_to: str
    due: date | None
    practice: str | None
    screening_number: str | None
    provenance: Provenance
    actions: tuple[Action, ...]


def needs_the_office(item: Item) -> bool:
    """Whether office staff must decide; the rest waits for the practices, or for the post (the print queue)."""
    waits_for_post = item.reason in (Reason.TO_BE_POSTED, Reason.PRINTED)
    return item.owner != Owner.PRACTICE and not waits_for_post


class Listed(Protocol):
    """What stands on a list for a reason, and where it was printed."""

    @property
    def reason(self) -> str: ...
    @property
    def provenance(self) -> Provenance: ...


L = TypeVar("L", bound=Listed)


@dataclass(frozen=True, slots=True)
class Kind(Generic[L]):
    """What is listed for one cause: one decision may do for all of it. `file` names the file that is the cause, and
    is empty where none is.
    """

    reason: str
    file: str
    items: tuple[L, ...]

    @property
    def words(self) -> str:
        """The cause in the office's words."""
        return cause_in_words(self.reason, self.file)


def cause_of(one: Listed) -> tuple[str, str]:
    """The reason, and the file where that is the cause: one of another day says the same of each of its lines."""
    return str(one.reason), one.provenance.file if one.reason in OF_A_FILE else ""


def cause_in_words(reason: str, file: str) -> str:
    """The same as the office says it."""
    return words(reason) + (f": {file}" if file else "")


def kinds(items: Iterable[L]) -> tuple[Kind[L], ...]:
    """The items by cause, the cause of most of them first."""
    by_cause: dict[tuple[str, str], list[L]] = {}
    for item in items:
        by_cause.setdefault(cause_of(item), []).append(item)
    found = [Kind(reason, file, tuple(some)) for (reason, file), some in by_cause.items()]
    return tuple(sorted(found, key=lambda kind: (-len(kind.items), kind.words)))


def entries(items: Sequence[L]) -> tuple[Kind[L], ...]:
    """The items in their order, one by one; but all that one file is the cause of together, where the first stands."""
    by_cause: dict[tuple[str, str], list[L]] = {}
    for place, item in enumerate(items):
        reason, file = cause_of(item)
        by_cause.setdefault((reason, file or f"{place}"), []).append(item)
    return tuple(Kind(*cause_of(some[0]), tuple(some)) for some in by_cause.values())


def oldest(items: Iterable[Item]) -> timedelta:
    """How long that has waited which has waited longest."""
    return max(item.age for item in items)


def dealt_with(entry: LedgerEntry) -> bool:
    """Whether it went back and nothing is left to do about it."""
    return entry.state is State.RETURNED and entry.reason in (*TAKEN_UP, DisputeReason.DUPLICATE)


def actions_on(entry: LedgerEntry) -> tuple[Action, ...]:
    """What may be done with it: nothing where it has ended, no mending where it could not be read."""
    if entry.state is State.RETURNED and not dealt_with(entry):
        return (Action.RETURN,)
    if entry.state is State.FILED and isinstance(entry.document, ScreeningResult):
        return (Action.CORRECT, Action.WITHDRAW)
    if entry.state is not State.WITH_A_PERSON:
        return ()
    if isinstance(entry.document, Rejected) or entry.reason in QUEUED:
        return (Action.RETURN, Action.FILED, Action.ASSIGN)
    barred = {Action.CORRECT}
    if entry.reason is Reason.SENT_ON_PAPER:
        barred |= {Action.FIX, Action.RESEND, Action.PAPER}
    if entry.reason not in MAY_LIE_THERE:
        barred.add(Action.WAIT)
    if entry.practice is None:  # to whom would it be posted?
        barred.add(Action.PAPER)
    if entry.result.withdrawn:  # it never becomes a result again
        barred |= {Action.FIX, Action.FILED, Action.WITHDRAW}
    if not entry.attempt and entry.reason is not Reason.SENT_ON_PAPER:  # nobody has it: it is returned
        barred.add(Action.WITHDRAW)
    return tuple(action for action in Action if action not in barred)


def item_of(entry: LedgerEntry, now: datetime) -> Item:
    """A line of the ledger as the worklist shows it at that time."""
    return Item(
        id=entry.id,
        state=entry.state,
        reason=entry.reason,
        words=words(entry.reason),
        age=now - entry.since,
        owner=entry.owner,
        assigned_to=entry.assigned_to,
        due=entry.due,
        practice=entry.practice,
        screening_number=entry.screening_number,
        provenance=entry.provenance,
        actions=actions_on(entry),
    )
