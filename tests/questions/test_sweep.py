"""A sweep keeps what was done, goes on where it was, and gives the same digits wherever it is worked."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import FileError, ScenarioError
from pilot.experiment import load_scenario
from pilot.questions.points import changed, grid, latin_hypercube, point_id, read_variation
from pilot.questions.sweep import Mode, Progress, Rows, Task, executor_of, sweep, tasks

QUICK = load_scenario("quick").changed(arms=("paper", "coded"), results=60)
TWO = [{"evidence.minutes_a_result": 1.0}, {"evidence.minutes_a_result": 2.0}]


class Here(Executor):
    """Works in this process; `lives` is after how many tasks the worker is lost."""

    def __init__(self, lives: int = 1_000) -> None:
        self.lives = lives
        self.done = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.done >= self.lives:
            future.set_exception(BrokenProcessPool("gone"))
        else:
            self.done += 1
            future.set_result(fn(*args, **kwargs))
        return future


def silent(_: Progress) -> None:
    """Nobody watches."""


def done(rows: Rows, wanted: list[Task]) -> list[Any]:
    return list(rows.of(wanted))


def test_each_point_has_its_replicates_and_minutes_move_with_the_evidence(tmp_path: Path) -> None:
    wanted, rows = tasks(QUICK, TWO, 30, Mode.MODEL), Rows(tmp_path / "s.sqlite")
    sweep(wanted, rows, Here(), 1, silent)
    (_, one), (_, two) = done(rows, wanted)
    assert len(one["paper"]["gp_minutes"]) == 30
    for slow, fast in zip(two["paper"]["gp_minutes"], one["paper"]["gp_minutes"], strict=True):
        assert slow == pytest.approx(2 * fast, rel=0.05)
    assert one["paper"]["errors"] == two["paper"]["errors"]  # the same people and luck


def test_a_lost_worker_loses_nothing_and_the_sweep_goes_on(tmp_path: Path) -> None:
    wanted, rows = tasks(QUICK, TWO, 2_500, Mode.MODEL), Rows(tmp_path / "s.sqlite")
    assert len(wanted) == 6
    with pytest.raises(FileError, match=r"workers were lost.*2000 of 5000"):
        sweep(wanted, rows, Here(lives=2), 1, silent)
    again = Here()
    told: list[Progress] = []
    sweep(wanted, rows, again, 1, told.append)
    assert again.done == 4
    assert (told[0].done, told[-1].done) == (2_000, 5_000)
    whole = Rows(tmp_path / "whole.sqlite")
    sweep(wanted, whole, Here(), 1, silent)
    assert done(rows, wanted) == done(whole, wanted)


def test_the_twin_does_what_the_model_does_not_know(tmp_path: Path) -> None:
    scenario = load_scenario("practices_differ").changed(results=12, arms=("paper",))
    with pytest.raises(ScenarioError, match=r"practices\.differ"):
        tasks(scenario, [{}], 1, Mode.MODEL)
    wanted, rows = (
        tasks(scenario, [{"practices.ready_share": 0.5}], 2, Mode.TWIN),
        Rows(tmp_path / "s.sqlite"),
    )
    sweep(wanted, rows, Here(), 1, silent)
    ((_, arms),) = done(rows, wanted)
    assert len(arms["paper"]["gp_minutes"]) == 2


@pytest.mark.slow
def test_whole_runs_give_the_twins_digits(tmp_path: Path) -> None:
    scenario = load_scenario("quick").changed(results=24, arms=("paper", "coded"))
    found = []
    for mode in (Mode.TWIN, Mode.RUN):
        wanted, rows = tasks(scenario, [{}], 1, mode), Rows(tmp_path / f"{mode}.sqlite")
        sweep(wanted, rows, Here(), 1, silent)
        found.append(done(rows, wanted))
    assert found[0] == found[1]


def test_a_point_is_known_by_what_it_is() -> None:
    one, two = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert point_id(QUICK, one, "model") == point_id(QUICK, two, "model")
    assert point_id(QUICK, one, "model") != point_id(QUICK, {"a": 1}, "model")
    assert point_id(QUICK, one, "model") != point_id(QUICK.changed(arms=("paper",)), one, "model")


def test_what_varies_is_checked_as_if_it_were_written_there() -> None:
    assert changed(QUICK, {"practices.ready_share": 0.5}).practices.ready_share == 0.5
    assert changed(QUICK, {"generation.results": 99.6}).generation.results == 100
    row = changed(QUICK, {"evidence.minutes_a_result": 1.0}).assumptions["minutes_a_result"]
    assert row.mean == pytest.approx(1.0)
    assert row.high / row.low == pytest.approx(4.0 / 0.9)  # as wide in proportion
    assert changed(QUICK, {"generation.suppliers": {"systmone": 1.0}}).arms == ("paper", "coded")
    for path, value, said in (
        ("practices.nothing", 1, "practices.nothing"),
        ("no.where", 1, "no such path: no.where"),
        ("evidence.no_row", 1, "no such path"),
        ("practices.ready_share", 2.0, "not a share"),
    ):
        with pytest.raises(ScenarioError, match=said):
            changed(QUICK, {path: value})


@pytest.mark.parametrize("text", ["a", "a=", "=1:2", "a=2:1", "a=1:2:1", "a=1:2:3:4", "a=x:y", "a=nan:2"])
def test_what_is_no_range_is_refused_by_name(text: str) -> None:
    with pytest.raises(ScenarioError):
        read_variation(text)


def test_designs_hold_what_they_should_and_no_more_than_fits() -> None:
    two = [read_variation("a=0:1:3"), read_variation("b=x,y")]
    assert len(grid(two)) == 6
    drawn = latin_hypercube(two, 10, 1)
    assert len(drawn) == 10
    assert sorted(int(point["a"] * 10) for point in drawn) == list(range(10))  # one in each tenth
    with pytest.raises(ScenarioError, match="too many"):
        grid([read_variation("a=0:1:1000"), read_variation("b=0:1:1000")])
    with pytest.raises(ScenarioError, match="more work than"):
        tasks(QUICK, [{}], 10**12, Mode.MODEL)


def test_a_task_holds_so_many_offices_that_a_year_of_them_is_work_for_many_workers() -> None:
    years = tasks(QUICK, [{"generation.results": 40_000}, {"generation.results": 400}], 1_000, Mode.MODEL)
    assert {task.count for task in years} == {50}  # alike at both points: the same people and luck
    assert len({task.id for task in years}) == len(years) == 40


@pytest.mark.slow  # the client waits ten seconds before it says so
def test_a_cluster_that_does_not_answer_is_named() -> None:
    with pytest.raises(FileError, match="cluster does not answer"), executor_of(1, "tcp://127.0.0.1:9"):
        pass


@pytest.mark.slow
def test_two_workers_of_a_cluster_give_the_same_digits(tmp_path: Path) -> None:
    from distributed import LocalCluster  # noqa: PLC0415 - slow to import

    wanted = tasks(QUICK, TWO, 1_500, Mode.MODEL)
    here, there = Rows(tmp_path / "here.sqlite"), Rows(tmp_path / "there.sqlite")
    sweep(wanted, here, Here(), 1, silent)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        executor_of(1, cluster.scheduler_address) as (executor, workers),
    ):
        assert workers == 2
        sweep(wanted, there, executor, workers, silent)
    assert done(here, wanted) == done(there, wanted)
