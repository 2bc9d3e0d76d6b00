"""What was compared: the people, the practices, the time and the ways of getting a result to a practice."""

from reports import words
from reports.figures import Figures
from reports.formats import day
from reports.section import Section
from reports.tables import Cell, Column, Row, Table, Unit


def compared(figures: Figures) -> Section:
    run = figures.shape.run
    rows = (
        Row("Scenario", (Cell(run.title),), "run.title"),
        Row("Ways of sending results", (Cell(", ".join(words.arm(arm) for arm in run.arms)),), "run.arms"),
        Row("Screening office", (Cell(run.office),), "run.office"),
        Row("GP practices", (figures.cell("run.practices"),), "run.practices"),
        Row("Results", (figures.cell("run.results"),), "run.results"),
        Row("First simulated day", (Cell(day(run.first_day.isoformat())),), "run.first_day"),
        Row("Last simulated day", (Cell(day(run.last_day.isoformat())),), "run.last_day"),
        Row("Simulated days", (figures.cell("run.simulated_days"),), "run.simulated_days"),
        Row("Seed of the random numbers", (Cell(str(run.seed), Unit.CODE),), "run.seed"),
    )
    table = Table("run", "The run", "What", (Column("This run", numeric=False),), rows)
    return Section("compared", "What was compared", {"run": table})
