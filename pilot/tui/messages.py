"""What the worker threads tell the app."""

from textual.message import Message

from pilot.experiment.events import Event


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
