"""Given a pilot that was run: the real engine, once for each scenario, seed and change that features ask for."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
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
        if {"paper", "coded"} < set(
            scenario.arms
        ):  # these features compare two ways; the scenario stays as it is
            scenario = scenario.changed(arms=("paper", "coded"))
        scenario = replace(scenario, practices=replace(scenario.practices, ready_share=ready_share))
        folder = self._root / f"{name}-{seed}-{ready_share}"
        return run_of(scenario, seed, folder)


def run_of(scenario: Scenario, seed: int, folder: Path) -> PilotRun:
    """Run a scenario to its end."""
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


@given(parsers.parse('the pilot "{name}" was run with seeds {seeds}'), target_fixture="run")
def the_pilot_was_run_often(pilot_runs: PilotRuns, name: str, seeds: str) -> tuple[PilotRun, ...]:
    """Every step then holds for each of the runs, or the claim fails."""
    return tuple(pilot_runs.get(name, int(seed)) for seed in re.findall(r"\d+", seeds))


def each(step: Callable[..., None]) -> Callable[..., None]:
    """A step that holds of one run, held against each of several; what it measured carries the run's seed."""

    @wraps(step)
    def of_each(run: PilotRun | tuple[PilotRun, ...], *given: Any, **named: Any) -> None:
        for one in run if isinstance(run, tuple) else (run,):
            if (note := named.get("measured")) and isinstance(run, tuple):
                named["measured"] = _with_seed(note, one)
            step(one, *given, **named)
            if note:
                named["measured"] = note

    return of_each


def _with_seed(note: Callable[[str, object], None], run: PilotRun) -> Callable[[str, object], None]:
    return lambda name, value: note(f"{name}, seed {run.figures['run']['seed']}", value)


@given(
    parsers.parse('the pilot "{name}" was run with seed {seed:d} and half of the practices ready'),
    target_fixture="run",
)
def the_pilot_was_run_half_ready(pilot_runs: PilotRuns, name: str, seed: int) -> PilotRun:
    return pilot_runs.get(name, seed, ready_share=0.5)
