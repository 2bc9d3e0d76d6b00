"""The UI on the real engine, with simulators as processes. Minutes on a busy machine, so not among the fast tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilot.experiment import load_scenario, run_scenario
from pilot.experiment.events import Event
from pilot.tui import RunRequest
from reports import write_report
from tests.tui.driving import app_on, see, text, until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def children() -> set[str]:
    """The processes that this one has started and that still live."""
    listed = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False)
    return set(listed.stdout.split())


async def test_a_real_run_is_shown_to_its_end_and_its_worklist_names_what_is_left(tmp_path: Path) -> None:
    def start(request: RunRequest) -> Iterator[Event]:
        return run_scenario(
            load_scenario("quick").changed(results=60, arms=("paper", "coded")),
            seed=request.seed,
            out=tmp_path / "run",
            write_report=write_report,
        )

    app = app_on(start)
    before = children()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "finished" in text(app), tries=30_000)
        await see(pilot, "60 = ", "2 Needs me:")
        await pilot.press("3")
        await see(pilot, "60 results: ")
    assert children() <= before


async def test_stopping_a_real_run_stops_its_simulators(tmp_path: Path) -> None:
    def start(request: RunRequest) -> Iterator[Event]:
        return run_scenario(
            load_scenario("quick").changed(results=60, arms=("paper", "coded")),
            seed=request.seed,
            out=tmp_path / "run",
            write_report=write_report,
        )

    app = app_on(start)
    before = children()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "Day " in text(app, "Day"), tries=30_000)
        assert len(children() - before) >= 2
        await pilot.press("x")
        await until(pilot, lambda: "seed 11: stopped" in text(app), tries=30_000)
        assert children() <= before
