"""Every result and where it is: one box, states and practices, however many there are."""

from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import Reason
from tests.tui.driving import office_app, paste, see, text, until
from tests.tui.office_ledger import BEGAN, SURNAME, more_of_a_kind

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("office")]


def numbers(app: object) -> list[str]:
    """The screening numbers listed."""
    lines = text(app, "Table").splitlines()[1:]
    return [word for line in lines for word in line.split() if word.startswith("KXX")]


async def test_every_result_is_there_and_no_name_until_one_is_opened(office: Path) -> None:
    app = office_app(office, first="results")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "6 results: 1 in MESH, 1 in the record, 3 with a person, 1 returned")
        assert numbers(app) == [*(f"KXX{number:06}" for number in range(5)), "KXX000099"]
        assert SURNAME not in text(app)
        await pilot.press("enter")
        await see(pilot, "Result 1: in the record", SURNAME, on="DetailPane")
        await pilot.press("escape")
        await until(pilot, lambda: SURNAME not in text(app))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("z81002", ["KXX000001", "KXX000004"]),
        ("quillfea 1960 kxx000003", ["KXX000003"]),
        ("quillfeather 04-May-1960 z81003", ["KXX000002"]),
        ("999 000 0034", ["KXX000002"]),
        ("117.pdf kxx000001", ["KXX000001"]),
        ("quillfeather 1961", []),
    ],
)
async def test_one_box_finds_and_what_was_typed_is_not_listed(
    office: Path, asked: str, found: list[str]
) -> None:
    app = office_app(office, first="results")
    async with app.run_test(size=(120, 30)) as pilot:
        await see(pilot, "6 results")
        await pilot.press("slash")
        await paste(pilot, asked)
        await see(pilot, f"{len(found)} fit")
        assert numbers(app) == found
        assert "9990000034" not in text(app, "Table")
        await pilot.press("enter", "c")
        await until(pilot, lambda: len(numbers(app)) == 6)


async def test_state_and_practice_are_chosen_with_the_keyboard(office: Path) -> None:
    app = office_app(office, first="results")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "6 results")
        await pilot.press("s", "enter", *"with", "enter")
        await see(pilot, "3 fit: 3 results: 3 with a person")
        await pilot.press("escape", "p", "enter", "down", "enter")
        await see(pilot, "1 fit")
        assert numbers(app) == ["KXX000003"]


async def test_the_list_follows_what_others_do_and_the_cursor_stays_on_its_result(office: Path) -> None:
    app = office_app(office, first="results")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "6 results")
        await pilot.press("down", "enter")
        await see(pilot, "KXX000001    Z81002    in MESH", "Result 2: in MESH")
        with Ledger(office / "ledger.sqlite") as ledger:
            entry = ledger.entry(2)
            assert entry is not None
            with ledger.transaction():
                ledger.move(entry, State.FILED, Reason.FILED_AT_PRACTICE, BEGAN)
        app.reread()
        await see(pilot, "KXX000001    Z81002    in the record", "Result 2: in the record")


async def test_a_long_list_is_paged_to_its_end_and_only_what_is_seen_is_read(office: Path) -> None:
    more_of_a_kind(office, 2500)
    app = office_app(office, first="results")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "2,506 results")
        await pilot.press("end")
        await see(pilot, "KXX003499", on="Table")
        await pilot.press("pageup", "home")
        await see(pilot, "KXX000000", on="Table")


async def test_what_is_filed_is_withdrawn_from_here(office: Path) -> None:
    async with office_app(office, first="results").run_test(size=(100, 30)) as pilot:
        await see(pilot, "6 results")
        await pilot.press("enter")
        await see(pilot, "Result 1: in the record")
        await pilot.press("w")
        await see(pilot, "Withdraw result 1", "told to take it out")
        await pilot.press(*"error", "enter")
        await see(pilot, "Result 1: read", "A person has withdrawn it")


async def test_a_result_is_replayed_a_step_at_a_time_there_and_back(office: Path) -> None:
    async with office_app(office, first="results").run_test(size=(80, 24)) as pilot:
        await see(pilot, "6 results")
        await pilot.press("h")
        await see(pilot, "Result 1, step 1 of 6")
        assert "in the record" not in text(pilot.app, "#dialog")
        await pilot.press("full_stop", "full_stop")
        await see(pilot, "step 3 of 6", "after 2 h")
        await pilot.press("comma")
        await see(pilot, "step 2 of 6")
        await pilot.press("space")
        await see(pilot, "step 6 of 6", "in the record")
        await pilot.press("escape")
        await see(pilot, "[3 Find]")
