"""`make pictures`: the pictures of docs/, of a real run of the quick scenario and of an office to practise in."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from textual.widgets import Input

from pilot.experiment import load_scenario, next_folder, run_scenario
from pilot.experiment.events import Event
from pilot.experiment.rehearsal import PLANTED, Rehearsal
from pilot.pipeline.item import Action
from pilot.tui import RunRequest
from pilot.tui.open_ledger import open_office
from pilot.tui.table import Table
from reports import write_report
from tests.tui.driving import paste, see, text, until
from tests.tui.pictured import PicturedApp

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def start(request: RunRequest) -> Iterator[Event]:
    """A real run, simulators and all."""
    out = next_folder(Path("runs"), request.scenario, request.seed)
    return run_scenario(
        load_scenario(request.scenario), seed=request.seed, out=out, write_report=write_report
    )


async def take() -> None:
    """The run under way, and its end."""
    app = PicturedApp(start, RunRequest("quick", load_scenario("quick").seed))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: re.match(r" *Day 2\d of", text(app, "Day")) is not None, tries=20_000)
        keep("tui", app)
        await until(pilot, lambda: "finished" in text(app), tries=20_000)
        await see(pilot, "2 Needs me:", "Open report")
        keep("tui-end", app)


async def take_office() -> None:
    """A day of the office to practise in, from its files to its list; what is left undecided stays so."""
    office = Rehearsal(Path("rehearsal"))
    office.prepare(1, datetime.now(UTC).date())
    with office.under_way():
        ledger = open_office(office.config, office.screens)
        app = PicturedApp(lambda _: iter(()), None, ledger=ledger, first="batches", who="Mo")
        async with app.run_test(size=(100, 28)) as pilot:
            await see(pilot, "[5 Batches]", "SIMULATED")
            await paste(pilot, "rehearsal/inbox")
            await pilot.press("enter")
            await until(pilot, lambda: "50 to send" in text(app), tries=6000)
            keep("office-batches", app)
            await pilot.press("enter")
            await until(pilot, lambda: f"2 Needs me: {PLANTED}" in text(app), tries=6000)
            await pilot.press("2", "g", "g", "g")
            await see(pilot, "By none")
            item = next(item for item in ledger.items() if Action.PAPER in item.actions)
            table = app.screen.query_one(Table)
            rows = [table.rows[place].numbers for place in range(len(table.rows))]
            table.action_to(rows.index((item.id,)))
            await see(pilot, f"Result {item.id}:", "Next, the office")
            await pilot.pause(10.0)  # the last word of what was done has gone from the corner
            keep("tui-worklist", app)
            await pilot.press("f")
            await see(pilot, f"Fix result {item.id}")
            await pilot.pause(0.3)
            keep("office-fix", app)
            await pilot.press("escape", "p")
            await see(pilot, "on paper")
            app.screen.query_one("#field-why", Input).value = "the practice asked for paper"
            app.screen.query_one("#field-why", Input).focus()
            await pilot.press("enter")
            await see(pilot, "4 Post: 1")
            await pilot.press("4")
            await see(pilot, "1 page to post")
            await pilot.press("enter")
            keep("office-post", app)
            await pilot.press("1", "s")
            await until(pilot, lambda: ledger.position().filed > 0, tries=6000)
            await pilot.press("1")
            await see(pilot, "What to do next", "[1 Home]")
            await pilot.pause(10.0)
            keep("office-home", app)
            await pilot.press("7")
            await see(pilot, "NOT SIGNED")
            keep("office-day", app)


def keep(name: str, app: PicturedApp) -> None:
    """Write what the app shows."""
    (PICTURES / f"{name}.svg").write_text(app.export_screenshot())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        asyncio.run(take())
        asyncio.run(take_office())
