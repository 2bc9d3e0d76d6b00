"""The nation at small size: every result is kept, practices join as the calendar says, and its end ends the saving."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pilot.cli import app
from pilot.errors import EvidenceError, ScenarioError
from pilot.evidence import load_assumptions
from pilot.experiment import load_scenario
from pilot.questions.nation import Nation, draw_nation, load_years, nation

SMALL = {"offices": 4, "practices": 30, "results": 4_000}


def years(folder: Path, **fixed: float) -> Path:
    """The toolkit's calendar with these figures, without doubt."""
    rows = load_years()
    lines = []
    for name, row in rows.items():
        value = {**SMALL, **fixed}.get(name)
        low, middle, high = (row.low, row.value, row.high) if value is None else (value,) * 3
        shape = row.distribution if value is None else "fixed"
        lines.append(
            f'[{name}]\nvalue = {middle}\nlow = {low}\nhigh = {high}\nunit = "{row.unit}"\n'
            f'distribution = "{shape}"\nsource = "a test"\ndate = "2026-11"\ngrade = "judgement"\nsentence = "x"\n'
        )
    path = folder / "years.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def small(folder: Path, **fixed: float) -> Nation:
    return nation(load_scenario("quick"), load_years(years(folder, **fixed)), draws=6)


def test_every_result_is_kept_and_practices_that_are_not_there_never_join(tmp_path: Path) -> None:
    offices = draw_nation(load_scenario("quick"), load_years(years(tmp_path)), 3)
    assert offices.count.shape == (4, 8)  # 30 practices: two offices have seven
    assert offices.count.sum() == 4_000
    found = small(tmp_path)
    assert (found.offices, found.results) == (4, 4_000)
    assert 15 < found.joins <= 30
    assert found.hours_today.mean > found.hours_saved.mean > 0


def test_practices_join_one_after_another_and_none_before_its_supplier(tmp_path: Path) -> None:
    found = small(tmp_path, begins=2027.0, lead_months=18, months_of_waves=12)
    joined = {quarter.at: quarter.practices.mean for quarter in found.curve}
    assert joined[2028.25] == 0
    assert 0 < joined[2028.75] < joined[2029.0] < joined[2029.5] == found.joins
    assert found.curve[-1].hours_a_year.mean == pytest.approx(found.hours_saved.mean)


def test_what_comes_after_nbss_is_replaced_saves_nothing_and_a_later_end_saves_more(tmp_path: Path) -> None:
    calendar = {"begins": 2027.0, "lead_months": 18.0, "months_of_waves": 12.0}
    too_late, late, later = (
        small(tmp_path, **calendar, nbss_replaced=end) for end in (2028.0, 2029.0, 2032.0)
    )
    assert (too_late.at_all, too_late.hours_until_replaced.high) == (0, 0)
    assert (late.at_all, later.in_time) == (1, 1)
    assert 0 < late.hours_until_replaced.mean < later.hours_until_replaced.mean
    a_year = later.hours_saved.mean
    assert later.hours_until_replaced.mean == pytest.approx(3 * a_year, rel=0.1)  # 3.5 years, less the waves


def test_what_cannot_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="too few or too many"):
        load_years(years(tmp_path, results=10**9))
    with pytest.raises(EvidenceError, match="no practice"):
        load_years(years(tmp_path, practices=2))
    path = years(tmp_path)
    path.write_text(path.read_text().replace("[begins]", "[starts]"))
    with pytest.raises(EvidenceError, match="missing"):
        load_years(path)
    with pytest.raises(ScenarioError, match=r"practices\.wave"):
        nation(load_scenario("waves"), load_years(), draws=2)
    with pytest.raises(ScenarioError, match="draws"):
        nation(load_scenario("quick"), load_years(), draws=1)


def test_the_command_and_the_toolkits_own_calendar(tmp_path: Path) -> None:
    asked = ["nation", "--years", str(years(tmp_path)), "--draws", "4"]
    assert "4 offices, 30 practices, 4,000 results" in CliRunner().invoke(app, asked).output
    assert json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)["draws"] == 4
    own = load_years()
    assert (own["offices"].value, own["practices"].value, own["results"].value) == (77, 6100, 3_000_000)
    assert not own.keys() & load_assumptions().keys()
