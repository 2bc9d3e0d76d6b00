"""Given a pilot: a shipped scenario as written, or with changes that the sentence says, run once for each seed.

Or reckoned in the model for each of many seeds, where the model knows all of the scenario.
"""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from pytest_bdd import given, parsers

from pilot.errors import FileError
from pilot.experiment import Scenario, load_scenario, run_scenario
from pilot.experiment.events import RunFinished
from pilot.experiment.processes import Simulator
from pilot.pipeline.entry import LedgerEntry
from pilot.pipeline.ledger import Ledger
from pilot.questions.beyond import SAVED, saved
from pilot.questions.model import central, draw_offices, evaluate, left_out
from pilot.questions.points import doubtful

FIRST_SEED_ALONE: Final = "FEATURES_FIRST_SEED"
"""Set by `make sabotage`: a claim that one seed refutes is refuted."""
RESULTS: Final = "FEATURES_RESULTS"
"""Pilots of at most so many results, for a first look (`python -m features.sabotage --results N`)."""
MODEL_SEEDS_OF_A_SABOTAGE: Final = 20

CHANGES: Final[Mapping[str, Callable[[Scenario], Scenario]]] = {
    "paper and coded alone": lambda scenario: scenario.changed(arms=("paper", "coded")),
    "coded alone": lambda scenario: scenario.changed(arms=("coded",)),
    "half of the practices ready": lambda scenario: replace(
        scenario, practices=replace(scenario.practices, ready_share=0.5)
    ),
    "reconciliation every day": lambda scenario: replace(scenario, reconcile_every_days=1),
    "numbers of other patients in NBSS": lambda scenario: replace(
        scenario,
        generation=replace(
            scenario.generation, defects={**scenario.generation.defects, "nhs_number_of_stranger": 0.04}
        ),
    ),
    "no reconciliation": lambda scenario: replace(scenario, reconcile_every_days=None),
}

MODELLED: Final = ("gp_minutes", "bso_minutes", "cost_gbp", "errors", "undelivered")
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
    def ledger(self) -> tuple[LedgerEntry, ...]:
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
        return {line["ods"] for line in self._practices(arm) if line["ready"]}

    def joins_on(self, arm: str) -> dict[str, str]:
        """By practice that joined in a wave, the day."""
        return {line["ods"]: line["joins_on"] for line in self._practices(arm) if "joins_on" in line}

    def _practices(self, arm: str) -> list[dict[str, Any]]:
        lines = (self.folder / f"practices-{arm}.jsonl").read_text("utf-8").splitlines()
        return list(map(json.loads, lines))

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


@dataclass(frozen=True)
class ModelledPilot(PilotRun):
    """One seed in the model: an office of its own, and the evidence's figures drawn once within their doubt.

    It has no folder, and of the figures those only that the model knows; its comparisons have no ranges of their
    own, since the seeds are the range.
    """

    reckoned: Mapping[str, Any]

    @property
    def figures(self) -> dict[str, Any]:
        return dict(self.reckoned)


Pilots = tuple[PilotRun, ...]


def reckoned(scenario: Scenario, seed: int) -> ModelledPilot:
    """A scenario's figures at a seed, in the vectorised model. Raises LookupError where it does not know all of it."""
    if unknown := left_out(scenario):
        raise LookupError(f"the model does not know {', '.join(unknown)} of {scenario.name}: run it instead")
    rows = scenario.assumptions
    office = draw_offices(scenario, 1, seed)
    values = central(rows) | rows.draws(doubtful(rows), 1, seed)
    columns = {arm: evaluate(scenario, office, values, arm) for arm in scenario.arms}
    arms = {
        arm: {name: float(getattr(one, name)[0]) for name in MODELLED}
        | {"results": scenario.generation.results}
        for arm, one in columns.items()
    }
    comparisons = {
        f"{arm}_vs_{other}": {
            figure: {"value": float(saved(columns, arm, other, figure)[0]), "low": None, "high": None}
            for figure in SAVED
        }
        for arm, other in permutations(columns, 2)
    }
    run = {"scenario": f"{scenario.name}, in the model", "seed": seed}
    return ModelledPilot(Path(), {"run": run, "arms": arms, "comparisons": comparisons})


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
                    run_whole(changed(name, changes), seed, folder)
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
    said = _known(changes)
    numbers = [int(seed) for seed in re.findall(r"\d+", seeds)]
    if os.environ.get(FIRST_SEED_ALONE):
        numbers = numbers[:1]
    return tuple(runs.get(name, said, seed) for seed in numbers)


@given(
    parsers.re(
        r'the pilot "(?P<name>\w+)" (?:as written|with (?P<changes>.+)), '
        r"over seeds (?P<first>\d+) to (?P<last>\d+) in the model"
    ),
    target_fixture="pilots",
)
def the_pilot_in_the_model(
    modelled: Callable[[str, tuple[str, ...], int], ModelledPilot],
    name: str,
    changes: str | None,
    first: str,
    last: str,
) -> Pilots:
    """The same, reckoned instead of run: minutes, errors and what is undelivered, of many more offices."""
    said, numbers = _known(changes), range(int(first), int(last) + 1)
    if os.environ.get(FIRST_SEED_ALONE):
        numbers = numbers[:MODEL_SEEDS_OF_A_SABOTAGE]
    return tuple(modelled(name, said, seed) for seed in numbers)


@pytest.fixture(scope="session")
def modelled() -> Callable[[str, tuple[str, ...], int], ModelledPilot]:
    """Each seed reckoned once for all scenarios that ask for it."""

    @cache
    def of(name: str, changes: tuple[str, ...], seed: int) -> ModelledPilot:
        return reckoned(changed(name, changes), seed)

    return of


def changed(name: str, changes: tuple[str, ...]) -> Scenario:
    """A shipped scenario with what the sentence changes; smaller where a first look asks for that."""
    scenario = load_scenario(name)
    for change in changes:
        scenario = CHANGES[change](scenario)
    if most := int(os.environ.get(RESULTS) or 0):
        scenario = scenario.changed(results=min(most, scenario.generation.results))
    return scenario


def _known(changes: str | None) -> tuple[str, ...]:
    said = tuple(changes.split(" and with ")) if changes else ()
    if unknown := [change for change in said if change not in CHANGES]:
        raise LookupError(f"nobody knows how to run a pilot with {unknown[0]!r}; known: {', '.join(CHANGES)}")
    return said
