"""Runs of the engine, each in a thread of its own: what one tells the app, and how far it has come."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from types import FrameType
from typing import Final, cast

from textual.message import Message
from textual.worker import get_current_worker

from pilot.domain.arm import MESH_PDF, PILOTED
from pilot.errors import ExitCode, UserError
from pilot.experiment.events import DayPassed, Event, RunFinished, StageStarted
from pilot.experiment.folder import RunFolder
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.view import RunView, Standing


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: a scenario by name, and the seed it draws from; arms and results, where not the scenario's own."""

    scenario: str
    seed: int
    arms: tuple[str, ...] = ()
    results: int | None = None

    def with_next_seed(self) -> "RunRequest":
        """The same scenario with other people: what a person asks for who wonders whether it was luck."""
        return replace(self, seed=self.seed + 1)


Start = Callable[[RunRequest], Iterator[Event]]
"""Starts a run. The iterator blocks between events; closing it stops what the run started."""


@contextmanager
def closing_events(events: Iterator[Event]) -> Iterator[Iterator[Event]]:
    """The events, closed whichever way the block is left: that is what stops the simulators' processes."""
    try:
        yield events
    finally:
        if isinstance(events, Generator):
            events.close()


class Happened(Message):
    """The engine said something."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class Ended(Message):
    """The engine has let go: everything it started is stopped. `error` is why, where it was not done."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error


class Engine:
    """Plays a run to its end, or until told to stop; it looks between two events whether it is."""

    def __init__(self, start: Start, request: RunRequest, post: Callable[[Message], object]) -> None:
        self.request = request
        self._start = start
        self._post = post
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._ended.set()
        self._go_on = threading.Event()
        self._go_on.set()
        self._one_day = False
        self._strikes: SimpleQueue[str] = SimpleQueue()
        self.seconds_a_day = 0.0

    def wait(self) -> None:
        """Wait until everything that it started has stopped; not at all where it never played.

        Never call it in the app's own thread.
        """
        self._ended.wait()

    def stop(self) -> None:
        """Ask it to let go. `Ended` comes once everything that it started has stopped."""
        self._stop.set()

    @property
    def paused(self) -> bool:
        return not self._go_on.is_set()

    def pause(self) -> None:
        """Hold it where it is, or let it go on."""
        if self.paused:
            self._go_on.set()
        else:
            self._go_on.clear()

    def step(self) -> None:
        """Let it go on to the end of the next simulated day, and hold it there."""
        self._one_day = True
        self._go_on.set()

    def strike(self, fault: str) -> None:
        """A fault by its name (`strikes.KNOWN`), from the next simulated day on."""
        self._strikes.put(fault)

    def _next(self, events: Iterator[Event], last: Event | None) -> Event | None:
        """The next event; the end of a day is answered with what is to go wrong from the next."""
        try:
            if isinstance(events, Generator) and isinstance(last, DayPassed) and not self._strikes.empty():
                return cast(Event, events.send([self._strikes.get() for _ in range(self._strikes.qsize())]))
            return next(events)
        except StopIteration:
            return None

    def _wait(self, event: Event) -> None:
        """As slow as was asked for; nothing at all, while nobody asked."""
        if isinstance(event, DayPassed):
            if self._one_day:
                self._one_day = False
                self._go_on.clear()
            self._stop.wait(self.seconds_a_day)
        while self.paused and not self._stop.is_set():
            self._go_on.wait(0.05)

    def begin(self) -> None:
        """From now on there is something to wait for. Called before the thread of `play` begins."""
        self._ended.clear()

    def play(self) -> None:
        """The thread's work. Any error travels with `Ended`, which is posted whatever happens."""
        worker = get_current_worker()
        error: Exception | None = None
        try:
            with closing_events(self._start(self.request)) as events:
                event = self._next(events, None)
                while event is not None and not (self._stop.is_set() or worker.is_cancelled):
                    self._post(Happened(event))
                    self._wait(event)
                    event = self._next(events, event)
        except Exception as caught:  # handed to the app, which tells a user's error from a bug
            error = caught
        self._ended.set()
        self._post(Ended(error))


_PACES: Final = (0.0, 0.5, 1.0, 2.0, 4.0)  # seconds a simulated day


class Player:
    """Plays one run after another: how far this one is, and how the one before ended."""

    def __init__(
        self,
        start: Start,
        request: RunRequest | None,
        post: Callable[[Message], object],
        clock: Callable[[], float],
    ) -> None:
        self._start = start
        self._post = post
        self._clock = clock
        self._stage_began = clock()
        self.engine = Engine(start, request or RunRequest("quick", 0), post)
        self.view = RunView() if request else RunView(standing=Standing.STOPPED)
        self.before: tuple[RunRequest, RunFinished] | None = None

    def begin(self, request: RunRequest) -> Engine:
        """A new run, whose engine is to be played in a thread."""
        if self.view.finished is not None:
            self.before = (self.engine.request, self.view.finished)
        self.engine = Engine(self._start, request, self._post)
        self.view = RunView()
        self._stage_began = self._clock()
        self.engine.begin()
        return self.engine

    def happened(self, event: Event) -> None:
        """Fold the event in."""
        if isinstance(event, StageStarted):
            self._stage_began = self._clock()
        self.view = self.view.after(event)

    def ended(self, error: Exception | None) -> None:
        """The engine has let go; `error` is why, where the run was not done."""
        code = error.exit_code if isinstance(error, UserError) else ExitCode.BUG
        self.view = self.view.ended(str(error or ""), code)

    def stop(self) -> None:
        """Ask the engine to let go."""
        self.engine.stop()
        self.view = self.view.stopping()

    def pace(self, slower: int) -> None:
        """Slower or faster by one step."""
        place = _PACES.index(self.engine.seconds_a_day) + slower
        self.engine.seconds_a_day = _PACES[max(min(place, len(_PACES) - 1), 0)]

    @property
    def running_for(self) -> float:
        """Whole seconds since the stage began."""
        return float(int(self._clock() - self._stage_began))

    @property
    def pace_in_words(self) -> str:
        """Whether it is held or slowed; empty where it goes as fast as it can."""
        if self.engine.paused:
            return "PAUSED (space goes on, . one day)"
        return f"{self.engine.seconds_a_day:g} s a day" if self.engine.seconds_a_day else ""

    @property
    def ledger(self) -> OpenLedger | None:
        """The ledger of the run, on the run's own clock; None before its first day."""
        run, day = self.view.run, self.view.day
        if run is None or day is None:
            return None
        end_of_day = datetime(day.day.year, day.day.month, day.day.day, tzinfo=UTC) + timedelta(days=1)
        arm = PILOTED.key if PILOTED.key in run.arms else MESH_PDF.key
        return OpenLedger(RunFolder(run.folder).ledger(arm), lambda: end_of_day)


EXIT_CODE: Final = 129  # as a shell reports a process that ended on SIGHUP


def leave_on_hangup(engine: Callable[[], Engine]) -> None:
    """From now on, a hangup stops the engine that `engine` names and then ends the process at once.

    Textual cannot close in order then: it waits for the dead terminal to take its last words. So the waiting is
    done in a thread of its own, and the process ends without them.
    """

    def hang_up(number: int, frame: FrameType | None) -> None:
        del number, frame
        threading.Thread(target=_end, args=(engine(),), daemon=True).start()

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, hang_up)


def _end(engine: Engine) -> None:
    engine.stop()
    engine.wait()
    os._exit(EXIT_CODE)


def take_leave(view: RunView | None) -> int:
    """Say what would be gone with the screen, and return the exit code; `view` is what the app returned.

    Stopped by the user is done; where the run could not go on, it says why.
    """
    if view is None:
        return ExitCode.DONE
    if view.standing is Standing.FAILED:
        sys.stderr.write(f"pilot: {view.failure}\n")
        return view.exit_code
    if view.finished is None:
        if view.run is not None:
            sys.stdout.write(f"Stopped. To go on: pilot run --resume {view.run.folder}\n")
        return ExitCode.DONE
    sys.stdout.write(f"Report: {view.finished.report}\n")
    return ExitCode.UNACCOUNTED if view.finished.figures.unaccounted else ExitCode.DONE
