"""A table of the report, the one value that page, workbook and CSV files print; and its figures as a reader sees them:
rounded, with their unit, in British English, in HTML with raw value and key.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import words


class Unit(StrEnum):
    """What a number counts; decides how it is written."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    ESTIMATE = "estimate"
    HOURS = "hours"
    MINUTES = "minutes"
    DAYS = "days"
    POUNDS = "pounds"
    SHARE = "share"
    RATIO = "ratio"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Range:
    """A figure and the ends of its range. None throughout where it was not measured."""

    value: float | None
    low: float | None
    high: float | None


Value = str | int | float | Range | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure or word. `key` says where it stands in figures.json, or how it follows from what stands there."""

    value: Value
    unit: Unit = Unit.TEXT
    key: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. A `ranged` column becomes three in a sheet: the figure, its low end and its high end.

    `wide` columns hold sentences and keep room for them.
    """

    heading: str
    numeric: bool = True
    ranged: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`label` names the row; `key` is the part of figures.json that the row shows; `link` an anchor of the page."""

    label: str
    cells: tuple[Cell, ...]
    key: str = ""
    part: bool = False
    total: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the sheet's and the CSV file's name. Raises ValueError where a row does not fit the headings."""

    name: str
    caption: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{self.name}: {len(row.cells)} cells under {len(self.columns)} headings")

    @property
    def keyed(self) -> bool:
        return any(row.key for row in self.rows)


# What figures.json has as null: a median of nothing, the commonest code of no codes.
NO_VALUE = "none"
_MINUS = "\u2212"
_JOINED = "\u2060"  # no line ends between a minus sign and its pounds
# From here on, only a count is known to more than three figures.
_LARGE = 1_000
_PLACES = {Unit.HOURS: 1, Unit.MINUTES: 1, Unit.DAYS: 1, Unit.SHARE: 1, Unit.POUNDS: 2, Unit.RATIO: 2}


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"figure": figure, "said": said, "places": places, "breakable": breakable}
    made.globals |= {"words": words, "Unit": Unit}
    return made


def figure(cell: Cell, decimals: Mapping[Unit, int] | None = None) -> Markup:
    """A figure as a reader sees it, with its raw value and its key for who wants to trace it."""
    text = show(cell.value, cell.unit, (decimals or {}).get(cell.unit))
    text = text.replace(f"{_MINUS}£", f"{_MINUS}{_JOINED}£")
    if not cell.key:
        return Markup("{}").format(text)
    if cell.unit is Unit.CODE:
        return Markup('<code title="{}">{}</code>').format(cell.key, text)
    value = cell.value.value if isinstance(cell.value, Range) else cell.value
    if value is None or isinstance(value, str):
        return Markup('<span title="{}">{}</span>').format(cell.key, text)
    return Markup('<data value="{}" title="{}">{}</data>').format(value, cell.key, text)


def said(cell: Cell) -> str:
    """A figure as a reader sees it, in words alone."""
    return show(cell.value, cell.unit)


def places(table: Table) -> dict[Unit, int]:
    """The decimals of each unit in a table; plain numbers, being of all kinds, each have their own."""
    cells = [cell for row in table.rows for cell in row.cells if cell.unit is not Unit.NUMBER]
    units = {cell.unit for cell in cells}
    return {unit: places_for([cell.value for cell in cells if cell.unit is unit], unit) for unit in units}


def breakable(key: str) -> Markup:
    """A key that may be broken after its dots where a column is narrow."""
    return Markup(".<wbr>").join(key.split("."))


def show(value: Value, unit: Unit = Unit.TEXT, places: int | None = None) -> str:
    """The figure as a reader sees it; a range as "value (low to high)", where there is any.

    `places` are the decimals; left out, they follow from the figure's size, the same for a figure and its range.
    """
    if value is None or (isinstance(value, Range) and value.value is None):
        return NO_VALUE
    if isinstance(value, str):
        return value
    places = places_for([value], unit) if places is None else places
    numbers = [_month(part) if unit is Unit.DATE else _number(part, unit, places) for part in _parts(value)]
    ranged = len(numbers) == 3 and numbers[1] != numbers[2]
    return f"{numbers[0]} ({numbers[1]} to {numbers[2]})" if ranged else numbers[0]


def tick(value: float, unit: Unit) -> str:
    """A figure on a chart's axis: as short as it can be."""
    text = show(value, unit)
    whole = text.removesuffix("%")
    whole = whole.rstrip("0").rstrip(".") if "." in whole else whole
    return whole + "%" * text.endswith("%")


def places_for(values: Iterable[Value], unit: Unit) -> int:
    """Decimals that suit the largest of some figures of one unit, so that they line up under each other."""
    sizes = [abs(part) * _scale(unit) for value in values for part in _parts(value)]
    if all(size == round(size) for size in sizes):
        return 0
    if unit is Unit.NUMBER:
        # Of all sizes, from keying errors to messages a year: four figures of each are enough.
        return max(0, 3 - math.floor(math.log10(min(size for size in sizes if size))))
    return 0 if max(sizes) >= (100 if unit is Unit.POUNDS else 1000) else _PLACES.get(unit, 0)


def day(text: str) -> str:
    """2026-11-02 as 2 November 2026; anything else as it is."""
    try:
        then = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{then.day} {then:%B %Y}"


def _month(year: float) -> str:
    """2029.25, a quarter of 2029 gone, as April 2029."""
    months = round(year * 12)
    return f"{date(1, months % 12 + 1, 1):%B} {months // 12}"


def _parts(value: Value) -> list[float]:
    parts = (value.value, value.low, value.high) if isinstance(value, Range) else (value,)
    return [part for part in parts if isinstance(part, int | float)]


def _scale(unit: Unit) -> int:
    return 100 if unit is Unit.SHARE else 1


def _number(value: float, unit: Unit, places: int) -> str:
    size = abs(value) * _scale(unit)
    if size >= _LARGE and unit not in {Unit.COUNT, Unit.NUMBER}:
        size = float(f"{size:.3g}")
    text = f"{size:,.{places}f}"
    if unit is Unit.SHARE and 0 < size < 0.05:
        return "under 0.1%"
    if unit is Unit.NUMBER and "." in text:
        text = text.rstrip("0").rstrip(".")
    # A negative number that rounds to nothing is nothing.
    sign = _MINUS if value < 0 and any(digit in text for digit in "123456789") else ""
    return f"{sign}{'£' if unit is Unit.POUNDS else ''}{text}{'%' if unit is Unit.SHARE else ''}"
