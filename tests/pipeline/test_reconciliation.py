"""The office asks what practices hold: a system that says "filed" and files nothing is found, on MESH and on paper."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pdfplumber
import pytest

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.pipeline.entry import Owner
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.mailbox import Accepted, Sending, Uncertain
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reasons import Reason, Why
from pilot.pipeline.reconciliation import (
    Answer,
    Reconciliations,
    answer_on_paper,
    ask_practices,
    heed,
    read_answer,
    reconciliation_pages,
)
from pilot.pipeline.worklist import Worklist
from tests.pipeline.people import result

NOW = datetime(2026, 11, 3, 17, 30, tzinfo=UTC)
OFFICE = Organisation(ods="KXX", name="KELDERBY")
ON_MESH, ON_PAPER = "A91001", "A91002"
FILED_1, FILED_2, REVIEWED, AT_PAPER_PRACTICE = 1, 2, 3, 4


class FakeMailbox:
    """Takes what is sent; only one practice has a mailbox for this workflow."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, object]]] = []
        self.outcome: Sending = Accepted("mesh-1")

    def lookup(self, ods_code: str, workflow: str) -> str | None:
        return "A91001OT001" if ods_code == ON_MESH else None

    def send(self, to: str, workflow: str, body: bytes, local_id: str, content_type: str) -> Sending:
        self.sent.append((to, workflow, json.loads(body)))
        return self.outcome


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Two filed and one with a clinician at a practice on MESH, one filed at a practice without."""
    with Ledger(tmp_path / "ledger.sqlite") as book:
        new = [NewEntry("f", result(number)) for number in (1, 2, 3)]
        new.append(NewEntry("f", result(4, practice=ON_PAPER)))
        book.take_in([EmittedFile("f" * 64, "a.pdf", "sil")], new, b"{}", NOW)
        with book.transaction():
            for entry in book.in_states(State.RECEIVED):
                if entry.id == REVIEWED:
                    book.move(entry, State.WITH_A_PERSON, Reason.PRACTICE_REVIEW, NOW, owner=Owner.PRACTICE)
                else:
                    book.move(entry, State.FILED, Reason.FILED_AT_PRACTICE, NOW)
        yield book


@pytest.fixture
def mailbox() -> FakeMailbox:
    return FakeMailbox()


def ask(ledger: Ledger, mailbox: FakeMailbox, at: datetime = NOW) -> str:
    """Asks; the id of the question to the practice on MESH."""
    ask_practices(ledger, mailbox, OFFICE, lambda: at)  # type: ignore[arg-type]
    return next(one.id for one in Reconciliations(ledger).all() if one.practice == ON_MESH and one.at == at)


def say(ledger: Ledger, answer: Answer, sender: str = "A91001OT001", at: datetime = NOW) -> str:
    with ledger.transaction():
        return heed(ledger, answer, sender, at)


def now(ledger: Ledger, number: int) -> tuple[State, Why, Owner | None]:
    entry = ledger.entry(number)
    assert entry is not None
    return entry.state, entry.reason, entry.owner


def test_a_practice_is_told_what_it_should_hold_and_nobody_is_named(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    ask(ledger, mailbox)
    ((to, workflow, body),) = mailbox.sent
    assert (to, workflow) == ("A91001OT001", "BREAST_SCREENING_RECONCILIATION")
    assert body["count"] == 3
    assert {line["screening_number"] for line in body["results"]} == {  # type: ignore[attr-defined]
        "KXX000001",
        "KXX000002",
        "KXX000003",
    }
    assert "TESTER" not in json.dumps(body)
    assert "999000" not in json.dumps(body)


def test_what_was_called_filed_and_is_not_held_is_the_offices_by_the_next_day(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    asked = ask(ledger, mailbox)
    say(ledger, Answer(asked, held=("KXX000001",), waiting=("KXX000003",), not_held=("KXX000002",)))
    assert now(ledger, FILED_1)[0] is State.FILED
    assert now(ledger, FILED_2) == (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)
    assert now(ledger, REVIEWED) == (State.WITH_A_PERSON, Reason.PRACTICE_REVIEW, Owner.PRACTICE)
    (item,) = Worklist(ledger, lambda: NOW).items(owner=Owner.OFFICE)
    assert (item.id, item.due) == (FILED_2, date(2026, 11, 4))
    assert "resend" in item.actions


def test_two_results_of_one_person_are_asked_about_each_by_its_day(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    """Else the record of the first would answer for the second."""
    again = replace(result(1), date=date(2026, 11, 20), provenance=Provenance("SIL-2.pdf", 1, 1))
    ledger.take_in([EmittedFile("e" * 64, "b.pdf", "sil")], [NewEntry("e", again)], b"{}", NOW)
    with ledger.transaction():
        (second,) = ledger.in_states(State.RECEIVED)
        ledger.move(second, State.FILED, Reason.FILED_AT_PRACTICE, NOW)
    asked = ask(ledger, mailbox)
    (_, _, body) = mailbox.sent[0]
    numbers = {line["screening_number"] for line in body["results"]}  # type: ignore[attr-defined]
    assert numbers == {"KXX000001 2026-11-02", "KXX000001 2026-11-20", "KXX000002", "KXX000003"}
    said = {"held": ("KXX000001 2026-11-02", "KXX000002"), "waiting": ("KXX000003",)}
    say(ledger, Answer(asked, **said, not_held=("KXX000001 2026-11-20",)))
    assert now(ledger, FILED_1)[0] is State.FILED
    assert now(ledger, second.id) == (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)


def test_an_answer_by_the_number_alone_is_taken_where_the_second_result_came_after_the_question(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    asked = ask(ledger, mailbox)
    again = replace(result(1), date=date(2026, 11, 20), provenance=Provenance("SIL-2.pdf", 1, 1))
    ledger.take_in([EmittedFile("e" * 64, "b.pdf", "sil")], [NewEntry("e", again)], b"{}", NOW)
    say(ledger, Answer(asked, held=("KXX000002", "KXX000003"), not_held=("KXX000001",)))
    assert now(ledger, FILED_1) == (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)


def test_filed_that_only_waits_there_is_a_difference(ledger: Ledger, mailbox: FakeMailbox) -> None:
    say(ledger, Answer(ask(ledger, mailbox), waiting=("KXX000001",)))
    assert now(ledger, FILED_1)[1] == Reason.NOT_HELD


def test_what_is_held_is_not_asked_after_again_and_what_is_unsaid_is(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    said = say(ledger, Answer(ask(ledger, mailbox), held=("KXX000001", "KXX000003")))
    assert said == "reconciliation: 3 asked, 0 differ, 1 without a word"
    assert now(ledger, REVIEWED)[:2] == (State.FILED, Reason.HELD_AT_PRACTICE)
    ask(ledger, mailbox, NOW + timedelta(days=1))
    assert [line["screening_number"] for line in mailbox.sent[-1][2]["results"]] == ["KXX000002"]  # type: ignore[attr-defined]


def test_only_the_mailbox_that_was_asked_may_answer(ledger: Ledger, mailbox: FakeMailbox) -> None:
    asked = ask(ledger, mailbox)
    assert "did not ask" in say(ledger, Answer(asked, not_held=("KXX000001",)), sender="A91002OT001")
    assert "did not ask" in say(ledger, Answer("made up", not_held=("KXX000001",)))
    assert now(ledger, FILED_1)[0] is State.FILED


def test_the_same_answer_again_and_one_that_comes_too_late_change_nothing(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    answer = Answer(ask(ledger, mailbox), not_held=("KXX000002",))
    say(ledger, answer)
    Worklist(ledger, lambda: NOW + timedelta(hours=1)).confirm_filed(FILED_2, "A. Person", "seen")
    say(ledger, answer, at=NOW + timedelta(hours=2))
    assert now(ledger, FILED_2)[:2] == (State.FILED, Reason.PERSON_FILED)


def test_it_is_asked_once_a_day_and_one_in_doubt_under_the_same_id(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    mailbox.outcome = Uncertain("lost")
    assert ask_practices(ledger, mailbox, OFFICE, lambda: NOW).unreached == 1  # type: ignore[arg-type]
    mailbox.outcome = Accepted("mesh-1")
    assert ask_practices(ledger, mailbox, OFFICE, lambda: NOW).by_mesh == 1  # type: ignore[arg-type]
    assert ask_practices(ledger, mailbox, OFFICE, lambda: NOW).by_mesh == 0  # type: ignore[arg-type]
    assert len(mailbox.sent) == 2
    assert mailbox.sent[0] == mailbox.sent[1]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"reconciliation": 1}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_none(body: bytes) -> None:
    assert read_answer(body) is None


def test_a_practice_without_a_mailbox_is_asked_on_a_page(ledger: Ledger, mailbox: FakeMailbox) -> None:
    ask(ledger, mailbox)
    asked, pdf = reconciliation_pages(ledger, OFFICE, NOW.date())
    assert [one.practice for one in asked] == [ON_PAPER]
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        (page,) = [page.extract_text() for page in file.pages]
    assert "You should hold these 1 results" in page
    assert "KXX000004" in page
    assert "TESTER" not in page
    with pytest.raises(LedgerError, match="not on that page"):
        answer_on_paper(ledger, asked[0].id, ["KXX000001"], NOW, "A. Person")
    with pytest.raises(LedgerError, match="who did it"):
        answer_on_paper(ledger, asked[0].id, [], NOW, " ")
    answer_on_paper(ledger, asked[0].id, ["KXX000004"], NOW, "A. Person")
    assert now(ledger, AT_PAPER_PRACTICE) == (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)
    assert ledger.history(AT_PAPER_PRACTICE)[-1].who == "A. Person"
    assert reconciliation_pages(ledger, OFFICE, NOW.date()) == ((), b"")


def test_a_letter_that_was_posted_is_asked_after_when_it_must_have_come(
    ledger: Ledger, mailbox: FakeMailbox
) -> None:
    """The post that nobody took is found: 245 of 400 gone showed as nothing lost."""
    with ledger.transaction():
        entry = ledger.entry(FILED_1)
        assert entry is not None
        ledger.move(
            entry, State.WITH_A_PERSON, Reason.TO_BE_POSTED, NOW, owner=Owner.OFFICE, due=date(2026, 11, 4)
        )
    queue = PrintQueue(ledger, lambda: NOW)
    queue.printed([FILED_1], "A. Person")
    queue.posted([FILED_1], "A. Person")
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=15)
    ask(ledger, mailbox, soon)
    assert "KXX000001" not in json.dumps(mailbox.sent[-1][2])
    asked = ask(ledger, mailbox, late)
    assert "KXX000001" in json.dumps(mailbox.sent[-1][2])
    say(ledger, Answer(asked, not_held=("KXX000001",)), at=late)
    assert now(ledger, FILED_1) == (State.WITH_A_PERSON, Reason.NOT_HELD, Owner.OFFICE)
