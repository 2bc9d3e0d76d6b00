"""England, scaled from the evidence; and the headline that the pilot was asked to test, taken apart."""

from collections.abc import Sequence

from pilot.measures.headline import Step
from reports.charts import BLUE, GREEN, PALE, Chart, Series, stacked_bars
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Row, Table, Unit

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
    tables = {"national": _table(figures), "waterfall": _steps(figures, steps)}
    seed = figures.shape.national.seed_headline
    if seed.derivations:
        tables["derivations"] = _derivations(figures)
    if seed.shapes:
        tables["shapes"] = _shapes(figures)
    return Section("national", "What it could mean for England", tables, charts)


def rare(figures: Figures) -> Section | None:
    """Rare failures that hit many at once, beside everyday errors. None where the figures do not have them."""
    if figures.shape.national is None or not figures.shape.national.silent_failure.unfiled_when_found:
        return None
    key = "national.silent_failure"
    found = figures.shape.national.silent_failure.unfiled_when_found
    rows = [
        Row(label, (figures.span(f"{key}.{name}", unit),), f"{key}.{name}")
        for label, name, unit in (
            ("Everyday errors of people who type, a year", "everyday_errors_a_year", Unit.ESTIMATE),
            ("Silent failures of an office's system, a year", "expected_a_year", Unit.RATIO),
            ("Chance of at least one, a year", "p_at_least_one_a_year", Unit.SHARE),
            ("Results of one system, a year", "results_of_one_system_a_year", Unit.ESTIMATE),
        )
    ]
    columns = (Column("England", ranged=True),)
    places = [f"{key}.unfiled_when_found[{i}]" for i in range(len(found))]
    unfiled = tuple(
        Row(
            "One failure",
            (figures.cell(f"{place}.days"), figures.span(f"{place}.results", Unit.ESTIMATE)),
            place,
        )
        for place in places
    )
    after = (Column("Days until it is found"), Column("Results that reached no record", ranged=True))
    tables = {
        "rare": Table("rare", "Often and small, rarely and large", "What", columns, tuple(rows)),
        "unfiled": Table(
            "unfiled", "What a silent failure leaves out, by the day it is found", "What", after, unfiled
        ),
    }
    return Section("rare", "Rare failures that hit many at once", tables)


def _derivations(figures: Figures) -> Table:
    said = {key: name for name, key, _ in _MEASURES}
    units = {key: unit for _, key, unit in _MEASURES}
    national = figures.shape.national
    rows = tuple(
        Row(
            one.words,
            (Cell(said[one.of]), figures.cell(f"{key}.value", units[one.of])),
            key,
        )
        for i, one in enumerate(national.seed_headline.derivations if national else ())
        for key in (f"national.seed_headline.derivations[{i}]",)
    )
    columns = (Column("Figure", numeric=False), Column("Comes to"))
    return Table("derivations", "Ways to come to the three figures", "Derivation", columns, rows)


def _shapes(figures: Figures) -> Table:
    chances = ("p_hours_at_least", "p_gbp_at_least", "p_letters_gbp_at_least")
    columns = (
        Column("GP hours saved a year", ranged=True),
        *(Column(f"Chance of the headline's {what} or more") for what in ("hours", "pounds", "letters")),
    )
    national = figures.shape.national
    rows = tuple(
        Row(
            one.name,
            (
                figures.span(f"{key}.hours", Unit.HOURS),
                *(figures.cell(f"{key}.{chance}", Unit.SHARE) for chance in chances),
            ),
            key,
        )
        for i, one in enumerate(national.seed_headline.shapes if national else ())
        for key in (f"national.seed_headline.shapes[{i}]",)
    )
    return Table("shapes", "The same evidence, drawn in other shapes", "Shape of the ranges", columns, rows)


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
        Column("in any order"),
        Column("Pounds"),
        Column("Change in pounds"),
        Column("in any order"),
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
                    figures.cell(f"{here}.hours_due", Unit.HOURS) if i else Cell(""),
                    figures.cell(f"{here}.gbp", Unit.POUNDS),
                    figures.difference(f"{here}.gbp", f"{before}.gbp", Unit.POUNDS) if i else Cell(""),
                    figures.cell(f"{here}.gbp_due", Unit.POUNDS) if i else Cell(""),
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
