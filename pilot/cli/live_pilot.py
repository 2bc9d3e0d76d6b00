"""For a live pilot: what it needs to see a saving, and what its timings teach. Imports wait until they are needed."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilot.cli.questions import put

if TYPE_CHECKING:
    from pilot.questions.learning import Learned
    from pilot.questions.sensitivity import Answers


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command("power")(power)
    app.command("learn")(learn)


def power(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")] = "quick",
    saving: Annotated[float, typer.Option(help="The saving to be seen, as a share of the minutes.")] = 0.5,
    practices: Annotated[int, typer.Option(help="Practices that take part.")] = 8,
    weeks: Annotated[int, typer.Option(help="Weeks that it lasts.")] = 12,
    letters: Annotated[int, typer.Option(help="Results timed at each practice in each week.")] = 5,
    spread: Annotated[
        float | None, typer.Option(help="How practices differ: SD of the log of speed; the evidence's.")
    ] = None,
    week_spread: Annotated[float, typer.Option(help="How one practice's weeks differ: SD of the log.")] = 0.1,
    drift: Annotated[float, typer.Option(help="Change over the pilot, whatever is sent, as a share.")] = -0.1,
    wanted: Annotated[float, typer.Option("--power", help="How often the saving is to be seen.")] = 0.8,
    trials: Annotated[int, typer.Option(help="Pilots simulated for each figure.")] = 2_000,
    draws: Annotated[int, typer.Option(help="Draws of the evidence, for what is in doubt.")] = 5_000,
    page: Annotated[Path | None, typer.Option(help="Write the protocol into this file, as Markdown.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """How many practices, weeks and timed letters a live pilot needs, and the protocol that it follows."""
    from pilot.errors import ScenarioError  # noqa: PLC0415
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.questions import power as questions  # noqa: PLC0415
    from pilot.questions.protocol import page as protocol  # noqa: PLC0415
    from pilot.questions.sensitivity import ask  # noqa: PLC0415

    if not 0 < wanted < 1:
        raise ScenarioError(f"{wanted:g} is no power", "--power", "Give a share between 0 and 1")
    chosen = load_scenario(scenario)
    evidence = chosen.assumptions
    between = questions.spread_of(evidence) if spread is None else spread
    pilot = questions.Pilot(practices, weeks, letters, saving, between, week_spread, drift)
    powers = [questions.power(evidence, pilot, design, trials) for design in questions.DESIGNS]
    fewest = questions.needed(evidence, pilot, wanted, trials, questions.WEEKS, questions.LETTERS)
    if as_json:
        values = {"powers": [asdict(one) for one in powers], "needed": [asdict(one) for one in fewest]}
        typer.echo(json.dumps(values, indent=2, sort_keys=True))
        return
    answers = ask(chosen, arm="coded", against="paper", measure="cost_gbp", offices=100, draws=draws)
    text = protocol(evidence, answers, powers, fewest, wanted)
    if page is not None:
        put(page, text)
    typer.echo(text)


def learn(
    timings: Annotated[Path, typer.Argument(help="A CSV file: what,who,minutes.")],
    scenario: Annotated[str, typer.Option(help="The scenario whose decision is looked at.")] = "quick",
    out: Annotated[
        Path | None, typer.Option(help="Write the updated evidence file there; a scenario can name it.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write before and after into this file, as Markdown.")
    ] = None,
    arm: Annotated[str, typer.Option(help="The arm that is asked about.")] = "coded",
    against: Annotated[str, typer.Option(help="What it is held against.")] = "paper",
    measure: Annotated[str, typer.Option(help="cost_gbp, gp_minutes, errors or undelivered.")] = "gp_minutes",
    offices: Annotated[int, typer.Option(help="Offices that thresholds are averaged over.")] = 1_000,
    draws: Annotated[int, typer.Option(help="Draws of the evidence.")] = 5_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What real timings do to the evidence, its ranges and the decision."""
    from dataclasses import replace  # noqa: PLC0415

    from pilot.errors import FileError  # noqa: PLC0415
    from pilot.evidence import load_assumptions  # noqa: PLC0415
    from pilot.experiment import load_scenario  # noqa: PLC0415
    from pilot.questions import learning  # noqa: PLC0415
    from pilot.questions.sensitivity import ask  # noqa: PLC0415

    chosen, today = load_scenario(scenario), datetime.now(UTC).date()
    learned = learning.learn(chosen.assumptions, learning.read_timings(timings), timings.name, today)
    after = learning.updated(chosen.assumptions, learned)
    if out is not None:
        if out.exists():
            raise FileError(
                "there is a file already", str(out), "Name another with --out: nothing is overwritten"
            )
        text = learning.evidence_text(after, load_assumptions(), f"Learned from {timings.name} on {today}")
        put(out, text)
    both = [
        ask(one, arm=arm, against=against, measure=measure, offices=offices, draws=draws)
        for one in (chosen, replace(chosen, assumptions=after))
    ]
    if page is not None:
        put(page, learning.page(learned, *both))
    if as_json:
        values: dict[str, Any] = {"learned": [asdict(one) for one in learned]}
        values |= {"before": asdict(both[0]), "after": asdict(both[1])}
        typer.echo(json.dumps(values, indent=2, sort_keys=True))
        return
    for one in learned:
        typer.echo(_row(one))
    typer.echo("")
    for when, answers in zip(("before", "after"), both, strict=True):
        typer.echo(f"{when:<7} {_decision(answers)}")
    if out is not None:
        typer.echo(f"\nEvidence: {out}")


def _row(one: "Learned") -> str:
    surprised = "" if one.how == "resampled" else "; beyond what was believed, so from the timings alone"
    return (
        f"{one.row}: believed {one.before.mean:.2f} ({one.before.low:.2f} to {one.before.high:.2f}); "
        f"{one.timings} timings of {one.witnesses}, mean {one.timed_mean:.2f}; "
        f"now {one.after.mean:.2f} ({one.after.low:.2f} to {one.after.high:.2f}){surprised}"
    )


def _decision(answers: "Answers") -> str:
    low, high = answers.range95
    best = max(answers.best, key=lambda name: answers.best[name])
    flips = next((one for one in answers.thresholds if one.name == "minutes_a_result"), None)
    at = "nowhere" if flips is None or flips.at is None else f"{flips.at:.2f}"
    return (
        f"{answers.arm} saves {answers.saving:,.1f} {answers.measure} against {answers.against} "
        f"({low:,.1f} to {high:,.1f}); best {best}, {answers.best[best]:.0%}; flips at minutes a result {at}; "
        f"knowing all is worth "
        f"{answers.worth_of_all:,.2f}"
    )
