"""Several runs side by side."""

import copy
import zipfile
from pathlib import Path
from typing import Any

import html5lib
import pytest

from pilot.errors import FileError
from reports import compare

HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def other(figures: dict[str, Any]) -> dict[str, Any]:
    """Another run of the same scenario, with another seed and other luck."""
    run = copy.deepcopy(figures)
    run["run"]["seed"] += 1
    run["comparisons"]["coded_vs_paper"]["gp_hours_saved"] |= {"value": 13.21, "low": 7.01, "high": 20.02}
    run["arms"]["paper"]["errors"] = 47
    return run


def read(path: Path) -> str:
    html = path.read_text()
    html5lib.HTMLParser(strict=True).parse(html)
    return html


def test_each_run_has_its_row_with_its_own_figures(
    figures: dict[str, Any], other: dict[str, Any], tmp_path: Path
) -> None:
    page = compare({"first": figures, "second": other}, tmp_path)

    assert page == tmp_path / "compare.html"
    html = read(page)
    assert "13.2 (7.0 to 20.0)" in html
    assert '<data value="47" title="arms.paper.errors">47</data>' in html
    assert "differ at most in the seed" in html
    with zipfile.ZipFile(tmp_path / "compare.xlsx") as book:
        assert 'name="savings_coded"' in book.read("xl/workbook.xml").decode()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("scenario", "bso-year", "They are of different scenarios"),
        ("version", "9.9.9", "They were made by different versions"),
        ("assumptions_sha256", "f" * 64, "They rest on different assumptions"),
        ("results", 4000, "They hold different numbers of results"),
    ],
)
def test_says_what_stands_in_the_way_of_comparing(
    figures: dict[str, Any], other: dict[str, Any], tmp_path: Path, key: str, value: object, said: str
) -> None:
    other["run"][key] = value

    html = read(compare({"first": figures, "second": other}, tmp_path))

    assert said in html
    assert "differ at most in the seed" not in html


def test_an_arm_that_a_run_does_not_have_is_said_to_be_not_run(
    figures: dict[str, Any], other: dict[str, Any], tmp_path: Path
) -> None:
    other["run"]["arms"] = ["paper"]
    del other["arms"]["coded"]
    other["comparisons"] = {}

    html = read(compare({"first": figures, "second": other}, tmp_path))

    assert "not run" in html
    assert html.count("second") > 2


def test_the_run_at_fault_is_named(figures: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"second, figures\.json, missing format"):
        compare({"first": figures, "second": {}}, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_name_cannot_become_markup(figures: dict[str, Any], tmp_path: Path) -> None:
    html = compare({"<script>x</script>": figures}, tmp_path).read_text()

    assert "<script>" not in html
