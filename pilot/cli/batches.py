"""A real batch through the configured MESH, and how its prints look: `pilot intake`, `doctor`, `prints`."""

import json
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilot.cli.ledgers import AS_JSON, WHO, login, now, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Annotated[Path, typer.Option("--config", help="Where MESH is and who we are there.")]
OFFICE_LEDGER = Annotated[
    Path | None,
    typer.Option(
        "--ledger", help="The ledger of this office's results: ledger.sqlite beside the configuration."
    ),
]
DEFAULT_CONFIG = Path("pilot.toml")

prints = typer.Typer(
    help="How this office's reports look; one that looks otherwise stops.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command("intake")(intake)
    app.command("doctor")(doctor)
    app.add_typer(prints, name="prints")


def intake(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="SIL PDFs and extracts, or folders of them; none: go on with what the ledger holds."
        ),
    ] = None,
    preview: Annotated[bool, typer.Option(help="Read and check only: send nothing, keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    config: CONFIG = DEFAULT_CONFIG,
    ledger: OFFICE_LEDGER = None,
    moved: Annotated[
        bool, typer.Option("--moved", help="The ledger was moved here, and no copy of it goes on elsewhere.")
    ] = False,
) -> None:
    """Read, check, code and send a batch.

    Then act on what came back. Run it again at any time: nothing is done twice.
    """
    from pilot.errors import LedgerError, MeshUnreachable  # noqa: PLC0415
    from pilot.pipeline.pipeline import opened  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415
    from pilot.pipeline.settle import Settled  # noqa: PLC0415

    if preview:
        _preview(files or [], config, ledger, as_json)
        return
    settled, outage = Settled(), None
    with opened(config, ledger, now, moved=moved) as pipeline:
        taken = pipeline.take_in(files or [])
        sent = pipeline.dispatch()
        try:
            settled = pipeline.settle()
        except MeshUnreachable as error:
            outage = error
        left_out = pipeline.left_out
    for line in taken.notices:
        sys.stderr.write(f"{printable(line)}\n")
    summary = {
        "files": taken.files,
        "already_taken": taken.already,
        "received": taken.fit,
        "rejected": taken.rejected,
        "with_both_versions": taken.disputed,
        "sent": sent.sent,
        "on_paper": sent.on_paper,
        "stopped": sent.stopped,
        "waiting": sent.waiting + sent.uncertain,
        "answers": settled.answers,
    }
    if as_json:
        typer.echo(json.dumps(summary, indent=2))
    else:
        for name, number in summary.items():
            typer.echo(f"{name.replace('_', ' '):<20} {number}")
    if outage is not None:
        raise outage
    if left_out:
        what = f"{len(left_out)} rows of the ledger cannot be read ({', '.join(left_out[:10])})"
        raise LedgerError(what, str(ledger_of(config, ledger)), "The rest went on; see `pilot doctor --deep`")


def doctor(
    config: CONFIG = DEFAULT_CONFIG,
    ledger: OFFICE_LEDGER = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every row of the ledger, and prove its history.")
    ] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a configuration to begin with.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Look for what would stop a send. Exit code 2: something would."""
    from pilot.coding import CodeSet, load_code_set  # noqa: PLC0415
    from pilot.errors import CodeSetError, LedgerError  # noqa: PLC0415
    from pilot.pipeline.doctor import examine, examine_deeply  # noqa: PLC0415
    from pilot.pipeline.ledger import Ledger  # noqa: PLC0415
    from pilot.pipeline.mailbox import Mailbox  # noqa: PLC0415
    from pilot.pipeline.settings import EXAMPLE, ledger_of, load_settings  # noqa: PLC0415

    if example:
        typer.echo(EXAMPLE)
        return
    settings = load_settings(config)
    ledger = ledger_of(config, ledger)
    code_set: CodeSet | CodeSetError
    book: Ledger | LedgerError | None = None
    with ExitStack() as stack:
        try:
            code_set = load_code_set(settings.code_set)
        except CodeSetError as error:
            code_set = error
        try:
            book = stack.enter_context(Ledger(ledger)) if ledger.is_file() else None
        except LedgerError as error:
            book = error
        mailbox = stack.enter_context(Mailbox(settings.mesh))
        findings = list(examine(settings, code_set, book, mailbox, now()))
        if deep and isinstance(book, Ledger):
            findings += examine_deeply(book)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    for finding in () if as_json else findings:
        typer.echo(f"{'STOPS' if finding.stops else 'ok':<6} {finding.about:<14} {finding.says}")
    if any(finding.stops for finding in findings):
        raise typer.Exit(2)


def _preview(files: list[Path], config: Path, ledger: Path | None, as_json: bool) -> None:
    """What an intake would make of the files, as counts, files and pages. Names no participant."""
    from pilot.errors import FileError  # noqa: PLC0415
    from pilot.nbss import FileKind, Limits, check, preview, read_files  # noqa: PLC0415
    from pilot.pipeline.reasons import words  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of, load_settings  # noqa: PLC0415

    for path in files:
        if not path.exists():
            raise FileError("there is no such file", str(path), "Name files that can be read")
    at_home = config.is_file() and ledger_of(config, ledger).is_file()
    batch = read_files(
        files, Limits(second_eye_pages=load_settings(config).second_eye_pages if at_home else 0)
    )
    shown = [
        {
            "file": file["file"],
            "kind": file["kind"],
            "fit": len(file["results"]),
            "held_against": dict(Counter(result["held_against"] for result in file["results"])),
            "not_fit": [
                {name: found[name] for name in ("page", "record", "reason")}
                | {"words": words(found["reason"]), "detail": _of_the_file(found)}
                for found in file["rejected"]
            ],
        }
        for file in preview(batch, check(batch))["files"]
    ]
    if not shown:
        raise FileError(
            "there is no file in it", ", ".join(map(str, files)), "Name files, or a folder of them"
        )
    ahead = _ahead(files, config, ledger) if at_home else {}
    if as_json:
        typer.echo(json.dumps({"files": shown, "ahead": ahead}, indent=2))
    for file in () if as_json else shown:
        typer.echo(printable(f"{file['file']}: {file['kind']}, {file['fit']} fit to send"))
        for held_against, number in file["held_against"].items():
            typer.echo(f"  {number} held against: {held_against}")
        for line in _unfit(file["not_fit"]):
            typer.echo(f"  {line}")
    if ahead and not as_json:
        paper = "? (MESH does not answer)" if ahead["on_paper"] is None else ahead["on_paper"]
        typer.echo(
            f"with this office's ledger: {ahead['read']} read, {ahead['to_send']} to send, of these {paper} on paper,"
            f" {ahead['need_you']} need you; {ahead['already']} files were here before"
        )
    if unread := [file.path for file in batch.files if file.kind is FileKind.UNKNOWN]:
        raise FileError(
            f"{len(unread)} of {len(batch.files)} files cannot be read",
            unread[0],
            "Fetch it again, or leave it out",
        )


def _unfit(found: "list[dict[str, Any]]") -> "Iterator[str]":
    """A line for each; but one for all that the file itself is the cause of."""
    from pilot.pipeline.item import OF_A_FILE  # noqa: PLC0415

    together = Counter(one["reason"] for one in found if one["reason"] in OF_A_FILE)
    for one in found:
        number = together.get(one["reason"], 1)
        if number > 1:
            yield f"{number} x {one['words']}"
            together[one["reason"]] = 0
        elif number:
            page, record = one["page"], one["record"]
            where = f"page {page}" if page else "row" if record else ""
            which = f" record {record}" if page and record else f" {record}" if record else ""
            said = one["words"] + (f" ({one['detail']})" if one["detail"] else "")
            yield f"{where}{which}: {said}" if where else said


def _of_the_file(found: "dict[str, Any]") -> str:
    """What is wrong with a file or with rows of it: that says nothing of anybody, as the details of a record may."""
    whole = not found["page"] and not found["record"]
    return str(found["detail"]) if whole or found["reason"] == "extract_row_unreadable" else ""


def _ahead(files: list[Path], config: Path, ledger: Path | None) -> dict[str, Any]:
    """The same held against all that this office's ledger knows, and which way each would go."""
    from pilot.pipeline.pipeline import opened  # noqa: PLC0415

    with opened(config, ledger, now) as pipeline:
        ahead = pipeline.preview(files)
    return {
        "read": ahead.read,
        "to_send": ahead.taken.fit,
        "on_paper": ahead.on_paper,
        "need_you": ahead.need_you,
        "already": ahead.taken.already,
    }


FILES = Annotated[list[Path], typer.Argument(help="SIL reports of this office.")]


@prints.command("show")
def show_prints(
    files: FILES, config: CONFIG = DEFAULT_CONFIG, ledger: OFFICE_LEDGER = None, as_json: AS_JSON = False
) -> None:
    """Paper, fonts, pitch, furniture and labels of reports, and what of it is not as was confirmed."""
    from pilot.nbss import read_files  # noqa: PLC0415
    from pilot.nbss.looks import drift, in_words  # noqa: PLC0415
    from pilot.pipeline.confirmed_looks import ConfirmedLooks  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415

    confirmed = [one.looks for one in ConfirmedLooks(ledger_of(config, ledger)).confirmed()]
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


@prints.command("confirm")
def confirm_prints(
    files: FILES,
    who: WHO = "",
    config: CONFIG = DEFAULT_CONFIG,
    ledger: OFFICE_LEDGER = None,
) -> None:
    """You have seen these reports and what is read of them: such a look is right for this office."""
    from pilot.nbss import read_files  # noqa: PLC0415
    from pilot.pipeline.confirmed_looks import ConfirmedLooks  # noqa: PLC0415
    from pilot.pipeline.settings import ledger_of  # noqa: PLC0415

    looks = ConfirmedLooks(ledger_of(config, ledger))
    new = looks.confirm(read_files(files).files, who or login(), now())
    typer.echo(f"{len(new)} new, {len(looks.confirmed())} confirmed for this office")
