"""The exceptions worklist: every result that a person must deal with, and what that person may do.

For every result you can see where it is, and if it is stuck, it is on a list with a name on it. Each action takes
who did it and why, and goes into the history. What is mended or sent again starts from the beginning, through
every check, so that nothing goes round an interlock.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Unpack

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.participant import valid_nhs_number
from pilot.domain.result import Provenance, Rejected, ScreeningResult, Version
from pilot.errors import LedgerError
from pilot.nbss.agreement import implausible
from pilot.pipeline.entry import Entry, Owner, Step, encode
from pilot.pipeline.ledger import Attempt, Columns, Ledger
from pilot.pipeline.print_queue import QUEUED, put_on_paper
from pilot.pipeline.reasons import Reason, words
from pilot.pipeline.settings import Deadlines


class Action(StrEnum):
    """What may be done with a stuck result."""

    FIX = "fix"
    RESEND = "resend"
    PAPER = "paper"
    RETURN = "return"
    FILED = "filed"
    ASSIGN = "assign"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. It names no participant: the detail does."""

    id: int
    state: State
    reason: str
    words: str
    age: timedelta
    owner: str
    assigned_to: str
    due: str
    practice: str | None
    screening_number: str | None
    provenance: Provenance
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one result: as read, what each source says, every move it made, and what was sent."""

    item: Item
    document: ScreeningResult | Rejected
    versions: tuple[Version, ...]
    history: tuple[Step, ...]
    sent: tuple[Attempt, ...]


class Worklist:
    """The list over an open ledger. `clock` says what time it is."""

    def __init__(
        self, ledger: Ledger, clock: Callable[[], datetime], deadlines: Deadlines | None = None
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._deadlines = deadlines or Deadlines()

    def items(self, *, owner: Owner | None = None, returned: bool = True) -> tuple[Item, ...]:
        """What is with a person (and what went back to the office), longest waiting first."""
        states = (State.WITH_A_PERSON, State.RETURNED) if returned else (State.WITH_A_PERSON,)
        now = self._clock()
        items = [_item(entry, now) for entry in self._ledger.in_states(*states)]
        return tuple(
            sorted(
                (item for item in items if owner in (None, item.owner)),
                key=lambda item: item.age,
                reverse=True,
            )
        )

    def show(self, number: int) -> Detail:
        """One result, wherever it is. Raises LedgerError where there is none of that number."""
        entry = self._entry(number)
        return Detail(
            _item(entry, self._clock()),
            entry.document,
            entry.versions,
            self._ledger.history(entry.id),
            self._ledger.sent(entry.id),
        )

    def fix(self, number: int, changes: Mapping[str, str], who: str, why: str) -> None:
        """Put fields right and send. `changes` are of nhs_number, date_of_birth, practice, outcome, date, surname."""
        _told(who, why)
        entry = self._stuck(number, Action.FIX)
        mended = mend(entry.result, changes)
        self._move(
            entry,
            State.RECEIVED,
            Reason.PERSON_RESENT,
            who,
            f"{why} (changed: {', '.join(sorted(changes))})",
            document=encode(mended),
            practice=mended.practice,
            nhs_number=mended.participant.nhs_number,
            outcome=mended.outcome,
        )

    def resend(self, number: int, who: str, why: str) -> None:
        """Send it again as it is."""
        self._move(self._stuck(number, Action.RESEND), State.RECEIVED, Reason.PERSON_RESENT, who, why)

    def put_on_paper(self, number: int, who: str, why: str) -> None:
        """Have it printed and posted: it goes into the print queue, and by MESH no more."""
        entry = self._stuck(number, Action.PAPER)
        _told(who, why)
        with self._ledger.transaction():  # both or neither: between them it would go by MESH after all
            self._step(entry, State.RECEIVED, Reason.PERSON_RESENT, who, why)
            put_on_paper(self._ledger, self._entry(number), self._deadlines, self._clock(), who=who, why=why)

    def give_back(self, number: int, who: str, why: str) -> None:
        """Return it to the office as unfit to send."""
        self._move(self._stuck(number, Action.RETURN), State.RETURNED, Reason.PERSON_RETURNED, who, why)

    def confirm_filed(self, number: int, who: str, why: str) -> None:
        """A person has seen it in the record."""
        self._move(self._stuck(number, Action.FILED), State.FILED, Reason.PERSON_FILED, who, why)

    def assign(self, number: int, person: str, who: str, why: str) -> None:
        """Put a name on it."""
        entry = self._stuck(number, Action.ASSIGN)
        _told(who, why)
        with self._ledger.transaction():
            if not self._ledger.assign(entry, person, self._clock(), who, why):
                raise self._moved_on(entry)

    def _entry(self, number: int) -> Entry:
        entry = self._ledger.entry(number)
        if entry is None:
            raise LedgerError(
                f"there is no result {number}",
                str(self._ledger.path),
                "See `pilot exceptions list` for the numbers",
            )
        return entry

    def _stuck(self, number: int, action: Action) -> Entry:
        entry = self._entry(number)
        if action not in _actions(entry):
            raise LedgerError(
                f"result {number} is {entry.state.replace('_', ' ')}, it cannot be given to '{action}'",
                str(self._ledger.path),
                "See `pilot exceptions show` for what may be done with it",
            )
        return entry

    def _move(
        self, entry: Entry, to: State, reason: Reason, who: str, why: str, **columns: Unpack[Columns]
    ) -> None:
        _told(who, why)
        with self._ledger.transaction():
            self._step(entry, to, reason, who, why, **columns)

    def _step(
        self, entry: Entry, to: State, reason: Reason, who: str, why: str, **columns: Unpack[Columns]
    ) -> None:
        if not self._ledger.move(entry, to, reason, self._clock(), who=who, why=why, **columns):
            raise self._moved_on(entry)

    def _moved_on(self, entry: Entry) -> LedgerError:
        what = f"result {entry.id} has moved on meanwhile"
        return LedgerError(what, str(self._ledger.path), "Look at it again first")


def mend(result: ScreeningResult, changes: Mapping[str, str]) -> ScreeningResult:
    """A result with fields put right by a person. Raises LedgerError that names the field and how to give it."""
    if not changes:
        raise LedgerError("nothing is changed", "", "Name a field and its value, or resend it as it is")
    for name, value in changes.items():
        if name not in _MENDERS:
            raise LedgerError(
                f"{name} is not a field that can be changed", "", f"Use one of {', '.join(_MENDERS)}"
            )
        try:
            result = _MENDERS[name](result, value.strip())
        except ValueError:  # its own words would quote the value
            raise LedgerError(f"{name} cannot be set to that", "", _HOW[name]) from None
    found = implausible(result, None)
    if found is not None:
        raise LedgerError(f"that cannot be true ({words(found[0])})", "", "Look at the dates again")
    return result


def _nhs_number(result: ScreeningResult, value: str) -> ScreeningResult:
    number = value.replace(" ", "")
    if not valid_nhs_number(number):
        raise ValueError
    return replace(result, participant=replace(result.participant, nhs_number=number))


def _date_of_birth(result: ScreeningResult, value: str) -> ScreeningResult:
    return replace(result, participant=replace(result.participant, date_of_birth=date.fromisoformat(value)))


def _surname(result: ScreeningResult, value: str) -> ScreeningResult:
    if not value:
        raise ValueError
    return replace(result, participant=replace(result.participant, surname=value))


def _practice(result: ScreeningResult, value: str) -> ScreeningResult:
    if not _ODS.fullmatch(value):
        raise ValueError
    return replace(result, practice=value)


_ODS = re.compile(r"[A-Z0-9]{3,10}")

_MENDERS: Mapping[str, Callable[[ScreeningResult, str], ScreeningResult]] = {
    "nhs_number": _nhs_number,
    "date_of_birth": _date_of_birth,
    "surname": _surname,
    "practice": _practice,
    "outcome": lambda result, value: replace(result, outcome=Outcome(value)),
    "date": lambda result, value: replace(result, date=date.fromisoformat(value)),
}

_HOW: Mapping[str, str] = {
    "nhs_number": "Give ten digits with a right check digit",
    "date_of_birth": "Give it as YYYY-MM-DD",
    "surname": "Give it as text",
    "practice": "Give its ODS code",
    "outcome": f"Use one of {', '.join(Outcome)}",
    "date": "Give it as YYYY-MM-DD",
}


def _actions(entry: Entry) -> tuple[Action, ...]:
    """What may be done with it: nothing where it has ended, no mending where it could not be read."""
    if entry.state is not State.WITH_A_PERSON:
        return ()
    if isinstance(entry.document, Rejected):
        return (Action.RETURN, Action.FILED, Action.ASSIGN)
    if entry.reason in (Reason.SENT_ON_PAPER, *QUEUED):
        return (Action.RETURN, Action.FILED, Action.ASSIGN)
    if entry.practice is None:  # to whom would it be posted?
        return tuple(action for action in Action if action is not Action.PAPER)
    return tuple(Action)


def _item(entry: Entry, now: datetime) -> Item:
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
        actions=_actions(entry),
    )


def _told(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise LedgerError("who did it and why are both needed", "", "Give --who and --why")
