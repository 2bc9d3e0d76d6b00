"""`python tests/tui/demo.py [SECONDS]`: the UI on a scripted run, for looking at it in a real terminal."""

import sys
from collections.abc import Iterator

from scripted_run import paced

from pilot.experiment.events import Event
from pilot.tui import PilotApp, RunRequest


def start(request: RunRequest) -> Iterator[Event]:
    """A scripted run."""
    return paced(request.seed, seconds=float(sys.argv[1]) if sys.argv[1:] else 10.0)


if __name__ == "__main__":
    app = PilotApp(start, RunRequest("quick", 11))
    app.run()
    if app.bug:
        raise app.bug
