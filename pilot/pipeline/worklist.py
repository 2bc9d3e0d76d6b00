"""The exceptions worklist: every result that a person must deal with, and what that person may do.

For every result you can see where it is, and if it is stuck, it is on a list with a name on it. Each action takes
who did it and why, and goes into the history. What is mended or sent again starts from the beginning, through
every check, so that nothing goes round an interlock.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Unpack

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import (
    DisputeReason,
    Provenance,
    Rejected,
    RejectionReason,
    ScreeningResult,
    Version,
    valid_nhs_number,
)
from pilot.errors import LedgerError
from pilot.nbss.agreement import implausible
from pilot.nbss.batch import DirectoryEntry
from pilot.pipeline.correspondence import Attempt
from pilot.pipeline.entry import LedgerEntry, Owner, Route, Step, decode_result, encode
from pilot.pipeline.intake import Practices
from pilot.pipeline.ledger import Columns, Decided, Ledger
from pilot.pipeline.print_queue import put_on_paper
from pilot.pipeline.reasons import QUEUED, Reason, Why, words
from pilot.pipeline.settings import Deadlines, working_days_after

# What a practice may hold already is no longer true: these cannot wait.
_FIRST = frozenset({DisputeReason.AMENDED, RejectionReason.CHANGED_AFTER_PRINT})

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
# Working days until a practice is rung again that said so: once a week.
_RUNG_AGAIN: Final = 5


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


@dataclass(frozen=True, slots=True)
class Change:
    """One field as a person found it and as it was left, for the audit. It names a participant."""

    at: datetime
    who: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one result: as read, what each source says, every move it made, and what was sent.

    `entry` is its line of the ledger; `changes` what people put right; `undoable` whether the last decision on it
    can still be taken back.
    """

    item: Item
    entry: LedgerEntry
    versions: tuple[Version, ...]
    history: tuple[Step, ...]
    sent: tuple[Attempt, ...]
    changes: tuple[Change, ...] = ()
    undoable: bool = False

    @property
    def document(self) -> ScreeningResult | Rejected:
        """What was read of it: a result, or what was rejected and why."""
        return self.entry.document


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided. `changes` are a fix's fields; `person` is whom it is assigned to."""

    action: Action
    who: str
    why: str
    changes: Mapping[str, str] = field(default_factory=dict)
    person: str = ""


class Worklist:
    """The list over an open ledger. `clock` says what time it is."""

    def __init__(
        self, ledger: Ledger, clock: Callable[[], datetime], deadlines: Deadlines | None = None
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._deadlines = deadlines or Deadlines()

    def items(self, *, owner: Owner | None = None, returned: bool = True) -> tuple[Item, ...]:
        """What is with a person, and what went back and nobody has taken up: amended first, then longest waiting."""
        states = (State.WITH_A_PERSON, State.RETURNED) if returned else (State.WITH_A_PERSON,)
        now = self._clock()
        items = [_item(entry, now) for entry in self._ledger.in_states(*states) if not _dealt_with(entry)]
        return tuple(
            sorted(
                (item for item in items if owner in (None, item.owner)),
                key=lambda item: (item.reason in _FIRST, item.age),
                reverse=True,
            )
        )

    def show(self, number: int) -> Detail:
        """One result, wherever it is. Raises LedgerError where there is none of that number."""
        entry = self._entry(number)
        decisions = self._ledger.decisions(entry.id)
        return Detail(
            _item(entry, self._clock()),
            entry,
            entry.versions,
            self._ledger.history(entry.id),
            self._ledger.correspondence.sent(entry.id),
            _changes(decisions, entry),
            self._ledger.undoable(entry.id),
        )

    def taken_back_by(self, number: int) -> tuple[Item, ...]:
        """The results before this one of the same person and screening number: what a withdrawn print may be about."""
        entry, now = self._entry(number), self._clock()
        return tuple(
            _item(earlier, now) for earlier in self._ledger.of_screening(entry) if earlier.id < number
        )

    def decide(self, numbers: Iterable[int], decision: Decision) -> None:
        """The same decision on one or several results: on all of them or, where one cannot be given to it, on none."""
        _told(decision.who, decision.why)
        with self._ledger.transaction():
            for number in numbers:
                with self._ledger.decision(number):
                    self._decide(self._stuck(number, decision.action), decision)

    def undo(self, numbers: Iterable[int], who: str) -> None:
        """Take back the last decision on each, as long as nothing has followed from it. All or none."""
        if not who.strip():
            raise LedgerError("who takes it back is needed", "", "Give --who")
        with self._ledger.transaction():
            for number in numbers:
                if not self._ledger.undo(self._entry(number), self._clock(), who):
                    raise LedgerError(
                        f"nothing can be taken back on result {number}",
                        str(self._ledger.path),
                        "It has gone on since, or nobody has decided on it: see `pilot exceptions show`",
                    )

    def fix(self, number: int, changes: Mapping[str, str], who: str, why: str) -> None:
        """Put fields right and send. `changes` are of nhs_number, date_of_birth, practice, outcome, date, surname."""
        self.decide([number], Decision(Action.FIX, who, why, changes))

    def resend(self, number: int, who: str, why: str) -> None:
        """Send it again as it is."""
        self.decide([number], Decision(Action.RESEND, who, why))

    def put_on_paper(self, number: int, who: str, why: str) -> None:
        """Have it printed and posted: it goes into the print queue, and by MESH no more."""
        self.decide([number], Decision(Action.PAPER, who, why))

    def give_back(self, number: int, who: str, why: str) -> None:
        """Return it to the office as unfit to send; of what was returned already: it has been taken up in NBSS."""
        self.decide([number], Decision(Action.RETURN, who, why))

    def confirm_filed(self, number: int, who: str, why: str) -> None:
        """A person has seen it in the record."""
        self.decide([number], Decision(Action.FILED, who, why))

    def wait(self, number: int, who: str, why: str) -> None:
        """The practice says that it lies there for somebody: it stays the office's, to be rung about in a week."""
        self.decide([number], Decision(Action.WAIT, who, why))

    def assign(self, number: int, person: str, who: str, why: str) -> None:
        """Put a name on it."""
        self.decide([number], Decision(Action.ASSIGN, who, why, person=person))

    def correct(self, number: int, changes: Mapping[str, str], who: str, why: str) -> None:
        """Put fields of a filed result right: the practice is sent a correction, to be filed over the old entry."""
        self.decide([number], Decision(Action.CORRECT, who, why, changes))

    def withdraw(self, number: int, who: str, why: str) -> None:
        """It should never have been sent, and no other takes its place: the practice is told to take it out."""
        self.decide([number], Decision(Action.WITHDRAW, who, why))

    def _decide(self, entry: LedgerEntry, decision: Decision) -> None:
        who, why, now = decision.who, decision.why, self._clock()
        match decision.action:
            case Action.FIX | Action.CORRECT:
                self._fix(entry, decision)
            case Action.RESEND:
                self._step(entry, State.RECEIVED, Reason.PERSON_RESENT, who, why)
            case (
                Action.PAPER
            ):  # by way of RECEIVED in one transaction: between them it would go by MESH after all
                self._step(entry, State.RECEIVED, Reason.PERSON_RESENT, who, why)
                self._by_post(entry.id, who, why)
            case Action.RETURN:
                self._step(entry, State.RETURNED, Reason.PERSON_RETURNED, who, why)
            case Action.FILED:
                self._step(entry, State.FILED, Reason.PERSON_FILED, who, why)
            case Action.WAIT:
                self._step(
                    entry,
                    State.WITH_A_PERSON,
                    Reason.WAITS_AT_PRACTICE,
                    who,
                    why,
                    owner=Owner.OFFICE,
                    due=working_days_after(now.date(), _RUNG_AGAIN),
                )
            case Action.WITHDRAW:
                self._withdraw(entry, who, why)
            case Action.ASSIGN:
                if not self._ledger.assign(entry, decision.person, now, who, why):
                    raise self._moved_on(entry)

    def _fix(self, entry: LedgerEntry, decision: Decision) -> None:
        mended = mend(entry.result, decision.changes)
        if entry.state is State.FILED and mended.practice != entry.practice:
            raise LedgerError(
                f"result {entry.id} is in a record at practice {entry.practice}",
                "",
                "Withdraw it there, and have NBSS print it again for the right practice",
            )
        if mended.practice != entry.practice:
            self._known_practice(mended.practice or "")
        self._step(
            entry,
            State.RECEIVED,
            Reason.PERSON_RESENT,
            decision.who,
            f"{decision.why} (changed: {', '.join(sorted(decision.changes))})",
            document=encode(mended),
            practice=mended.practice,
            nhs_number=mended.participant.nhs_number,
            outcome=mended.outcome,
        )

        if entry.state is State.FILED and entry.route is Route.PAPER:
            self._by_post(entry.id, decision.who, decision.why)

    def _withdraw(self, entry: LedgerEntry, who: str, why: str) -> None:
        """By the way that it went: what was typed from paper, only a person with paper takes out."""
        withdrawn = replace(entry.result, withdrawn=True)
        self._step(entry, State.RECEIVED, Reason.PERSON_WITHDREW, who, why, document=encode(withdrawn))
        if entry.route is Route.PAPER:
            self._by_post(entry.id, who, why)

    def _by_post(self, number: int, who: str, why: str) -> None:
        put_on_paper(self._ledger, self._entry(number), self._deadlines, self._clock(), who=who, why=why)

    def _known_practice(self, code: str) -> None:
        """A practice that nobody has heard of would send the result to nobody. Without a directory, nobody can say."""
        directory = self.practices()
        if not directory:
            return
        if code not in directory:
            raise LedgerError(
                f"practice {code} is not in the office's directory",
                "",
                "Choose one that is (`pilot practices`), or bring the directory anew where it has changed",
            )
        closed = directory[code].closed_on
        if closed is not None and closed <= self._clock().date():
            successor = directory[code].successor
            raise LedgerError(
                f"practice {code} closed on {closed}",
                "",
                f"Its patients went to {successor}" if successor else "Find out who took its patients over",
            )

    def practices(self) -> Mapping[str, DirectoryEntry]:
        """The office's directory by ODS code, as the latest batches brought it."""
        return Practices().known(self._ledger)

    def _entry(self, number: int) -> LedgerEntry:
        entry = self._ledger.entry(number)
        if entry is None and f"result {number}" in self._ledger.unreadable:
            raise LedgerError(
                f"result {number} cannot be read",
                str(self._ledger.path),
                "See `pilot doctor --deep`, and restore the last copy of the ledger",
            )
        if entry is None:
            raise LedgerError(
                f"there is no result {number}",
                str(self._ledger.path),
                "See `pilot exceptions list` for the numbers",
            )
        return entry

    def _stuck(self, number: int, action: Action) -> LedgerEntry:
        entry = self._entry(number)
        if action not in _actions(entry):
            raise LedgerError(
                f"result {number} is {entry.state.replace('_', ' ')}, it cannot be given to '{action}'",
                str(self._ledger.path),
                "See `pilot exceptions show` for what may be done with it",
            )
        return entry

    def _step(
        self, entry: LedgerEntry, to: State, reason: Reason, who: str, why: str, **columns: Unpack[Columns]
    ) -> None:
        if not self._ledger.move(entry, to, reason, self._clock(), who=who, why=why, **columns):
            raise self._moved_on(entry)

    def _moved_on(self, entry: LedgerEntry) -> LedgerError:
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


def read_day(text: str) -> date:
    """A day as NBSS prints it (04-May-1951) or as 1951-05-04. Raises ValueError."""
    for form in ("%Y-%m-%d", "%d-%b-%Y", "%d %b %Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise ValueError


def _nhs_number(result: ScreeningResult, value: str) -> ScreeningResult:
    number = value.replace(" ", "")
    if not valid_nhs_number(number):
        raise ValueError
    return replace(result, participant=replace(result.participant, nhs_number=number))


def _date_of_birth(result: ScreeningResult, value: str) -> ScreeningResult:
    return replace(result, participant=replace(result.participant, date_of_birth=read_day(value)))


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
    "date": lambda result, value: replace(result, date=read_day(value)),
}

_HOW: Mapping[str, str] = {
    "nhs_number": "Give ten digits with a right check digit",
    "date_of_birth": "Give it as NBSS prints it, 04-May-1951, or as 1951-05-04",
    "surname": "Give it as text",
    "practice": "Give its ODS code",
    "outcome": f"Use one of {', '.join(Outcome)}",
    "date": "Give it as NBSS prints it, 04-May-1951, or as 1951-05-04",
}


# What the other source says, where it names a value that can be taken over as it stands. An outcome cannot: the
# print goes to the practice too, and the two would contradict each other.
_OTHER: Mapping[DisputeReason, tuple[str, re.Pattern[str]]] = {
    DisputeReason.DATE_DIFFERS: ("date", re.compile(r"(\d{4}-\d\d-\d\d)")),
    DisputeReason.DATE_OF_BIRTH_DIFFERS: ("date_of_birth", re.compile(r"born (\d{4}-\d\d-\d\d)")),
    DisputeReason.PRACTICE_DIFFERS: ("practice", re.compile(r"practice ([A-Z0-9]{3,10})")),
    DisputeReason.NHS_NUMBER_SUPERSEDED: (
        "nhs_number",
        re.compile(r"NHS number (\d{10}), which replaced it"),
    ),
}


def other_version(item: Item, versions: Sequence[Version]) -> Mapping[str, str]:
    """The fix that takes the other source's version over, as field and value; empty where there is none to take."""
    found = next((known for reason, known in _OTHER.items() if reason == item.reason), None)
    if found is None or len(versions) != 2 or Action.FIX not in item.actions:
        return {}
    name, pattern = found
    said = pattern.fullmatch(versions[1].says)
    return {name: said[1]} if said else {}


def needs_the_office(item: Item) -> bool:
    """Whether office staff must decide; the rest waits for the practices, or for the post (the print queue)."""
    waits_for_post = item.reason in (Reason.TO_BE_POSTED, Reason.PRINTED)
    return item.owner != Owner.PRACTICE and not waits_for_post


@dataclass(frozen=True, slots=True)
class Kind:
    """Items that are there for one cause: one decision may do for all of them."""

    reason: str
    words: str
    items: tuple[Item, ...]

    @property
    def oldest(self) -> timedelta:
        """How long its oldest item has waited."""
        return max(item.age for item in self.items)


def kinds(items: Iterable[Item]) -> tuple[Kind, ...]:
    """The items by cause, the cause of most of them first."""
    by_reason: dict[str, list[Item]] = {}
    for item in items:
        by_reason.setdefault(item.reason, []).append(item)
    found = [Kind(reason, words(reason), tuple(some)) for reason, some in by_reason.items()]
    return tuple(sorted(found, key=lambda kind: (-len(kind.items), kind.words)))


def fields_of(result: ScreeningResult) -> Mapping[str, str]:
    """The fields that a person may put right, as NBSS prints them."""
    return {
        "nhs_number": result.participant.nhs_number,
        "date_of_birth": f"{result.participant.date_of_birth:%d-%b-%Y}",
        "surname": result.participant.surname,
        "practice": result.practice or "",
        "outcome": result.outcome.value,
        "date": f"{result.date:%d-%b-%Y}" if result.date else "",
    }


def _changes(decisions: Sequence[Decided], now: LedgerEntry) -> tuple[Change, ...]:
    """What each decision put right: the document before it against the one before the next, or today's."""
    if not isinstance(now.document, ScreeningResult):
        return ()
    documents = [decode_result(decision.document) for decision in decisions] + [now.document]
    changes = []
    for decision, before, after in zip(decisions, documents, documents[1:], strict=False):
        was, became = fields_of(before), fields_of(after)
        changes += [
            Change(decision.at, decision.who, name, was[name], became[name])
            for name in was
            if was[name] != became[name]
        ]
    return tuple(changes)


# Went back, and nothing is left to do: a person has taken it up, it came again, or it said nothing new.
TAKEN_UP = frozenset({Reason.PERSON_RETURNED, Reason.TAKEN_LATER, Reason.REPLACED, Reason.WITHDRAWN})


def _dealt_with(entry: LedgerEntry) -> bool:
    return entry.state is State.RETURNED and entry.reason in (*TAKEN_UP, DisputeReason.DUPLICATE)


def _actions(entry: LedgerEntry) -> tuple[Action, ...]:
    """What may be done with it: nothing where it has ended, no mending where it could not be read."""
    if entry.state is State.RETURNED and not _dealt_with(entry):
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


def _item(entry: LedgerEntry, now: datetime) -> Item:
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
