"""`pilot exceptions`: what is with a person, and what may be done with it."""

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    tell_unread,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pilot.pipeline.correspondence import Attempt
    from pilot.pipeline.item import Item, Kind
    from pilot.pipeline.ledger import Ledger
    from pilot.pipeline.worklist import Worklist

app = typer.Typer(help="What is with a person, and what may be done with it.", no_args_is_help=True)

NUMBER = Annotated[int, typer.Argument(help="The result's number, as `list` shows it.")]
NUMBERS = Annotated[
    list[int] | None,
    typer.Argument(help="Results, as `list` shows them: the decision is on all of them or on none."),
]
KIND = Annotated[
    str, typer.Option("--kind", help="Instead of numbers: all of this reason on the office's list.")
]
FILE = Annotated[str, typer.Option("--file", help="With --kind: only what this file is the cause of.")]
WHY = Annotated[str, typer.Option("--why", help="Why; it goes into the history.")]


@app.command("list")
def list_items(
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
    owner: Annotated[str, typer.Option(help="office or practice; both if left out.")] = "",
    by_kind: Annotated[bool, typer.Option("--kinds", help="How many of each kind the office has.")] = False,
    each: Annotated[
        bool, typer.Option("--each", help="One by one, also what one file is the cause of.")
    ] = False,
) -> None:
    """Everything that is stuck, longest waiting first. Names no participant.

    What one file is the cause of (an extract of another day) is one line with its count. JSON has each result.
    """
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.entry import Owner  # noqa: PLC0415

    if owner and owner not in list(Owner):
        raise LedgerError(f"{owner!r} has no list", "--owner", f"Use {' or '.join(Owner)}")
    with open_ledger(ledger) as book:
        items = _on(book).items(owner=Owner(owner) if owner else None)
        if by_kind:
            _list_kinds(items, as_json)
        else:
            _list_items(items, as_json, each=each)
        tell_unread(book)


def _list_items(items: "Sequence[Item]", as_json: bool, *, each: bool) -> None:
    from pilot.pipeline.item import entries  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps([_item(item) for item in items], indent=2))
        return
    for entry in entries(items):
        if len(entry.items) > 1 and not each:
            typer.echo(_together(entry))
            continue
        for item in entry.items:
            typer.echo(
                f"{item.id:>6}  {age(item.age):>8}  {item.owner or 'ended':<8}  {item.practice or '-':<8}  "
                f"{printable(f'{item.words}  [{item.provenance}]')}"
                + (f"  ({item.assigned_to})" if item.assigned_to else "")
            )


def _together(entry: "Kind[Item]") -> str:
    from pilot.pipeline.item import oldest  # noqa: PLC0415

    owners = {item.owner or "ended" for item in entry.items}
    practices = {item.practice or "-" for item in entry.items}
    where = practices.pop() if len(practices) == 1 else f"{len(practices)} of"
    count = f"{len(entry.items)} x"
    return printable(
        f"{count:>6}  {age(oldest(entry.items)):>8}  {'/'.join(sorted(owners)):<8}  {where:<8}  {entry.words}"
        f"  (all: --kind {entry.reason} --file {shlex.quote(entry.file)})"
    )


def _list_kinds(items: "Sequence[Item]", as_json: bool) -> None:
    from pilot.pipeline.item import kinds, needs_the_office, oldest  # noqa: PLC0415

    found = kinds(filter(needs_the_office, items))
    if as_json:
        rows = [
            {
                "reason": kind.reason,
                "file": kind.file,
                "words": kind.words,
                "oldest": oldest(kind.items).total_seconds(),
                "results": [item.id for item in kind.items],
            }
            for kind in found
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    for kind in found:
        waits = age(oldest(kind.items))
        typer.echo(f"{len(kind.items):>6}  {waits:>8}  {kind.reason:<26}  {printable(kind.words)}")


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
        "changes": [{**asdict(change), "at": change.at.isoformat()} for change in detail.changes],
        "undoable": detail.undoable,
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
    for change in detail.changes:
        typer.echo(
            printable(
                f"{change.at:%Y-%m-%d %H:%M}  {change.who}: {change.field} {change.before} -> {change.after}"
            )
        )
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
    why: WHY,
    numbers: NUMBERS = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="field=value, as often as needed; field=- asks for it.")
    ] = None,
    as_extract: Annotated[
        bool, typer.Option("--as-extract", help="Take over what the other source says, each result its own.")
    ] = False,
    kind: KIND = "",
    file: FILE = "",
    who: WHO = "",
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put fields right and send it, through every check.

    What is typed on a command line stays in its history: for a name or a number write `--set nhs_number=-`.
    """
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.item import Action  # noqa: PLC0415
    from pilot.pipeline.mending import other_version  # noqa: PLC0415
    from pilot.pipeline.worklist import Decision  # noqa: PLC0415

    if bool(changes) == as_extract:
        raise LedgerError("it is not clear what is to be put right", "", "Give --set, or --as-extract")
    given = _fields(changes or [])
    with open_ledger(ledger) as book, book.transaction():
        worklist = _on(book)
        chosen = _chosen(worklist, numbers, kind, file)
        for number in chosen:
            detail = worklist.show(number)
            changed = other_version(detail.item, detail.versions) if as_extract else given
            worklist.decide([number], Decision(Action.FIX, who or login(), why, changed))
    _tell(ledger, chosen, as_json, counted=bool(kind))


@app.command("correct")
def correct(
    number: NUMBER,
    changes: Annotated[
        list[str], typer.Option("--set", help="field=value, as often as needed; field=- asks for it.")
    ],
    why: WHY,
    who: WHO = "",
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put fields of a filed result right: the next `pilot intake` sends a correction, filed over the old entry."""
    with _worklist(ledger) as worklist:
        worklist.correct(number, _fields(changes), who or login(), why)
    _tell(ledger, [number], as_json)


# Decisions that are given alike: the action, and what it says of itself.
_SIMPLE: Mapping[str, str] = {
    "resend": "Send it again as it is; the next `pilot intake` sends it.",
    "paper": "Send it on paper instead.",
    "return": "Give it back as unfit to send; of what went back by itself: it has been put right in NBSS.",
    "filed": "Say that a person has seen it in the record.",
    "wait": "Say that it lies at the practice for somebody there: it stays on the list, to be rung about in a week.",
}


def _add(action: str, words: str) -> None:
    @app.command(action, help=words)
    def decide(
        why: WHY,
        numbers: NUMBERS = None,
        kind: KIND = "",
        file: FILE = "",
        who: WHO = "",
        ledger: LEDGER = DEFAULT_LEDGER,
        as_json: AS_JSON = False,
    ) -> None:
        _decide(action, ledger, numbers, (kind, file), who, why, as_json)


for _action, _words in _SIMPLE.items():
    _add(_action, _words)


@app.command("withdraw")
def withdraw(
    number: NUMBER, why: WHY, who: WHO = "", ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False
) -> None:
    """It should never have been sent: tell the practice to take it out; the next `pilot intake` sends that."""
    _decide("withdraw", ledger, [number], ("", ""), who, why, as_json)


@app.command("assign")
def assign(
    to: Annotated[str, typer.Option("--to", help="Whose it is now.")],
    why: WHY,
    numbers: NUMBERS = None,
    kind: KIND = "",
    file: FILE = "",
    who: WHO = "",
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Put a name on it."""
    _decide("assign", ledger, numbers, (kind, file), who, why, as_json, person=to)


@app.command("undo")
def undo(
    numbers: Annotated[list[int], typer.Argument(help="Results, as `list` and `find` show them.")],
    who: WHO = "",
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Take the last decision on each back, as long as nothing has followed from it."""
    with _worklist(ledger) as worklist:
        worklist.undo(numbers, who or login())
    _tell(ledger, numbers, as_json)


def _decide(
    action: str,
    ledger: Path,
    numbers: list[int] | None,
    cause: tuple[str, str],
    who: str,
    why: str,
    as_json: bool,
    *,
    person: str = "",
) -> None:
    from pilot.pipeline.item import Action  # noqa: PLC0415
    from pilot.pipeline.worklist import Decision  # noqa: PLC0415

    with _worklist(ledger) as worklist:
        chosen = _chosen(worklist, numbers, *cause)
        worklist.decide(chosen, Decision(Action(action), who or login(), why, person=person))
    _tell(ledger, chosen, as_json, counted=bool(cause[0]))


def _chosen(worklist: "Worklist", numbers: list[int] | None, kind: str, file: str) -> list[int]:
    """The results that are meant. Raises LedgerError where that is not clear."""
    from pilot.errors import LedgerError  # noqa: PLC0415
    from pilot.pipeline.item import needs_the_office  # noqa: PLC0415

    if bool(numbers) == bool(kind) or (file and not kind):
        raise LedgerError(
            "it is not clear which results are meant", "", "Give numbers, or --kind REASON (and --file FILE)"
        )
    if numbers:
        return numbers
    found = [
        item.id
        for item in worklist.items()
        if item.reason == kind and file in ("", item.provenance.file) and needs_the_office(item)
    ]
    if not found:
        of = f"the kind {kind!r}" + (f" and of the file {file!r}" if file else "")
        raise LedgerError(f"nothing on the list is of {of}", "--kind", "See `pilot exceptions list --kinds`")
    return found


def _fields(changes: list[str]) -> dict[str, str]:
    from pilot.errors import LedgerError  # noqa: PLC0415

    parts = [change.partition("=") for change in changes]
    if not all(separator for _, separator, _ in parts):
        raise LedgerError("a change is not field=value", "--set", "Write for instance --set practice=A91001")
    return {name: _asked(name, value) for name, _, value in parts}


def _asked(name: str, value: str) -> str:
    return str(typer.prompt(name.replace("_", " "), err=True)) if value == "-" else value


def _tell(ledger: Path, numbers: list[int], as_json: bool, *, counted: bool = False) -> None:
    """Where the results are now: of one as an object, of several as a list, of a kind `counted`."""
    with _worklist(ledger) as worklist:
        items = [worklist.show(number).item for number in numbers]
    if as_json:
        shown = [_item(item) for item in items]
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=2))
        return
    told = [(f"{item.id}", f"{item.state.replace('_', ' ')}, {item.words}") for item in items]
    if counted:
        told = [(f"{number} results", said) for said, number in Counter(said for _, said in told).items()]
    for which, said in told:
        typer.echo(f"{which}: {said}")


def _on(book: "Ledger") -> "Worklist":
    from pilot.pipeline.settings import deadlines_of  # noqa: PLC0415
    from pilot.pipeline.worklist import Worklist  # noqa: PLC0415

    # An office's ledger lies beside its configuration; a run's has none, and then the usual ones hold.
    return Worklist(book, ledger_clock(book), deadlines_of(book.path.with_name("pilot.toml")))


@contextmanager
def _worklist(ledger: Path) -> Iterator["Worklist"]:
    with open_ledger(ledger) as book:
        yield _on(book)


def _item(item: "Item") -> dict[str, Any]:
    return {
        **asdict(item),
        "age": item.age.total_seconds(),
        "owner": item.owner or "",
        "due": item.due.isoformat() if item.due else "",
        "provenance": str(item.provenance),
        "actions": list(item.actions),
    }
