"""Every result and where it is, narrowed by typing, state and practice."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import Reason
from pilot.tui.desk import Wanted, Whereabouts, find, tally
from tests.tui.driving import app_on, paste, see, text, until
from tests.tui.office_ledger import BEGAN, NHS_NUMBERS, SURNAME
from tests.tui.scripted_run import Held, month, opening

pytestmark = pytest.mark.usefixtures("office")


def numbers(app: object) -> list[str]:
    """The screening numbers listed."""
    return [
        line.split()[0]
        for line in text(app, "LedgerTable").splitlines()[1:]
        if line.strip().startswith("KXX")
    ]


@pytest.mark.anyio
async def test_every_result_is_there_and_no_name_until_one_is_opened() -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("3")
        await see(pilot, "6 results: 1 in MESH, 1 in the record, 3 with a person, 1 returned")
        assert numbers(app) == [*(f"KXX{number:06}" for number in range(5)), "KXX000099"]
        assert SURNAME not in text(app)
        await pilot.press("enter")
        await see(pilot, "Result 1: in the record", SURNAME, on="DetailPane")


@pytest.mark.anyio
async def test_typing_narrows_the_list_and_clearing_shows_all_again() -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("3")
        await see(pilot, "6 results")
        await pilot.press("slash")
        await paste(pilot, "z81002 outcomes")
        await see(pilot, "1 of 6 fit")
        assert numbers(app) == ["KXX000004"]
        await pilot.press("enter", "c")
        await until(pilot, lambda: len(numbers(app)) == 6)


@pytest.mark.anyio
async def test_a_whole_nhs_number_finds_its_result_and_is_not_listed() -> None:
    app = app_on()
    async with app.run_test(size=(120, 30)) as pilot:
        await see(pilot, "finished")
        await pilot.press("3")
        await see(pilot, "6 results")
        await pilot.press("slash")
        await paste(pilot, "999 000 0034")
        await see(pilot, "1 of 6 fit")
        assert numbers(app) == ["KXX000002"]
        assert "9990000034" not in text(app, "LedgerTable")


@pytest.mark.anyio
async def test_state_and_practice_are_chosen_with_the_keyboard() -> None:
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished")
        await pilot.press("3")
        await see(pilot, "6 results")
        await pilot.press("s", "enter", *"with", "enter")
        await see(pilot, "3 of 6 fit: 3 results: 3 with a person")
        await pilot.press("escape", "p", "enter", "down", "enter")
        await see(pilot, "1 of 6 fit")
        assert numbers(app) == ["KXX000003"]


@pytest.mark.anyio
async def test_the_list_follows_the_run_and_the_cursor_stays_on_its_result(office: Path) -> None:
    held = Held(*opening(), *month(3))
    ticking = iter(range(10_000))
    app = app_on(held.play, clock=lambda: float(next(ticking)))
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Day 3 of 30")
        await pilot.press("3", "down", "enter")
        await see(pilot, "KXX000001     Z81002    in MESH", "Result 2: in MESH")
        with Ledger(office / "ledger.sqlite") as ledger:
            entry = ledger.entry(2)
            assert entry is not None
            with ledger.transaction():
                ledger.move(entry, State.FILED, Reason.FILED_AT_PRACTICE, BEGAN + timedelta(days=1))
        await see(pilot, "KXX000001     Z81002    in the record", "Result 2: in the record")
        held.go_on.set()


WHEREABOUTS = st.builds(
    Whereabouts,
    id=st.integers(1),
    state=st.sampled_from(State),
    words=st.sampled_from(["waits for a person", "print and extract", ""]),
    age=st.just(timedelta(days=1)),
    practice=st.sampled_from(["", "Z81001", "Z81002"]),
    screening_number=st.sampled_from(["", "KXX000001", "KXX000002"]),
    provenance=st.builds(
        Provenance, st.sampled_from(["SIL-KXX-1.pdf"]), st.integers(0, 3), st.integers(0, 2)
    ),
    nhs_number=st.sampled_from(["", *NHS_NUMBERS]),
)
WANTED = st.builds(
    Wanted,
    text=st.sampled_from(["", "  ", "kxx000001", "z81001 waits", "sil p2", "nothing has this", *NHS_NUMBERS]),
    state=st.none() | st.sampled_from(State),
    practice=st.none() | st.sampled_from(["Z81001", "Z81002"]),
)


@given(st.lists(WHEREABOUTS), WANTED)
def test_each_filter_narrows_and_together_they_are_what_all_of_them_leave(
    results: list[Whereabouts], wanted: Wanted
) -> None:
    found = find(results, wanted)
    by_each = (Wanted(text=wanted.text), Wanted(state=wanted.state), Wanted(practice=wanted.practice))
    assert find(results, Wanted()) == results
    assert found == [result for result in results if all(result in find(results, one) for one in by_each)]
    assert wanted.state is None or all(result.state is wanted.state for result in found)
    assert tally(found).startswith(f"{len(found)} result")


@pytest.mark.anyio
async def test_what_is_filed_is_withdrawn_from_here() -> None:
    app = app_on()
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "finished")
        await pilot.press("3", "enter")
        await see(pilot, "Result 1: in the record")
        await pilot.press("w")
        await see(pilot, "Withdraw result 1", "told to take it out")
        await pilot.press(*"Nora", "enter", *"error", "enter")
        await see(pilot, "Result 1: read", "A person has withdrawn it")
