"""The command line: every action of the terminal UI has its twin here. Commands import what they need when they run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pilot.cli import (
    batches,
    exceptions,
    ledgers,
    live_pilot,
    paper,
    questions,
    reconciling,
    runs,
    screen,
)

app = typer.Typer(
    name="pilot",
    help="Run an end-to-end pilot of coded breast screening results for one office, and measure it against paper.",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
runs.register(app)
batches.register(app)
questions.register(app)
live_pilot.register(app)
ledgers.register(app)
screen.register(app)
app.add_typer(exceptions.app, name="exceptions")
app.add_typer(paper.app, name="paper")
app.add_typer(reconciling.app, name="reconcile")


@app.callback(invoke_without_command=True)
def pilot(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """With no command: the office of the pilot.toml that lies here, or else the start page, in the terminal UI."""
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415

        typer.echo(installed("breast-screening-results-pilot"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open()


@app.command("tui")
def tui(
    config: Annotated[Path, typer.Option("--config", help="The office to open.")] = Path("pilot.toml"),
    run: Annotated[Path | None, typer.Option("--run", help="A run's folder to open instead.")] = None,
    scenario: Annotated[str, typer.Option(help="A scenario to run before your eyes.")] = "",
    serve: Annotated[
        bool, typer.Option("--serve", help="For a browser on this machine; needs the extra [serve].")
    ] = False,
    port: Annotated[int, typer.Option(help="With --serve: which port.")] = 8000,
) -> None:
    """The terminal UI: an office, a run, or a scenario; in this terminal, or in a browser on this machine."""
    if serve:
        screen.serve_screen(config, run, scenario, port)
        return
    _open(config, run, scenario)


def _open(config: Path = Path("pilot.toml"), run: Path | None = None, scenario: str = "") -> None:
    if reason := screen.no_screen():
        sys.stderr.write(
            f"pilot: {reason}; every action is a command too (pilot --help): `pilot status` for an office, "
            "`pilot run` for a run\n"
        )
        raise typer.Exit(2)
    screen.open_screen(config, run, scenario)
