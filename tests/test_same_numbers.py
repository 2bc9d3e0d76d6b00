"""Wherever the same figure is shown, it is the same number: file, report, workbook, CSV, terminal UI, command line."""

import io
import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

import html5lib
import pytest

from pilot.cli.runs import _finished
from pilot.domain.arm import arm_name
from pilot.experiment.events import RunFinished
from pilot.tui.view import key_figures
from reports import words as report_words
from reports import write_report
from reports.sections.fates import _ENDS
from tests.real_figures import real_figures, real_values

HTML = "{http://www.w3.org/1999/xhtml}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ENDS = ("in_right_record", "on_a_worked_list", "unwatched_paper", "returned", "lost")
FIGURES = real_figures()
ARMS = tuple(FIGURES.run.arms)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of a real run."""
    run = tmp_path_factory.mktemp("report")
    write_report(real_values(), run)
    return run


def on_the_page(folder: Path) -> dict[str, set[float]]:
    """By key, every number that the page shows for it."""
    tree = html5lib.HTMLParser(strict=True).parse((folder / "report.html").read_text("utf-8"))
    shown: dict[str, set[float]] = {}
    for figure in tree.iter(f"{HTML}data"):
        shown.setdefault(figure.get("title", ""), set()).add(float(figure.get("value", "nan")))
    return shown


def in_the_workbook(folder: Path, sheet: str) -> dict[str, list[str]]:
    """A sheet's rows by their first cell."""
    with zipfile.ZipFile(folder / "tables.xlsx") as book:
        names = [part.get("name") for part in fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")]
        strings = ["".join(si.itertext()) for si in fromstring(book.read("xl/sharedStrings.xml"))]
        rows = fromstring(book.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml")).iter(f"{SHEET}row")
        found = {}
        for row in rows:
            cells = [
                strings[int(cell.findtext(f"{SHEET}v", "0"))]
                if cell.get("t") == "s"
                else cell.findtext(f"{SHEET}v", "")
                for cell in row
            ]
            found[cells[0]] = cells[1:]
    return found


@pytest.mark.parametrize("arm", ARMS)
def test_the_page_shows_what_the_file_holds(folder: Path, arm: str) -> None:
    shown, held = on_the_page(folder), FIGURES.arms[arm]
    assert shown[f"arms.{arm}.errors"] == {held.errors}
    assert shown[f"arms.{arm}.undelivered"] == {held.undelivered}
    assert shown[f"arms.{arm}.not_findable"] == {held.not_findable}
    for end in ENDS:
        assert shown[f"arms.{arm}.ends.{end}"] == {getattr(held.ends, end)}
    for key, comparison in FIGURES.comparisons.items():
        if comparison.arm == arm:
            assert shown[f"comparisons.{key}.gp_hours_saved"] == {comparison.gp_hours_saved.value}


@pytest.mark.parametrize(("place", "arm"), list(enumerate(ARMS)))
def test_the_workbook_and_the_csv_file_hold_the_same(folder: Path, place: int, arm: str) -> None:
    held = FIGURES.arms[arm]
    book, errors = in_the_workbook(folder, "ends"), in_the_workbook(folder, "errors")
    csv = (folder / "csv" / "ends.csv").read_text("utf-8-sig")
    for end, name, _ in _ENDS:
        number = getattr(held.ends, end)
        assert float(book[name][place]) == number
        [line] = [
            row for row in csv.splitlines() if row.startswith(f"{name},") or row.startswith(f'"{name}"')
        ]
        assert re.findall(r",(\d+)", line)[place] == str(number)
    assert float(book["In no right record when the run ended"][place]) == held.undelivered
    assert float(errors["Results with an error"][place + 1]) == held.errors


def test_the_terminal_ui_says_the_same() -> None:
    said = {figure.label: figure.text for figure in key_figures(FIGURES)}
    for name in ("paper", "coded"):
        arm, label = FIGURES.arms[name], arm_name(name, short=True).lower()
        assert said[f"Errors, {label}"].startswith(f"{arm.errors} of {arm.results}")
        numbers = [int(number) for number in re.findall(r"\d+", said[f"Where, {label}"])]
        assert numbers == [arm.results, *(getattr(arm.ends, e) for e in ENDS if getattr(arm.ends, e))]
    hours = [figure.text for figure in key_figures(FIGURES) if figure.label == "GP hours saved"]
    saved = FIGURES.comparisons["coded_vs_paper"].gp_hours_saved
    assert hours[0].startswith(f"{saved.value:.1f} ({saved.low:.1f} to {saved.high:.1f})")


def test_the_command_line_says_the_same() -> None:
    told = io.StringIO()
    _finished(RunFinished(Path("run"), Path("run/report.html"), FIGURES, 1.0), told)
    for name, arm in FIGURES.arms.items():
        [line] = [line for line in told.getvalue().splitlines() if line.startswith(f"{name}: ")]
        numbers = [int(number) for number in re.findall(r"\d+", line)]
        assert numbers == [arm.results, *(getattr(arm.ends, end) for end in ENDS), arm.errors]


def test_every_way_has_its_name_on_the_page(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    assert all(report_words.arm(arm) in page for arm in ARMS)
