"""What the screens look like, at fixed sizes. `pytest tests/tui --snapshot-update` after a change that is meant."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from pilot.experiment.events import Event
from pilot.tui import RunRequest
from pilot.tui.view import RunView
from tests.tui.driving import QUICK, office_ledger, see
from tests.tui.office_ledger import post_some
from tests.tui.pictured import PicturedApp
from tests.tui.scripted_run import Held, month, opening, whole_run

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40)]

# Each screen, with words that stand on it once it is whole.
SCREENS = {
    "home": ("All 7 results are accounted for",),
    "worklist": ("3 for the office",),
    "results": ("6 results",),
    "paper": ("1 page to post",),
    "batches": ("A run takes its batches in by itself",),
    "practices": ("Z81003",),
    "day": ("NOT SIGNED",),
}


def pictured(start: Callable[[RunRequest], Iterator[Event]] | None, **parts: Any) -> PicturedApp:
    still: dict[str, Any] = {"open_page": lambda url: False, "clock": lambda: 0.0, "who": "Mo"}
    request = QUICK if start else None
    return PicturedApp(start or (lambda asked: whole_run()), request, **(still | parts))


async def still(pilot: Pilot[RunView]) -> None:
    """A cursor that does not blink: a picture taken late is the same picture."""
    for box in pilot.app.screen.query(Input):
        box.cursor_blink = False
    await pilot.pause(0.2)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_of_the_office(
    office: Path, snap_compare: Compare, screen: str, size: tuple[int, int]
) -> None:
    if screen in ("paper", "home", "day"):
        post_some(office)

    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, *SCREENS[screen])
        await pilot.pause(0.2)

    app = pictured(None, ledger=office_ledger(office), first=screen)
    assert snap_compare(app, terminal_size=size, run_before=arrive)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_dialog_in_which_a_result_is_put_right(
    office: Path, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "Result 5:")
        await pilot.press("f")
        await see(pilot, "Fix result 5")
        await still(pilot)

    app = pictured(None, ledger=office_ledger(office), first="worklist")
    assert snap_compare(app, terminal_size=size, run_before=arrive)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("first", "key", "words"),
    [
        ("results", "h", "Result 1, step 1 of 6"),
        ("day", "s", "Sign the list"),
        ("home", "question_mark", "Every key has its twin"),
    ],
    ids=["replay", "sign", "help"],
)
def test_what_a_key_opens(
    office: Path, snap_compare: Compare, size: tuple[int, int], first: str, key: str, words: str
) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, {"results": "6 results", "day": "NOT SIGNED", "home": "accounted for"}[first])
        await pilot.press(key)
        await see(pilot, words)
        await still(pilot)

    app = pictured(None, ledger=office_ledger(office), first=first)
    assert snap_compare(app, terminal_size=size, run_before=arrive)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_what_can_be_made_to_go_wrong(snap_compare: Compare, size: tuple[int, int]) -> None:
    held = Held(*opening(), *month(20))

    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "Day 20 of 30", "2 Needs me: 3")
        await pilot.press("w")
        await see(pilot, "What goes wrong?")
        await pilot.pause(0.2)

    assert snap_compare(pictured(held.play), terminal_size=size, run_before=arrive)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_run_under_way(snap_compare: Compare, size: tuple[int, int]) -> None:
    held = Held(*opening(), *month(20))

    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "Day 20 of 30", "2 Needs me: 3")

    assert snap_compare(pictured(held.play), terminal_size=size, run_before=arrive)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_finished_run_in_the_light_theme(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "finished", "2 Needs me: 3")
        await pilot.press("t")

    app = pictured(lambda request: whole_run())
    assert snap_compare(app, terminal_size=size, run_before=arrive)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_start_page(
    snap_compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)

    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "quick: A first look")

    app = pictured(None, scenarios=lambda: [("quick", "A first look")])
    assert snap_compare(app, terminal_size=size, run_before=arrive)


def test_a_window_that_is_too_small(office: Path, snap_compare: Compare) -> None:
    async def arrive(pilot: Pilot[RunView]) -> None:
        await see(pilot, "80 x 24")

    app = pictured(None, ledger=office_ledger(office), first="home")
    assert snap_compare(app, terminal_size=(60, 20), run_before=arrive)
