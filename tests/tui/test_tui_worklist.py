"""What needs me: the list, the pane, and decisions that end in the ledger."""

import sqlite3
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import ScreeningResult
from pilot.pipeline.entry import Entry, Step
from pilot.pipeline.ledger import Ledger
from tests.tui.driving import app_on, paste, see, text, until
from tests.tui.office_ledger import SURNAME

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("office")]


def entry(office: Path, number: int) -> tuple[Entry, Step]:
    """A result as the ledger now holds it, and its last move."""
    with Ledger(office / "ledger.sqlite") as ledger:
        found = ledger.entry(number)
        assert found is not None
        return found, ledger.history(number)[-1]


async def test_the_list_holds_what_the_office_must_do_and_v_adds_what_practices_must() -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished", "[1 The run]", "2 What needs me: 3")
        await pilot.press("2")
        await see(pilot, "3 for the office: 2 to decide on, 1 returned. 1 at practices")
        listed = text(app, "LedgerTable")
        assert "print and extract" in listed
        assert "returned: " in listed
        assert "SIL-KXX-20261102-118 p2 r1" in listed
        assert "waits for a person at the" not in listed
        await pilot.press("v")
        await see(pilot, "waits for a person at the", on="LedgerTable")


async def test_a_name_stands_in_the_pane_alone_and_goes_with_it() -> None:
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, SURNAME, on="DetailPane")
        assert SURNAME not in text(app, "LedgerTable")
        await pilot.press("escape")
        await until(pilot, lambda: SURNAME not in text(app))
        await pilot.press("enter")
        await see(pilot, SURNAME)


async def test_the_pane_shows_both_versions_the_print_and_every_move() -> None:
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(
            pilot,
            "SIL-KXX-20261102-117.pdf page 3 record 1: normal",
            "EPISODES-KXX-20261102.csv row 12: did not attend",
            "Screening Number: KXX000004",
            "02 Nov 09:00  with a person: print and extract say different outcomes",
            on="DetailPane",
        )
        await pilot.press("down", "down")
        await see(pilot, "Result 4:", "at the practice: ", "Screening Number: KXX000003", on="DetailPane")


async def test_a_decision_goes_into_the_ledger_with_who_and_why(office: Path) -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:")
        await pilot.press("r")
        await see(pilot, "Send result 5 again", "Who decides")
        await paste(pilot, "Mo")
        await pilot.press("enter")
        await paste(pilot, "rang")
        await pilot.press("enter")
        await see(pilot, "2 for the office: 1 to decide on")
    resent, step = entry(office, 5)
    assert resent.state is State.RECEIVED
    assert (step.who, step.why, step.to_state) == ("Mo", "rang", State.RECEIVED)


async def test_a_decision_without_a_reason_stays_on_the_screen_with_what_was_typed(office: Path) -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:")
        await pilot.press("b", *"Mo", "enter", "enter")
        await see(pilot, "who did it and why are both needed", "Mo")
        await pilot.press("escape")
        await see(pilot, "3 for the office")
    assert entry(office, 5)[0].state is State.WITH_A_PERSON


async def test_a_fix_says_what_is_wrong_with_it_and_then_takes_the_right_one(office: Path) -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:")
        await pilot.press("f")
        await see(pilot, "NHS number", "9990000050")
        await pilot.press(*["tab"] * 4)
        await paste(pilot, "norml")
        await pilot.press("tab", "tab", *"Mo", "enter", *"typo", "enter")
        await see(pilot, "outcome cannot be set to that", "did_not_attend")
        await pilot.press(*["shift+tab"] * 3)
        await paste(pilot, "did_not_attend")
        await pilot.press(*["tab"] * 3, "enter")
        await see(pilot, "2 for the office")
    fixed, step = entry(office, 5)
    assert isinstance(fixed.document, ScreeningResult)
    assert fixed.document.outcome == "did_not_attend"
    assert step.why == "typo (changed: outcome)"


async def test_a_fix_that_changes_nothing_is_not_one(office: Path) -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:")
        await pilot.press("f", *["enter"] * 6, "M", "enter", "w", "enter")
        await see(pilot, "Nothing was changed")
    assert entry(office, 5)[0].state is State.WITH_A_PERSON


async def test_who_decides_is_remembered_for_the_next_decision(office: Path) -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:")
        await pilot.press("a", *"Bea", "enter", *"Mo", "enter", "x", "enter")
        await see(pilot, "assigned to Bea")
        await pilot.press("c")
        await see(pilot, "Result 5 is in the record", "Mo")
        await pilot.press("y", "enter")
        await see(pilot, "2 for the office")
    filed, step = entry(office, 5)
    assert filed.assigned_to == "Bea"
    assert (filed.state, step.who, step.why) == (State.FILED, "Mo", "y")


async def test_nothing_is_offered_that_may_not_be_done() -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "Result 5:", "Fix")
        await pilot.press("down")
        await see(pilot, "Result 6: returned")
        await until(pilot, lambda: "Fix" not in text(app, "Footer"))
        await pilot.press("f", "r", "p", "c", "a")  # b takes it up in NBSS
        await pilot.pause()
        assert "Who decides" not in text(app)


async def test_a_ledger_that_cannot_be_used_is_one_clear_line(office: Path) -> None:
    with sqlite3.connect(office / "ledger.sqlite") as ledger:
        ledger.execute("PRAGMA user_version = 99")
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2")
        await see(pilot, "the ledger is of version 99")


async def test_after_a_decision_the_cursor_is_on_the_next_result_not_on_the_first(office: Path) -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("2", "v", "down", "down")
        await see(pilot, "Result 3:")
        await pilot.press("c", "M", "enter", "y", "enter")
        await see(pilot, "0 at practices")
        await see(pilot, "Result 4:")
