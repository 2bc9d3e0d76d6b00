"""Templates to HTML: everything escaped, every figure with its raw value and its key beside it."""

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import words
from reports.formats import places_for, show
from reports.tables import Cell, Range, Table, Unit


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"figure": figure, "places": places, "breakable": breakable}
    made.globals |= {"words": words, "Unit": Unit}
    return made


def figure(cell: Cell, decimals: Mapping[Unit, int] | None = None) -> Markup:
    """A figure as a reader sees it, with its raw value and its key for who wants to trace it."""
    text = show(cell.value, cell.unit, (decimals or {}).get(cell.unit))
    if not cell.key:
        return Markup("{}").format(text)
    if cell.unit is Unit.CODE:
        return Markup('<code title="{}">{}</code>').format(cell.key, text)
    value = cell.value.value if isinstance(cell.value, Range) else cell.value
    if value is None or isinstance(value, str):
        return Markup('<span title="{}">{}</span>').format(cell.key, text)
    return Markup('<data value="{}" title="{}">{}</data>').format(value, cell.key, text)


def places(table: Table) -> dict[Unit, int]:
    """The decimals of each unit in a table; plain numbers, being of all kinds, each have their own."""
    cells = [cell for row in table.rows for cell in row.cells if cell.unit is not Unit.NUMBER]
    units = {cell.unit for cell in cells}
    return {unit: places_for([cell.value for cell in cells if cell.unit is unit], unit) for unit in units}


def breakable(key: str) -> Markup:
    """A key that may be broken after its dots where a column is narrow."""
    return Markup(".<wbr>").join(key.split("."))
