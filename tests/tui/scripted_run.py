"""Scripted runs: the engine's events, played by the tests at the tests' own pace."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pilot.experiment.events import (
    ArmProgress,
    DayPassed,
    Event,
    Notice,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from pilot.measures import Figures
from tests.real_figures import real_figures

DAYS = 30
RESULTS = 412
FOLDER = Path("runs/quick-11-1")


def figures(*, lost: int | None = None) -> Figures:
    """The figures of a real run; with `lost`, as if the coded way had lost so many, nobody knowing where."""
    real = real_figures()
    if lost is None:
        return real
    coded = real.arms["coded"]
    ends = replace(coded.ends, lost=lost, unaccounted=lost)
    return replace(real, arms={**real.arms, "coded": replace(coded, ends=ends)})


def started(seed: int = 11, arms: tuple[str, ...] = ("paper", "coded")) -> RunStarted:
    """The first event of the scripted run."""
    return RunStarted(
        "quick", "A month at one office", "Feathering BSO", seed, arms, RESULTS, 6, DAYS, FOLDER
    )


def opening(seed: int = 11) -> Iterator[Event]:
    """Up to the moment at which the simulated month begins."""
    yield StageStarted(Stage.GENERATE)
    yield started(seed)
    yield StageFinished(Stage.GENERATE, 1.24)
    yield StageStarted(Stage.START)
    yield StageFinished(Stage.START, 0.87)
    yield StageStarted(Stage.RUN)


def month(days: int = DAYS) -> Iterator[Event]:
    """The first `days` simulated days."""
    for number in range(1, days + 1):
        emitted = RESULTS * number // DAYS
        stuck, back = emitted * 24 // RESULTS, emitted * 7 // RESULTS
        typed = RESULTS * max(number - 6, 0) // DAYS
        yield ArmProgress(
            "paper", emitted, typed, emitted // 40, 0, emitted - typed - emitted // 40, typed * 2.5
        )
        yield ArmProgress("coded", emitted, emitted - stuck - back, stuck, back, 0, stuck * 4.0)
        if number == 3:
            yield Notice("SIL-KXX-20261104-117.pdf is damaged; the office must print it again")
        if number % 9 == 0:
            yield Notice("A81004 does not answer; it will be asked again")
        yield DayPassed(number, DAYS, date(2026, 11, 1) + timedelta(days=number))


def closing(lost: int | None = None) -> Iterator[Event]:
    """From the end of the month to the end of the run."""
    yield StageFinished(Stage.RUN, 7.91)
    yield StageStarted(Stage.MEASURE)
    yield StageFinished(Stage.MEASURE, 1.02)
    yield StageStarted(Stage.REPORT)
    yield StageFinished(Stage.REPORT, 0.66)
    yield RunFinished(FOLDER, FOLDER / "report.html", figures(lost=lost), 11.7)


def whole_run(seed: int = 11) -> Iterator[Event]:
    """All of it, without a pause."""
    yield from opening(seed)
    yield from month()
    yield from closing()


class Held:
    """A run that stops after its first events until it is let go, and knows whether it was closed."""

    def __init__(self, *events: Event, error: Exception | None = None) -> None:
        self.events = events
        self.error = error
        self.go_on = threading.Event()
        self.closed = threading.Event()

    def play(self, request: object = None) -> Iterator[Event]:
        """The events; then nothing until `go_on`, with a heartbeat that changes nothing."""
        try:
            yield from self.events
            while not self.go_on.wait(0.01):
                yield StageStarted(Stage.RUN)
            if self.error:
                raise self.error
        finally:
            self.closed.set()


def paced(seed: int = 11, *, seconds: float = 10.0) -> Iterator[Event]:
    """The whole run at the speed of a real one, for looking at."""
    for event in whole_run(seed):
        if isinstance(event, StageFinished | DayPassed):
            time.sleep(seconds / (DAYS + len(Stage)))
        yield event
