"""What would change our mind: the assumptions that the result hangs on, the weakest-founded marked."""

from reports import words
from reports.charts import BLUE, Chart, floating_bars
from reports.figures import Figures
from reports.formats import show
from reports.section import Section
from reports.shape import Driver, National
from reports.tables import Cell, Column, Row, Table, Unit

# As many bars as can be read at a glance; the table has every assumption that matters.
MOST_DRAWN = 8

_COLUMNS = (
    Column("Grade", numeric=False),
    Column("Influence (rank correlation)"),
    Column("GP hours at its low end"),
    Column("GP hours at its high end"),
)


def doubts(figures: Figures) -> Section:
    heading = "What would change our mind"
    national = figures.shape.national
    if national is None or not national.drivers:
        return Section("doubts", heading)
    return Section("doubts", heading, {"drivers": _table(figures, national)}, {"drivers": _chart(national)})


def _ranked(national: National) -> list[tuple[int, Driver]]:
    """Each driver with its place in figures.json, the most influential first."""
    return sorted(enumerate(national.drivers), key=lambda pair: -abs(pair[1].rank_correlation))


def _table(figures: Figures, national: National) -> Table:
    grades = {assumption.name: assumption.grade for assumption in figures.shape.assumptions}
    rows = []
    for i, driver in _ranked(national):
        key = f"national.drivers[{i}]"
        cells = (
            Cell(grades.get(driver.assumption, "not listed")),
            figures.cell(f"{key}.rank_correlation", Unit.NUMBER),
            figures.cell(f"{key}.hours_low", Unit.HOURS),
            figures.cell(f"{key}.hours_high", Unit.HOURS),
        )
        rows.append(Row(words.name({}, driver.assumption), cells, key))
    return Table("drivers", "Assumptions, the most influential first", "Assumption", _COLUMNS, tuple(rows))


def _chart(national: National) -> Chart:
    drawn = [driver for _, driver in _ranked(national)[:MOST_DRAWN]]
    return floating_bars(
        "chart-drivers",
        "How far each assumption moves the hours saved in England",
        "One bar for each assumption, from the fewest to the most GP hours a year that it alone could make them.",
        [words.name({}, driver.assumption) for driver in drawn],
        [(min(one.hours_low, one.hours_high), max(one.hours_low, one.hours_high)) for one in drawn],
        BLUE,
        lambda value: show(value, Unit.HOURS),
    )
