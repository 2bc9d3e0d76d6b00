"""`pilot exceptions`: what is with a person, and what may be done with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilot.cli.ledgers import DEFAULT_LEDGER, LEDGER, age, ledger_clock, open_ledger, printable

if TYPE_CHECKING:
    from pilot.pipeline.correspondence import Attempt
    from pilot.pipeline.worklist import Item, Worklist

app = typer.Typer(help="What is with a person, and what may be done with it.", no_args_is_help=True)

NUMBER = Annotated[int, typer.Argument(help="The result's number, as `list` shows it.")]
WHO = Annotated[str, typer.Option("--who", help="Who decides.")]
WHY = Annotated[str, typer.Option("--why", help="Why; it goes into the history.")]
AS_JSON = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command("list")
def list_items(
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
    owner: Annotated[str, typer.Option(help="office or practice; both if left out.")] = "",
) -> None:
    """Everything that is stuck, longest waiting first. Names no participant."""
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.entry import Owner  # noqa: PLC0415

    if owner and owner not in list(Owner):
        raise LedgerError(f"{owner!r} has no list", "--owner", f"Use {' or '.join(Owner)}")
    with _worklist(ledger) as worklist:
        items = worklist.items(owner=Owner(owner) if owner else None)
    if as_json:
        typer.echo(json.dumps([_item(item) for item in items], indent=2))
        return
    for item in items:
        typer.echo(
            f"{item.id:>6}  {age(item.age):>8}  {item.owner or 'ended':<8}  {item.practice or '-':<8}  "
            f"{item.words}  [{item.provenance}]" + (f"  ({item.assigned_to})" if item.assigned_to else "")
        )


@app.command("show")
def show(
    number: NUMBER,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
    sent: Annotated[bool, typer.Option("--sent", help="Also what was sent, word for word.")] = False,
) -> None:
    """One result: as read, what each source says, every move it made, what was sent, what may be done."""
    with _worklist(ledger) as worklist:
        detail = worklist.show(number)
    shown: dict[str, Any] = {
        **_item(detail.item),
        "lines": list(detail.document.lines),
        "versions": [asdict(version) for version in detail.versions],
        "history": [{**asdict(step), "at": step.at.isoformat()} for step in detail.history],
        "sent": [_sent(attempt, whole=sent) for attempt in detail.sent],
    }
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
        return
    typer.echo(f"{number}: {detail.item.state.replace('_', ' ')}, {detail.item.words}")
    typer.echo(
        f"from {detail.item.provenance}; may be: {', '.join(detail.item.actions) or 'nothing, it has ended'}"
    )
    for line in detail.document.lines:
        typer.echo(printable(line))
    for version in detail.versions:
        typer.echo(printable(f"{version.source} says: {version.says}"))
    for step in detail.history:
        said = f"{step.at:%Y-%m-%d %H:%M}  {step.to_state}  {step.reason}  {step.who}  {step.why}"
        typer.echo(printable(said))
    for attempt in detail.sent:
        typer.echo(printable(attempt.told()))
        if sent:
            for line in attempt.text().splitlines():
                typer.echo(printable(line))


def _sent(attempt: "Attempt", *, whole: bool) -> dict[str, Any]:
    told = {name: value for name, value in asdict(attempt).items() if name not in ("body", "result_id")}
    return {**told, "kept": attempt.body is not None, **({"text": attempt.text()} if whole else {})}


@app.command("fix")
def fix(
    number: NUMBER,
    changes: Annotated[
        list[str], typer.Option("--set", help="field=value, as often as needed; field=- asks for it.")
    ],
    who: WHO,
    why: WHY,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put fields right and send it, through every check.

    What is typed on a command line stays in its history: for a name or a number write `--set nhs_number=-`.
    """
    with _worklist(ledger) as worklist:
        worklist.fix(number, _fields(changes), who, why)
        _tell(worklist, number, as_json)


@app.command("correct")
def correct(
    number: NUMBER,
    changes: Annotated[
        list[str], typer.Option("--set", help="field=value, as often as needed; field=- asks for it.")
    ],
    who: WHO,
    why: WHY,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put fields of a filed result right: the next `pilot intake` sends a correction, filed over the old entry."""
    with _worklist(ledger) as worklist:
        worklist.correct(number, _fields(changes), who, why)
        _tell(worklist, number, as_json)


@app.command("resend")
def resend(
    number: NUMBER, who: WHO, why: WHY, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """Send it again as it is; the next `pilot intake` sends it."""
    with _worklist(ledger) as worklist:
        worklist.resend(number, who, why)
        _tell(worklist, number, as_json)


@app.command("paper")
def paper(
    number: NUMBER, who: WHO, why: WHY, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """Send it on paper instead."""
    with _worklist(ledger) as worklist:
        worklist.put_on_paper(number, who, why)
        _tell(worklist, number, as_json)


@app.command("return")
def give_back(
    number: NUMBER, who: WHO, why: WHY, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """Give it back to the office as unfit to send."""
    with _worklist(ledger) as worklist:
        worklist.give_back(number, who, why)
        _tell(worklist, number, as_json)


@app.command("filed")
def filed(
    number: NUMBER, who: WHO, why: WHY, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """Say that a person has seen it in the record."""
    with _worklist(ledger) as worklist:
        worklist.confirm_filed(number, who, why)
        _tell(worklist, number, as_json)


@app.command("withdraw")
def withdraw(
    number: NUMBER, who: WHO, why: WHY, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """It should never have been sent: tell the practice to take it out; the next `pilot intake` sends that."""
    with _worklist(ledger) as worklist:
        worklist.withdraw(number, who, why)
        _tell(worklist, number, as_json)


@app.command("assign")
def assign(
    number: NUMBER,
    to: Annotated[str, typer.Option("--to", help="Whose it is now.")],
    who: WHO,
    why: WHY,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put a name on it."""
    with _worklist(ledger) as worklist:
        worklist.assign(number, to, who, why)
        _tell(worklist, number, as_json)


def _fields(changes: list[str]) -> dict[str, str]:
    from pilot.errors import LedgerError  # noqa: PLC0415

    parts = [change.partition("=") for change in changes]
    if not all(separator for _, separator, _ in parts):
        raise LedgerError("a change is not field=value", "--set", "Write for instance --set practice=A91001")
    return {name: _asked(name, value) for name, _, value in parts}


def _asked(name: str, value: str) -> str:
    return str(typer.prompt(name.replace("_", " "), err=True)) if value == "-" else value


def _tell(worklist: "Worklist", number: int, as_json: bool) -> None:
    """Where the result is now."""
    item = worklist.show(number).item
    typer.echo(
        json.dumps(_item(item), indent=2)
        if as_json
        else f"{number}: {item.state.replace('_', ' ')}, {item.words}"
    )


@contextmanager
def _worklist(ledger: Path) -> Iterator["Worklist"]:
    from pilot.pipeline.worklist import Worklist  # noqa: PLC0415

    with open_ledger(ledger) as book:
        yield Worklist(book, ledger_clock(book))


def _item(item: "Item") -> dict[str, Any]:
    return {
        **asdict(item),
        "age": item.age.total_seconds(),
        "owner": item.owner or "",
        "due": item.due.isoformat() if item.due else "",
        "provenance": str(item.provenance),
        "actions": list(item.actions),
    }
