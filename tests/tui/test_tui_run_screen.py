"""The run screen, through keys and what stands on it."""

from collections.abc import Callable, Iterator

import pytest
from scripted_run import FOLDER, Held, month, opening, whole_run
from textual.pilot import Pilot
from textual.widget import Widget

from pilot.experiment.events import Event
from pilot.tui import PilotApp, RunRequest
from pilot.tui.view import RunView

pytestmark = pytest.mark.anyio

QUICK = RunRequest("quick", 11)


def app_on(start: Callable[[RunRequest], Iterator[Event]], **parts: object) -> PilotApp:
    """The app on a scripted run, with a clock that stands still and no browser."""
    return PilotApp(start, QUICK, **{"open_page": lambda url: False, "clock": lambda: 0.0, **parts})  # type: ignore[arg-type]


async def until(pilot: Pilot[RunView], condition: Callable[[], bool]) -> None:
    """Wait until `condition`; the test's own timeout is the limit."""
    for _ in range(500):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come to that")


def shown(app: PilotApp, selector: str = "Screen") -> str:
    """The text that stands on the screen."""
    widget = app.screen if selector == "Screen" else app.screen.query_one(selector, Widget)
    region = widget.region
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.crop(region.x, region.right).text for strip in strips[region.y : region.bottom])


async def test_the_pilot_starts_by_itself_and_shows_where_each_arm_stands() -> None:
    held = Held(*opening(), *month(20))
    app = app_on(held.play)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Day 20 of 30" in shown(app))
        text = shown(app)
        assert "Feathering BSO" in text
        assert "seed 11" in text
        assert "Run the month                         running" in text
        assert "Write the report                      waiting" in text
        arms = shown(app, "Arms").splitlines()
        assert arms[0].split() == ["Paper", "Coded"]
        assert [word for word in arms[2].split() if word.isdigit()] == ["192", "255"]
        held.go_on.set()


async def test_at_the_end_the_key_figures_and_the_report_stand_there() -> None:
    app = app_on(lambda request: whole_run())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "finished" in shown(app))
        text = shown(app)
        assert "14.6 (9.2 to 20.1)" in text
        assert "30 of 412" in text
        assert "none lost" in text
        assert str(FOLDER / "report.html") in text
