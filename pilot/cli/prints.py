"""`pilot prints`: how this office's reports look, shown to a person and confirmed once."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pilot.cli.batches import CONFIG, DEFAULT_CONFIG, OFFICE_LEDGER
from pilot.cli.exceptions import WHO
from pilot.cli.ledgers import login, now, printable
from pilot.cli.paper import AS_JSON

app = typer.Typer(
    help="How this office's reports look; one that looks otherwise stops.", no_args_is_help=True
)

FILES = Annotated[list[Path], typer.Argument(help="SIL reports of this office.")]


@app.command("show")
def show(
    files: FILES, config: CONFIG = DEFAULT_CONFIG, ledger: OFFICE_LEDGER = None, as_json: AS_JSON = False
) -> None:
    """Paper, fonts, pitch, furniture and labels of reports, and what of it is not as was confirmed."""
    from pilot.nbss import read_files  # noqa: PLC0415
    from pilot.nbss.looks import drift, in_words  # noqa: PLC0415
    from pilot.pipeline.prints import Prints  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415

    confirmed = [one.looks for one in Prints(ledger_of(config, ledger)).confirmed()]
    shown = [
        (file.name, file.looks, drift(file.looks, confirmed) if file.looks else ())
        for file in read_files(files).files
    ]
    if as_json:
        rows = [
            {"file": name, "looks": asdict(looks) if looks else None, "changed": changed}
            for name, looks, changed in shown
        ]
        typer.echo(json.dumps({"confirmed": len(confirmed), "files": rows}, indent=2))
        return
    for name, looks, changed in shown:
        typer.echo(printable(name if looks else f"{name}: no report that can be read"))
        for part, said in in_words(looks).items() if looks else ():
            typer.echo(printable(f"  {part:<10} {said}"))
        for change in changed:
            typer.echo(printable(f"  CHANGED    {change}"))


@app.command("confirm")
def confirm(
    files: FILES,
    who: WHO = "",
    config: CONFIG = DEFAULT_CONFIG,
    ledger: OFFICE_LEDGER = None,
) -> None:
    """You have seen these reports and what is read of them: such a look is right for this office."""
    from pilot.nbss import read_files  # noqa: PLC0415
    from pilot.pipeline.prints import Prints  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415

    prints = Prints(ledger_of(config, ledger))
    new = prints.confirm(read_files(files).files, who or login(), now())
    typer.echo(f"{len(new)} new, {len(prints.confirmed())} confirmed for this office")
