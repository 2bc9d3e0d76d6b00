"""Looking into a ledger: `pilot status`, and how the commands open one and tell its time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pilot.pipeline.ledger import Ledger

LEDGER = Annotated[
    Path,
    typer.Option("--ledger", help="The ledger: what pilot.toml names, or ledger.sqlite, if left out."),
]
DEFAULT_LEDGER = Path("ledger.sqlite")
AS_JSON = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
WHO = Annotated[str, typer.Option("--who", help="Who does it; you, as this machine knows you, if left out.")]


def register(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command("status")(status)
    app.command("find")(find)
    app.command("practices")(practices)
    app.command("day")(day)


def status(
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
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
        else:
            counts = book.counts()
            _tell_counts({str(kind): counts.get(kind, 0) for kind in State}, as_json)
        tell_unread(book)


def _tell_counts(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(counts, indent=2))
        return
    for kind, number in counts.items():
        typer.echo(f"{kind.replace('_', ' '):<16} {number}")


def tell_unread(book: "Ledger") -> None:
    """Name each row of the ledger that cannot be read, once everything else is said. Raises LedgerError if any is."""
    from pilot.errors import LedgerError  # noqa: PLC0415

    for _ in book.entries():  # each that cannot be read is noted on the way
        pass
    left_out = book.left_out()
    for row in left_out:
        typer.echo(f"{row} cannot be read: nobody can say where it is", err=True)
    if left_out:
        what = f"{len(left_out)} rows of the ledger cannot be read"
        raise LedgerError(
            what,
            str(book.path),
            "The rest stands above. See `pilot doctor --deep`, and restore the last copy",
        )


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


def find(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Surname, year or day of birth, screening number, practice, file; `-` asks for them."
        ),
    ] = None,
    state: Annotated[str, typer.Option(help="Only those in this state.")] = "",
    practice: Annotated[str, typer.Option(help="Only those of this practice (its ODS code).")] = "",
    reason: Annotated[str, typer.Option(help="Only those with this reason.")] = "",
    most: Annotated[int, typer.Option("--most", help="How many to list.")] = 100,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Find results. What is found names no participant: `pilot exceptions show NUMBER` does.

    What is typed on a command line stays in its history: write `-` and type a name or a number when asked.
    """
    from pilot.domain.delivery import State  # noqa: PLC0415
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.intake import Practices  # noqa: PLC0415
    from pilot.pipeline.overview import Overview, Wanted  # noqa: PLC0415

    if state and state not in list(State):
        raise LedgerError(f"there is no state {state!r}", "--state", f"Use one of {', '.join(State)}")
    text = " ".join(words or ())
    if text == "-":
        text = str(typer.prompt("find", err=True))
    wanted = Wanted(text, State(state) if state else None, practice or None, reason or None)
    with open_ledger(ledger) as book:
        names = {code: entry.name for code, entry in Practices().known(book).items()}
        time = ledger_clock(book)()
        with Overview(book.path) as overview:
            found = overview.find(wanted, names)
            lines = overview.lines(found[:most])
    if as_json:
        rows = [
            {
                "id": line.id,
                "state": str(line.state),
                "reason": line.reason,
                "words": line.words,
                "age": (time - line.since).total_seconds(),
                "practice": line.practice or None,
                "screening_number": line.screening_number or None,
                "provenance": str(line.provenance),
            }
            for line in lines
        ]
        typer.echo(json.dumps({"found": len(found), "results": rows}, indent=2))
        return
    for line in lines:
        where = f"{line.state}: {line.words}".replace("_", " ")
        typer.echo(
            printable(
                f"{line.id:>6}  {age(time - line.since):>8}  {line.practice or '-':<8}  "
                f"{line.screening_number or '-':<12}  {where}  [{line.provenance}]"
            )
        )
    typer.echo(f"{len(found)} found" + (f", the first {most} are listed" if len(found) > most else ""))


def practices(
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Each practice: how results go there, what waits there and for how long, when its system last answered."""
    from pilot.pipeline.intake import Practices  # noqa: PLC0415
    from pilot.pipeline.overview import Overview  # noqa: PLC0415
    from pilot.pipeline.settings import Deadlines  # noqa: PLC0415

    with open_ledger(ledger) as book:
        names = {code: entry.name for code, entry in Practices().known(book).items()}
        with Overview(book.path) as overview:
            lines = overview.practices(ledger_clock(book)(), Deadlines().collected, names)
    if as_json:
        rows = [{**asdict(line), "heard": line.heard.isoformat() if line.heard else None} for line in lines]
        typer.echo(json.dumps(rows, indent=2))
        return
    for line in lines:
        heard = f"heard {line.heard:%d %b}" if line.heard else "never heard"
        late = f", {line.overdue} OVERDUE" if line.overdue else ""
        typer.echo(
            printable(
                f"{line.practice:<8}  {line.route or 'not yet':<9}  {line.filed:>5} filed  "
                f"{line.waiting:>4} not collected{late}  {line.to_post:>4} to post  {heard:<12}  {line.name}"
            )
        )


def day(
    sign: Annotated[bool, typer.Option("--sign", help="Sign the list as it reads now.")] = False,
    out: Annotated[
        Path | None, typer.Option("--print", help="Write it as a PDF, with a line to sign on.")
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Who signs; you, if left out.")] = "",
    config: Annotated[Path, typer.Option("--config", help="Whose list it is.")] = Path("pilot.toml"),
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """The list of the day: what went, what did not and why. Names no participant."""
    from pilot.messages import Organisation  # noqa: PLC0415
    from pilot.pipeline.intake import Practices  # noqa: PLC0415
    from pilot.pipeline.overview import Overview, day_pages, day_pdf  # noqa: PLC0415
    from pilot.pipeline.settings import load_settings  # noqa: PLC0415

    office = (
        load_settings(config).office
        if config.is_file()
        else Organisation(ods="ZZZ", name="a simulated office")
    )
    with open_ledger(ledger) as book:
        names = {code: entry.name for code, entry in Practices().known(book).items()}
        clock = ledger_clock(book)
        with Overview(book.path) as overview:
            today = overview.day(clock().date(), names)
            if sign:
                overview.sign(today, office, who or login(), clock())
                today = overview.day(clock().date(), names)
    if out is not None:
        from pilot.cli.paper import write_private  # noqa: PLC0415

        write_private(out, day_pdf(today, office))
    if as_json:
        shown = {
            "day": today.day.isoformat(),
            "sent": today.sent,
            "posted": today.posted,
            "practices": [asdict(line) for line in today.lines],
            "not_gone": [{"id": line.id, "reason": line.reason} for line in today.not_gone],
            "decided": dict(today.decided),
            "files": dict(today.files),
            "signed": [{"at": at.isoformat(), "who": name} for at, name in today.signed],
        }
        typer.echo(json.dumps(shown, indent=2))
        return
    for page in day_pages(today, office):
        for line in page:
            typer.echo(printable(line))


@contextmanager
def open_ledger(path: Path) -> Iterator["Ledger"]:
    """A ledger that exists. Raises LedgerError."""
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.ledger import Ledger  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415

    if path == DEFAULT_LEDGER:  # the office's, where a pilot.toml lies here
        path = ledger_of(Path("pilot.toml"))
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


def login() -> str:
    """Who sits here, as the machine knows it; empty where it does not."""
    import getpass  # noqa: PLC0415

    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


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
