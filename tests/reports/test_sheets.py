"""The workbook and the CSV files: the same figures unrounded, and nothing in them runs when opened."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import write_report
from reports.rendering import Cell, Column, Range, Row, Table, Unit
from reports.sheets import csv_text, workbook

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(*rows: Row, columns: tuple[Column, ...] = (Column("Value"),), name: str = "one") -> Table:
    return Table(name, "A table", "What", columns, rows)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_range_is_three_columns_and_unrounded() -> None:
    made = table(
        Row("Hours", (Cell(Range(15.318333, 8.34537, 22.1), Unit.HOURS),), "a.b"),
        Row("Part", (Cell(-0.25, Unit.HOURS),)),
        columns=(Column("Saved", ranged=True),),
    )

    assert read(csv_text(made)) == [
        ["What", "Saved", "Saved, low", "Saved, high", "In figures.json"],
        ["Hours", "15.318333", "8.34537", "22.1", "a.b"],
        ["Part", "-0.25", "", "", ""],
    ]


def test_what_is_not_there_is_empty() -> None:
    assert read(csv_text(table(Row("Median", (Cell(None, Unit.DAYS),))))) == [
        ["What", "Value"],
        ["Median", ""],
    ]


@given(st.text())
def test_no_words_in_a_csv_file_begin_a_formula(words: str) -> None:
    made = table(Row(words, (Cell(words),), words))

    for row in read(csv_text(made)):
        assert not any(cell.startswith(FORMULA_STARTS) for cell in row)


def test_a_negative_number_stays_a_number() -> None:
    assert read(csv_text(table(Row("Saved", (Cell(-3.5, Unit.POUNDS),)))))[1][1] == "-3.5"


@pytest.mark.parametrize("words", ['=HYPERLINK("//evil.example")', "+1+1", "@SUM(A1)", "http://evil.example"])
def test_nothing_in_the_workbook_is_a_formula_or_a_link(words: str) -> None:
    made = workbook(words, [table(Row(words, (Cell(words),), words))])

    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        for name in parts.namelist():
            content = parts.read(name).decode()
            assert "<f>" not in content
            assert "<hyperlink" not in content


def test_the_workbook_does_not_tell_when_it_was_made() -> None:
    made = table(Row("a", (Cell(1, Unit.COUNT),)))

    assert workbook("A run", [made]) == workbook("A run", [made])
    with zipfile.ZipFile(io.BytesIO(workbook("A run", [made]))) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


def test_every_table_of_the_page_is_a_sheet_and_a_file(figures: dict[str, Any], tmp_path: Path) -> None:
    write_report(figures, tmp_path)

    files = {path.stem for path in tmp_path.glob("csv/*.csv")}
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as parts:
        sheets = parts.read("xl/workbook.xml").decode()
    assert {"hours", "money", "errors", "days", "ends", "harms", "national", "assumptions"} <= files
    assert all(f'name="{name}"' in sheets for name in files)


def test_the_files_hold_the_figures_as_they_are(figures: dict[str, Any], tmp_path: Path) -> None:
    write_report(figures, tmp_path)

    rows = {row[0]: row for row in read((tmp_path / "csv" / "hours.csv").read_text("utf-8-sig"))}
    saved = figures["comparisons"]["coded_vs_paper"]["gp_hours_saved"]
    coded = rows["What" if "What" in rows else "Work"].index("Saved by Coded messages")
    assert [json.loads(cell) for cell in rows["GP practice staff"][coded : coded + 3]] == [
        saved["value"],
        saved["low"],
        saved["high"],
    ]
    assert float(rows["GP practice staff"][1]) == pytest.approx(figures["arms"]["paper"]["gp_minutes"] / 60)


def test_excel_reads_the_pounds_and_dashes_of_a_csv_file(figures: dict[str, Any], tmp_path: Path) -> None:
    write_report(figures, tmp_path)

    assert (tmp_path / "csv" / "money.csv").read_bytes().startswith(b"\xef\xbb\xbf")
