"""The terminal UI on the real engine: an office's console, a run, the start page; and an office to practise in."""

import json
import os
import shlex
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilot.cli.runs import RUNS
from pilot.errors import ConfigurationError, ExitCode

if TYPE_CHECKING:
    from pilot.experiment.events import Event
    from pilot.experiment.rehearsal import Rehearsal, Score
    from pilot.tui import RunRequest
    from pilot.tui.open_ledger import OpenLedger


def register(app: typer.Typer) -> None:
    """Put `pilot rehearse` on the command line."""
    app.command("rehearse")(rehearse)


def open_screen(config: Path, run: Path | None = None, scenario: str = "") -> None:
    """Open the office of `config` where there is one, or a run, or play a scenario, or else the start page.

    Leaves with the run's exit code and a line that says where it is. A bug of the engine is raised once the terminal
    is its own again.
    """
    from pilot.tui import PilotApp, RunRequest, take_leave  # noqa: PLC0415 - Textual, which no other command needs
    from pilot.tui.open_ledger import open_office, open_run  # noqa: PLC0415

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
    from pilot.tui import PilotApp  # noqa: PLC0415
    from pilot.tui.open_ledger import open_office  # noqa: PLC0415

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


def _start(request: "RunRequest") -> "Iterator[Event]":
    from pilot.experiment import load_scenario, next_folder, run_scenario  # noqa: PLC0415
    from pilot.questions.beyond import beyond_of  # noqa: PLC0415
    from reports import write_report  # noqa: PLC0415

    scenario = load_scenario(request.scenario).changed(arms=request.arms or None, results=request.results)
    out = next_folder(RUNS, scenario.name, request.seed)
    return run_scenario(scenario, seed=request.seed, out=out, beyond=beyond_of, write_report=write_report)


def rehearse(
    folder: Annotated[Path, typer.Argument(help="Where the office to practise in is, or is made.")] = Path(
        "rehearsal"
    ),
    seed: Annotated[int, typer.Option(help="Which people, and which ten things are wrong.")] = 1,
    only_score: Annotated[
        bool, typer.Option("--score", help="Say how it has gone so far, and start nothing.")
    ] = False,
    look_up: Annotated[
        int | None,
        typer.Option("--look-up", help="What NBSS and the register show of a result: names a person."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --score: print JSON and nothing else.")
    ] = False,
) -> None:
    """Practise: an office with a day's batch, ten things wrong in it, MESH and practices in real time.

    In a terminal it opens the screen; without one it keeps the simulators running until Ctrl-C, and the office is
    worked with the commands. The same folder again goes on where it was.
    """
    from pilot.experiment.rehearsal import Rehearsal  # noqa: PLC0415

    office = Rehearsal(folder)
    if look_up is not None:
        _look_up(office, look_up)
    elif only_score:
        _tell(office.score(), as_json)
    else:
        if not office.exists:
            office.prepare(seed, datetime.now(UTC).date())
        with office.under_way():
            _work(office)
        _tell(office.score(), False)


def _work(office: "Rehearsal") -> None:
    if no_screen():
        typer.echo(
            f"MESH and the practices are running. In another terminal, in {office.folder}:\n"
            "  pilot intake --preview inbox\n  pilot intake inbox\n  pilot exceptions list\n"
            "  pilot rehearse --look-up NUMBER .\n  pilot rehearse --score .\nCtrl-C ends it; the folder stays."
        )
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            typer.echo("")
        return
    open_rehearsal(office)


def _look_up(office: "Rehearsal", number: int) -> None:
    from pilot.cli.ledgers import open_ledger, printable  # noqa: PLC0415
    from pilot.pipeline.worklist import Worklist  # noqa: PLC0415

    with open_ledger(office.ledger) as book:
        detail = Worklist(book, lambda: datetime.now(UTC)).show(number)
    for line in office.screens(detail):
        typer.echo(printable(line))


def _tell(score: "Score", as_json: bool) -> None:
    if as_json:
        lines = [
            {"number": line.number, "what": line.what, "mark": line.mark}
            | ({"right": line.right} if line.told else {})
            for line in score.lines
        ]
        typer.echo(json.dumps({"right": score.right, "of": len(score.lines), "lines": lines}, indent=2))
        return
    if not score.lines:
        typer.echo("The batch has not been taken in yet: pilot intake inbox")
        return
    for line in score.lines:
        typer.echo(f"{line.number:>4}  {line.mark:<11}  {line.what}")
        if line.told:
            typer.echo(f"{'':19}{line.right}")
    typer.echo(f"{score.right} of {len(score.lines)} decided rightly")
