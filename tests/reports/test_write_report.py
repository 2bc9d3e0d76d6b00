"""The report of a run, through the function that the command line and the engine call."""

import json
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import FileError
from reports import write_report


def test_writes_the_page_its_tables_and_nothing_else(figures: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(figures, tmp_path)

    assert page == tmp_path / "report.html"
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "tables.xlsx", "csv"}


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
    [("run", "missing run"), ("arms", "missing arms"), ("format", "missing format")],
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
