"""What is left on the terminal when the UI closes."""

import sys

from pilot.tui.view import RunView, Standing


def take_leave(view: RunView | None) -> int:
    """Say what would be gone with the screen, and return the exit code; `view` is what the app returned.

    0: done, or stopped by the user; 1: something is not accounted for; 2: the run could not go on, and why.
    """
    if view is None:
        return 0
    if view.standing is Standing.FAILED:
        sys.stderr.write(f"pilot: {view.failure}\n")
        return 2
    if view.finished is None:
        if view.run is not None:
            sys.stdout.write(f"Stopped. To go on: pilot run --resume {view.run.folder}\n")
        return 0
    sys.stdout.write(f"Report: {view.finished.report}\n")
    return 1 if view.finished.figures.unaccounted else 0
