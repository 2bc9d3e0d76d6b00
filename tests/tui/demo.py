"""`python -m tests.tui.demo [SECONDS]`: the UI on a scripted run, for looking at it in a real terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator

from pilot.experiment.events import Event
from pilot.tui import PilotApp, RunRequest
from tests.tui.office_ledger import write_ledger
from tests.tui.scripted_run import FOLDER, paced


def start(request: RunRequest) -> Iterator[Event]:
    """A scripted run, over a ledger that is there from the beginning."""
    return paced(request.seed, seconds=float(sys.argv[1]) if sys.argv[1:] else 10.0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        write_ledger(FOLDER)
        app = PilotApp(start, RunRequest("quick", 11))
        app.run()
        if app.bug:
            raise app.bug
