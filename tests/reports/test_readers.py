"""A page for each reader, and the summary: the report's own figures, valid, and traceable like the report."""

import re
from pathlib import Path
from typing import Any

import pytest

from reports import write_report
from tests.real_figures import real_values
from tests.reports.test_page import HTML, held_words, parse, recount, text, untraced


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run's report."""
    folder = tmp_path_factory.mktemp("readers")
    write_report(real_values(), folder)
    return folder


def pages(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (folder / "pages").glob("*.html")}


def test_there_is_one_for_who_decides_the_office_and_each_practice(
    figures: dict[str, Any], folder: Path
) -> None:
    practices = {f"practice-{practice['ods']}" for practice in figures["practices"]}
    assert set(pages(folder)) == {"director", "office"} | practices


def test_each_is_valid_simulated_and_leads_to_files_that_are_there(folder: Path) -> None:
    for name, page in pages(folder).items():
        tree = parse(page)
        assert "Simulation" in text(tree), name
        for link in tree.iter(f"{HTML}a"):
            target = link.get("href", "")
            assert target.startswith("#") or (folder / "pages" / target).is_file(), target


def test_every_number_can_be_recounted_and_none_is_the_templates_own(
    figures: dict[str, Any], folder: Path
) -> None:
    for name, page in pages(folder).items():
        tree = parse(page)
        assert untraced(tree, held_words(figures)) == [], name
        shown = tree.findall(f".//{HTML}data")
        assert len(shown) > 8, name
        for figure in shown:
            expected = recount(figures, figure.get("title", ""))
            assert float(figure.get("value", "nan")) == pytest.approx(expected), (name, figure.get("title"))


def test_a_practice_that_loses_time_reads_so(figures: dict[str, Any], tmp_path: Path) -> None:
    practice = figures["practices"][0]
    practice["arms"]["coded"]["gp_minutes"] = practice["arms"]["paper"]["gp_minutes"] + 63
    write_report(figures, tmp_path)
    lead = next(
        p
        for p in parse(pages(tmp_path)[f"practice-{practice['ods']}"]).iter(f"{HTML}p")
        if p.get("class") == "lead"
    )
    assert "\u22127.0 minutes a week" in text(lead) or "\u22127 minutes a week" in text(lead)


def test_names_in_a_practices_page_cannot_become_markup_or_paths(
    figures: dict[str, Any], tmp_path: Path
) -> None:
    figures["practices"][0] |= {"name": "<script>alert(1)</script>", "ods": "../../above"}
    write_report(figures, tmp_path)
    page = pages(tmp_path)["practice-0"]
    assert not list(parse(page).iter(f"{HTML}script"))
    assert not list(tmp_path.parent.glob("above*"))


def test_every_number_of_the_summary_stands_in_the_report(folder: Path) -> None:
    report = text(parse((folder / "report.html").read_text("utf-8")))
    summary = (folder / "summary.md").read_text("utf-8")
    told = set(re.findall(r"\d[\d,]*(?:\.\d+)?", report))
    numbers = [number.rstrip(",") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", summary)]
    assert len(numbers) > 30
    # A table may show fewer decimals than a line of its own.
    whole = {number: f"{float(number.replace(',', '')):,.0f}" for number in numbers}
    assert [number for number in numbers if not {number, whole[number]} & told] == []
    assert "Simulation" in summary.split("##", maxsplit=1)[0]


def test_a_run_without_paper_has_pages_that_claim_nothing(figures: dict[str, Any], tmp_path: Path) -> None:
    write_report(figures, tmp_path)
    figures["arms"] = {"coded": figures["arms"]["coded"]}
    figures["run"]["arms"] = ["coded"]
    figures |= {"comparisons": {}, "ladder": [], "ranges": None, "decision": None, "worse_off": []}
    for part in ("outcomes", "equality", "women"):
        figures[part] = [row for row in figures[part] if row["arm"] == "coded"]
    for practice in figures["practices"]:
        practice["arms"] = {"coded": practice["arms"]["coded"]}
    write_report(figures, tmp_path)
    assert set(pages(tmp_path)) == {"director", "office"}, "those of the report before are gone"
    assert "makes no recommendation" in pages(tmp_path)["director"]
    assert "makes no recommendation" in (tmp_path / "summary.md").read_text("utf-8")
