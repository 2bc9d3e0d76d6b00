"""`pilot reconcile`: every practice is asked what it holds of all that it should, over MESH or on a page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pilot.cli.batches import CONFIG, DEFAULT_CONFIG
from pilot.cli.ledgers import AS_JSON, DEFAULT_LEDGER, LEDGER, WHO, ledger_clock, login, now, open_ledger
from pilot.cli.paper import write_private

app = typer.Typer(help="Ask practices what they hold of all that they should.", no_args_is_help=True)


@app.command("ask")
def ask(config: CONFIG = DEFAULT_CONFIG, ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False) -> None:
    """Ask every practice, once a day. Answers come with `pilot intake`; differences are on `exceptions list`."""
    from pilot.pipeline.pipeline import opened  # noqa: PLC0415

    with opened(config, ledger, now) as pipeline:
        done = asdict(pipeline.reconcile())
    if as_json:
        typer.echo(json.dumps(done, indent=2))
        return
    for name, number in done.items():
        typer.echo(f"{name.replace('_', ' '):<12} {number}")


@app.command("list")
def list_asked(ledger: LEDGER = DEFAULT_LEDGER, as_json: AS_JSON = False) -> None:
    """Every reconciliation: which practice, when, about how many results, and whether it has answered."""
    from pilot.pipeline.reconciliation import Reconciliations  # noqa: PLC0415

    with open_ledger(ledger) as book:
        asked = Reconciliations(book).all()
    rows = [
        {
            "id": one.id,
            "practice": one.practice,
            "way": "mesh" if one.mailbox else "paper",
            "asked": one.at.isoformat(),
            "sent": one.sent,
            "answered": one.answered,
            "who": one.who,
            "results": len(one.results),
        }
        for one in asked
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for one in asked:
        said = f"answered {one.answered[:10]}" if one.answered else "NO ANSWER"
        way = "mesh" if one.mailbox else "paper"
        typer.echo(f"{one.id}  {one.at:%Y-%m-%d}  {one.practice:<8}  {way:<5}  {len(one.results):>5}  {said}")


@app.command("print")
def print_pages(
    out: Annotated[Path, typer.Option("--out", help="The PDF to write.")],
    config: CONFIG = DEFAULT_CONFIG,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Write the pages for practices that are asked on paper: they go with the post. Names no participant."""
    from pilot.pipeline.reconciliation import reconciliation_pages  # noqa: PLC0415
    from pilot.pipeline.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config)
    with open_ledger(ledger) as book:
        asked, pdf = reconciliation_pages(book, settings.office, ledger_clock(book)().date())
    if asked:
        write_private(out, pdf)
    if as_json:
        typer.echo(
            json.dumps({"file": str(out) if asked else None, "pages_for": [a.practice for a in asked]})
        )
        return
    typer.echo(f"written to {out}: for {len(asked)} practices" if asked else "nothing to print")


@app.command("answer")
def answer(
    identifier: Annotated[str, typer.Argument(help="The page's own number, as it stands on it.")],
    who: WHO = "",
    not_held: Annotated[
        list[str] | None, typer.Option("--not-held", help="A screening number that is not in the record.")
    ] = None,
    ledger: LEDGER = DEFAULT_LEDGER,
    as_json: AS_JSON = False,
) -> None:
    """Copy what a practice ticked on its page: all that you do not name as not held, it holds."""
    from pilot.pipeline.reconciliation import answer_on_paper  # noqa: PLC0415

    with open_ledger(ledger) as book:
        said = answer_on_paper(book, identifier, not_held or (), ledger_clock(book)(), who or login())
    typer.echo(json.dumps({"done": said}) if as_json else said)
