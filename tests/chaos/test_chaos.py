"""A small share of `make chaos`, for every test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pilot.nbss import Reader
from tests.chaos import faults
from tests.chaos.jobs import CRASH_POINTS, NO_DEDUPLICATION, Job, do
from tests.chaos.kills_of_the_pipeline import run_with_kills
from tests.chaos.storms import kill_simulators, run_with_faults


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as held:
        yield held


@pytest.mark.parametrize(
    ("offset", "deduplication"), [(3, True), pytest.param(16, False, marks=pytest.mark.slow)]
)
def test_killed_at_crash_points_nothing_is_lost_or_sent_twice(offset: int, deduplication: bool) -> None:
    receiver = "" if deduplication else NO_DEDUPLICATION
    done = do(Job(CRASH_POINTS + receiver, 1, kills=offset))
    assert done.struck > 10
    assert done.count.posted
    assert done.clean, done


def test_a_whole_group_killed_at_once_loses_nothing(tmp_path: Path) -> None:
    struck, left = run_with_kills(tmp_path / "run", seed=104, kills=2, group=True)
    assert struck
    assert left.clean, left


def test_a_killed_run_goes_on_where_it_was_and_loses_nothing(tmp_path: Path) -> None:
    struck, left = run_with_kills(tmp_path / "run", seed=101, kills=3)
    assert struck
    assert left.clean, left


@pytest.mark.parametrize("which", ["mesh", "gp"])
def test_a_simulator_killed_under_the_pipeline_loses_nothing(
    tmp_path: Path, reader: Reader, which: str
) -> None:
    struck, left = kill_simulators(tmp_path / "run", 102, which, 3, reader)
    assert struck
    assert left.clean, left


@pytest.mark.parametrize(
    "names",
    [
        ("reply lost",),
        ("duplicate", "acknowledges twice"),
        ("outage", "forgets to acknowledge"),
        ("lookup wrong",),
        ("reply lost", "out of order", "forgets to acknowledge"),
    ],
    ids=" and ".join,
)
def test_faults_lose_nothing_and_file_nothing_twice(
    tmp_path: Path, reader: Reader, names: tuple[str, ...]
) -> None:
    mesh, gp = faults.of(names, 103)
    left = run_with_faults(tmp_path / "run", 103, mesh, gp, reader)
    assert left.clean, left
