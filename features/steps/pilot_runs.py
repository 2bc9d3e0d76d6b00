"""Given a pilot that was run: the real engine, once for each scenario, seed and change that features ask for."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers

from pilot.errors import FileError
from pilot.experiment import Scenario, load_scenario, run_scenario
from pilot.experiment.events import RunFinished


@dataclass(frozen=True)
class PilotRun:
    """A finished run: its folder, its figures and its truth."""

    folder: Path
    scenario: Scenario
    figures: dict[str, Any]
    truth: tuple[dict[str, Any], ...]


class PilotRuns:
    """Runs made for the features of this session."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[tuple[str, int, float], PilotRun] = {}

    def get(self, name: str, seed: int, ready_share: float = 1.0) -> PilotRun:
        key = (name, seed, ready_share)
        if key not in self._made:
            self._made[key] = self._run(*key)
        return self._made[key]

    def _run(self, name: str, seed: int, ready_share: float) -> PilotRun:
        scenario = load_scenario(name)
        scenario = replace(scenario, practices=replace(scenario.practices, ready_share=ready_share))
        folder = self._root / f"{name}-{seed}-{ready_share}"
        events = list(run_scenario(scenario, seed=seed, out=folder))
        finished = events[-1]
        if not isinstance(finished, RunFinished):
            raise FileError("the run did not finish", str(folder), "See its logs")
        truth = tuple(json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines())
        return PilotRun(folder, scenario, finished.figures.to_json(), truth)


def ready_practices(run: PilotRun, arm: str = "coded") -> set[str]:
    """Practices that took part as ready: the run's own note of it."""
    lines = (run.folder / f"practices-{arm}.jsonl").read_text("utf-8").splitlines()
    return {line["ods"] for line in map(json.loads, lines) if line["ready"]}


@pytest.fixture(scope="session")
def pilot_runs(tmp_path_factory: pytest.TempPathFactory) -> PilotRuns:
    return PilotRuns(tmp_path_factory.mktemp("runs"))


@given(parsers.parse('the pilot "{name}" was run with seed {seed:d}'), target_fixture="run")
def the_pilot_was_run(pilot_runs: PilotRuns, name: str, seed: int) -> PilotRun:
    return pilot_runs.get(name, seed)


@given(
    parsers.parse('the pilot "{name}" was run with seed {seed:d} and half of the practices ready'),
    target_fixture="run",
)
def the_pilot_was_run_half_ready(pilot_runs: PilotRuns, name: str, seed: int) -> PilotRun:
    return pilot_runs.get(name, seed, ready_share=0.5)
