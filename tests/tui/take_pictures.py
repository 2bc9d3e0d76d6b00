"""`python -m tests.tui.take_pictures`: the pictures of docs/, taken of a real run of the quick scenario."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pilot.experiment import load_scenario, next_folder, run_scenario
from pilot.experiment.events import Event
from pilot.tui import RunRequest
from reports import write_report
from tests.tui.driving import see, text, until
from tests.tui.pictured import PicturedApp

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def start(request: RunRequest) -> Iterator[Event]:
    """A real run, simulators and all."""
    out = next_folder(Path("runs"), request.scenario, request.seed)
    return run_scenario(
        load_scenario(request.scenario), seed=request.seed, out=out, write_report=write_report
    )


async def take() -> None:
    """The run under way, its end, and what needs a person."""
    app = PicturedApp(start, RunRequest("quick", load_scenario("quick").seed))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: re.match(r" *Day 2\d of", text(app, "Day")) is not None, tries=20_000)
        keep("tui", app)
        await until(pilot, lambda: "finished" in text(app), tries=20_000)
        await see(pilot, "2 Needs me:", "Open report")
        keep("tui-end", app)
        await pilot.press("2")
        await see(pilot, "for the office")
        await pilot.press("g", "g", "g")
        await see(pilot, "By none", "Next, the office")
        keep("tui-worklist", app)


def keep(name: str, app: PicturedApp) -> None:
    """Write what the app shows."""
    (PICTURES / f"{name}.svg").write_text(app.export_screenshot())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        asyncio.run(take())
