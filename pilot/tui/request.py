"""What a person at the terminal asks the engine for."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pilot.experiment.events import Event


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run: a scenario by name, and the seed it draws from."""

    scenario: str
    seed: int

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
