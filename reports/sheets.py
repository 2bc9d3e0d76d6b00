"""The report's tables as a workbook and as CSV files: the same figures, unrounded, for who counts on from here."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.rendering import Cell, Column, Range, Row, Table, Unit

# A file of figures must not change because a day has passed; the workbook's own date is of no use to anybody.
_CREATED = datetime(2026, 1, 1)
_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.ESTIMATE: "#,##0",
    Unit.HOURS: "#,##0.0",
    Unit.MINUTES: "#,##0.0",
    Unit.DAYS: "#,##0.0",
    Unit.POUNDS: "£#,##0.00",
    Unit.SHARE: "0.0%",
    Unit.RATIO: "0.00",
    Unit.NUMBER: "General",
}
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHEET_NAME = 31


def csv_text(table: Table) -> str:
    """The table as CSV (RFC 4180). Words that a spreadsheet would run as a formula get an apostrophe before them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_guarded(heading) for heading in _headings(table)])
    for row in table.rows:
        writer.writerow([_guarded(cell.value) for cell in _cells(table, row)])
    return out.getvalue()


def workbook(title: str, tables: Sequence[Table]) -> bytes:
    """The tables as an XLSX workbook: a sheet of contents, then a sheet each.

    Words are written as words: nothing in it is a formula.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "created": _CREATED})
    styles = _Styles(
        title=book.add_format({"bold": True, "font_size": 13}),
        head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        numbers={unit: book.add_format({"num_format": code}) for unit, code in _FORMATS.items()},
    )
    contents = Table(
        "contents",
        title,
        "Sheet",
        (Column("What it shows", numeric=False),),
        tuple(Row(table.name[:_SHEET_NAME], (Cell(table.caption),)) for table in tables),
    )
    for table in (contents, *tables):
        _write_sheet(book.add_worksheet(table.name[:_SHEET_NAME]), table, styles)
    book.close()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    head: Format
    numbers: Mapping[Unit, Format]


def _write_sheet(sheet: Worksheet, table: Table, styles: _Styles) -> None:
    sheet.write_string(0, 0, table.caption, styles.title)
    headings = _headings(table)
    for column, heading in enumerate(headings):
        sheet.write_string(2, column, heading, styles.head)
    for number, row in enumerate(table.rows, start=3):
        for column, cell in enumerate(_cells(table, row)):
            if isinstance(cell.value, str):
                sheet.write_string(number, column, cell.value)
            elif cell.value is not None and not isinstance(cell.value, Range):
                sheet.write_number(number, column, cell.value, styles.numbers.get(cell.unit))
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(headings) - 1, 18)
    sheet.freeze_panes(3, 1)


def _headings(table: Table) -> list[str]:
    headings = [table.head]
    for column in table.columns:
        headings.append(column.heading)
        if column.ranged:
            headings += [f"{column.heading}, low", f"{column.heading}, high"]
    return [*headings, "In figures.json"] if table.keyed else headings


def _cells(table: Table, row: Row) -> Iterator[Cell]:
    """The row's cells, flat: a range as three."""
    yield Cell(row.label)
    for column, cell in zip(table.columns, row.cells, strict=True):
        yield from _flat(column, cell)
    if table.keyed:
        yield Cell(row.key)


def _flat(column: Column, cell: Cell) -> Iterator[Cell]:
    if not column.ranged:
        yield cell
    elif isinstance(cell.value, Range):
        for part in (cell.value.value, cell.value.low, cell.value.high):
            yield Cell(part, cell.unit)
    else:
        yield from (cell, Cell(None), Cell(None))


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
