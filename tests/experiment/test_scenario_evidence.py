"""A scenario may rest on an evidence file or on rows of its own, each with its source; all that is shown follows."""

from importlib import resources
from pathlib import Path

import msgspec
import pytest

from pilot.errors import EvidenceError, FileError
from pilot.evidence import Grade, load_assumptions
from pilot.experiment import load_scenario, resume_run, run_scenario
from pilot.experiment.events import DayPassed, RunFinished
from pilot.experiment.folder import read_manifest, write_manifest
from pilot.experiment.scenario import parse_scenario

OWN = resources.files("pilot.evidence").joinpath("assumptions.toml").read_text("utf-8")
SMALL = (Path(__file__).parents[1] / "chaos" / "small.toml").read_text("utf-8")
FASTER = """
[evidence.minutes_a_result]
value = 1.2
low = 1.0
high = 1.5
source = "Timed at one practice of the pilot"
date = "2026-10"
"""


def test_without_the_table_it_is_the_toolkits_own() -> None:
    rows, own = load_scenario("quick").assumptions, load_assumptions()
    assert {name: rows[name] for name in own} == dict(own)
    assert all(name.startswith("generation_") for name in rows.keys() - own.keys())


def test_a_row_is_replaced_and_keeps_what_the_change_leaves_out() -> None:
    rows = parse_scenario("mine", SMALL + FASTER).assumptions
    own = parse_scenario("mine", SMALL).assumptions
    row = rows["minutes_a_result"]
    assert (row.low, row.value, row.high) == (1.0, 1.2, 1.5)
    assert row.source == "Timed at one practice of the pilot"
    assert row.unit == own["minutes_a_result"].unit
    assert row.grade is Grade.JUDGEMENT, "a grade is not inherited"
    assert rows.sha256 != own.sha256
    assert {name: rows[name] for name in rows if name != "minutes_a_result"} == {
        name: own[name] for name in own if name != "minutes_a_result"
    }


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('source = "Timed at one practice of the pilot"\n', "", "replaced without its source"),
        ('date = "2026-10"\n', "", "replaced without its date"),
        ("value = 1.2", "value = 2.0", r"low 1, value 2, high 1.5"),
        ("minutes_a_result", "minutes_a_reslt", "Did you mean minutes_a_result"),
        ("value = 1.2", "value = 1.2\nmode = 3", "mode, which nothing reads"),
        ("value = 1.2", 'value = "fast"', "value is not a number"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_name(before: str, after: str, says: str) -> None:
    assert before in FASTER
    with pytest.raises(EvidenceError, match=says) as raised:
        parse_scenario("mine", SMALL + FASTER.replace(before, after, 1))
    assert "mine [evidence." in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("row", "value", "says"),
    [
        ("practice_collects_first", 25, "25 is no hour of the day"),
        ("day_ends", 24, "24 is no hour of the day"),
        ("office_opens", 11, "hour 10 is before that of office_opens, 11"),
        ("bso_slip", 1.5, "share of stuck results dealt with can be"),
        ("unmatched_minutes", -1, "minutes a message can be"),
    ],
)
def test_hours_that_make_no_day_and_figures_that_cannot_be_are_refused(
    row: str, value: float, says: str
) -> None:
    change = f'\n[evidence.{row}]\nvalue = {value}\nlow = {value}\nhigh = {value}\ndistribution = "fixed"\n'
    told = 'source = "A clock at one office"\ndate = "2026-10"\n'
    with pytest.raises(EvidenceError, match=says) as raised:
        parse_scenario("mine", SMALL + change + told)
    assert "mine [" in str(raised.value)


def test_a_file_of_ones_own_lies_beside_the_scenario_and_must_be_whole(tmp_path: Path) -> None:
    (tmp_path / "evidence.toml").write_text(
        OWN.replace("value = 2.5\nlow = 0.9", "value = 2.0\nlow = 0.9", 1), "utf-8"
    )
    mine = tmp_path / "mine.toml"
    mine.write_text(SMALL + '\n[evidence]\nfile = "evidence.toml"\n', "utf-8")
    rows = load_scenario(str(mine)).assumptions
    assert rows["minutes_a_result"].value == 2.0
    (tmp_path / "evidence.toml").write_text(OWN.replace("[on_costs]", "[on_cost]"), "utf-8")
    with pytest.raises(EvidenceError, match=r"missing: evidence\.toml \[on_costs\]"):
        load_scenario(str(mine))
    (tmp_path / "evidence.toml").write_text(
        OWN + "\n" + OWN[OWN.index("[on_costs]") :].replace("[on_costs]", "[more]", 1).split("\n\n")[0],
        "utf-8",
    )
    with pytest.raises(EvidenceError, match=r"Nothing reads this figure: evidence\.toml \[more\]"):
        load_scenario(str(mine))


def test_desks_ranges_and_the_table_of_assumptions_follow_also_when_a_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "evidence.toml").write_text(OWN, "utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(SMALL + '\n[evidence]\nfile = "evidence.toml"\n' + FASTER, "utf-8")
    scenario = load_scenario(str(mine)).changed(arms=("paper",), results=12)
    folder = tmp_path / "run"
    events = run_scenario(scenario, seed=5, out=folder)
    for event in events:
        if isinstance(event, DayPassed):
            break
    events.close()
    (tmp_path / "evidence.toml").unlink()
    *_, finished = resume_run(folder)
    assert isinstance(finished, RunFinished)
    assert finished.figures.run.assumptions_sha256 == scenario.assumptions.sha256
    listed = {row.name: row for row in finished.figures.assumptions}
    assert listed["minutes_a_result"].source == "Timed at one practice of the pilot"
    assert listed["minutes_a_result"].high == 1.5


def test_a_run_that_another_version_began_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    scenario = parse_scenario("mine", SMALL).changed(arms=("paper",), results=12)
    events = run_scenario(scenario, seed=5, out=folder)
    for event in events:
        if isinstance(event, DayPassed):
            break
    events.close()
    manifest = folder / "manifest.json"
    write_manifest(msgspec.structs.replace(read_manifest(manifest), figures="figures/1"), manifest)
    with pytest.raises(FileError, match="begun by another version, which writes figures/1") as raised:
        list(resume_run(folder))
    assert raised.value.exit_code == 2
