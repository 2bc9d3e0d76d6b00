"""Opening the UI on the real engine, and what is left on the terminal when it closes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pilot.experiment import load_scenario, next_folder, run_scenario
from pilot.experiment.events import Event
from pilot.tui.app import PilotApp
from pilot.tui.request import RunRequest
from pilot.tui.view import RunView, Standing

RUNS: Final = Path("runs")


def open_tui(scenario: str = "quick", runs: Path = RUNS) -> None:
    """Open the UI, run `scenario` before the user's eyes, and leave the shell with the run's exit code.

    0: done, or stopped by the user; 1: something is not accounted for; 2: the run could not go on, and why.
    Raises UserError for an unknown scenario, and the engine's own exception where a bug ended the UI.
    """

    def start(request: RunRequest) -> Iterator[Event]:
        out = next_folder(runs, request.scenario, request.seed)
        return run_scenario(load_scenario(request.scenario), seed=request.seed, out=out)

    app = PilotApp(start, RunRequest(scenario, load_scenario(scenario).seed))
    view = app.run()
    if app.bug is not None:
        raise app.bug
    if app.return_code:
        sys.exit(app.return_code)
    sys.exit(take_leave(view or RunView()))


def take_leave(view: RunView) -> int:
    """Say on the terminal what would be gone with the screen; return the exit code."""
    if view.standing is Standing.FAILED:
        sys.stderr.write(f"pilot: {view.failure}\n")
        return 2
    if view.finished is None:
        if view.run is not None:
            sys.stdout.write(f"Stopped. To go on: pilot run --resume {view.run.folder}\n")
        return 0
    sys.stdout.write(f"Report: {view.finished.report}\n")
    accounted = view.finished.figures.get("accounted_for")
    return 1 if accounted and accounted["lost"] else 0
