"""The exceptions worklist: every result that a person must deal with, and what that person may do.

For every result you can see where it is, and if it is stuck, it is on a list with a name on it. Each action takes
who did it and why, and goes into the history. What is mended or sent again starts from the beginning, through
every check, so that nothing goes round an interlock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Unpack

from pilot.domain.delivery import State
from pilot.domain.result import (
    DisputeReason,
    Rejected,
    RejectionReason,
    ScreeningResult,
    Version,
)
from pilot.errors import LedgerError
from pilot.nbss.batch import DirectoryEntry
from pilot.pipeline.correspondence import Attempt
from pilot.pipeline.entry import LedgerEntry, Owner, Route, Step, encode
from pilot.pipeline.intake import Practices
from pilot.pipeline.item import Action, Item, actions_on, dealt_with, item_of
from pilot.pipeline.ledger import Columns, Ledger
from pilot.pipeline.mending import Change, changes_of, mend
from pilot.pipeline.print_queue import put_on_paper
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import Deadlines, working_days_after

# What a practice may hold already is no longer true: these cannot wait.
_FIRST = frozenset({DisputeReason.AMENDED, RejectionReason.CHANGED_AFTER_PRINT})

# Working days until a practice is rung again that said so: once a week.
_RUNG_AGAIN: Final = 5


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
        items = [item_of(entry, now) for entry in self._ledger.in_states(*states) if not dealt_with(entry)]
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
            item_of(entry, self._clock()),
            entry,
            entry.versions,
            self._ledger.history(entry.id),
            self._ledger.correspondence.sent(entry.id),
            changes_of(decisions, entry),
            self._ledger.undoable(entry.id),
        )

    def taken_back_by(self, number: int) -> tuple[Item, ...]:
        """The results before this one of the same person and screening number: what a withdrawn print may be about."""
        entry, now = self._entry(number), self._clock()
        return tuple(
            item_of(earlier, now) for earlier in self._ledger.of_screening(entry) if earlier.id < number
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

    def spoken_of(self, result_id: int) -> str:
        """How the practice is asked about a result: `Ledger.spoken_of`. Raises LedgerError where there is none."""
        return self._ledger.spoken_of()(self._entry(result_id))

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
        if action not in actions_on(entry):
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


def _told(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise LedgerError("who did it and why are both needed", "", "Give --who and --why")
