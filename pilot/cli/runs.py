"""The alpha team's commands: runs and what they came to, code sets, and one simulator by itself."""

import errno
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from pilot.experiment.events import (
    ArmProgress,
    DayPassed,
    Event,
    Notice,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)

_DAYS_A_LINE = 7


def follow(events: Iterator[Event], to: TextIO) -> RunFinished:
    """Print the events as they come and return the last."""
    arms: dict[str, ArmProgress] = {}
    for event in events:
        match event:
            case RunFinished():
                _finished(event, to)
                return event
            case ArmProgress():
                arms[event.arm] = event
            case DayPassed() if event.number % _DAYS_A_LINE == 0 or event.number == event.days:
                _say(to, f"  {event.day:%d %b}  " + "   ".join(map(_arm, arms.values())))
            case DayPassed():
                pass
            case _:
                _say(to, _line(event))
    raise AssertionError("the engine ended without saying so")


def _line(event: Event) -> str:
    match event:
        case RunStarted():
            return (
                f"{event.office}: {event.title} (seed {event.seed})\n"
                f"{event.results} results for {event.practices} practices, {' and '.join(event.arms)}\n"
                f"Everything is kept in {event.folder}"
            )
        case StageStarted():
            return f"{event.stage.value} ..."
        case StageFinished():
            return f"  done in {event.seconds:.1f} s"
        case Notice():
            return f"  note: {event.text}"
        case _:
            return ""


def _arm(arm: ArmProgress) -> str:
    return f"{arm.arm}: {arm.in_record} of {arm.emitted} in the record, {arm.with_a_person} with a person"


def _finished(event: RunFinished, to: TextIO) -> None:
    for comparison in event.figures.comparisons.values():
        hours = comparison.gp_hours_saved
        arms = f"{comparison.arm} against {comparison.against}"
        _say(to, f"{arms}: {hours.value:z.1f} GP hours saved ({hours.low:z.1f} to {hours.high:z.1f})")
    for name, ranges in (event.figures.ranges or {}).items():
        both, others = ranges["gp_hours_saved"].together, ranges["gp_hours_saved"].practices_and_people
        _say(
            to,
            f"{name.replace('_vs_', ' against ')}, at other practices with other people: {others.low:z.1f} to "
            f"{others.high:z.1f} GP hours; with the evidence's doubt too: {both.low:z.1f} to {both.high:z.1f}",
        )
    for name, arm in event.figures.arms.items():
        ends = arm.ends
        _say(
            to,
            f"{name}: of {ends.results} results {ends.in_right_record} are in the right record, "
            f"{ends.on_a_worked_list} on a worked list, {ends.unwatched_paper} unwatched, {ends.returned} returned, "
            f"{ends.lost} lost; {arm.errors} with an error",
        )
    _say(to, f"Report: {event.report} ({event.seconds:.1f} s)")


def _say(to: TextIO, line: str) -> None:
    print(line, file=to, flush=True)


if TYPE_CHECKING:
    from collections.abc import Iterable

    from pilot.coding import CodeSet
    from pilot.coding.searches import Found, Reads
    from pilot.domain.outcome import Outcome
    from pilot.experiment import Scenario

RUNS = Path("runs")
_EACH = 100
_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}

simulate = typer.Typer(help="Run one simulator by itself.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command("run")(run)
    app.command("scenarios")(scenarios)
    app.command("report")(report)
    app.command("compare")(compare)
    app.command("national")(national)
    app.command("generate")(generate)
    app.command("code-sets")(code_sets)
    app.add_typer(simulate, name="simulate")


def run(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")] = "quick",
    seed: Annotated[
        int | None, typer.Option(help="Which people and which luck; the scenario's own if left out.")
    ] = None,
    results: Annotated[
        int | None, typer.Option(help="How many results, instead of the scenario's number.")
    ] = None,
    arms: Annotated[
        str | None, typer.Option(help="Arms to run, with commas: paper,pdf_email,mesh_pdf,coded.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The run's folder; runs/<scenario>-<seed>-<n> if left out.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with a run that was stopped, by its folder.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="A fault beside the scenario's own, from a day of the run on: mesh_out@5. Again for more. Known: "
            "mesh_out, replies_lost, delivered_twice, not_collected, refused, not_answered, not_filed, false_match."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")
    ] = False,
) -> None:
    """Run a pilot from the batches to the report. Exit code 1: something is not accounted for."""
    from pilot.cli.runs import follow  # noqa: PLC0415
    from pilot.errors import ExitCode  # noqa: PLC0415
    from pilot.experiment import load_scenario, next_folder, resume_run, run_scenario  # noqa: PLC0415
    from pilot.experiment.strikes import read_strike  # noqa: PLC0415
    from pilot.questions.beyond import beyond_of  # noqa: PLC0415
    from reports import write_report  # noqa: PLC0415

    folder = resume
    if folder is not None and fault:
        raise typer.BadParameter("a run that goes on has the faults that it began with", param_hint="--fault")
    if folder is not None:
        events = resume_run(folder, beyond=beyond_of, write_report=write_report)
    else:
        chosen = load_scenario(scenario).changed(
            arms=tuple(arms.split(",")) if arms else None, results=results
        )
        number = _seed(chosen, seed)
        folder = out or next_folder(RUNS, chosen.name, number)
        start, days = chosen.generation.start, chosen.measured_after_days
        events = run_scenario(
            chosen,
            seed=number,
            out=folder,
            beyond=beyond_of,
            write_report=write_report,
            by_hand=[read_strike(text, start, days) for text in fault or ()],
        )
    with _full_disk_told(folder):
        finished = follow(events, sys.stderr)
    if as_json:
        typer.echo(json.dumps(finished.figures.to_json(), indent=2, sort_keys=True))
    if unaccounted := finished.figures.unaccounted:
        typer.echo(
            f"{unaccounted} of the lost results are where the pipeline does not believe them to be: the run is whole, "
            "and leaves with exit code 1. The report says where every result ended.",
            err=True,
        )
        raise typer.Exit(ExitCode.UNACCOUNTED)


@contextmanager
def _full_disk_told(folder: Path) -> Iterator[None]:
    """A disk without room as a line that says how to go on."""
    from pilot.errors import FileError  # noqa: PLC0415

    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise FileError(
            f"there is no room for the run ({error.strerror})",
            str(folder),
            "Make room, then go on with `pilot run --resume`",
        ) from error


def _seed(chosen: "Scenario", given: int | None) -> int:
    from pilot.errors import ScenarioError  # noqa: PLC0415

    number = chosen.seed if given is None else given
    if not 0 <= number < 10**18:
        raise ScenarioError(
            "the seed is below 0 or has more than 18 digits", chosen.name, "Give a whole number from 0"
        )
    return number


def scenarios() -> None:
    """List the scenarios that come with the toolkit."""
    from pilot.experiment import load_scenario, scenario_names  # noqa: PLC0415

    for name in scenario_names():
        scenario = load_scenario(name)
        typer.echo(f"{name:<12} {scenario.title} ({', '.join(scenario.arms)})")


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Write report.pdf too; needs the extra [pdf].")] = False,
    evidence: Annotated[
        Path | None, typer.Option(help="What `make evidence` wrote: the hypotheses go into the report.")
    ] = None,
    sabotage: Annotated[
        Path | None, typer.Option(help="What `make sabotage` wrote: also what kills each.")
    ] = None,
) -> None:
    """Write a run's report again from its figures."""
    from pilot.experiment import read_figures  # noqa: PLC0415
    from reports import read_evidence, write_report  # noqa: PLC0415

    told = read_evidence(evidence, sabotage)
    typer.echo(str(write_report(read_figures(run), run, pdf=pdf, evidence=told)))


def generate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")],
    out: Annotated[
        Path, typer.Option(help="An empty folder for inbox/, post/, truth.jsonl and practices.jsonl.")
    ],
    seed: Annotated[int | None, typer.Option(help="Which people and which luck.")] = None,
    results: Annotated[
        int | None, typer.Option(help="How many results, instead of the scenario's number.")
    ] = None,
) -> None:
    """Write an office's batches, and the truth.

    What the office would emit, and the truth beside it. Sends nothing.
    """
    from pilot.experiment import generate_batches, load_scenario  # noqa: PLC0415

    chosen = load_scenario(scenario).changed(results=results)
    generated = generate_batches(chosen, seed=_seed(chosen, seed), out=out)
    typer.echo(f"{generated.results} results for {generated.practices} practices in {out}")


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Two or more folders of finished runs.")],
    out: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("compare"),
) -> None:
    """Put several runs side by side.

    The page also says what stands in the way of comparing them.
    """
    from pilot.errors import FileError  # noqa: PLC0415
    from pilot.experiment import read_figures  # noqa: PLC0415
    from reports import compare as write_comparison  # noqa: PLC0415

    names = [run.resolve().name for run in runs]
    labels = [str(run) if names.count(name) > 1 else name for run, name in zip(runs, names, strict=True)]
    if len(set(labels)) < 2:
        raise FileError("one run has nothing to be compared with", str(runs[0]), "Name two or more folders")
    figures = {label: read_figures(run) for label, run in zip(labels, runs, strict=True)}
    out.mkdir(parents=True, exist_ok=True)
    typer.echo(str(write_comparison(figures, out)))


def national(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What the evidence alone says of England.

    Hours and money of a year, and the brief's headline taken apart. Runs nothing.
    """
    from pilot.evidence import load_assumptions  # noqa: PLC0415
    from pilot.measures import national as of_england  # noqa: PLC0415
    from pilot.measures.figures import plain  # noqa: PLC0415

    figures = plain(of_england(load_assumptions()))
    if as_json:
        typer.echo(json.dumps(figures, indent=2, sort_keys=True))
        return
    for name, unit in (("hours", "GP hours"), ("gbp", "GBP of GP time"), ("letters_gbp", "GBP of letters")):
        each = figures[name]
        typer.echo(f"{unit:<16} {each['median']:>12,.0f}   (95%: {each['low']:,.0f} to {each['high']:,.0f})")
    headline = figures["seed_headline"]
    typer.echo(f"\nThe brief says {headline['hours']:,.0f} hours. Taken apart:")
    for step in headline["waterfall"]:
        typer.echo(f"  {step['hours']:>9,.0f} h  {step['gbp']:>12,.0f} GBP  {step['step']}: {step['note']}")
    typer.echo(f"Chance of at least the brief's hours: {100 * headline['p_hours_at_least']:.2g}%")


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


@simulate.command("mesh", context_settings=_OPTIONS, add_help_option=False)
def mesh(context: typer.Context) -> None:
    """A MESH on a port of this machine. `pilot simulate mesh --help` says how."""
    from simulators.mesh.__main__ import main  # noqa: PLC0415

    sys.exit(main(context.args, prog="pilot simulate mesh"))


@simulate.command("gp", context_settings=_OPTIONS, add_help_option=False)
def gp(context: typer.Context) -> None:
    """A GP system on a port of this machine, or the record of a run. `pilot simulate gp --help` says how."""
    from simulators.gp_system.__main__ import main  # noqa: PLC0415

    sys.exit(main(context.args, prog="pilot simulate gp"))
