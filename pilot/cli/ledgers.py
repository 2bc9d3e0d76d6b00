"""Looking into a ledger: `pilot status`, and how the commands open one and tell its time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pilot.pipeline.ledger import Ledger

LEDGER = Annotated[Path, typer.Option("--ledger", help="The ledger of this office's results.")]
DEFAULT_LEDGER = Path("ledger.sqlite")


def register(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command("status")(status)


def status(
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    each: Annotated[bool, typer.Option("--list", help="Every result, not only how many.")] = False,
    state: Annotated[str, typer.Option(help="With --list: only those in this state.")] = "",
    practice: Annotated[str, typer.Option(help="With --list: only those of this practice.")] = "",
) -> None:
    """Where every result is. Names no participant."""
    from pilot.domain.delivery import State  # noqa: PLC0415
    from pilot.errors import LedgerError  # noqa: PLC0415

    if state and state not in list(State):
        raise LedgerError(f"there is no state {state!r}", "--state", f"Use one of {', '.join(State)}")
    with open_ledger(ledger) as book:
        if each:
            _list_results(book, state, practice, as_json)
            return
        counts = {str(kind): book.counts().get(kind, 0) for kind in State}
    if as_json:
        typer.echo(json.dumps(counts, indent=2))
        return
    for kind, number in counts.items():
        typer.echo(f"{kind.replace('_', ' '):<16} {number}")


def _list_results(book: "Ledger", state: str, practice: str, as_json: bool) -> None:
    from pilot.pipeline.reasons import words  # noqa: PLC0415

    time = ledger_clock(book)()
    rows = [
        {
            "id": entry.id,
            "state": str(entry.state),
            "words": words(entry.reason),
            "age": (time - entry.since).total_seconds(),
            "practice": entry.practice,
            "screening_number": entry.screening_number,
            "provenance": str(entry.provenance),
        }
        for entry in book.entries()
        if state in ("", entry.state) and practice in ("", entry.practice)
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        waited = age(timedelta(seconds=float(str(row["age"]))))
        where = f"{row['state']}: {row['words']}".replace("_", " ")
        typer.echo(
            f"{row['id']:>6}  {waited:>8}  {row['practice'] or '-':<8}  {where}  [{row['provenance']}]"
        )


@contextmanager
def open_ledger(path: Path) -> Iterator["Ledger"]:
    """A ledger that exists. Raises LedgerError."""
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.ledger import Ledger  # noqa: PLC0415

    if not path.is_file():
        raise LedgerError(
            "there is no ledger", str(path), "Name one with --ledger, for a run its ledger.sqlite"
        )
    with Ledger(path) as book:
        yield book


def ledger_clock(book: "Ledger") -> Callable[[], datetime]:
    """What time it is for a ledger: real time, but in a run's folder the run's own."""
    last = book.last_move() if book.path.with_name("manifest.json").is_file() else None
    return now if last is None else lambda: last


def age(age: timedelta) -> str:
    """How long something has waited, as a person says it."""
    hours = age.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} h"


def printable(text: str) -> str:
    """What came from outside, so that it cannot drive the terminal; columns are kept."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def now() -> datetime:
    """Real time."""
    return datetime.now(UTC)
