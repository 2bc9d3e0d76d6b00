"""What practices that join in waves show, and what timings taught: for runs that have them."""

from collections.abc import Collection, Sequence

from pilot.measures import Decision, Layer, Users, Xmr
from reports import words
from reports.charts import Chart, Dot, dots, lines
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Range, Row, Table, Unit

# What of a panel is analysed: its key in figures.json, what it is called, and its unit.
MEASURED = (
    ("minutes", "GP minutes a result", Unit.RATIO),
    ("errors", "Errors a result", Unit.RATIO),
    ("undelivered", "In no right record, a result", Unit.RATIO),
    ("days", "Days to the record", Unit.RATIO),
)
_ESTIMATES = (
    Column("Estimate", ranged=True),
    Column("True"),
    Column("Does the interval hold it", numeric=False),
)


def waves(figures: Figures) -> Section | None:
    """None where no practices join in waves."""
    shown = figures.shape.waves
    if shown is None:
        return None
    tables = {"panel": _panel(figures)}
    if shown.estimates:
        tables = {"estimates": _estimates(figures), **tables}
    charts = {
        f"xmr_{key}": xmr_chart(f"chart-xmr-{key}", name, shown.charts[key], unit)
        for key, name, unit in MEASURED
        if key in shown.charts
    }
    if shown.users:
        charts["users"] = users_chart("chart-users", shown.users)
    return Section("waves", "What practices that join in waves show", tables, charts)


def _estimates(figures: Figures) -> Table:
    shown = figures.shape.waves
    rows = []
    for key, name, unit in MEASURED:
        if shown is not None and (one := shown.estimates.get(key)) is not None:
            here = f"waves.estimates.{key}"
            holds = "not known" if one.covers is None else "yes" if one.covers else "no"
            estimate = Cell(Range(one.effect, one.low, one.high), unit, f"{here}.effect")
            rows.append(Row(name, (estimate, figures.cell(f"{here}.truth", unit), Cell(holds)), here))
    return Table("waves_estimates", "What a message changes a result", "Measure", _ESTIMATES, tuple(rows))


def _panel(figures: Figures) -> Table:
    shown = figures.shape.waves
    assert shown is not None  # noqa: S101 - asked before
    columns = (
        Column("System", numeric=False),
        Column("Joined", numeric=False),
        *(Column(f"{at.day} {at:%b}") for at in shown.periods),
    )
    rows = []
    for place, one in enumerate(shown.practices):
        key = f"waves.practices[{place}]"
        joined = Cell(f"{one.joined.day} {one.joined:%b %Y}" if one.joined else "never", key=f"{key}.joined")
        minutes = (
            figures.cell(f"{key}.minutes_a_result[{at}]", Unit.MINUTES) for at in range(len(shown.periods))
        )
        system = words.name(words.SUPPLIERS, one.supplier)
        rows.append(Row(one.practice, (Cell(system, key=f"{key}.supplier"), joined, *minutes), key))
    weeks = "week" if shown.weeks_a_period == 1 else f"{shown.weeks_a_period} weeks"
    return Table(
        "waves_panel", f"GP minutes a result, by practice and {weeks} from", "Practice", columns, tuple(rows)
    )


def xmr_chart(name: str, title: str, chart: Xmr, unit: Unit) -> Chart:
    """An individuals chart: a point a week, mean and natural limits, signals marked."""
    about = f"A point a week. The limits are from the first {chart.baseline} weeks."
    points = [(week.isoformat(), value) for week, value in zip(chart.weeks, chart.values, strict=True)]
    levels = [("mean", chart.mean), ("upper limit", chart.high)]
    if chart.low > 0:
        levels.append(("lower limit", chart.low))
    return lines(name, title, about, points, unit, levels, [week.isoformat() for week in chart.signals])


def users_chart(name: str, curve: Sequence[Users]) -> Chart:
    """Users against time, as practices join."""
    joined = ", ".join(f"{one.week.isoformat()} {one.practices}" for one in curve)
    about = (
        f"Results that went by message until the end of each week. Practices sent messages by then: {joined}."
    )
    points = [(one.week.isoformat(), float(one.results)) for one in curve]
    return lines(name, "Results by message, as practices join", about, points, Unit.COUNT)


def learned(figures: Figures) -> Section | None:
    """None where the scenario rests on the toolkit's own evidence."""
    made = figures.shape.learned
    if made is None:
        return None
    rows = []
    for place, one in enumerate(made.rows):
        key = f"learned.rows[{place}]"
        before, after = (figures.span(f"{key}.{when}", Unit.NUMBER) for when in ("before", "after"))
        source = Cell(one.source, key=f"{key}.source")
        rows.append(Row(words.assumption(one.name), (Cell(one.unit), before, after, source), key))
    columns = (
        Column("Unit", numeric=False),
        Column("Before", ranged=True),
        Column("Now", ranged=True),
        Column("Where from", numeric=False, wide=True),
    )
    tables = {"rows": Table("learned_rows", "Figures that moved", "Figure", columns, tuple(rows))}
    charts = {}
    now = figures.shape.decision
    if made.decision is not None and now is not None:
        tables["decision"] = _decisions(figures, made.decision, now)
        charts["decision"] = _saved(made.decision, now)
    if made.ranges and figures.shape.ranges:
        tables["ranges"] = _ranges(figures, made.ranges)
    return Section("learned", "What was learned", tables, charts)


def _decisions(figures: Figures, before: Decision, now: Decision) -> Table:
    columns = (
        Column("Chance to cost least, before"),
        Column("now"),
        Column("Pounds saved against paper, before", ranged=True),
        Column("now", ranged=True),
    )
    places = [{option.name: place for place, option in enumerate(one.options)} for one in (before, now)]
    rows = []
    for name in dict.fromkeys((*places[1], *places[0])):
        chances, saved = [], []
        for where, at in zip(("learned.decision", "decision"), places, strict=True):
            if name not in at:
                chances.append(Cell("the same as another"))
                saved.append(Cell(None))
                continue
            key = f"{where}.options[{at[name]}]"
            chances.append(figures.cell(f"{key}.p_best", Unit.SHARE))
            known = figures.at(f"{key}.saved_gbp") is not None
            saved.append(figures.span(f"{key}.saved_gbp", Unit.POUNDS) if known else Cell(None))
        rows.append(Row(words.option(name), (*chances, *saved)))
    return Table("learned_decision", "The decision, before and now", "Option", columns, tuple(rows))


def _saved(before: Decision, now: Decision) -> Chart:
    rows = [
        Dot(f"{words.option(option.name)}, {when}", saved.mean, _ends(saved))
        for name in [option.name for option in now.options]
        for when, one in (("before", before), ("now", now))
        for option in one.options
        if option.name == name and (saved := option.saved_gbp) is not None and option.arm != "paper"
    ]
    about = "A dot for the mean of many offices, and a line over 95 in 100 of them, before and now."
    return dots("chart-learned", "Pounds that an office saves against paper", about, rows, Unit.POUNDS)


def _ends(saved: Layer) -> tuple[float, float]:
    return (saved.low, saved.high)


def _ranges(figures: Figures, before: Collection[str]) -> Table:
    rows = []
    for name in (name for name in figures.shape.comparisons if name in before):
        one = figures.shape.comparisons[name]
        keys = [f"{where}.{name}.gp_hours_saved.together" for where in ("learned.ranges", "ranges")]
        said = f"{words.arm(one.arm)} against {words.mid_sentence(one.against)}"
        rows.append(Row(said, tuple(figures.span(key, Unit.HOURS) for key in keys)))
    columns = (Column("Before", ranged=True), Column("Now", ranged=True))
    return Table("learned_ranges", "GP hours saved, everything together", "Comparison", columns, tuple(rows))
