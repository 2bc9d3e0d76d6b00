"""What the screens look like, at fixed sizes. `pytest tests/tui --snapshot-update` after a change that is meant."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from pilot.tui.view import RunView
from tests.tui.driving import QUICK, see
from tests.tui.pictured import PicturedApp
from tests.tui.scripted_run import Held, month, opening, whole_run

pytestmark = pytest.mark.usefixtures("office")

Compare = Callable[..., bool]


def pictured(start: Callable[..., object]) -> PicturedApp:
    return PicturedApp(start, QUICK, open_page=lambda url: False, clock=lambda: 0.0)  # type: ignore[arg-type]


def test_a_run_under_way_on_a_small_screen(snap_compare: Compare) -> None:
    held = Held(*opening(), *month(20))

    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "Day 20 of 30", "What needs me: 3")

    assert snap_compare(pictured(held.play), terminal_size=(80, 24), run_before=arrive)


def test_a_finished_run_on_a_large_screen_in_the_light_theme(snap_compare: Compare) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "finished", "What needs me: 3")
        await pilot.press("t")

    app = pictured(lambda request: whole_run())
    assert snap_compare(app, terminal_size=(160, 45), run_before=arrive)


def test_what_needs_me(snap_compare: Compare) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "finished", "What needs me: 3")
        await pilot.press("2")
        await see(pilot, "Result 5:", "Fix")

    app = pictured(lambda request: whole_run())
    assert snap_compare(app, terminal_size=(80, 24), run_before=arrive)


def test_every_result(snap_compare: Compare) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "finished", "What needs me: 3")
        await pilot.press("3")
        await see(pilot, "6 results")
        await pilot.press("down", "enter")
        await see(pilot, "Result 2:")

    app = pictured(lambda request: whole_run())
    assert snap_compare(app, terminal_size=(160, 30), run_before=arrive)
