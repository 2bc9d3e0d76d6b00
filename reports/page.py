"""The benefit report as one HTML page: no network, no script, every figure with its key in figures.json."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import words
from reports.figures import Figures
from reports.formats import show_cell
from reports.sections import sections
from reports.sections.errors import KINDS
from reports.tables import Cell, Range, Unit


def page(figures: Figures) -> str:
    """The whole page. The same figures give the same bytes."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(figures=figures, run=figures.shape.run, sections=sections(figures), error_kinds=KINDS)
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    environment.globals |= {"words": words, "Unit": Unit}
    return environment


def figure(cell: Cell) -> Markup:
    """A figure as a reader sees it, with its raw value and its key for who wants to trace it."""
    text = show_cell(cell)
    if not cell.key:
        return Markup("{}").format(text)
    if cell.unit is Unit.CODE:
        return Markup('<code title="{}">{}</code>').format(cell.key, text)
    value = cell.value.value if isinstance(cell.value, Range) else cell.value
    if value is None or isinstance(value, str):
        return Markup('<span title="{}">{}</span>').format(cell.key, text)
    return Markup('<data value="{}" title="{}">{}</data>').format(value, cell.key, text)
