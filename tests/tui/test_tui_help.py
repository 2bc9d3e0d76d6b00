"""Help: no key without an entry, no entry without its twin on the command line."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from textual.binding import Binding

from pilot.tui import PilotApp
from pilot.tui.batches import BatchesScreen
from pilot.tui.day import DayScreen
from pilot.tui.home import HomeScreen
from pilot.tui.keys import (
    BATCHES,
    DAY,
    EVERYWHERE,
    HOME,
    POST,
    PRACTICES,
    RESULTS,
    RUN,
    SECTIONS,
    WORKLIST,
    Key,
)
from pilot.tui.paper import PaperScreen
from pilot.tui.practices import PracticesScreen
from pilot.tui.results import ResultsScreen
from pilot.tui.run import RunScreen
from pilot.tui.worklist import WorklistScreen
from tests.tui.driving import app_on, see

NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "Escape",
    "enter": "Enter",
    "tab": "Tab",
    "asterisk": "*",
    "full_stop": ".",
    "minus": "-",
    "plus": "+",
}


def bound(owner: type) -> Iterator[str]:
    """The keys that a screen or the app binds, as the help names them."""
    for binding in owner.BINDINGS:  # type: ignore[attr-defined]
        assert isinstance(binding, Binding)
        first = binding.key.split(",")[0]
        yield NAMES.get(first, first)


@pytest.mark.parametrize(
    ("owner", "section"),
    [
        (PilotApp, EVERYWHERE),
        (HomeScreen, HOME),
        (WorklistScreen, WORKLIST),
        (ResultsScreen, RESULTS),
        (PaperScreen, POST),
        (BatchesScreen, BATCHES),
        (PracticesScreen, PRACTICES),
        (DayScreen, DAY),
        (RunScreen, RUN),
    ],
)
def test_every_key_is_in_the_help(owner: type, section: tuple[Key, ...]) -> None:
    assert set(bound(owner)) <= {key.key for key in section}


TWINS = sorted({key.twin for _, keys in SECTIONS for key in keys if key.twin})


@pytest.mark.parametrize("twin", TWINS)
def test_every_twin_is_a_command_with_these_options(twin: str) -> None:
    from pilot.cli import app  # noqa: PLC0415

    program, *words = twin.split()
    assert program == "pilot"
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"pilot has no command {name}"
        command = command.commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_every_decision_has_a_twin() -> None:
    from pilot.pipeline.item import Action  # noqa: PLC0415

    told = {key.twin.split()[2] for key in WORKLIST if key.twin.startswith("pilot exceptions")}
    assert {action.value for action in Action} <= told


@pytest.mark.anyio
async def test_help_opens_over_any_screen_and_closes_again() -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2", "question_mark")
        await see(pilot, "Every key has its twin on the command line", "$ pilot exceptions list")
        await pilot.press("end")
        await see(pilot, "Seed: what chance draws from")
        await pilot.press("escape")
        await see(pilot, "[2 Needs me")
