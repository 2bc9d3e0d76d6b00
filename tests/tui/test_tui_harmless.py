"""What prints and names of files hold never drives the terminal that the screens are drawn on."""

import asyncio
from collections.abc import Iterator

from textual.geometry import Region
from textual.widgets import Static

from pilot.experiment.events import Event
from pilot.tui import PilotApp, RunRequest


def no_run(_request: RunRequest) -> Iterator[Event]:
    yield from ()


def test_no_widget_paints_what_would_drive_the_terminal() -> None:
    painted = asyncio.run(paint())
    assert "SMITH\N{REPLACEMENT CHARACTER}]0;owned" in painted
    assert not any(driving in painted for driving in "\x1b\x9b\u202e")


async def paint() -> str:
    """What a terminal would be given of it."""
    app = PilotApp(no_run, RunRequest("quick", 1))
    async with app.run_test() as pilot:
        shown = Static("SMITH\x1b]0;owned\x9b31m\u202efdp.pdf", markup=False)
        await app.screen.mount(shown)
        await pilot.pause()
        return "".join(strip.text for strip in shown.render_lines(Region(0, 0, 60, 1)))
