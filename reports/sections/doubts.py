"""What would change our mind: every assumption with its source, and those that the result hangs on."""

from pilot.measures.england import Driver, National
from reports import words
from reports.charts import BLUE, Chart, floating_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

# As many bars as can be read at a glance; the table has every assumption that matters.
MOST_DRAWN = 8
_COLUMNS = (
    Column("Grade", numeric=False),
    Column("Influence"),
    Column("Fewest GP hours"),
    Column("Most GP hours"),
)
_JUDGED_COLUMNS = (
    Column("Value", ranged=True),
    Column("Unit", numeric=False),
    Column("Influence on England's hours"),
    Column("Used for", numeric=False),
)
_EVERY_COLUMNS = (
    Column("What it says", numeric=False),
    Column("Value", ranged=True),
    Column("Unit", numeric=False),
    Column("Distribution", numeric=False),
    Column("Source", numeric=False),
    Column("Date", numeric=False),
    Column("Grade", numeric=False),
    Column("Used for", numeric=False),
)


def doubts(figures: Figures) -> Section:
    tables = {"judged": judged} if (judged := _judged(figures)).rows else {}
    charts = {}
    national = figures.shape.national
    if national is not None and national.drivers:
        tables = {"drivers": _table(figures, national)} | tables
        charts = {"drivers": _chart(national)}
    return Section("doubts", "What would change our mind", tables, charts)


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
    table = Table("assumptions", "Every assumption", "Name", _EVERY_COLUMNS, tuple(rows))
    return Section("assumptions", "Where each assumption comes from", {"assumptions": table})


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
            figures.cell(f"{key}.rank_correlation", Unit.RATIO),
            figures.cell(f"{key}.hours_low", Unit.HOURS),
            figures.cell(f"{key}.hours_high", Unit.HOURS),
        )
        rows.append(Row(words.assumption(driver.assumption), cells, key))
    return Table("drivers", "Assumptions, the most influential first", "Assumption", _COLUMNS, tuple(rows))


def _judged(figures: Figures) -> Table:
    """Every assumption without a source: those that move the figures for England first, the most influential first."""
    drivers = figures.shape.national.drivers if figures.shape.national else []
    places = {driver.assumption: i for i, driver in enumerate(drivers)}
    judged = [(i, one) for i, one in enumerate(figures.shape.assumptions) if one.grade == "judgement"]

    def influence(name: str) -> float:
        return abs(drivers[places[name]].rank_correlation) if name in places else 0

    rows = []
    for i, one in sorted(judged, key=lambda pair: -influence(pair[1].name)):
        key = f"national.drivers[{places[one.name]}].rank_correlation" if one.name in places else ""
        cells = (
            figures.span(f"assumptions[{i}]", Unit.NUMBER),
            Cell(one.unit),
            figures.cell(key, Unit.RATIO) if key else Cell("not used"),
            Cell(", ".join(one.used_for)),
        )
        rows.append(Row(words.assumption(one.name), cells, f"assumptions[{i}]"))
    return Table("judged", "Assumptions that rest on judgement", "Assumption", _JUDGED_COLUMNS, tuple(rows))


def _chart(national: National) -> Chart:
    drawn = [driver for _, driver in _ranked(national)[:MOST_DRAWN]]
    return floating_bars(
        "chart-drivers",
        "How far each assumption moves the hours saved in England",
        "One bar for each assumption, from the fewest to the most GP hours a year that it alone could make them.",
        [words.assumption(driver.assumption) for driver in drawn],
        [(min(one.hours_low, one.hours_high), max(one.hours_low, one.hours_high)) for one in drawn],
        BLUE,
        Unit.HOURS,
    )
