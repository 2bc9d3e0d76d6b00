"""What happened to every result: each ends in exactly one of filed, with a person, returned; or it was lost."""

from reports import words
from reports.charts import Series, stacked_bars
from reports.figures import Figures
from reports.section import Section
from reports.svg import BLUE, GREEN, GREY, RED
from reports.tables import Cell, Column, Row, Table, Unit

_ENDS = (
    ("filed", "In a record", GREEN),
    ("with_a_person", "With a named person", BLUE),
    ("returned", "Returned to the office", GREY),
    ("lost", "Lost", RED),
)
_REASONS = {
    "no_ending": "never given an end",
    "said_filed": "said to be filed, but not in the record",
    "unsettled": "still on the way when the run ended",
}


def fates(figures: Figures) -> Section:
    tables = {f"outcomes_{arm}": _outcomes(figures, arm) for arm in figures.arms}
    if figures.shape.accounted_for is not None:
        tables = {"accounted_for": _accounted(figures)} | tables
    chart = stacked_bars(
        "chart-fates",
        "Where every result ended",
        "One bar for each way of sending results, in results.",
        [words.arm(arm) for arm in figures.arms],
        [
            Series(name, [_sum(figures, arm, end) for arm in figures.arms], colour)
            for end, name, colour in _ENDS
            if any(_sum(figures, arm, end) for arm in figures.arms) or end == "lost"
        ],
        Unit.COUNT,
    )
    return Section("fates", "What happened to every result", tables, {"fates": chart})


def _sum(figures: Figures, arm: str, end: str) -> int:
    """Over all outcomes of an arm."""
    return sum(getattr(row, end) for row in figures.shape.outcomes if row.arm == arm)


def _accounted(figures: Figures) -> Table:
    ends = [("Received from NBSS", "received", True), *((name, end, False) for end, name, _ in _ENDS)]
    rows = [
        Row(name, (figures.cell(f"accounted_for.{end}"),), f"accounted_for.{end}", total=total)
        for name, end, total in ends
    ]
    rows += [
        Row(words.name(_REASONS, reason), (figures.cell(key),), key, part=True)
        for reason in figures.at("accounted_for.lost_because")
        for key in [f"accounted_for.lost_because.{reason}"]
    ]
    return Table("accounted_for", "Every result accounted for", "End", (Column("Results"),), tuple(rows))


def _outcomes(figures: Figures, arm: str) -> Table:
    names = {
        "results": "Results",
        "filed": "In a record",
        "filed_right": "of these, right",
        "with_a_person": "With a person",
        "returned": "Returned",
        "lost": "Lost",
    }
    rows = [
        Row(
            words.name(words.OUTCOMES, row.outcome),
            tuple(figures.cell(f"outcomes[{i}].{key}") for key in names),
            f"outcomes[{i}]",
        )
        for i, row in enumerate(figures.shape.outcomes)
        if row.arm == arm
    ]
    sums = (Cell(_sum(figures, arm, key), Unit.COUNT, f"sum of outcomes[].{key}, arm {arm}") for key in names)
    rows.append(Row("All outcomes", tuple(sums), total=True))
    caption = f"{words.arm(arm)}: what happened to each outcome"
    return Table(
        f"outcomes_{arm}", caption, "Outcome", tuple(Column(text) for text in names.values()), tuple(rows)
    )
