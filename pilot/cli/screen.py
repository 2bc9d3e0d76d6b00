"""The terminal UI on the real engine: an office's console, a run, the start page."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pilot.cli.runs import RUNS
from pilot.errors import ConfigurationError, ExitCode
from pilot.tui import PilotApp, RunRequest, take_leave
from pilot.tui.open_ledger import OpenLedger, open_office, open_run

if TYPE_CHECKING:
    from pilot.experiment.events import Event
    from pilot.experiment.rehearsal import Rehearsal


def open_screen(config: Path, run: Path | None = None, scenario: str = "") -> None:
    """Open the office of `config` where there is one, or a run, or play a scenario, or else the start page.

    Leaves with the run's exit code and a line that says where it is. A bug of the engine is raised once the terminal
    is its own again.
    """
    ledger: OpenLedger | None = None
    request: RunRequest | None = None
    if scenario:
        from pilot.experiment import load_scenario  # noqa: PLC0415 - the engine, which an office's screen does without

        request = RunRequest(scenario, load_scenario(scenario).seed)
    elif run is not None:
        ledger = open_run(run)
    elif config.is_file():
        ledger = open_office(config)
    app = PilotApp(_start, request, ledger=ledger, scenarios=_scenarios)
    view = app.run()
    if app.bug is not None:
        raise app.bug
    raise SystemExit(ExitCode.BUG if app.return_code else take_leave(view))


def open_rehearsal(office: "Rehearsal") -> None:
    """The screen on an office to practise in; it shows what can be looked up beside each result."""
    ledger = open_office(office.config, office.screens)
    app = PilotApp(_start, None, ledger=ledger)
    app.run()
    if app.bug is not None:
        raise app.bug


def serve_screen(config: Path, run: Path | None, scenario: str, port: int) -> None:
    """The same in a browser, on this machine alone: each who opens the page starts a UI of his own."""
    try:
        from textual_serve.server import Server  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError(
            "the extra that serves the screen to a browser is not installed",
            "",
            "Install breast-screening-results-pilot[serve]",
        ) from error
    words = [sys.executable, "-m", "pilot", "tui", "--config", str(config.resolve())]
    words += ["--run", str(run.resolve())] if run else []
    words += ["--scenario", scenario] if scenario else []
    Server(shlex.join(words), host="127.0.0.1", port=port, title="Breast screening results").serve()


def no_screen() -> str:
    """Why no screen can be drawn here; empty where it can, in a terminal or served to a browser."""
    if os.environ.get("TEXTUAL_DRIVER"):  # textual-serve has set it: what is drawn goes through a pipe
        return ""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "there is no terminal here for the screen"
    if os.environ.get("TERM") == "dumb":
        return "this terminal (TERM=dumb) can draw no screen"
    return ""


def _scenarios() -> Sequence[tuple[str, str]]:
    from pilot.experiment import load_scenario, scenario_names  # noqa: PLC0415

    return [(name, load_scenario(name).title) for name in scenario_names()]


def _start(request: RunRequest) -> "Iterator[Event]":
    from pilot.experiment import load_scenario, next_folder, run_scenario  # noqa: PLC0415
    from pilot.questions.decision import beyond_of  # noqa: PLC0415
    from reports import write_report  # noqa: PLC0415

    scenario = load_scenario(request.scenario).changed(arms=request.arms or None, results=request.results)
    out = next_folder(RUNS, scenario.name, request.seed)
    return run_scenario(scenario, seed=request.seed, out=out, beyond=beyond_of, write_report=write_report)
