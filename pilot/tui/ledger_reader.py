"""Reading the ledger beside a run: one reading at a time, and never more than its share of the machine."""

import time
from collections.abc import Callable
from typing import Final

from textual.message import Message

from pilot.errors import UserError
from pilot.tui.desk import Desk
from pilot.tui.messages import LedgerRead

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
