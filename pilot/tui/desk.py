"""The run's ledger as the screens use it: opened for one question or one decision at a time, then let go.

A ledger belongs to one thread, and the engine writes to the same file meanwhile; so each call opens its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.errors import LedgerError
from pilot.pipeline.entry import Entry, Owner
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import words
from pilot.pipeline.worklist import Action, Detail, Item, Worklist


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One result and where it is. It names no participant; `nhs_number` is for finding, not for showing."""

    id: int
    state: State
    words: str
    age: timedelta
    practice: str
    screening_number: str
    provenance: Provenance
    nhs_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on one result. `changes` are a fix's fields; `person` is whom it is assigned to."""

    number: int
    action: Action
    who: str
    why: str
    changes: Mapping[str, str] = field(default_factory=dict)
    person: str = ""


class Desk:
    """The worklist of one run. `clock` says what time it is there. Everything raises UserError, nothing else."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._clock = clock

    def items(self) -> tuple[Item, ...]:
        """What is with a person or went back to the office, longest waiting first; nothing before the first batch."""
        if not self.path.exists():
            return ()
        with self._open() as ledger:
            return Worklist(ledger, self._clock).items()

    def results(self) -> tuple[Whereabouts, ...]:
        """Every result, in the order in which the office emitted them."""
        if not self.path.exists():
            return ()
        with self._open() as ledger:
            now = self._clock()
            return tuple(_whereabouts(entry, now) for entry in ledger.entries())

    def show(self, number: int) -> Detail:
        """Everything about one result."""
        with self._open() as ledger:
            return Worklist(ledger, self._clock).show(number)

    def decide(self, decision: Decision) -> None:
        """Write a person's decision into the ledger."""
        number, who, why = decision.number, decision.who, decision.why
        with self._open() as ledger:
            worklist = Worklist(ledger, self._clock)
            match decision.action:
                case Action.FIX:
                    worklist.fix(number, decision.changes, who, why)
                case Action.RESEND:
                    worklist.resend(number, who, why)
                case Action.PAPER:
                    worklist.put_on_paper(number, who, why)
                case Action.RETURN:
                    worklist.give_back(number, who, why)
                case Action.FILED:
                    worklist.confirm_filed(number, who, why)
                case Action.ASSIGN:
                    worklist.assign(number, decision.person, who, why)

    def _open(self) -> Ledger:
        if not self.path.exists():
            raise LedgerError(
                "there is no ledger", str(self.path), "Wait until the run has taken in its first batch"
            )
        return Ledger(self.path)


def needs_the_office(item: Item) -> bool:
    """Whether office staff must act; the rest waits for people at the practices."""
    return item.state is State.RETURNED or item.owner != Owner.PRACTICE


def _whereabouts(entry: Entry, now: datetime) -> Whereabouts:
    return Whereabouts(
        id=entry.id,
        state=entry.state,
        words=words(entry.reason),
        age=now - entry.since,
        practice=entry.practice or "",
        screening_number=entry.screening_number or "",
        provenance=entry.provenance,
        nhs_number=entry.nhs_number or "",
    )
