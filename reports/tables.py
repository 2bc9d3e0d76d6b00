"""A table of the report: the one value that the page, the workbook and the CSV files all print."""

from dataclasses import dataclass
from enum import StrEnum


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
    """`label` names the row; `key` is the part of figures.json that the row shows."""

    label: str
    cells: tuple[Cell, ...]
    key: str = ""
    part: bool = False
    total: bool = False


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
