"""Driving the app as a person does: keys in, text on the screen out."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot
from textual.widget import Widget

from pilot.experiment.events import Event
from pilot.messages import Organisation
from pilot.tui import PilotApp, RunRequest
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.view import RunView
from tests.tui.office_ledger import BEGAN
from tests.tui.scripted_run import whole_run

QUICK = RunRequest("quick", 11)
Start = Callable[[RunRequest], Iterator[Event]]


def app_on(start: Start | None = None, **parts: Any) -> PilotApp:
    """The app on a scripted run, with a clock that stands still and no browser."""
    still: dict[str, Any] = {"open_page": lambda url: False, "clock": lambda: 0.0, "who": "Mo"}
    return PilotApp(start or (lambda request: whole_run(request.seed)), QUICK, **(still | parts))


def office_ledger(folder: Path) -> OpenLedger:
    """An office's ledger, on the clock of its second day."""
    return OpenLedger(
        folder / "ledger.sqlite",
        lambda: BEGAN + timedelta(days=1, hours=2),
        office=Organisation(ods="KXX", name="FEATHERING"),
    )


def office_app(folder: Path, **parts: Any) -> PilotApp:
    """The app on an office's ledger, with no run."""
    still: dict[str, Any] = {"open_page": lambda url: False, "clock": lambda: 0.0, "who": "Mo"}
    return PilotApp(
        lambda request: whole_run(request.seed), **({"ledger": office_ledger(folder)} | still | parts)
    )


async def until(pilot: Pilot[RunView], condition: Callable[[], bool], *, tries: int = 1000) -> None:
    """Let the app work until `condition`; `tries` is how often to look, a hundredth of a second apart or more."""
    for _ in range(tries):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it did not come to that; the screen says:\n{text(pilot.app)}")


async def see(pilot: Pilot[RunView], *words: str, on: str = "Screen") -> None:
    """Wait until all these words stand on the screen, or in one part of it."""
    await until(pilot, lambda: all(word in text(pilot.app, on) for word in words))


def text(app: Any, part: str = "Screen") -> str:
    """What stands on the screen, or on one part of it, line by line."""
    screen = app.screen
    region = screen.region if part == "Screen" else screen.query_one(part, Widget).region
    strips = screen._compositor.render_strips()[region.y : region.bottom]
    return "\n".join(strip.crop(region.x, region.right).text for strip in strips)


async def paste(pilot: Pilot[RunView], words: str) -> None:
    """Words into the field that has the focus, in place of what stands there: as a terminal hands over a paste."""
    await pilot.press("end", "ctrl+u")
    pilot.app.post_message(Paste(words))
    await pilot.pause()
