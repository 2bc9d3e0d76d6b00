"""The terminal UI on the real engine."""

from collections.abc import Iterator

from pilot.cli.runs import RUNS
from pilot.errors import ExitCode
from pilot.experiment import load_scenario, next_folder, run_scenario
from pilot.experiment.events import Event
from pilot.tui import PilotApp, RunRequest, take_leave
from reports import write_report


def open_screen(scenario: str) -> None:
    """Run a scenario before the user's eyes, then leave with its exit code and a line that says where it is.

    A bug of the engine is raised once the terminal is its own again.
    """
    app = PilotApp(_start, RunRequest(scenario, load_scenario(scenario).seed))
    view = app.run()
    if app.bug is not None:
        raise app.bug
    raise SystemExit(ExitCode.BUG if app.return_code else take_leave(view))


def _start(request: RunRequest) -> Iterator[Event]:
    scenario = load_scenario(request.scenario)
    out = next_folder(RUNS, scenario.name, request.seed)
    return run_scenario(scenario, seed=request.seed, out=out, write_report=write_report)
