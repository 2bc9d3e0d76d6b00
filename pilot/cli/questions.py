"""Questions that one run cannot answer, each one command. What they need is imported when they run."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pilot.measures import Cell
    from pilot.questions.sensitivity import Answers
    from pilot.questions.sweep import Progress

_UNITS = {"cost_gbp": "GBP", "gp_minutes": "GP minutes", "errors": "errors", "undelivered": "results"}


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command("sweep")(sweep)
    app.command("ask")(ask)
    app.command("panel")(panel)
    app.command("nation")(nation)


def put(path: Path, content: str | bytes) -> None:
    """Write what somebody asked for, with the folders above it. Raises FileError where there is no way."""
    from pilot.errors import FileError  # noqa: PLC0415

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise FileError(
            f"this cannot be written ({error.strerror})", str(path), "Name a file in a folder of yours"
        ) from error


def sweep(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")],
    vary: Annotated[
        list[str], typer.Option(help="PATH=LOW:HIGH[:N] or PATH=A,B: a key of the scenario, or evidence.ROW.")
    ],
    replicates: Annotated[int, typer.Option(help="How many offices a point.")] = 200,
    design: Annotated[str, typer.Option(help="grid, or lhs: a Latin hypercube.")] = "grid",
    points: Annotated[int, typer.Option(help="How many points a Latin hypercube has.")] = 50,
    mode: Annotated[str, typer.Option(help="model, twin or run.")] = "model",
    arms: Annotated[str | None, typer.Option(help="Arms, with commas.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as processors if left out.")] = None,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")] = None,
    out: Annotated[Path | None, typer.Option(help="The SQLite file; runs/sweep-<scenario>.sqlite.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Try a scenario at many points. Run it again and it goes on where it was."""
    from pilot.cli.runs import RUNS  # noqa: PLC0415
    from pilot.errors import ScenarioError  # noqa: PLC0415
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.questions.points import grid, latin_hypercube, read_variation  # noqa: PLC0415
    from pilot.questions.sweep import Mode, Rows, executor_of, tasks  # noqa: PLC0415
    from pilot.questions.sweep import sweep as swept  # noqa: PLC0415

    chosen = load_scenario(scenario).changed(arms=tuple(arms.split(",")) if arms else None)
    variations = [read_variation(text) for text in vary]
    if design not in ("grid", "lhs") or mode not in list(Mode):
        raise ScenarioError(
            f"{design!r} and {mode!r} are no design and mode", "", "Give grid or lhs; model, twin or run"
        )
    changes = grid(variations) if design == "grid" else latin_hypercube(variations, points, chosen.seed)
    wanted = tasks(chosen, changes, replicates, Mode(mode))
    path = out or RUNS / f"sweep-{chosen.name}.sqlite"
    if out is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    rows = Rows(path)
    try:
        with executor_of(workers or os.cpu_count() or 1, dask) as (executor, number):
            swept(wanted, rows, executor, number, _tell)
        table = [_point(changes, arms_of) for changes, arms_of in rows.of(wanted)]
    finally:
        rows.close()
    if as_json:
        typer.echo(json.dumps(table, indent=2, sort_keys=True))
        return
    for row in table:
        at = ", ".join(f"{path} {_short(value)}" for path, value in row["changes"].items())
        typer.echo(at)
        for name, arm in row["arms"].items():
            cells = "   ".join(
                f"{figure} {cell['mean']:,.1f} ({cell['low']:,.1f} to {cell['high']:,.1f})"
                for figure, cell in arm.items()
            )
            typer.echo(f"  {name:<9} {cells}")
    typer.echo(f"Rows: {path}", err=True)


def _tell(progress: "Progress") -> None:
    left = f", about {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
    sys.stderr.write(f"{progress.done} of {progress.of} replicates{left}\n")


def _point(changes: Any, arms: Any) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415

    def cell(values: list[float]) -> dict[str, float]:
        low, high = np.quantile(values, [0.025, 0.975])
        return {
            "mean": float(np.mean(values)),
            "low": float(low),
            "high": float(high),
            "replicates": len(values),
        }

    return {
        "changes": dict(changes),
        "arms": {
            name: {figure: cell(values) for figure, values in figures.items()}
            for name, figures in arms.items()
        },
    }


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def ask(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")] = "quick",
    arm: Annotated[str, typer.Option(help="The arm that is asked about.")] = "coded",
    against: Annotated[str, typer.Option(help="What it is held against.")] = "paper",
    measure: Annotated[str, typer.Option(help="cost_gbp, gp_minutes, errors or undelivered.")] = "cost_gbp",
    offices: Annotated[int, typer.Option(help="Offices that thresholds are averaged over.")] = 1_000,
    draws: Annotated[int, typer.Option(help="Draws of the evidence.")] = 5_000,
    picture: Annotated[Path | None, typer.Option(help="Write the tornado as an SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What would change our mind: thresholds, which assumption matters, what knowing it is worth, the best arm."""
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.questions import sensitivity as questions  # noqa: PLC0415

    answers = questions.ask(
        load_scenario(scenario), arm=arm, against=against, measure=measure, offices=offices, draws=draws
    )
    if picture is not None:
        put(picture, questions.tornado(answers))
    if as_json:
        typer.echo(json.dumps(asdict(answers), indent=2, sort_keys=True))
        return
    _answered(answers)


def _answered(answers: "Answers") -> None:
    unit = _UNITS[answers.measure]
    low, high = answers.range95
    typer.echo(
        f"{answers.arm} against {answers.against}, {answers.scenario}: {answers.saving:,.1f} {unit} saved in the mean "
        f"of {answers.offices:,} offices; {low:,.1f} to {high:,.1f} with other people and the evidence's doubt"
    )
    typer.echo("\nWhere the decision flips")
    for one in answers.thresholds:
        where = f"at {one.at:,.3g}" if one.at is not None else f"nowhere from {one.low:g} to {one.high:g}"
        typer.echo(f"  {where:<28} {one.words} (now {one.now:,.3g})")
    typer.echo(f"\nWhich assumption matters most ({unit} saved at the ends of its 95% range)")
    for bar in answers.tornado[:12]:
        typer.echo(
            f"  {bar.at_low:>10,.1f} to {bar.at_high:>10,.1f}  {bar.doubt:>5.0%} of the doubt  "
            f"worth {bar.worth:,.2f}  {bar.name}"
        )
    typer.echo(
        f"\nPerfect knowledge of everything, an office's own people included, is worth "
        f"{answers.worth_of_all:,.2f} {unit} an office and run"
    )
    typer.echo(
        "Chance to be the best: " + ", ".join(f"{name} {share:.0%}" for name, share in answers.best.items())
    )


def panel(
    run: Annotated[str, typer.Argument(help="A run's folder; or a scenario, which the twin then runs.")],
    seed: Annotated[int | None, typer.Option(help="Of a scenario: its own if left out.")] = None,
    arm: Annotated[str, typer.Option(help="The arm in which practices join.")] = "coded",
    against: Annotated[str, typer.Option(help="What it is held against, for the truth.")] = "paper",
    pictures: Annotated[Path | None, typer.Option(help="Write the charts into this folder, as SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What practices that join in waves show: an estimate beside the truth, control charts, users over time."""
    from pilot.errors import FileError  # noqa: PLC0415
    from pilot.measures import read_panel  # noqa: PLC0415
    from pilot.questions import waves  # noqa: PLC0415

    cells = read_panel(Path(run)) if Path(run).is_dir() else _lived(run, seed)
    own, other = ([cell for cell in cells if cell.arm == name] for name in (arm, against))
    if not own:
        known = ", ".join(sorted({cell.arm for cell in cells}))
        raise FileError(f"{arm!r} is no arm of this run", run, f"Its arms: {known}")
    estimates = {name: waves.stepped_wedge(own, other, name) for name in waves.ANALYSED}
    shown = waves.seen(own, arm, against, estimates)
    charts, curve = shown.charts, shown.users
    if pictures is not None:
        from reports.sections.live_pilot import MEASURED, users_chart, xmr_chart  # noqa: PLC0415

        for name, said, unit in MEASURED:
            if name in charts:
                put(pictures / f"xmr-{name}.svg", str(xmr_chart("xmr", said, charts[name], unit).svg))
        put(pictures / "users.svg", str(users_chart("users", curve).svg))
    if as_json:
        values = {
            "estimates": [asdict(one) | {"covers": one.covers} for one in estimates.values()],
            "charts": {name: asdict(chart) for name, chart in charts.items()},
            "users": [asdict(one) for one in curve],
        }
        typer.echo(json.dumps(values, indent=2, sort_keys=True, default=str))
        return
    typer.echo(
        f"What a message changes a result (practice random, calendar week fixed; {len(shown.practices)} practices)"
    )
    for one in estimates.values():
        truth = "" if one.truth is None else f"   true {one.truth:+.3f}"
        typer.echo(f"  {one.words:<22} {one.effect:+.3f} ({one.low:+.3f} to {one.high:+.3f}){truth}")
    typer.echo(f"\nControl charts; limits from the {shown.baseline} weeks before anybody joined")
    for name, chart in charts.items():
        first = f"first signal {chart.signals[0]}" if chart.signals else "no signal"
        typer.echo(
            f"  {waves.ANALYSED[name][0]:<22} mean {chart.mean:.3f}, limits {max(0.0, chart.low):.3f} to "
            f"{chart.high:.3f}; {first}"
        )
    typer.echo("\nUsers over time")
    for week in curve:
        typer.echo(
            f"  week of {week.week}   {week.practices:>3} practices   {week.results:>6} results by message"
        )


def _lived(name: str, seed: int | None) -> "tuple[Cell, ...]":
    """The panel of a run that was never written down."""
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.experiment.twin import Point, live  # noqa: PLC0415

    scenario = load_scenario(name)
    return live(Point(scenario, scenario.seed if seed is None else seed)).panel


def nation(
    scenario: Annotated[
        str, typer.Argument(help="Whose rules, code set and evidence: a scenario's name, or a .toml file.")
    ] = "quick",
    years: Annotated[
        Path | None, typer.Option(help="Another calendar than the toolkit's nation_year.toml.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which people, and which luck of the calendar.")] = 20261124,
    draws: Annotated[int, typer.Option(help="Draws of the evidence and of the calendar.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """A year of all offices and practices, and when they join, against the date at which NBSS is replaced."""
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.questions import nation as questions  # noqa: PLC0415

    found = questions.nation(load_scenario(scenario), questions.load_years(years), seed=seed, draws=draws)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2, sort_keys=True))
        return

    def said(one: Any, digits: int = 0) -> str:
        return f"{one.mean:,.{digits}f} ({one.low:,.{digits}f} to {one.high:,.{digits}f})"

    typer.echo(
        f"{found.offices} offices, {found.practices:,} practices, {found.results:,} results a year; "
        f"{found.posting_offices} offices post, the others email. {found.joins:,} practices will join.\n"
        f"Means and 95% of {found.draws} draws of the evidence and the calendar.\n\nA year, once all have joined\n"
        f"  GP hours today            {said(found.hours_today)}\n"
        f"  GP hours saved            {said(found.hours_saved)}\n"
        f"  office hours saved        {said(found.bso_hours_saved)}\n"
        f"  GBP saved                 {said(found.gbp_saved)}\n"
        f"  errors avoided            {said(found.errors_avoided)}\n"
        f"  undelivered avoided       {said(found.undelivered_avoided)}\n\nOver the years"
    )
    for quarter in found.curve[:: 2 if len(found.curve) > 16 else 1]:
        typer.echo(
            f"  {quarter.at:7.2f}   practices {said(quarter.practices):<24} by message "
            f"{quarter.by_message.mean:4.0%}   GP hours saved a year {said(quarter.hours_a_year)}"
        )
    typer.echo(
        f"\nNBSS is replaced in {found.replaced.mean:.1f} ({found.replaced.low:.1f} to {found.replaced.high:.1f}): "
        f"the first practice has joined by then in {found.at_all:.0%} of draws, half of them in {found.in_time:.0%}.\n"
        f"Until then a practice that joins has {said(found.years_of_use, 1)} years of use, and all save "
        f"{said(found.hours_until_replaced)} GP hours, GBP {said(found.gbp_until_replaced)}"
    )
