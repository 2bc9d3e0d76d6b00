"""What needs me: by kind, the pane, decisions on one or many that end in the ledger, and what is taken back."""

import sqlite3
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.pipeline.entry import LedgerEntry, Step
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from tests.tui.driving import app_on, office_app, paste, see, text, until
from tests.tui.office_ledger import BEGAN, SURNAME, more_of_a_kind

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("office")]


def entry(office: Path, number: int) -> tuple[LedgerEntry, Step]:
    """A result as the ledger now holds it, and its last move."""
    with Ledger(office / "ledger.sqlite") as ledger:
        found = ledger.entry(number)
        assert found is not None
        return found, ledger.history(number)[-1]


async def test_the_list_holds_what_the_office_must_do_and_v_adds_what_practices_must(office: Path) -> None:
    app = office_app(office, first="worklist")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(
            pilot,
            "[2 Needs me: 3]",
            "3 for the office: 2 to decide on, 1 to put right in NBSS. 1 at practices",
        )
        listed = text(app, "Table")
        assert "print and extract" in listed
        assert "to put right in NBSS: " in listed
        assert "waits for a person at the" not in listed
        await pilot.press("v")
        await see(pilot, "waits for a person at", on="Table")


async def test_a_run_shows_the_same_list() -> None:
    async with app_on().run_test(size=(80, 24)) as pilot:
        await see(pilot, "finished", "[8 Run]", "2 Needs me: 3")
        await pilot.press("2")
        await see(pilot, "3 for the office")


async def test_a_name_stands_in_the_pane_alone_and_goes_with_it(office: Path) -> None:
    app = office_app(office, first="worklist")
    async with app.run_test(size=(200, 60)) as pilot:
        await see(pilot, SURNAME, on="DetailPane")
        assert SURNAME not in text(app, "Table")


async def test_the_pane_tells_the_whole_way_and_who_does_what_next(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(200, 60)) as pilot:
        await see(
            pilot,
            "SIL-KXX-20261102-117.pdf page 3 record 1: normal",
            "EPISODES-KXX-20261102.csv row 12: did not attend",
            "Next, the office: look into NBSS",
            "Screening Number: KXX000004",
            "02 Nov 09:00  with a person: print and extract say different outcomes",
            on="DetailPane",
        )


async def test_one_decision_does_for_all_of_a_kind(office: Path) -> None:
    more_of_a_kind(office, 40)
    app = office_app(office, first="worklist")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "43 for the office", "+ 40 x no answer came from the practice")
        await pilot.press("r")
        await see(pilot, "Send 40 results again")
        await pilot.press(*"all rung", "enter")
        await see(pilot, "3 for the office", "u Undo")
        with Ledger(office / "ledger.sqlite") as ledger:
            assert ledger.counts()[State.RECEIVED] == 40
        await pilot.press("u")
        await see(pilot, "43 for the office")
        with Ledger(office / "ledger.sqlite") as ledger:
            assert State.RECEIVED not in ledger.counts()


async def test_some_of_a_kind_are_marked_and_decided_together(office: Path) -> None:
    more_of_a_kind(office, 3)
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "+ 3 x no answer")
        await pilot.press("enter")
        await see(pilot, "- 3 x no answer")
        await pilot.press("down", "space", "space")
        await see(pilot, "2 MARKED")
        await pilot.press("c", *"rang", "enter")
        await see(pilot, "4 for the office")
    with Ledger(office / "ledger.sqlite") as ledger:
        assert ledger.counts()[State.FILED] == 3


async def test_rows_of_one_extract_are_one_line_apart_from_those_of_another(office: Path) -> None:
    reason = RejectionReason.IN_EXTRACT_NOT_IN_PRINT
    with Ledger(office / "ledger.sqlite") as ledger:
        for name, rows in (("MONDAY.csv", 3), ("TUESDAY.csv", 2)):
            lines = [Rejected(reason, "normal", Provenance(name, 0, row + 2)) for row in range(rows)]
            entries = [NewEntry(name, line, State.WITH_A_PERSON, reason) for line in lines]
            ledger.take_in([EmittedFile(name, name, "extract")], entries, b"{}", BEGAN)
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "+ 3 x MONDAY.csv: the extract has a")
        await see(pilot, "+ 2 x TUESDAY.csv: the extract has a")
        await pilot.press("b")
        await see(pilot, "3 results")
        await pilot.press(*"not ours", "enter")
        await until(pilot, lambda: "MONDAY.csv" not in text(pilot.app))
        assert "TUESDAY.csv" in text(pilot.app)


async def test_the_list_is_found_in_sorted_and_grouped(office: Path) -> None:
    more_of_a_kind(office, 30)
    app = office_app(office, first="worklist")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "+ 30 x no answer")
        await pilot.press("g")
        await see(pilot, "By practice", "x Z81001")
        await pilot.press("g", "g")
        await see(pilot, "By none", "no answer came")
        await pilot.press("s")
        await see(pilot, "due day first")
        await pilot.press("slash", *"extract")
        await see(pilot, "1 fit")
        await pilot.press("escape")
        await until(pilot, lambda: "fit" not in text(app, "#heading"))


async def test_the_list_is_not_cut_and_its_end_is_reached(office: Path) -> None:
    more_of_a_kind(office, 1500)
    app = office_app(office, first="worklist")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "1,503 for the office")
        await pilot.press("g", "g", "g", "end")
        await see(pilot, "By none")
        await until(pilot, lambda: app.screen.query_one("Table").at == 1502)  # type: ignore[attr-defined]


async def test_a_decision_without_a_reason_stays_on_the_screen_with_what_was_typed(office: Path) -> None:
    async with office_app(office, first="worklist", who="").run_test(size=(80, 24)) as pilot:
        await see(pilot, "3 for the office")
        await see(pilot, "Result 5:")
        await pilot.press("c", *"Mo", "enter", "enter")
        await see(pilot, "who did it and why are both needed", "Mo")
        await pilot.press("escape")
        await see(pilot, "3 for the office")
    assert entry(office, 5)[0].state is State.WITH_A_PERSON


async def test_a_fix_says_what_is_wrong_with_it_and_then_takes_the_right_one(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(120, 40)) as pilot:
        await see(pilot, "Result 5:")
        await pilot.press("f")
        await see(pilot, "NHS number", "9990000050", "04-May-1960")
        await pilot.press(*["tab"] * 4)
        await paste(pilot, "norml")
        await pilot.press("tab", "tab", "tab", *"typo", "enter")
        await see(pilot, "outcome cannot be set to that", "did_not_attend")
        await pilot.press(*["shift+tab"] * 3)
        await paste(pilot, "did_not_attend")
        await pilot.press(*["tab"] * 3, "enter")
        await see(pilot, "2 for the office")
    fixed, step = entry(office, 5)
    assert isinstance(fixed.document, ScreeningResult)
    assert fixed.document.outcome == "did_not_attend"
    assert (step.who, step.why) == ("Mo", "typo (changed: outcome)")


async def test_the_page_as_printed_stays_beside_the_dialog(office: Path) -> None:
    app = office_app(office, first="worklist")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Result 5:")
        await pilot.press("r")
        await see(pilot, "Send result 5 again")
        await see(pilot, "row 12 says: did not attend", on="#print")


async def test_a_fix_that_changes_nothing_is_not_one(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "Result 5:")
        await pilot.press("f", *["enter"] * 7, "w", "enter")
        await see(pilot, "Nothing was changed")
    assert entry(office, 5)[0].state is State.WITH_A_PERSON


async def test_who_decides_is_remembered_for_the_next_decision(office: Path) -> None:
    async with office_app(office, first="worklist", who="").run_test(size=(80, 24)) as pilot:
        await see(pilot, "Result 5:")
        await pilot.press("a", *"Bea", "enter", *"Jo", "enter", "x", "enter")
        await see(pilot, "assigned to Bea")
        await pilot.press("c")
        await see(pilot, "In the record: result 5", "Jo")
        await pilot.press("y", "enter")
        await see(pilot, "2 for the office")
    filed, step = entry(office, 5)
    assert filed.assigned_to == "Bea"
    assert (filed.state, step.who, step.why) == (State.FILED, "Jo", "y")


async def test_keys_typed_ahead_wait_for_the_field_that_they_are_for(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "Result 5:")
        await pilot.press("r", *"looked 12 up", "enter")  # 1 and 2 are screens, outside the dialog
        await see(pilot, "2 for the office")
    assert entry(office, 5)[1].why == "looked 12 up"


async def test_nothing_is_offered_that_may_not_be_done(office: Path) -> None:
    app = office_app(office, first="worklist")
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "3 for the office")
        await pilot.press("end")
        await see(pilot, "Result 6: returned")
        await until(pilot, lambda: "Fix" not in text(app, "Footer"))
        await pilot.press("f", "r", "p", "c", "a", "e")
        await pilot.pause()
        assert "Who decides" not in text(app)


async def test_done_means_gone_and_the_list_reaches_zero(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "3 for the office")
        await pilot.press("asterisk")
        await see(pilot, "3 MARKED")
        await pilot.press("b", "enter")
        await see(pilot, "Nothing needs you", "[2 Needs me: 0]")


async def test_a_ledger_that_cannot_be_used_is_a_panel_that_stays(office: Path) -> None:
    with sqlite3.connect(office / "ledger.sqlite") as ledger:
        ledger.execute("PRAGMA user_version = 99")
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "the ledger is of version 99", on="Problem")


async def test_a_ledger_in_use_is_a_panel_and_nothing_is_lost(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilot.pipeline.ledger_file.BUSY_SECONDS", 0.01)
    other = sqlite3.connect(office / "ledger.sqlite", isolation_level=None)
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "Result 5:")
        other.execute("BEGIN IMMEDIATE")
        await pilot.press("r", "x", "enter")
        await see(pilot, "Another pilot is using it", "x")
        other.close()
        await pilot.press("enter")
        await see(pilot, "2 for the office")


async def test_the_list_is_written_as_csv_without_a_name(office: Path) -> None:
    async with office_app(office, first="worklist").run_test(size=(80, 24)) as pilot:
        await see(pilot, "3 for the office")
        await pilot.press("x")
        await until(pilot, lambda: any(office.glob("worklist-*.csv")))
    (written,) = office.glob("worklist-*.csv")
    content = written.read_text("utf-8-sig")
    assert content.splitlines()[0].startswith("Why,Waits,Practice")
    assert SURNAME not in content
    assert written.stat().st_mode & 0o077 == 0


async def test_rows_that_cannot_be_read_are_named_and_the_rest_is_listed(office: Path) -> None:
    with sqlite3.connect(office / "ledger.sqlite") as hand:
        stuck = hand.execute("SELECT id FROM result WHERE state = 'with_a_person' ORDER BY id").fetchall()
        hand.execute("UPDATE result SET state = 'gone' WHERE id = ?", stuck[0])
        hand.execute("UPDATE result SET since = 'once' WHERE id = ?", stuck[1])
    hand.close()
    named = [f"result {number}" for (number,) in stuck[:2]]
    app = office_app(office, first="worklist")
    async with app.run_test(size=(200, 60)) as pilot:
        await see(pilot, "for the office", f"CANNOT BE READ: {', '.join(named)}")
        await pilot.press("1")
        await see(pilot, f"NOT ACCOUNTED FOR: {', '.join(named)} of the ledger cannot be read")
        await pilot.press("3")
        await see(pilot, "[3 Find]", "5 results", "it cannot be read")
