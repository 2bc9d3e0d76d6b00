"""England, scaled from the evidence; and the headline that the pilot was asked to test, taken apart."""

from collections.abc import Sequence

from pilot.measures.england import Step
from reports.charts import BLUE, GREEN, PALE, Chart, Series, stacked_bars
from reports.figures import Figures, Section
from reports.tables import Cell, Column, Row, Table, Unit

_MEASURES = (
    ("GP staff hours saved a year", "hours", Unit.HOURS),
    ("Worth of these hours a year", "gbp", Unit.POUNDS),
    ("Saved on letters a year", "letters_gbp", Unit.POUNDS),
)


def national(figures: Figures) -> Section | None:
    if figures.shape.national is None:
        return None
    steps = figures.shape.national.seed_headline.waterfall
    charts = {
        "hours": _waterfall(steps, "hours", "From the headline's hours to ours", Unit.HOURS),
        "gbp": _waterfall(steps, "gbp", "From the headline's pounds to ours", Unit.POUNDS),
    }
    return Section(
        "national",
        "What it could mean for England",
        {"national": _table(figures), "waterfall": _steps(figures, steps)},
        charts,
    )


def _table(figures: Figures) -> Table:
    columns = (
        Column("This report", ranged=True),
        Column("The headline"),
        Column("Chance of that or more"),
    )
    rows = [
        Row(
            label,
            (
                figures.span(f"national.{key}", unit),
                figures.cell(f"national.seed_headline.{key}", unit),
                figures.cell(f"national.seed_headline.p_{key}_at_least", Unit.SHARE),
            ),
            f"national.{key}",
        )
        for label, key, unit in _MEASURES
    ]
    minutes = figures.span("national.practice_minutes_a_week", Unit.MINUTES)
    rows.append(
        Row(
            "Minutes a practice saves a week",
            (minutes, Cell(""), Cell("")),
            "national.practice_minutes_a_week",
        )
    )
    return Table("national", "England, a year", "Measure", columns, tuple(rows))


def _steps(figures: Figures, steps: Sequence[Step]) -> Table:
    columns = (
        Column("Why", numeric=False, wide=True),
        Column("Hours"),
        Column("Change in hours"),
        Column("Pounds"),
        Column("Change in pounds"),
    )
    rows = []
    for i, step in enumerate(steps):
        here = f"national.seed_headline.waterfall[{i}]"
        before = f"national.seed_headline.waterfall[{i - 1}]" if i else ""
        rows.append(
            Row(
                step.step,
                (
                    Cell(step.note, key=f"{here}.note"),
                    figures.cell(f"{here}.hours", Unit.HOURS),
                    figures.difference(f"{here}.hours", f"{before}.hours", Unit.HOURS) if i else Cell(""),
                    figures.cell(f"{here}.gbp", Unit.POUNDS),
                    figures.difference(f"{here}.gbp", f"{before}.gbp", Unit.POUNDS) if i else Cell(""),
                ),
                here,
            )
        )
    return Table("waterfall", "Each step from the headline to this report", "Step", columns, tuple(rows))


def _waterfall(steps: Sequence[Step], part: str, title: str, unit: Unit) -> Chart:
    """Each bar is what remains after a step, with what the step took off, or added, at its end.

    A step that leaves this part as it was has no bar.
    """
    steps = [
        step for i, step in enumerate(steps) if not i or getattr(step, part) != getattr(steps[i - 1], part)
    ]
    levels = [float(getattr(step, part)) for step in steps]
    before = levels[:1] + levels[:-1]
    kept = [min(now, was) for now, was in zip(levels, before, strict=True)]
    off = [max(was - now, 0) for now, was in zip(levels, before, strict=True)]
    added = [max(now - was, 0) for now, was in zip(levels, before, strict=True)]
    series = [Series("Remains", kept, BLUE), Series("Taken off", off, PALE), Series("Added", added, GREEN)]
    return stacked_bars(
        f"chart-waterfall-{part}",
        title,
        "One bar for each step from the headline to this report's figure.",
        [step.step for step in steps],
        [one for one in series if any(one.values)],
        unit,
    )
