"""Errors in the GP records of each arm, by kind, and what they do to the uptake that the records show."""

from dataclasses import dataclass

from reports import words
from reports.charts import BLUE, GREEN, GREY, PINK, PURPLE, RED, Series, stacked_bars
from reports.figures import Figures
from reports.formats import show
from reports.section import Section
from reports.tables import Cell, Column, Row, Table, Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its key, its name, what it means, and its colour in the chart (None: not in it)."""

    key: str
    name: str
    meaning: str
    colour: str | None = None
    part: bool = False


KINDS = (
    Kind(
        "missing_unnoticed",
        "Missing, and nobody knows",
        "The result is not in her record, and it is on no person's list.",
        RED,
    ),
    Kind(
        "wrong_code", "Wrong code", "The record holds another code than the code set gives for this result."
    ),
    Kind(
        "wrong_code_same_meaning",
        "inconsistent",
        "A different code that means the same: harmless to her, but searches and counts miss it.",
        BLUE,
        part=True,
    ),
    Kind("unclear", "unclear", "Text, or a code too general to tell the result from it.", GREY, part=True),
    Kind("misleading", "misleading", "A code that says something else happened than did.", PURPLE, part=True),
    Kind("wrong_person", "Wrong person", "The result is in somebody else's record.", PINK),
    Kind(
        "wrong_practice",
        "Wrong practice",
        "The result was recorded at a practice where she is not registered.",
        GREEN,
    ),
    Kind("duplicate", "Duplicate", "The same result is in her record more than once.", "#7c2855"),
)


def errors(figures: Figures) -> Section:
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    rows = (
        _row(figures, "Errors in all", "errors", total=True),
        *(_row(figures, kind.name, kind.key, part=kind.part) for kind in KINDS),
        Row(
            "Errors for each 100 results", tuple(_rate(figures, arm) for arm in figures.arms), "arms.*.errors"
        ),
    )
    chart = stacked_bars(
        "chart-errors",
        "Errors in GP records, by kind",
        "One bar for each way of sending results, in errors.",
        [words.arm(arm) for arm in figures.arms],
        [
            Series(
                _chart_name(kind),
                [figures.number(f"arms.{arm}.{kind.key}") for arm in figures.arms],
                kind.colour,
            )
            for kind in KINDS
            if kind.colour and any(figures.number(f"arms.{arm}.{kind.key}") for arm in figures.arms)
        ],
        lambda value: show(value, Unit.COUNT),
    )
    tables = {
        "errors": Table("errors", "Errors in GP records, by kind", "Error", columns, rows),
        "uptake": _uptake(figures),
    }
    return Section("errors", "Errors in GP records", tables, {"errors": chart})


def _chart_name(kind: Kind) -> str:
    return f"Wrong code, {kind.name}" if kind.part else kind.name


def _row(figures: Figures, label: str, key: str, *, total: bool = False, part: bool = False) -> Row:
    cells = tuple(figures.cell(f"arms.{arm}.{key}") for arm in figures.arms)
    return Row(label, cells, f"arms.*.{key}", total=total, part=part)


def _rate(figures: Figures, arm: str) -> Cell:
    wrong, results = f"arms.{arm}.errors", f"arms.{arm}.results"
    share = 100 * figures.at(wrong) / figures.at(results) if figures.at(results) else None
    return Cell(share, Unit.NUMBER, f"100 * {wrong} / {results}")


def _uptake(figures: Figures) -> Table:
    columns = tuple(Column(words.arm(arm)) for arm in figures.arms)
    rows = tuple(
        Row(
            label,
            tuple(figures.cell(f"arms.{arm}.{key}", Unit.SHARE) for arm in figures.arms),
            f"arms.*.{key}",
        )
        for label, key in (("In truth", "uptake_true"), ("By the GP records", "uptake_recorded"))
    )
    return Table("uptake", "Share of invited people who were screened", "Uptake", columns, rows)
