"""A messy day in the real app against the real simulators: from the files to the signed list, and it reached zero."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from pilot.domain.delivery import State
from pilot.domain.result import Rejected
from pilot.experiment.rehearsal import PLANTED, Mark, Rehearsal
from pilot.pipeline.confirmed_looks import ConfirmedLooks
from pilot.pipeline.item import Action
from pilot.pipeline.overview import Wanted
from pilot.pipeline.worklist import Decision, Detail
from pilot.tui import PilotApp
from pilot.tui.open_ledger import OpenLedger, open_office
from pilot.tui.table import Table
from pilot.tui.view import RunView
from tests.tui.driving import paste, see, text, until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Rehearsal]:
    rehearsal = Rehearsal(tmp_path / "rehearsal")
    rehearsal.prepare(1, datetime.now(UTC).date())
    with rehearsal.under_way():
        yield rehearsal


def wrong(detail: Detail, screens: str) -> dict[str, str]:
    """The fields in which the print differs from what the other screens show, as somebody reads them off."""
    result = detail.entry.result
    born = re.search(r"born (\S+?)[,\s]", screens)
    number = re.search(r"NHS number (\d{10})", screens)
    episode = re.search(r"episode: (\w+), (\S+)", screens)
    assert born
    assert number
    assert episode
    seen = datetime.strptime(episode[2], "%d-%b-%Y").date()
    pairs = {
        "nhs_number": (result.participant.nhs_number, number[1]),
        "date_of_birth": (f"{result.participant.date_of_birth:%d-%b-%Y}", born[1]),
        "outcome": (str(result.outcome), episode[1]),
        "date": (str(result.date), str(seen)),
    }
    return {name: right for name, (printed, right) in pairs.items() if printed != right}


async def test_a_messy_day_is_worked_to_zero_and_signed(office: Rehearsal) -> None:
    ledger: OpenLedger = open_office(office.config, office.screens)
    app = PilotApp(lambda _: iter(()), None, ledger=ledger, first="batches", who="Mo")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "[5 Batches]", "SIMULATED")
        await paste(pilot, str(office.inbox))
        await pilot.press("enter")
        await until(pilot, lambda: "50 to send" in text(app), tries=6000)
        await pilot.press("enter")
        await until(pilot, lambda: f"2 Needs me: {PLANTED}" in text(app), tries=6000)

        await pilot.press("2", "g", "g", "g")
        await see(pilot, f"{PLANTED} for the office", "By none")
        while left := len(ledger.items()):
            await until(pilot, lambda: not isinstance(app.screen, ModalScreen))  # the last dialog is gone
            await until(pilot, lambda: on_one_of(app, ledger))  # and what was decided is off the screen
            [number] = app.screen.numbers  # type: ignore[attr-defined]
            await see(pilot, f"Result {number}:", "On the other screens")
            detail = ledger.show(number)
            printed = not isinstance(detail.document, Rejected)
            changes = wrong(detail, "\n".join(office.screens(detail))) if printed else {}
            if not printed or "outcome" in changes:
                await pilot.press("b")
            elif changes:
                await pilot.press("f")
                await see(pilot, f"Fix result {number}")
                for name, right in changes.items():
                    app.screen.query_one(f"#field-{name}", Input).value = right
            else:
                await pilot.press("r")
            await until(pilot, lambda: bool(app.screen.query("#field-why")))
            why = app.screen.query_one("#field-why", Input)
            why.value = "looked it up"
            why.focus()
            await pilot.press("enter")
            await until(pilot, lambda left=left: len(ledger.items()) < left, tries=3000)  # type: ignore[misc]
        await see(pilot, "Nothing needs you")

        await pilot.press("1", "s")
        await until(pilot, lambda: ledger.position().filed > 0, tries=6000)
        await pilot.press("7")
        await see(pilot, "NOT SIGNED")
        await pilot.press("s")
        await see(pilot, "Who signs")
        await pilot.press("enter")
        await see(pilot, "signed by Mo", "2 Needs me: 0")
    marks = [line.mark for line in office.score().lines]
    assert marks == [Mark.RIGHT] * PLANTED


def test_what_is_decided_wrongly_is_told_and_what_is_open_keeps_its_answer(office: Rehearsal) -> None:
    ledger = open_office(office.config, office.screens)
    ledger.take_in([office.inbox])
    assert {line.told for line in office.score().lines} == {False}
    changed = next(item for item in ledger.items() if item.reason == "outcome_differs")
    ledger.decide([changed.id], Decision(Action.RESEND, "Mo", "looks right"))
    line = next(line for line in office.score().lines if line.number == changed.id)
    assert (line.mark, line.right) == (
        Mark.WRONG,
        "back to NBSS: the outcome is another, and NBSS prints it again",
    )


async def answer(pilot: Pilot[RunView], title: str, **fields: str) -> None:
    """Fill a decision's dialog in and record it."""
    await see(pilot, title)
    for name, said in {**fields, "why": "looked it up"}.items():
        pilot.app.screen.query_one(f"#field-{name}", Input).value = said
    pilot.app.screen.query_one("#field-why", Input).focus()
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, ModalScreen), tries=3000)


async def test_what_else_an_office_does_reaches_simulators_and_ledger(office: Rehearsal) -> None:
    """The look of prints, paper for choice, undo, the post, find, replay, a correction, a withdrawal, practices."""
    ledger = open_office(office.config, office.screens)
    app = PilotApp(lambda _: iter(()), None, ledger=ledger, first="batches", who="Mo")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "[5 Batches]", "SIMULATED")
        await paste(pilot, str(office.inbox))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "How these reports look" in text(app), tries=6000)
        await pilot.press("enter")
        await until(pilot, lambda: bool(ConfirmedLooks(ledger.path).confirmed()), tries=3000)
        await until(pilot, lambda: not isinstance(app.screen, ModalScreen))
        app.screen.query_one("#paths", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "50 to send" in text(app), tries=6000)
        await pilot.press("enter")
        await until(pilot, lambda: f"2 Needs me: {PLANTED}" in text(app), tries=6000)

        # One goes on paper, is taken back, and goes on paper all the same.
        on_paper = next(item for item in ledger.items() if Action.PAPER in item.actions)
        await pilot.press("2", "g", "g", "g")
        await see(pilot, "By none")
        await until(pilot, lambda: go_to_result(app, on_paper.id))
        await see(pilot, f"Result {on_paper.id}:")
        await pilot.press("p")
        await answer(pilot, f"Send result {on_paper.id} on paper")
        await until(pilot, lambda: ledger.waiting() == (PLANTED - 1, 1))
        await see(pilot, "4 Post: 1")
        await pilot.press("u")
        await until(pilot, lambda: ledger.waiting() == (PLANTED, 0))
        await until(pilot, lambda: go_to_result(app, on_paper.id))
        await see(pilot, f"Result {on_paper.id}:")
        await pilot.press("p")
        await answer(pilot, f"Send result {on_paper.id} on paper")
        await until(pilot, lambda: ledger.waiting() == (PLANTED - 1, 1))
        await pilot.press("4")
        await see(pilot, "1 page to post")
        await pilot.press("p")
        await see(pilot, "Print 1 page")
        await pilot.press("enter")
        await see(pilot, "1 printed and to be ticked")
        await pilot.press("o")
        await see(pilot, "Posted: 1 page")
        await pilot.press("enter")
        await see(pilot, "Nothing is to be posted")

        # What practices have filed is found, replayed, corrected, and another taken back.
        await pilot.press("1", "s")
        await until(pilot, lambda: filed(ledger) > 1, tries=6000)
        first, second = ledger.find(Wanted(state=State.FILED))[0][:2]
        await pilot.press("3")
        await see(pilot, "[3 Find]", "60 results")
        await find(pilot, ledger.show(first).entry.screening_number)
        await pilot.press("h")
        await see(pilot, f"Result {first}, step 1 of")
        await pilot.press("escape", "enter")
        await see(pilot, f"Result {first}:", "Correct")
        seen = ledger.show(first).entry.result.date
        assert seen is not None
        await pilot.press("o")
        await answer(pilot, f"Correct result {first}", date=str(seen - timedelta(days=1)))
        await find(pilot, ledger.show(second).entry.screening_number)
        await see(pilot, f"Result {second}:")
        await pilot.press("w")
        await answer(pilot, f"Withdraw result {second}")
        await pilot.press("escape", "1")
        await see(pilot, "[1 Home")
        await pilot.press("s")
        for number in (first, second):
            await until(pilot, lambda number=number: sent_twice(ledger, number), tries=6000)  # type: ignore[misc]
        changed = ledger.show(first)
        assert changed.entry.result.date == seen - timedelta(days=1)
        assert [(change.who, change.before) for change in changed.changes][:1] == [("Mo", f"{seen:%d-%b-%Y}")]
        assert ledger.show(second).entry.result.withdrawn

        await pilot.press("6")
        await see(pilot, "practices", "[6 Practices]")
        await pilot.press("enter")
        await see(pilot, "[3 Find]", "fit: ")


def on_one_of(app: PilotApp, ledger: OpenLedger) -> bool:
    """Whether the cursor is on one result that is still to be decided."""
    table = app.screen.query_one(Table)
    numbers = {table.rows[place].numbers for place in range(len(table.rows))}
    return numbers == {(item.id,) for item in ledger.items()} and len(app.screen.numbers) == 1  # type: ignore[attr-defined]


def go_to_result(app: PilotApp, number: int) -> bool:
    """The cursor onto a result of the list; whether it is there."""
    table = app.screen.query_one(Table)
    places = [place for place in range(len(table.rows)) if table.rows[place].numbers == (number,)]
    if places:
        table.action_to(places[0])
    return bool(places)


def filed(ledger: OpenLedger) -> int:
    return ledger.position().filed


def sent_twice(ledger: OpenLedger, number: int) -> bool:
    return len(ledger.show(number).sent) > 1


async def find(pilot: Pilot[RunView], words: str | None) -> None:
    """Look for it, and go to the list of what was found."""
    assert words is not None
    pilot.app.screen.query_one("#text", Input).value = words
    await see(pilot, "1 fit")
    pilot.app.screen.query_one(Table).focus()
    await pilot.pause()
