"""`pilot code-sets`: what a search of a GP record would find, by code set and by what the record keeps."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pilot.coding import CodeSet
    from pilot.coding.searches import Found, Reads
    from pilot.domain.outcome import Outcome

_EACH = 100


def register(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command("code-sets")(code_sets)


def code_sets(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Code sets by name, or .toml files; none: all that come with it."),
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Count the results of this run, instead of 100 of every outcome.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What searches find and what the participant reads, by code set and by what a GP system keeps."""
    from pilot.coding import clusters, code_set_names, load_code_set  # noqa: PLC0415
    from pilot.coding.searches import readings, searches  # noqa: PLC0415
    from pilot.domain.outcome import Outcome  # noqa: PLC0415

    loaded = [load_code_set(name) for name in names or code_set_names()]
    results = dict.fromkeys(Outcome, _EACH) if run is None else _results_of(run)
    found, reads = searches(loaded, results), readings(loaded)
    if as_json:
        rows = {
            "searches": [asdict(row) for row in found],
            "reads": [asdict(row) for row in reads],
            "clusters": {
                name: asdict(cluster) | {"members": sorted(cluster.members)}
                for name, cluster in clusters().items()
            },
        }
        typer.echo(json.dumps(rows, indent=2, default=str))
        return
    _show(loaded, found, reads)


def _results_of(run: Path) -> "dict[Outcome, int]":
    from collections import Counter  # noqa: PLC0415

    from pilot.measures import read_truth  # noqa: PLC0415

    return dict(Counter(line.outcome for line in read_truth(run / "truth.jsonl")))


def _show(loaded: "Iterable[CodeSet]", found: "Iterable[Found]", reads: "Iterable[Reads]") -> None:
    rows = list(found)
    for code_set in loaded:
        typer.echo(f"{code_set.id}: {code_set.title}")
        typer.echo(
            f"  {'keeps':9} {'search':15} {'counts as':14} {'normal':>11} {'did not attend':>15} {'recalled':>10}"
        )
        for row in rows:
            if row.code_set == code_set.id:
                typer.echo(
                    f"  {row.store:9} {row.search:15} {row.counts_as:14} {f'{row.normal_found}/{row.normal}':>11}"
                    f" {f'{row.did_not_attend_found}/{row.did_not_attend}':>15}"
                    f" {f'{row.recalled_found}/{row.recalled}':>10}"
                )
        for one in reads:
            if one.code_set == code_set.id:
                typer.echo(f"  {one.store:9} she reads: {one.normal} | {one.did_not_attend} | {one.recalled}")
        typer.echo("")
