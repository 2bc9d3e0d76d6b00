"""`pilot simulate mesh|gp`: one simulator by itself, for teams that want nothing else of the toolkit."""

import sys

import typer

app = typer.Typer(help="Run one simulator by itself.", no_args_is_help=True)

_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command("mesh", context_settings=_OPTIONS, add_help_option=False)
def mesh(context: typer.Context) -> None:
    """A MESH on a port of this machine. `pilot simulate mesh --help` says how."""
    from simulators.mesh.__main__ import main  # noqa: PLC0415

    sys.exit(main(context.args, prog="pilot simulate mesh"))


@app.command("gp", context_settings=_OPTIONS, add_help_option=False)
def gp(context: typer.Context) -> None:
    """A GP system on a port of this machine, or the record of a run. `pilot simulate gp --help` says how."""
    from simulators.gp_system.__main__ import main  # noqa: PLC0415

    sys.exit(main(context.args, prog="pilot simulate gp"))
