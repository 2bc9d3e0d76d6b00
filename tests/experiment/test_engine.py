"""The engine: one stream of events, no process left behind, nothing half-made that looks whole."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from pilot.errors import FileError
from pilot.experiment import resume_run, run_scenario
from pilot.experiment.events import (
    ArmProgress,
    DayPassed,
    Event,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from pilot.experiment.scenario import Scenario, load_scenario
from pilot.pipeline.settings import working_days_after
from reports import write_report

SMALL = Path(__file__).parents[1] / "chaos" / "small.toml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(str(SMALL)).changed(arms=("paper", "coded"), results=12)


@pytest.fixture(scope="module")
def finished(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    folder = tmp_path_factory.mktemp("engine") / "run"
    return folder, list(run_scenario(scenario, seed=5, out=folder, write_report=write_report))


def test_the_stages_come_in_order_and_each_ends(finished: tuple[Path, list[Event]]) -> None:
    _, events = finished
    assert [event.stage for event in events if isinstance(event, StageStarted)] == list(Stage)
    assert [event.stage for event in events if isinstance(event, StageFinished)] == list(Stage)


def test_the_days_pass_one_by_one_and_both_arms_report_each(
    finished: tuple[Path, list[Event]], scenario: Scenario
) -> None:
    _, events = finished
    days = [event.number for event in events if isinstance(event, DayPassed)]
    assert days == list(range(1, scenario.measured_after_days + 1))
    for arm in scenario.arms:
        progress = [event for event in events if isinstance(event, ArmProgress) and event.arm == arm]
        assert len(progress) == len(days)
        assert progress[-1].emitted == 12


def test_the_last_event_has_the_figures_that_the_file_has(finished: tuple[Path, list[Event]]) -> None:
    folder, events = finished
    assert isinstance(events[-1], RunFinished)
    assert json.loads((folder / "figures.json").read_text("utf-8")) == events[-1].figures.to_json()
    assert events[-1].report.is_file()


def test_without_a_writer_there_is_no_report_and_no_stage_for_it(scenario: Scenario, tmp_path: Path) -> None:
    paper = scenario.changed(arms=("paper",), results=4)
    events = list(run_scenario(paper, seed=5, out=tmp_path / "run"))
    assert Stage.REPORT not in [event.stage for event in events if isinstance(event, StageStarted)]
    assert isinstance(events[-1], RunFinished)
    assert not events[-1].report.exists()


def test_a_complete_run_is_not_resumed(finished: tuple[Path, list[Event]]) -> None:
    with pytest.raises(FileError, match="complete"):
        list(resume_run(finished[0]))


def test_a_folder_that_is_no_run_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not the folder of a run"):
        list(resume_run(tmp_path))


def test_a_run_that_is_left_stops_its_processes_and_can_go_on(scenario: Scenario, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    before = _children()
    events = run_scenario(scenario, seed=6, out=folder)
    for event in events:
        if isinstance(event, DayPassed) and event.number == 3:
            break
    started = _children() - before
    assert len(started) >= 3
    events.close()
    assert not started & _children()
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["state"] == "running"
    assert not (folder / "figures.json").exists()
    resumed = list(resume_run(folder))
    assert next(event.number for event in resumed if isinstance(event, DayPassed)) == 4
    last = resumed[-1]
    assert isinstance(last, RunFinished)
    assert last.figures.unaccounted == 0
    assert any(isinstance(event, RunStarted) for event in resumed)


def test_a_run_that_is_left_after_its_last_day_is_still_measured(scenario: Scenario, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    events = run_scenario(scenario, seed=7, out=folder)
    for event in events:
        if isinstance(event, DayPassed) and event.number == event.days:
            break
    events.close()
    last = list(resume_run(folder))[-1]
    assert isinstance(last, RunFinished)
    assert last.figures.speed
    assert last.figures.speed.results_per_second > 0


def test_working_days_leave_out_weekends() -> None:
    friday = date(2026, 11, 6)
    assert working_days_after(friday, 0) == friday
    assert working_days_after(friday, 1) == date(2026, 11, 9)
    assert working_days_after(friday, 6) == date(2026, 11, 16)


def _children() -> set[int]:
    """Live children of this process, where the system tells."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found
