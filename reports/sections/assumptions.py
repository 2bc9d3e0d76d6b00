"""Every figure that came from outside the run, with its source, date and grade."""

from reports.figures import Figures
from reports.section import Section
from reports.tables import Cell, Column, Row, Table, Unit

_COLUMNS = (
    Column("What it says", numeric=False),
    Column("Value", ranged=True),
    Column("Unit", numeric=False),
    Column("Distribution", numeric=False),
    Column("Source", numeric=False),
    Column("Date", numeric=False),
    Column("Grade", numeric=False),
    Column("Used for", numeric=False),
)


def assumptions(figures: Figures) -> Section:
    rows = []
    for i, one in enumerate(figures.shape.assumptions):
        key = f"assumptions[{i}]"
        rows.append(
            Row(
                one.name,
                (
                    Cell(one.sentence),
                    figures.span(key, Unit.NUMBER),
                    Cell(one.unit),
                    Cell(one.distribution),
                    Cell(one.source),
                    Cell(one.date),
                    Cell(one.grade),
                    Cell(", ".join(one.used_for)),
                ),
                key,
            )
        )
    table = Table("assumptions", "Every assumption", "Name", _COLUMNS, tuple(rows))
    return Section("assumptions", "Where each assumption comes from", {"assumptions": table})
