"""What drives an arm through its days: each in a world of its own, for the arms that `domain/arm.py` registers."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from types import TracebackType
from typing import Any, Protocol, Self

from pilot.domain.arm import ARMS
from pilot.experiment.context import ArmBooks, RunContext, at, totals
from pilot.experiment.events import ArmProgress
from pilot.experiment.message_arm import MessageArm
from pilot.experiment.paper_list import PaperList
from pilot.experiment.strikes import Strike
from pilot.measures import Print
from pilot.nbss import Reader


class Arm(Protocol):
    """One arm of a run; a context manager, since it owns processes."""

    name: str
    gp_url: str

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def strike(self, strikes: Sequence[Strike]) -> None:
        """These faults are in force beside the scenario's own, and no others."""

    def live(self, day: date) -> None:
        """One simulated day."""

    def progress(self) -> ArmProgress:
        """How far it has come."""

    def books(self) -> ArmBooks:
        """What the office printed or emailed, and where the pipeline left each result."""

    def processes(self) -> dict[str, int]:
        """Process ids of the arm's simulators, by name."""

    def lost(self) -> tuple[str, ...]:
        """Those of them, by module, that have ended by themselves."""


def make_arm(name: str, context: RunContext, reader: Reader, notice: Callable[[str], None]) -> Arm:
    """The arm of that name."""
    if ARMS[name].through_mesh:
        return MessageArm(name, context, reader, notice)
    return LetterArm(name, context, reader)


class LetterArm:
    """`paper` (printed, posted in bundles) and `pdf_email` (a page a result, at once): people type what comes."""

    def __init__(self, name: str, context: RunContext, reader: Reader) -> None:
        self.name = name
        self._by_post = ARMS[name].by_post
        self._context = context
        self._reader = reader
        self._stack = ExitStack()
        self._emitted = 0

    def __enter__(self) -> Self:
        context = self._context
        with ExitStack() as stack:
            files = context.setup(self.name)
            self._gp = stack.enter_context(context.gp_system(self.name, files))
            self._control = context.control(self._gp)
            stack.callback(self._control.close)
            self._people = context.office(self.name)
            office = context.scenario.generation.office
            enquiries = context.enquiries(self._reader)
            self._list = PaperList(context.folder, self.name, self._people, enquiries, self._reader, office)
            self._stack = stack.pop_all()
        self.gp_url = self._gp.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def strike(self, strikes: Sequence[Strike]) -> None:
        """They strike MESH and what practices collect from it, and nothing of this goes that way."""

    def live(self, day: date) -> None:
        """One day: what was printed goes out, practices type, the office works its list."""
        hours = self._context.hours
        self._control.set_clock(at(day, hours.office_opens))
        printed = self._context.folder.letters_of(day)
        self._list.came_back(self._control.sent_back(), day, self._arrives)
        letters = [*self._list.look_through(day, printed), *self._list.work(day)]
        by = "post" if self._by_post else "email"
        self._control.post(
            {**letter, "by": by, "arrives_on": self._arrives(day, letter["practice"]).isoformat()}
            for letter in letters
        )
        self._posted(letters, day)
        self._emitted += len(printed)
        self._control.set_clock(at(day, hours.day_ends), then=("work",))

    def _arrives(self, day: date, practice: str) -> datetime:
        return (
            self._context.arrives(day, practice)
            if self._by_post
            else at(day, self._context.hours.office_opens)
        )

    def progress(self) -> ArmProgress:
        """How far it has come; minutes are the practices' so far."""
        filed, minutes = totals(self._control.counts())
        return ArmProgress(self.name, self._emitted, filed, 0, 0, max(0, self._emitted - filed), minutes)

    def _posted(self, letters: Sequence[Mapping[str, Any]], day: date) -> None:
        """Note what went out: a day that is lived again after a kill sends the same again, and counts it once."""
        sent = self._context.folder.sent(self.name)
        for letter in letters:
            where = {name: letter[name] for name in ("practice", "file", "page", "record")}
            sent.add(json.dumps(where | {"emitted_on": day.isoformat()}).encode())

    def books(self) -> ArmBooks:
        lines = self._context.folder.sent(self.name).lines()
        prints = tuple(dict.fromkeys(Print.of(json.loads(line)) for line in lines))
        due_days = self._context.assumptions["worklist_due_days"].value
        return ArmBooks(
            posted=prints if self._by_post else (),
            emailed=() if self._by_post else prints,
            time_sheet=self._people.time_sheet(),
            listed=self._list.endings(prints, due_days),
        )

    def processes(self) -> dict[str, int]:
        """Process ids by name, for whoever must stop or kill them."""
        return {f"gp-{self.name}": self._gp.pid}

    def lost(self) -> tuple[str, ...]:
        """Its simulators that ended by themselves."""
        return tuple(part.module for part in (self._gp,) if part.lost())
