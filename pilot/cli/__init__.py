"""The command line: every action of the terminal UI has its twin here. Commands import what they need when they run."""

import sys
from typing import Annotated

import typer

from pilot.cli import batches, exceptions, ledgers, paper, reconciling, runs

app = typer.Typer(
    name="pilot",
    help="Run an end-to-end pilot of coded breast screening results for one office, and measure it against paper.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
runs.register(app)
batches.register(app)
ledgers.register(app)
app.add_typer(exceptions.app, name="exceptions")
app.add_typer(paper.app, name="paper")
app.add_typer(reconciling.app, name="reconcile")


@app.callback(invoke_without_command=True)
def pilot(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """With no command: the terminal UI, which runs the pilot before your eyes."""
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415

        typer.echo(installed("breast-screening-results-pilot"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_tui()


def _open_tui() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write(
            "pilot: there is no terminal here for the screen; `pilot run` does the same in plain lines\n"
        )
        raise typer.Exit(2)
    from pilot.cli.screen import open_screen  # noqa: PLC0415

    open_screen("quick")
