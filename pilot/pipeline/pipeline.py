"""The pipeline of one office: take in, dispatch, settle. Each may be run again at any time; nothing is done twice."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pilot.coding import CodeSet
from pilot.nbss import Reader
from pilot.pipeline.dispatch import Dispatched, dispatch
from pilot.pipeline.intake import Memory, Taken, take_in
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.reconciliation import Reconciled, ask_practices
from pilot.pipeline.settings import Settings
from pilot.pipeline.settle import Settled, settle


class Pipeline:
    """`clock` says what time it is: real time in use, virtual time in a run. Use it in one thread."""

    def __init__(
        self,
        settings: Settings,
        code_set: CodeSet,
        ledger: Ledger,
        mailbox: Mailbox,
        reader: Reader,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._code_set = code_set
        self._ledger = ledger
        self._mailbox = mailbox
        self._reader = reader
        self._clock = clock
        self._memory = Memory(ledger)
        self._set_aside: tuple[Path, ...] = ()

    def take_in(self, paths: Sequence[Path]) -> Taken:
        """Read a batch, with what was set aside before, check it, and write it to the ledger."""
        again = [
            path
            for path in self._set_aside
            if self._reader.there(path) and not any(path == given or given in path.parents for given in paths)
        ]
        taken = take_in(
            self._ledger,
            self._reader,
            self._memory,
            (*again, *paths),
            self._clock(),
            without_extract=self._settings.without_extract,
        )
        self._set_aside = taken.set_aside
        return taken

    def dispatch(self) -> Dispatched:
        """Send all that can be sent."""
        return dispatch(
            self._ledger,
            self._mailbox,
            self._settings,
            self._code_set,
            self._clock,
            self._memory.practice_names(),
        )

    def reconcile(self) -> Reconciled:
        """Ask every practice what it holds of all that it should. Raises MeshUnreachable, MeshRefused."""
        return ask_practices(self._ledger, self._mailbox, self._settings.office, self._clock)

    @property
    def left_out(self) -> tuple[int, ...]:
        """Results, by number, whose row of the ledger could not be read: the rest went on."""
        return tuple(sorted(self._ledger.unreadable))

    def settle(self) -> Settled:
        """Act on all that came back. Raises MeshUnreachable where MESH is out of reach."""
        return settle(self._ledger, self._mailbox, self._settings.deadlines, self._clock)
