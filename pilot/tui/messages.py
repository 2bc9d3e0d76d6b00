"""What the worker threads and the screens tell the app."""

from textual.message import Message

from pilot.experiment.events import Event
from pilot.pipeline.worklist import Item
from pilot.tui.desk import Decision, Desk, Whereabouts


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
