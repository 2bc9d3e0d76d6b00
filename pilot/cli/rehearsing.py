"""`pilot rehearse`: an office to practise in, with simulators that run in real time, and a score."""

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pilot.experiment.rehearsal import Rehearsal, Score


def register(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command("rehearse")(rehearse)


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
    from pilot.cli.screen import no_screen  # noqa: PLC0415

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
    from pilot.cli.screen import open_rehearsal  # noqa: PLC0415

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
