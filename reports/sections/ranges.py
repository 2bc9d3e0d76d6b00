"""How far the figures could move: the evidence's doubt, other practices and people, Monte Carlo error, and together."""

from reports import words
from reports.charts import Chart, Dot, dots
from reports.figures import Figures, Section
from reports.tables import Cell, Column, Range, Row, Table, Unit

# What a comparison saves: its key in figures.json, what it is called, and its unit.
SAVED = (
    ("gp_hours_saved", "GP hours saved", Unit.HOURS),
    ("bso_hours_saved", "Office hours saved", Unit.HOURS),
    ("gbp_saved", "Pounds saved", Unit.POUNDS),
    ("errors_avoided", "Errors avoided", Unit.ESTIMATE),
)
_LAYERS = ("practices_and_people", "monte_carlo", "together")
_COLUMNS = tuple(
    Column(heading, ranged=True)
    for heading in (
        "This run, under other evidence",
        "Other practices and people",
        "Monte Carlo error of the mean",
        "All together",
    )
)


def ranges(figures: Figures) -> Section | None:
    """None where nothing is held against anything. Without the model's layers the first one stands alone."""
    if not figures.shape.comparisons:
        return None
    tables = {key: _table(figures, key, name, unit) for key, name, unit in SAVED}
    charts = {key: _chart(figures, key, name, unit) for key, name, unit in SAVED}
    return Section("ranges", "How far these figures could move", tables, charts)


def _layered(figures: Figures, comparison: str, key: str) -> bool:
    return key in (figures.shape.ranges or {}).get(comparison, {})


def _said(figures: Figures, comparison: str) -> str:
    one = figures.shape.comparisons[comparison]
    return f"{words.arm(one.arm)} against {words.mid_sentence(one.against)}"


def _table(figures: Figures, key: str, name: str, unit: Unit) -> Table:
    rows = []
    for comparison in figures.shape.comparisons:
        here = f"ranges.{comparison}.{key}"
        layers = (
            [figures.span(f"{here}.{layer}", unit) for layer in _LAYERS]
            if _layered(figures, comparison, key)
            else [Cell("not known") for _ in _LAYERS]
        )
        counted = figures.span(f"comparisons.{comparison}.{key}", unit)
        rows.append(Row(_said(figures, comparison), (counted, *layers), f"comparisons.{comparison}.{key}"))
    return Table(f"range_{key}", f"{name}, layer by layer", "Comparison", _COLUMNS, tuple(rows))


def _chart(figures: Figures, key: str, name: str, unit: Unit) -> Chart:
    rows = []
    for comparison in figures.shape.comparisons:
        counted = figures.span(f"comparisons.{comparison}.{key}", unit).value
        outer = (
            figures.span(f"ranges.{comparison}.{key}.together", unit).value
            if _layered(figures, comparison, key)
            else None
        )
        if isinstance(counted, Range):
            ends = _ends(outer) if isinstance(outer, Range) else None
            rows.append(Dot(_said(figures, comparison), counted.value or 0.0, _ends(counted), ends))
    about = "A dot for what this run counted, a thick line for other evidence, a thin one for everything together."
    return dots(f"chart-range-{key.replace('_', '-')}", name, about, rows, unit)


def _ends(span: Range) -> tuple[float, float]:
    return (span.low or 0.0, span.high or 0.0)
