"""Faults by hand: named for a day on the command line, or answered to the end of a day, and kept with the run."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pilot.errors import ScenarioError
from pilot.experiment import load_scenario, resume_run, run_scenario
from pilot.experiment.events import DayPassed, Event, Notice, RunFinished
from pilot.experiment.folder import RunFolder, read_manifest
from pilot.experiment.plan import read_faults
from pilot.experiment.strikes import KNOWN, Strike, faults_of, read_strike

START = date(2026, 11, 2)


def test_a_fault_is_named_with_a_day_of_the_run() -> None:
    assert read_strike("mesh_out@5", START, 30) == Strike("mesh_out", date(2026, 11, 6))


@pytest.mark.parametrize(
    "text", ["mesh_out", "mesh_out@0", "mesh_out@31", "mesh_out@x", "mesh@3", "", "@", "mesh_out@²"]
)
def test_what_names_none_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        read_strike(text, START, 30)


@pytest.mark.parametrize("name", KNOWN)
def test_each_is_a_fault_that_a_scenario_could_have(name: str) -> None:
    strike = Strike(name, START)
    mesh, gp = faults_of([strike])
    faults = read_faults({"mesh": mesh, "gp": gp}, "a scenario", 6)
    assert len(faults.mesh) + len(faults.gp) == 1
    assert (strike.last - strike.first).days + 1 == KNOWN[name].days


def play(events: Iterator[Event]) -> list[Event]:
    return list(events)


@pytest.mark.slow
def test_a_fault_switched_on_in_a_run_strikes_is_told_and_outlives_a_stop(tmp_path: Path) -> None:
    scenario = load_scenario("quick").changed(results=40, arms=("coded",))
    events = run_scenario(scenario, seed=3, out=tmp_path / "run")
    for event in events:
        if isinstance(event, DayPassed):
            break
    told = events.send(["mesh_out", "refused"])
    assert isinstance(told, Notice)
    assert "By hand: MESH cannot be reached, 03 Nov" in told.text
    next(events)
    events.close()
    kept = read_manifest(RunFolder(tmp_path / "run").manifest).by_hand
    assert [strike.name for strike in kept] == ["mesh_out", "refused"]
    rest = play(resume_run(tmp_path / "run"))
    finished = rest[-1]
    assert isinstance(finished, RunFinished)
    assert any(isinstance(event, Notice) and "MESH" in event.text for event in rest)
    assert "by hand: MESH cannot be reached, 03 Nov; practices refuse" in finished.figures.run.title
    assert finished.figures.unaccounted == 0
