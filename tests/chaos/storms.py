"""Simulators killed or misbehaving under a living pipeline: one arm, day by day, in this process."""

import random
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import requests

from generators import generate
from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import Secrets
from pilot.experiment.context import RunContext
from pilot.experiment.folder import RunFolder
from pilot.experiment.message_arm import MessageArm
from pilot.experiment.processes import Simulator
from pilot.experiment.scenario import Scenario, load_scenario
from pilot.nbss import Reader
from tests.chaos.counting import Count, count
from tests.chaos.kills_of_the_pipeline import SMALL
from tests.chaos.receivers import WithoutDeduplication

# Faults strike in the first days; after them there is time for every deadline.
STORM_DAYS = 6
MOST_TRIES_A_DAY = 40


def kill_simulators(
    folder: Path, seed: int, which: str, kills: int, reader: Reader, *, deduplication: bool = True
) -> tuple[int, Count]:
    """A run in which MESH or the GP system is killed and restarted at random moments."""
    with _arm(folder, seed, reader, deduplication=deduplication) as (arm, days):
        victim: Simulator = getattr(arm, f"_{which}")
        killer = _Killer(victim, random.Random(seed), kills)
        killer.start()
        try:
            for day in days:
                _live(arm, day, killer.bring_back)
        finally:
            killer.stop()
        killer.bring_back()
        # The last days again in peace: a kill may have struck the very last settling.
        for extra in range(1, 8):
            _live(arm, days[-1] + timedelta(days=extra))
    return killer.struck, count(folder)


class _Killer(threading.Thread):
    """Kills its victim at random moments while it lives; the main thread brings it back.

    The kernel ends a simulator with the thread that started it, so that only the main thread may start one.
    """

    def __init__(self, victim: Simulator, draw: random.Random, kills: int) -> None:
        super().__init__(daemon=True)
        self.struck = 0
        self._victim = victim
        self._draw = draw
        self._kills = kills
        self._done = threading.Event()
        self._coming_up = threading.Lock()

    def run(self) -> None:
        while self.struck < self._kills and not self._done.wait(self._draw.uniform(0.05, 0.6)):
            with self._coming_up:
                if self._victim.alive:
                    self._victim.kill()
                    self.struck += 1

    def bring_back(self) -> None:
        """Restart the victim where it is dead; call it from the main thread."""
        with self._coming_up:
            if not self._victim.alive:
                self._victim.restart()

    def stop(self) -> None:
        self._done.set()
        self.join()


def run_with_faults(
    folder: Path, seed: int, mesh: Sequence[dict[str, Any]], gp: Sequence[dict[str, Any]], reader: Reader
) -> Count:
    """A run under faults for its first days, then in peace."""
    with _arm(folder, seed, reader) as (arm, days):
        for number, day in enumerate(days):
            if number == 0:
                _set_faults(arm, mesh, gp)
            if number == STORM_DAYS:
                _set_faults(arm, (), ())
            _live(arm, day)
    return count(folder)


@contextmanager
def _arm(
    folder: Path,
    seed: int,
    reader: Reader,
    scenario: Scenario | None = None,
    *,
    deduplication: bool = True,
) -> Iterator[tuple[MessageArm, list[date]]]:
    scenario = scenario or load_scenario(str(SMALL))
    folder.mkdir(parents=True)
    generate(scenario.generation, seed, folder)
    with tempfile.TemporaryDirectory() as scratch:
        kind = RunContext if deduplication else WithoutDeduplication
        context = kind(scenario, seed, RunFolder(folder), load_assumptions(), Secrets.made(), Path(scratch))
        with MessageArm("coded", context, reader, lambda _: None) as arm:
            first = scenario.generation.start
            yield arm, [first + timedelta(days=number) for number in range(scenario.measured_after_days)]


def _live(arm: MessageArm, day: date, bring_back: Callable[[], None] = lambda: None) -> None:
    """A day, again until it goes through: what a supervisor does that restarts what has died."""
    for _ in range(MOST_TRIES_A_DAY):
        try:
            return arm.live(day)
        except requests.RequestException as error:
            last = error
            bring_back()
    raise last


def _set_faults(arm: MessageArm, mesh: Sequence[dict[str, Any]], gp: Sequence[dict[str, Any]]) -> None:
    for control, faults in zip(arm._controls, (mesh, gp), strict=True):
        control.set_faults(list(faults))
