"""How far the figures could move, layer by layer; and each way of sending against the one that changes next less."""

from reports import words
from reports.charts import Chart, Dot, dots
from reports.figures import Figures, Section
from reports.rendering import Cell, Column, Range, Row, Table, Unit

# What a comparison saves: its key in figures.json, what it is called, and its unit.
SAVED = (
    ("gp_hours_saved", "GP hours saved", Unit.HOURS),
    ("bso_hours_saved", "Office hours saved", Unit.HOURS),
    ("gbp_saved", "Pounds saved", Unit.POUNDS),
    ("errors_avoided", "Errors avoided", Unit.ESTIMATE),
)
_HARMED = (
    ("due_though_screened", "Fewer who look due and are not"),
    ("recalls_not_found", "Fewer recalls that no search finds"),
    ("absences_not_found", "Fewer non-attenders whom no search finds"),
)
# What each code set leaves to be found where the record keeps question and answer: the search, what it is asked for.
_SOUGHT = (
    ("screened", "normal_found", "Normal results found as screened"),
    ("did not attend", "did_not_attend_found", "Non-attenders found as such"),
    ("recalled", "recalled_found", "Recalls found as such"),
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


def ladder(figures: Figures) -> Section | None:
    """None where there are no two ways of sending."""
    if not figures.shape.ladder:
        return None
    tables = {"ladder": _steps(figures)}
    if figures.shape.searches:
        tables["code_sets"] = _code_sets(figures)
    charts = {key: _step_chart(figures, key, said, unit) for key, said, unit in SAVED}
    return Section("ladder", "Step by step", tables, charts)


def _step(figures: Figures, place: int) -> str:
    one = figures.shape.ladder[place]
    return f"{words.arm(one.arm)}, after {words.mid_sentence(one.against)}"


def _steps(figures: Figures) -> Table:
    columns = (
        *(Column(said, ranged=True) for _, said, _ in SAVED),
        Column("More in the right record"),
        *(Column(said) for _, said in _HARMED),
    )
    rows = []
    for place, one in enumerate(figures.shape.ladder):
        here = f"ladder[{place}]"
        harms = [
            figures.difference(f"arms.{one.against}.harms.{key}", f"arms.{one.arm}.harms.{key}", Unit.COUNT)
            for key, _ in _HARMED
        ]
        saved = [figures.span(f"{here}.{key}", unit) for key, _, unit in SAVED]
        rows.append(
            Row(_step(figures, place), (*saved, figures.cell(f"{here}.fewer_undelivered"), *harms), here)
        )
    return Table("ladder", "What each step adds to the one before it", "Step", columns, tuple(rows))


def _code_sets(figures: Figures) -> Table:
    """The last step, which no arm walks: a search that a code set has no concept for finds nothing."""
    places = {(one.code_set, one.store, one.counts_as): i for i, one in enumerate(figures.shape.searches)}
    rows = []
    for name in dict.fromkeys(one.code_set for one in figures.shape.searches):
        cells = [
            figures.cell(f"searches[{at}].{key}")
            if (at := places.get((name, "both", counts_as))) is not None
            else Cell("no such search")
            for counts_as, key, _ in _SOUGHT
        ]
        rows.append(Row(name, tuple(cells)))
    columns = tuple(Column(said) for *_, said in _SOUGHT)
    return Table(
        "code_sets", "What a search finds, by the codes that messages carry", "Code set", columns, tuple(rows)
    )


def _step_chart(figures: Figures, key: str, name: str, unit: Unit) -> Chart:
    rows = []
    for place, one in enumerate(figures.shape.ladder):
        span = getattr(one, key)
        rows.append(Dot(_step(figures, place), span.value, (span.low, span.high)))
    about = "A dot for what this run counted, on a line over the range that the evidence's doubt gives it."
    return dots(
        f"chart-ladder-{key.replace('_', '-')}",
        f"{name}, each step against the one before",
        about,
        rows,
        unit,
    )
