"""After the decision: what this run counted and compared, how the study is reported, how to recount it otherwise."""

from pilot.domain.arm import TODAY
from reports import words
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit, day


def answer(figures: Figures) -> Section:
    """`facts`: what the sentences turn on. Without an arm held against paper there is nothing to answer with."""
    facts: dict[str, Cell] = {}
    if figures.main:
        facts = _against_paper(figures, figures.main)
    if figures.shape.national:
        facts["headline"] = Cell(_position(figures))
    return Section("answer", "The answer", facts=facts)


def compared(figures: Figures) -> Section:
    run = figures.shape.run
    rows = (
        Row("Scenario", (Cell(run.title),), "run.title"),
        Row("Ways of sending results", (Cell(", ".join(words.arm(arm) for arm in run.arms)),), "run.arms"),
        Row("Screening office", (Cell(run.office),), "run.office"),
        Row("GP practices", (figures.cell("run.practices"),), "run.practices"),
        Row("Results", (figures.cell("run.results"),), "run.results"),
        Row(
            "First simulated day",
            (Cell(day(run.first_day.isoformat()), key="run.first_day"),),
            "run.first_day",
        ),
        Row("Last simulated day", (Cell(day(run.last_day.isoformat()), key="run.last_day"),), "run.last_day"),
        Row("Simulated days", (figures.cell("run.simulated_days"),), "run.simulated_days"),
        Row("Seed of the random numbers", (Cell(str(run.seed), Unit.CODE),), "run.seed"),
    )
    table = Table("run", "The run", "What", (Column("This run", numeric=False),), rows)
    return Section("compared", "What was compared", {"run": table})


def recount(figures: Figures) -> Section:  # noqa: ARG001  (its template names the run and its arms)
    return Section("recount", "How to recount these figures")


def reporting(figures: Figures) -> Section:  # noqa: ARG001  (its template names the run and its parts)
    return Section("reporting", "How this study is reported")


def _against_paper(figures: Figures, arm: str) -> dict[str, Cell]:
    saved = figures.shape.comparisons[f"{arm}_vs_paper"].gp_hours_saved
    key = f"comparisons.{arm}_vs_paper.gp_hours_saved"
    costs = (saved.value or 0) < 0
    ends = [end for end in (saved.low, saved.high) if end is not None]
    return {
        "arm": Cell(words.mid_sentence(arm)),
        "verb": Cell("cost" if costs else "saved"),
        "more": Cell("more " if costs else ""),
        "hours": Cell(None if saved.value is None else abs(saved.value), Unit.HOURS, f"{key}.value"),
        "low": Cell(saved.low, Unit.HOURS, f"{key}.low"),
        "high": Cell(saved.high, Unit.HOURS, f"{key}.high"),
        "doubtful": Cell("yes" if ends and min(ends) <= 0 <= max(ends) else ""),
        "each_paper": _minutes_a_result(figures, TODAY.key),
        "each": _minutes_a_result(figures, arm),
    }


def _minutes_a_result(figures: Figures, arm: str) -> Cell:
    return figures.cell(f"arms.{arm}.gp_minutes_a_delivered_result", Unit.MINUTES)


def _position(figures: Figures) -> str:
    """Where the headline's hours lie, seen from this report's range."""
    ours, headline = figures.at("national.hours"), figures.at("national.seed_headline.hours")
    if ours["low"] is None or ours["high"] is None:
        return "stands beside"
    if headline > ours["high"]:
        return "lies above"
    return "lies below" if headline < ours["low"] else "lies within"
