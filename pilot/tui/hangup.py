"""When the terminal goes away under the UI: a closed window, a lost connection."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

from pilot.tui.engine import Engine

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
