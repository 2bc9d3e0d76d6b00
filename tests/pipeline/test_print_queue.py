"""What goes on paper is the office's until a named person has ticked it as posted; what is not posted is found."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pdfplumber
import pytest

from pilot.domain.delivery import State
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import Action
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.print_queue import PrintQueue, printout, put_on_paper, tell_overdue
from pilot.pipeline.reasons import Reason, Why
from pilot.pipeline.settings import Deadlines
from pilot.pipeline.worklist import Worklist
from tests.pipeline.people import result

TUESDAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
WHO = "A. Person"
OFFICE = Organisation(ods="KXX", name="KELDERBY")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Three results for two practices, put on paper on a Tuesday: to be posted by Wednesday."""
    with Ledger(tmp_path / "ledger.sqlite") as book:
        people = [result(1), result(2, practice="A91002"), result(3)]
        book.take_in(
            [EmittedFile("f" * 64, "a.pdf", "sil")],
            [NewEntry("f", one, State.WITH_A_PERSON, Reason.NO_ANSWER) for one in people],
            b"{}",
            TUESDAY,
        )
        with book.transaction():
            for entry in book.in_states(State.WITH_A_PERSON):
                assert put_on_paper(book, entry, Deadlines(), TUESDAY)
        yield book


@pytest.fixture
def queue(ledger: Ledger) -> PrintQueue:
    return PrintQueue(ledger, lambda: TUESDAY, {"A91001": "FEATHERING SURGERY"})


def where(ledger: Ledger, number: int) -> tuple[Why, Owner | None, date | None]:
    entry = ledger.entry(number)
    assert entry is not None
    assert entry.state is State.WITH_A_PERSON
    return entry.reason, entry.owner, entry.due


def test_it_is_the_offices_until_it_is_ticked_as_posted(ledger: Ledger, queue: PrintQueue) -> None:
    assert where(ledger, 1) == (Reason.TO_BE_POSTED, Owner.OFFICE, date(2026, 11, 4))
    queue.printed([1], WHO)
    assert where(ledger, 1) == (Reason.PRINTED, Owner.OFFICE, date(2026, 11, 4))
    queue.posted([1], "B. Person")
    assert where(ledger, 1) == (Reason.SENT_ON_PAPER, Owner.PRACTICE, None)
    assert [letter.entry.id for letter in queue.letters()] == [2, 3]
    steps = ledger.history(1)[-2:]
    assert [(step.reason, step.who) for step in steps] == [
        (Reason.PRINTED, WHO),
        (Reason.SENT_ON_PAPER, "B. Person"),
    ]


def test_what_is_not_printed_cannot_be_posted_and_none_is_ticked_then(
    ledger: Ledger, queue: PrintQueue
) -> None:
    queue.printed([1], WHO)
    with pytest.raises(LedgerError, match="result 2 was not printed"):
        queue.posted([1, 2], WHO)
    assert where(ledger, 1)[0] == Reason.PRINTED


def test_what_was_dealt_with_meanwhile_is_not_ticked_but_named(ledger: Ledger, queue: PrintQueue) -> None:
    queue.printed([1, 2, 3], WHO)
    Worklist(ledger, lambda: TUESDAY).confirm_filed(2, WHO, "seen in the record")
    with pytest.raises(LedgerError, match="result 2 does not wait to be posted"):
        queue.posted([1, 2, 3], WHO)
    queue.posted([1, 3], WHO)
    assert queue.letters() == ()


def test_what_a_practice_sends_back_is_the_offices_again_and_may_be_put_right(
    ledger: Ledger, queue: PrintQueue
) -> None:
    queue.printed([1, 2], WHO)
    queue.posted([1, 2], WHO)
    queue.came_back([1], WHO)
    assert where(ledger, 1) == (Reason.SENT_BACK, Owner.OFFICE, None)
    [item] = [one for one in Worklist(ledger, lambda: TUESDAY).items() if one.id == 1]
    assert Action.FIX in item.actions
    assert ledger.history(1)[-1].who == WHO


@pytest.mark.parametrize("number", [3, 99])
def test_only_a_page_that_went_out_can_come_back_and_none_moves_then(
    ledger: Ledger, queue: PrintQueue, number: int
) -> None:
    queue.printed([1], WHO)
    queue.posted([1], WHO)
    with pytest.raises(LedgerError, match=f"result {number} did not go to a practice"):
        queue.came_back([1, number], WHO)
    assert where(ledger, 1)[0] == Reason.SENT_ON_PAPER


@pytest.mark.parametrize("step", ["printed", "posted"])
def test_nothing_is_done_without_a_name(queue: PrintQueue, step: str) -> None:
    queue.printed([1], WHO)
    with pytest.raises(LedgerError, match="who did it"):
        getattr(queue, step)([1], "  ")


@pytest.mark.parametrize("printed", [True, False])
def test_what_nobody_posted_is_told_past_its_day_and_not_before(
    ledger: Ledger, queue: PrintQueue, printed: bool
) -> None:
    if printed:
        queue.printed([1, 2, 3], WHO)
    assert tell_overdue(ledger, TUESDAY + timedelta(days=1)) == 0
    assert tell_overdue(ledger, TUESDAY + timedelta(days=2)) == 3
    assert tell_overdue(ledger, TUESDAY + timedelta(days=3)) == 0  # said once
    item = Worklist(ledger, lambda: TUESDAY + timedelta(days=5)).items(owner=Owner.OFFICE)[0]
    assert (item.reason, item.owner, item.due) == (Reason.NOT_POSTED, Owner.OFFICE, date(2026, 11, 4))
    assert item.age == timedelta(days=5)  # it does not grow young by being told
    # It can still be posted, once it is printed.
    assert {letter.printed for letter in queue.letters()} == {printed}
    if not printed:
        queue.printed([1], WHO)
        assert where(ledger, 1)[0] == Reason.NOT_POSTED  # paper on a desk has reached nobody
    queue.posted([1], WHO)
    assert where(ledger, 1)[0] == Reason.SENT_ON_PAPER


def test_a_weekend_is_no_time_to_post() -> None:
    friday = date(2026, 11, 6)
    assert Deadlines().post_by(friday) == date(2026, 11, 9)


def test_the_print_is_an_envelopes_list_and_a_page_a_result_for_each_practice(queue: PrintQueue) -> None:
    envelopes = queue.envelopes()
    assert [(e.practice.ods, [letter.entry.id for letter in e.letters]) for e in envelopes] == [
        ("A91001", [1, 3]),
        ("A91002", [2]),
    ]
    with pdfplumber.open(io.BytesIO(printout(envelopes, OFFICE, TUESDAY.date()))) as pdf:
        pages = [page.extract_text() for page in pdf.pages]
    lists = [number for number, page in enumerate(pages) if page.startswith("ENVELOPE LIST")]
    assert lists == [0, 3]
    assert len(pages) == 5
    assert "FEATHERING SURGERY (A91001)" in pages[0]
    assert "beside this list: 2" in pages[0]
    assert "KXX000001" in pages[0]
    assert "KXX000003" in pages[0]
    assert all("TESTER" not in pages[number] for number in lists)  # a list names nobody
    assert all("TESTER" in pages[number] for number in (1, 2, 4))


def test_a_long_envelopes_list_runs_over_sheets_and_leaves_nobody_out(
    ledger: Ledger, queue: PrintQueue
) -> None:
    (envelope, *_) = queue.envelopes()
    letter = envelope.letters[0]
    many = tuple(
        replace(letter, entry=replace(letter.entry, id=number, screening_number=f"KXX{number:06d}"))
        for number in range(1, 121)
    )
    with pdfplumber.open(
        io.BytesIO(printout([replace(envelope, letters=many)], OFFICE, TUESDAY.date()))
    ) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert all(f"KXX{number:06d}" in text for number in range(1, 121))
    assert text.count("ENVELOPE LIST") == 3


def test_printed_pages_are_printed_again_only_when_asked(queue: PrintQueue) -> None:
    queue.printed([1, 2, 3], WHO)
    assert queue.envelopes() == ()
    assert len(queue.envelopes(again=True)) == 2


def test_what_came_without_its_print_is_not_a_blank_page(tmp_path: Path) -> None:
    with Ledger(tmp_path / "other.sqlite") as book:
        bare = NewEntry("f", replace(result(1), lines=()), State.WITH_A_PERSON, Reason.NO_ANSWER)
        book.take_in([EmittedFile("f" * 64, "a.pdf", "sil")], [bare], b"{}", TUESDAY)
        Worklist(book, lambda: TUESDAY).put_on_paper(1, WHO, "no other way")
        assert where(book, 1)[:2] == (Reason.NOTHING_TO_PRINT, Owner.OFFICE)
        assert PrintQueue(book, lambda: TUESDAY).letters() == ()
