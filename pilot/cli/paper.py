"""`pilot paper`: the print queue. What goes on paper is listed, printed and ticked as posted, with a name each time."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilot.cli.batches import CONFIG, DEFAULT_CONFIG
from pilot.cli.ledgers import (
    AS_JSON,
    DEFAULT_LEDGER,
    LEDGER,
    WHO,
    age,
    ledger_clock,
    login,
    open_ledger,
    printable,
)

if TYPE_CHECKING:
    from pilot.pipeline.ledger import Ledger
    from pilot.pipeline.print_queue import Letter, PrintQueue

app = typer.Typer(help="What goes on paper: listed, printed, ticked as posted.", no_args_is_help=True)


@app.command("list")
def list_letters(ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False) -> None:
    """Everything that waits to be posted, by due day. Names no participant."""
    with open_ledger(ledger) as book:
        queue, time = _queue(book), ledger_clock(book)()
        letters = [_shown(letter, time.date() > letter.due) for letter in queue.letters()]
        ages = [age(time - letter.queued) for letter in queue.letters()]
    if as_json:
        typer.echo(json.dumps(letters, indent=2))
        return
    for letter, waited in zip(letters, ages, strict=True):
        state = ("printed" if letter["printed"] else "to print") + (", OVERDUE" if letter["overdue"] else "")
        typer.echo(
            f"{letter['id']:>6}  {waited:>8}  post by {letter['due']}  {letter['practice']:<8}  {state}  "
            f"[{letter['provenance']}]" + (f"  ({letter['assigned_to']})" if letter["assigned_to"] else "")
        )


@app.command("print")
def print_letters(
    out: Annotated[Path, typer.Option("--out", help="The PDF to write: it names participants.")],
    who: WHO = "",
    again: Annotated[bool, typer.Option("--again", help="Also what was printed and not posted.")] = False,
    config: CONFIG = DEFAULT_CONFIG,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Write the PDF for the printer: for each practice its envelope's list, then a page a result."""
    from pilot.pipeline.print_queue import printout  # noqa: PLC0415
    from pilot.pipeline.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config)
    with open_ledger(ledger) as book:
        queue = _queue(book)
        envelopes = queue.envelopes(again=again)
        if envelopes:
            # The file first: what the ledger calls printed must be on a disk.
            write_private(out, printout(envelopes, settings.office, ledger_clock(book)().date()))
            queue.printed(
                [letter.entry.id for envelope in envelopes for letter in envelope.letters], who or login()
            )
    shown = [
        {
            "practice": envelope.practice.ods,
            "name": envelope.practice.name,
            "pages": len(envelope.letters),
            "results": [letter.entry.id for letter in envelope.letters],
        }
        for envelope in envelopes
    ]
    if as_json:
        typer.echo(json.dumps({"file": str(out) if envelopes else None, "envelopes": shown}, indent=2))
        return
    if not envelopes:
        typer.echo("nothing to print")
        return
    for envelope in shown:
        typer.echo(printable(f"{envelope['practice']:<8}  {envelope['pages']:>4} pages  {envelope['name']}"))
    typer.echo(f"written to {out}: print it, post it, then `pilot paper posted`")


@app.command("posted")
def posted(
    who: WHO = "",
    numbers: Annotated[list[int] | None, typer.Argument(help="The results, as `list` shows them.")] = None,
    practice: Annotated[
        str, typer.Option(help="All that were printed for this practice (its ODS code).")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that were printed.")] = False,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Tick as posted. From then on they are on the practice's list."""
    from pilot.errors import LedgerError  # noqa: PLC0415

    if (bool(numbers) + bool(practice) + everything) != 1:
        raise LedgerError("it is not clear which were posted", "", "Give numbers, or --practice, or --all")
    with open_ledger(ledger) as book:
        queue = _queue(book)
        chosen = numbers or [
            letter.entry.id
            for letter in queue.letters()
            if letter.printed and practice in ("", letter.practice)
        ]
        queue.posted(chosen, who or login())
    typer.echo(json.dumps({"posted": chosen}, indent=2) if as_json else f"posted: {len(chosen)}")


@app.command("came-back")
def came_back(
    numbers: Annotated[list[int], typer.Argument(help="The results, as `pilot exceptions` numbers them.")],
    who: WHO = "",
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Say of pages that a practice sent them back. They are on the office's list again."""
    with open_ledger(ledger) as book:
        _queue(book).came_back(numbers, who or login())
    typer.echo(json.dumps({"came_back": numbers}, indent=2) if as_json else f"came back: {len(numbers)}")


def write_private(path: Path, content: bytes) -> None:
    """A file for its owner alone. Raises FileError."""
    from pilot.errors import FileError  # noqa: PLC0415

    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise FileError(
            f"the print cannot be written ({error.strerror})", str(path), "Name another place with --out"
        ) from error


def _queue(book: "Ledger") -> "PrintQueue":
    from pilot.pipeline.intake import Memory  # noqa: PLC0415
    from pilot.pipeline.print_queue import PrintQueue  # noqa: PLC0415

    return PrintQueue(book, ledger_clock(book), Memory(book).practice_names())


def _shown(letter: "Letter", overdue: bool) -> dict[str, Any]:
    entry = letter.entry
    return {
        "id": entry.id,
        "practice": letter.practice,
        "screening_number": entry.screening_number,
        "queued": letter.queued.isoformat(),
        "due": letter.due.isoformat(),
        "printed": letter.printed,
        "overdue": overdue,
        "owner": entry.owner or "",
        "assigned_to": entry.assigned_to,
        "provenance": str(entry.provenance),
    }
