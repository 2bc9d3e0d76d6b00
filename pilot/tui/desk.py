"""The run's ledger as the screens use it: opened for one question or one decision at a time, then let go.

A ledger belongs to one thread, and the engine writes to the same file meanwhile; so each call opens its own.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from textual.message import Message

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.errors import LedgerError, UserError
from pilot.pipeline.entry import Entry, Owner
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import words
from pilot.pipeline.worklist import Action, Detail, Item, Worklist
from pilot.tui.wording import STATES, plural, short_place


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
                case Action.CORRECT:
                    worklist.correct(number, decision.changes, who, why)
                case Action.RESEND:
                    worklist.resend(number, who, why)
                case Action.PAPER:
                    worklist.put_on_paper(number, who, why)
                case Action.RETURN:
                    worklist.give_back(number, who, why)
                case Action.FILED:
                    worklist.confirm_filed(number, who, why)
                case Action.WITHDRAW:
                    worklist.withdraw(number, who, why)
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; what is empty or None is not asked.

    `text` is words that must all occur in what the list shows, or a whole NHS number, which the list does not show.
    """

    text: str = ""
    state: State | None = None
    practice: str | None = None

    @property
    def everything(self) -> bool:
        return not self.text.strip() and self.state is None and self.practice is None


def find(results: Iterable[Whereabouts], wanted: Wanted) -> list[Whereabouts]:
    """The results that fit, in the order given."""
    digits = wanted.text.replace(" ", "")
    number = digits if len(digits) == 10 and digits.isdigit() else ""
    words = wanted.text.casefold().split()
    return [
        result
        for result in results
        if wanted.state in (None, result.state)
        and wanted.practice in (None, result.practice)
        and (number == result.nhs_number if number else _has(result, words))
    ]


def _has(result: Whereabouts, words: Sequence[str]) -> bool:
    shown = " ".join(
        (
            result.screening_number,
            result.practice,
            STATES[result.state],
            result.words,
            short_place(result.provenance),
            result.provenance.file,
        )
    ).casefold()
    return all(word in shown for word in words)


def tally(results: Sequence[Whereabouts]) -> str:
    """How many results there are, and in which state."""
    counts = Counter(result.state for result in results)
    parts = [f"{counts[state]:,} {words}" for state, words in STATES.items() if counts[state]]
    return plural(len(results), "result") + (f": {', '.join(parts)}" if parts else "")


class LedgerRead(Message):
    """The ledger was read. `results` is None where nobody looks at them; `problem` says why it could not be read."""

    def __init__(
        self,
        desk: Desk | None = None,
        items: tuple[Item, ...] = (),
        results: tuple[Whereabouts, ...] | None = None,
        problem: str = "",
    ) -> None:
        super().__init__()
        self.desk = desk
        self.items = items
        self.results = results
        self.problem = problem


class Decided(Message):
    """A person's decision stands in the ledger."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


_SHARE: Final = 10  # a reading rests this many times as long as it took: the rest is the engine's


class LedgerReader:
    """Tells when a reading may begin, and does it, in a thread; what was read is posted as `LedgerRead`."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._reading = False
        self._asked_meanwhile = False
        self._rests_until = 0.0

    @property
    def rested(self) -> bool:
        """Whether a reading for the sake of freshness alone may begin; one that a person asked for need not wait."""
        return time.monotonic() >= self._rests_until

    def begin(self) -> bool:
        """Whether to read now. Where one is under way, another follows it: see `finish`."""
        self._asked_meanwhile = self._reading
        self._reading = True
        return not self._asked_meanwhile

    def finish(self) -> bool:
        """A reading has arrived. Whether another was asked for while it was under way."""
        self._reading = False
        return self._asked_meanwhile

    def read(self, desk: Desk, with_results: bool) -> None:
        """The thread's work."""
        began = time.monotonic()
        try:
            read = LedgerRead(desk, desk.items(), desk.results() if with_results else None)
        except UserError as error:
            read = LedgerRead(desk, problem=str(error))
        ended = time.monotonic()
        self._rests_until = ended + _SHARE * (ended - began)
        self._post(read)
