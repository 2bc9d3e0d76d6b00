"""Given a pilot: a shipped scenario as written, or with changes that the sentence says, run once for each seed."""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from pytest_bdd import given, parsers

from pilot.errors import FileError
from pilot.experiment import Scenario, load_scenario, run_scenario
from pilot.experiment.events import RunFinished
from pilot.experiment.processes import Simulator
from pilot.pipeline.entry import Entry
from pilot.pipeline.ledger import Ledger

FIRST_SEED_ALONE: Final = "FEATURES_FIRST_SEED"
"""Set by `make sabotage`: a claim that one seed refutes is refuted."""
RESULTS: Final = "FEATURES_RESULTS"
"""Pilots of at most so many results, for a first look (`python -m features.sabotage --results N`)."""

CHANGES: Final[Mapping[str, Callable[[Scenario], Scenario]]] = {
    "paper and coded alone": lambda scenario: scenario.changed(arms=("paper", "coded")),
    "coded alone": lambda scenario: scenario.changed(arms=("coded",)),
    "half of the practices ready": lambda scenario: replace(
        scenario, practices=replace(scenario.practices, ready_share=0.5)
    ),
    "reconciliation every day": lambda scenario: replace(scenario, reconcile_every_days=1),
    "no reconciliation": lambda scenario: replace(scenario, reconcile_every_days=None),
}

Observation = dict[str, Any]


@dataclass(frozen=True)
class PilotRun:
    """A finished run, read from its folder and from the practices' records, which its own databases still answer."""

    folder: Path

    @cached_property
    def figures(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.folder / "figures.json").read_text("utf-8"))
        return read

    @cached_property
    def truth(self) -> tuple[dict[str, Any], ...]:
        return tuple(map(json.loads, (self.folder / "truth.jsonl").read_text("utf-8").splitlines()))

    @cached_property
    def ledger(self) -> tuple[Entry, ...]:
        """The coded arm's, as it stood at the end."""
        with Ledger(self.folder / "ledger.sqlite") as ledger:
            return tuple(ledger.entries())

    @cached_property
    def reasons(self) -> dict[int, tuple[str, ...]]:
        """By entry of the ledger, the reasons of all its moves."""
        with Ledger(self.folder / "ledger.sqlite") as ledger:
            return {
                entry.id: tuple(step.reason for step in ledger.history(entry.id)) for entry in self.ledger
            }

    @property
    def seed(self) -> int:
        return int(self.figures["run"]["seed"])

    def arm(self, arm: str) -> dict[str, Any]:
        figures: dict[str, Any] = self.figures["arms"][arm]
        return figures

    def ready(self, arm: str = "coded") -> set[str]:
        """Practices that took part as ready: the run's own note of it."""
        lines = (self.folder / f"practices-{arm}.jsonl").read_text("utf-8").splitlines()
        return {line["ods"] for line in map(json.loads, lines) if line["ready"]}

    @contextmanager
    def gp_system(self, arm: str) -> Iterator[str]:
        """The arm's practices, answering again."""
        arguments = ["--db", str(self.folder / f"gp-{arm}.sqlite")]
        with Simulator("simulators.gp_system", arguments, {}, self.folder / "logs" / "asked.log") as gp:
            yield gp.url

    def entries(self, arm: str) -> dict[str, list[Observation]]:
        """The arm's records as anybody may read them, by screening number."""
        if arm not in self._entries:
            with self.gp_system(arm) as url:
                self._entries[arm] = _entries(url)
        return self._entries[arm]

    @cached_property
    def _entries(self) -> dict[str, dict[str, list[Observation]]]:
        return {}


Pilots = tuple[PilotRun, ...]


def _entries(url: str) -> dict[str, list[Observation]]:
    found: dict[str, list[Observation]] = {}
    with requests.Session() as session:
        session.trust_env = False
        for practice in session.get(f"{url}/practices", timeout=30).json():
            page = f"{url}/fhir/{practice['ods']}/Observation"
            while page:
                bundle = session.get(page, timeout=30).json()
                for entry in bundle.get("entry", []):
                    observation = entry["resource"]
                    found.setdefault(observation["identifier"][0]["value"], []).append(observation)
                links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
                page = links.get("next", "")
    return found


class Runs:
    """Runs made for the features, once each; the workers of a parallel session share them, and wait for each other."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[Path, PilotRun] = {}

    def get(self, name: str, changes: tuple[str, ...], seed: int) -> PilotRun:
        folder = self._root / "-".join([name, *changes, str(seed)]).replace(" ", "_")
        if folder not in self._made:
            with self._alone(folder):
                if not (folder / "done").is_file():
                    scenario = load_scenario(name)
                    for change in changes:
                        scenario = CHANGES[change](scenario)
                    if most := int(os.environ.get(RESULTS) or 0):
                        scenario = scenario.changed(results=min(most, scenario.generation.results))
                    run_whole(scenario, seed, folder)
                    (folder / "done").touch()
            self._made[folder] = PilotRun(folder)
        return self._made[folder]

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[None]:
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def run_whole(scenario: Scenario, seed: int, folder: Path) -> None:
    """Run a scenario to its end."""
    *_, last = run_scenario(scenario, seed=seed, out=folder)
    if not isinstance(last, RunFinished):
        raise FileError("the run did not finish", str(folder), "See its logs")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "pilots"
    root.mkdir(exist_ok=True)
    return Runs(root)


@given(
    parsers.re(
        r'the pilot "(?P<name>\w+)" (?:as written|with (?P<changes>.+)), seeds? (?P<seeds>[\d, and]+)'
    ),
    target_fixture="pilots",
)
def the_pilot(runs: Runs, name: str, changes: str | None, seeds: str) -> Pilots:
    """Every claim then holds for each of the seeds, or it fails."""
    said = tuple(changes.split(" and with ")) if changes else ()
    if unknown := [change for change in said if change not in CHANGES]:
        raise LookupError(f"nobody knows how to run a pilot with {unknown[0]!r}; known: {', '.join(CHANGES)}")
    numbers = [int(seed) for seed in re.findall(r"\d+", seeds)]
    if os.environ.get(FIRST_SEED_ALONE):
        numbers = numbers[:1]
    return tuple(runs.get(name, said, seed) for seed in numbers)
