"""The report of a run, through the function that the command line and the engine call."""

import json
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from pilot.errors import ConfigurationError, FileError
from reports import write_report


def test_writes_the_page_its_tables_and_nothing_else(figures: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(figures, tmp_path)

    assert page == tmp_path / "report.html"
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "summary.md", "pages", "tables.xlsx", "csv",
    }  # fmt: skip


def test_the_same_figures_give_the_same_bytes(figures: dict[str, Any], tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    write_report(figures, first)
    write_report(json.loads(json.dumps(figures)), second)

    for name in ("report.html", "tables.xlsx", "csv/errors.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("run", "missing run"),
        ("arms", "missing arms"),
        ("format", "missing format"),
        ("national", "missing national"),
    ],
)
def test_what_is_not_a_figures_file_is_one_clear_line(
    figures: dict[str, Any], tmp_path: Path, part: str, said: str
) -> None:
    del figures[part]

    with pytest.raises(FileError) as caught:
        write_report(figures, tmp_path)

    assert said in str(caught.value)
    assert "figures.json" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", "figures/1", "written as figures/1, where this version reads figures/4"),
        ("arms", [], "at arms"),
        ("arms", {}, "missing arms.paper"),
        ("outcomes", None, "at outcomes"),
    ],
)
def test_a_part_that_is_not_what_it_should_be_is_named(
    figures: dict[str, Any], tmp_path: Path, key: str, value: object, said: str
) -> None:
    with pytest.raises(FileError, match=said):
        write_report(figures | {key: value}, tmp_path)


@pytest.mark.parametrize("other", [[], "figures", 7, None])
def test_what_is_no_mapping_is_no_figures_file(tmp_path: Path, other: Any) -> None:
    with pytest.raises(FileError, match="not the figures of a finished run"):
        write_report(other, tmp_path)


def test_a_place_that_cannot_be_written_is_one_clear_line(figures: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.touch()

    with pytest.raises(FileError, match="The report cannot be written"):
        write_report(figures, file)


def test_a_second_report_replaces_the_first_and_its_tables(figures: dict[str, Any], tmp_path: Path) -> None:
    write_report(figures, tmp_path)
    (tmp_path / "csv" / "of_an_older_version.csv").touch()
    figures["run"]["title"] = "Another title"
    figures["national"] = None
    write_report(figures, tmp_path)

    assert "Another title" in (tmp_path / "report.html").read_text()
    names = {path.name for path in (tmp_path / "csv").iterdir()}
    assert names.isdisjoint({"of_an_older_version.csv", "national.csv"})


def test_a_write_that_fails_leaves_the_old_page_and_no_litter(
    figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(figures, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    figures["run"]["title"] = "Another title"
    with pytest.raises(FileError, match="No space left on device"):
        write_report(figures, tmp_path)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_pdf_without_weasyprint_says_how_to_get_it(
    figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(ConfigurationError, match=r"Install this toolkit with its extra \[pdf\]"):
        write_report(figures, tmp_path, pdf=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_pdf_is_tagged_for_screen_readers(figures: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", reason="needs the extra [pdf]")

    write_report(figures, tmp_path, pdf=True)

    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as document:
        assert document.is_tagged()
        assert "Benefit report" in document[0].get_textpage().get_text_range()
        for page in document:
            assert "Simulation: invented people" in page.get_textpage().get_text_range()
        # A chart is drawn in its own blue, and not in black for want of a colour.
        picture = document[0].render(scale=1).to_pil().convert("RGB")
        assert (0, 94, 184) in {colour for _, colour in picture.getcolors(1 << 24)}
    with pikepdf.open(tmp_path / "report.pdf") as document:
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        assert document.Root.Lang == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
            assert told["dc:title"].startswith("Benefit report")
