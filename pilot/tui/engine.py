"""One run of the engine in a thread of its own, and what it tells the app."""

import threading
from collections.abc import Callable

from textual.message import Message
from textual.worker import get_current_worker

from pilot.tui.messages import Ended, Happened
from pilot.tui.request import RunRequest, Start, closing_events


class Engine:
    """Plays a run to its end, or until told to stop; it looks between two events whether it is."""

    def __init__(self, start: Start, request: RunRequest, post: Callable[[Message], object]) -> None:
        self.request = request
        self._start = start
        self._post = post
        self._stop = threading.Event()
        self._ended = threading.Event()

    def wait(self) -> None:
        """Wait until everything that it started has stopped. Never call it in the app's own thread."""
        self._ended.wait()

    def stop(self) -> None:
        """Ask it to let go. `Ended` comes once everything that it started has stopped."""
        self._stop.set()

    def play(self) -> None:
        """The thread's work. Any error travels with `Ended`, which is posted whatever happens."""
        worker = get_current_worker()
        error: Exception | None = None
        try:
            with closing_events(self._start(self.request)) as events:
                for event in events:
                    if self._stop.is_set() or worker.is_cancelled:
                        break
                    self._post(Happened(event))
        except Exception as caught:  # handed to the app, which tells a user's error from a bug
            error = caught
        self._ended.set()
        self._post(Ended(error))
