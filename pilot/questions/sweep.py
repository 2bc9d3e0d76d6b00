"""Many points, each many times: on this machine's processors or a cluster's, kept row by row in one SQLite file.

A point's id is a hash of what it is, so a sweep that was stopped goes on where it was, and two that overlap share
what they have. The same people and luck for every point and arm: replicate n of each is the same office.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np

from pilot.errors import FileError, ScenarioError
from pilot.experiment.scenario import Scenario, parse_scenario
from pilot.measures import Figures
from pilot.questions.points import Changes, changed, point_id

FIGURES: Final = ("gp_minutes", "bso_minutes", "cost_gbp", "errors", "undelivered")
MOST_TASKS: Final = 1_000_000
_OFFICES_A_TASK: Final = 1_000
_RESULTS_A_TASK: Final = 2_000_000  # so that a thousand office-years are work for many workers
_WAITING: Final = 4  # tasks a worker, so that a sweep of a million holds few in memory
_ROW: Final = (
    "CREATE TABLE IF NOT EXISTS row"
    " (id TEXT PRIMARY KEY, point TEXT, changes TEXT, first INTEGER, figures TEXT)"
)


class Mode(StrEnum):
    """How a replicate is made: by the vectorised model, by the twin, or by a run with its processes."""

    MODEL = "model"
    TWIN = "twin"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Task:
    """Some replicates of one point, as a worker anywhere can do them."""

    id: str
    point: str
    scenario: str
    text: str
    arms: tuple[str, ...]
    changes: Changes
    mode: Mode
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a task came to: by arm and figure, one value a replicate."""

    task: Task
    figures: Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is, in replicates; `seconds_left` None until it can be told."""

    done: int
    of: int
    seconds_left: float | None


def tasks(scenario: Scenario, points: Iterable[Changes], replicates: int, mode: Mode) -> list[Task]:
    """What is to be done; every point is checked before anything begins."""
    if replicates < 1:
        raise ScenarioError("a sweep of no replicates", "--replicates", "Give 1 or more")
    made, at_once = [], 1
    some = [(changes, changed(scenario, changes)) for changes in points]
    if mode is Mode.MODEL:
        for _, point in some:
            _check_known(point)
        largest = max((point.generation.results for _, point in some), default=1)
        at_once = min(_OFFICES_A_TASK, max(1, _RESULTS_A_TASK // largest))  # alike at every point
    if len(some) * replicates / at_once > MOST_TASKS:
        what = f"{len(some):,} points of {replicates:,} replicates are more work than a list of it can hold"
        raise ScenarioError(what, "--replicates", f"Give at most {MOST_TASKS * at_once // len(some):,}")
    for changes, _ in some:
        name = point_id(scenario, changes, mode)
        for first in range(0, replicates, at_once):
            count = min(at_once, replicates - first)
            made.append(
                Task(
                    f"{name}-{first}-{count}", name, scenario.name, scenario.text, scenario.arms, dict(changes),
                    mode, first, count,
                )
            )  # fmt: skip
    return made


def _check_known(scenario: Scenario) -> None:
    from pilot.questions.model import left_out  # noqa: PLC0415

    if unknown := left_out(scenario):
        raise ScenarioError(
            f"the model does not know {', '.join(unknown)}",
            scenario.name,
            "Use --mode twin, which knows it all",
        )


def do(task: Task) -> Row:
    """One task. Runs in a worker."""
    scenario = changed(parse_scenario(task.scenario, task.text).changed(arms=task.arms), task.changes)
    if task.mode is Mode.MODEL:
        from pilot.questions.model import central, draw_offices, evaluate  # noqa: PLC0415

        offices = draw_offices(scenario, task.count, task.first)
        values = central(scenario.assumptions)
        arms = {arm: evaluate(scenario, offices, values, arm) for arm in scenario.arms}
        return Row(
            task,
            {
                name: {figure: np.asarray(getattr(arm, figure), float).tolist() for figure in FIGURES}
                for name, arm in arms.items()
            },
        )
    parts = [
        _figures(scenario, seed, task.mode) for seed in range(task.first + 1, task.first + task.count + 1)
    ]
    return Row(
        task,
        {
            arm: {figure: [float(getattr(part.arms[arm], figure)) for part in parts] for figure in FIGURES}
            for arm in parts[0].arms
        },
    )


def _figures(scenario: Scenario, seed: int, mode: Mode) -> Figures:
    if mode is Mode.TWIN:
        from pilot.experiment.twin import Point, replicate  # noqa: PLC0415

        return replicate(Point(scenario, seed))
    from pilot.experiment import run_scenario  # noqa: PLC0415
    from pilot.experiment.events import RunFinished  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="pilot-sweep-") as scratch:
        last = list(run_scenario(scenario, seed=seed, out=Path(scratch) / "run"))[-1]
    assert isinstance(last, RunFinished)  # noqa: S101 - the engine's last event
    return last.figures


class Rows:
    """The rows of a sweep, in one SQLite file. Raises FileError where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(_ROW)
        except sqlite3.Error as error:
            raise FileError(
                f"the sweep cannot be kept there ({error})", str(path), "Name another file with --out"
            ) from error

    def has(self, task: Task) -> bool:
        """Whether that task was done before."""
        return self._db.execute("SELECT 1 FROM row WHERE id = ?", (task.id,)).fetchone() is not None

    def keep(self, row: Row) -> None:
        """Write down what was done; kept if the process is killed the moment after."""
        task = row.task
        self._db.execute(
            "INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?)",
            (task.id, task.point, json.dumps(task.changes), task.first, json.dumps(row.figures)),
        )

    def of(self, wanted: Iterable[Task]) -> Iterator[tuple[Changes, Mapping[str, Mapping[str, list[float]]]]]:
        """Each point of these tasks with all of its replicates, in the order of the design."""
        by_point: dict[str, list[Task]] = {}
        for task in wanted:
            by_point.setdefault(task.point, []).append(task)
        for of_point in by_point.values():
            joined: dict[str, dict[str, list[float]]] = {}
            for task in of_point:
                found = self._db.execute("SELECT figures FROM row WHERE id = ?", (task.id,)).fetchone()
                for arm, figures in json.loads(found[0]).items() if found else ():
                    for figure, values in figures.items():
                        joined.setdefault(arm, {}).setdefault(figure, []).extend(values)
            yield of_point[0].changes, joined

    def close(self) -> None:
        """Close the database."""
        self._db.close()


def sweep(
    wanted: Sequence[Task], rows: Rows, executor: Executor, workers: int, tell: Callable[[Progress], None]
) -> None:
    """Do what is not there yet, and keep each row as it is done.

    Raises FileError where workers are lost; all that was done is kept, and the sweep goes on when it is begun again.
    """
    todo = iter([task for task in wanted if not rows.has(task)])
    of = sum(task.count for task in wanted)
    left = sum(task.count for task in wanted if not rows.has(task))
    done = of - left
    began, new = time.monotonic(), 0
    pending: set[Future[Row]] = set()
    tell(Progress(done, of, None))
    try:
        while True:
            while len(pending) < workers * _WAITING and (task := next(todo, None)) is not None:
                pending.add(executor.submit(do, task))
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in sorted(finished, key=_failed):  # what was done is kept before a loss is told
                row = future.result()
                rows.keep(row)
                new += row.task.count
            spent = time.monotonic() - began
            tell(Progress(done + new, of, spent / new * (of - done - new)))
    except (BrokenProcessPool, CancelledError, OSError) as error:
        raise FileError(
            f"workers were lost ({type(error).__name__}) after {done + new} of {of} replicates",
            str(rows.path),
            "Run the same again: it goes on from what was done",
        ) from error


def _failed(future: Future[Row]) -> bool:
    return future.cancelled() or future.exception() is not None


@contextmanager
def executor_of(workers: int, cluster: str | None) -> Iterator[tuple[Executor, int]]:
    """Processes of this machine, or a Dask cluster's workers; how many there are. Raises FileError."""
    if cluster is None:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
        from multiprocessing import get_context  # noqa: PLC0415

        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
            yield executor, workers
        return
    try:
        from distributed import Client  # noqa: PLC0415 - the extra [cluster]
    except ImportError as error:
        raise FileError(
            "Dask is not installed", "--dask", "Install breast-screening-results-pilot[cluster]"
        ) from error
    try:
        connect: Any = Client
        client: Any = connect(cluster, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise FileError(
            f"the cluster does not answer ({type(error).__name__})",
            cluster,
            "Start its scheduler, or name another",
        ) from error
    try:
        yield client.get_executor(), max(1, len(client.scheduler_info()["workers"]))
    finally:
        client.close()
