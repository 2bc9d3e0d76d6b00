"""The answer first: hours, errors, and what came into no right record."""

from reports import words
from reports.figures import Figures
from reports.section import Section
from reports.tables import Cell, Unit


def answer(figures: Figures) -> Section:
    """`facts`: what the sentences turn on. Without an arm held against paper there is nothing to answer with."""
    facts: dict[str, Cell] = {}
    if figures.main:
        facts = _against_paper(figures, figures.main)
    if figures.shape.national:
        facts["headline"] = Cell(_position(figures))
    return Section("answer", "The answer", facts=facts)


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
        "each_paper": _minutes_a_result(figures, "paper"),
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
