"""What a person puts right goes through every check again; what goes another way goes that way alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import ScreeningResult
from pilot.errors import LedgerError
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.entry import Owner, Route
from pilot.pipeline.item import Action
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.worklist import Worklist
from tests.pipeline.mesh_in_memory import MeshInMemory
from tests.pipeline.people import NUMBERS, result
from tests.pipeline.stuck import (
    CODE_SET,
    DISPUTED,
    NOW,
    NOWHERE,
    ON_ITS_WAY,
    SETTINGS,
    WHO,
    WHY,
    entry,
    stuck_ledger,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with stuck_ledger(tmp_path) as book:
        yield book


@pytest.fixture
def worklist(ledger: Ledger) -> Worklist:
    return Worklist(ledger, lambda: NOW + timedelta(days=2))


READ_ONLY = {Action.RETURN, Action.FILED, Action.ASSIGN}


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("nhs_number", f"{NUMBERS[3][:3]} {NUMBERS[3][3:6]} {NUMBERS[3][6:]}", NUMBERS[3]),
        ("surname", " O'TESTER ", "O'TESTER"),
        ("date_of_birth", "1961-02-03", "1961-02-03"),
        ("practice", "A91002", "A91002"),
        ("outcome", "did_not_attend", "did_not_attend"),
        ("date", "2026-10-30", "2026-10-30"),
    ],
)
def test_a_field_can_be_put_right(
    ledger: Ledger, worklist: Worklist, field: str, value: str, read: str
) -> None:
    worklist.fix(DISPUTED, {field: value}, WHO, WHY)
    mended = entry(ledger, DISPUTED)
    person = mended.result.participant
    assert str(getattr(mended.result, field, None) or getattr(person, field)) == read
    assert f"changed: {field}" in ledger.history(DISPUTED)[-1].why
    assert (
        value.strip() not in ledger.history(DISPUTED)[-1].why
    )  # the history says what, the document holds it
    assert (mended.nhs_number, mended.practice) == (person.nhs_number, mended.result.practice)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("nhs_number", NUMBERS[3][:-1] + "9", "ten digits"),
        ("nhs_number", "111", "ten digits"),
        ("nhs_number", "", "ten digits"),
        ("surname", "   ", "as text"),
        ("date_of_birth", "03/02/1961", "04-May-1951"),
        ("date_of_birth", "2020-01-01", "cannot be true"),
        ("date_of_birth", "1850-01-01", "cannot be true"),
        ("practice", "", "ODS code"),
        ("practice", "the one in the high street", "ODS code"),
        ("outcome", "quite normal", "Use one of normal"),
        ("date", "yesterday", "04-May-1951"),
        ("date", "2027-01-01", "cannot be true"),
        ("date", "1950-01-01", "cannot be true"),
        ("forename", "JANE", "Use one of nhs_number"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_how_to_give_it(
    ledger: Ledger, worklist: Worklist, field: str, value: str, says: str
) -> None:
    with pytest.raises(LedgerError, match=says) as refused:
        worklist.fix(DISPUTED, {"practice": "A91002", field: value}, WHO, WHY)
    assert not value.strip() or value not in str(refused.value)
    assert refused.value.__cause__ is None
    assert entry(ledger, DISPUTED).result == result(1)  # not even the good half of it
    assert len(ledger.history(DISPUTED)) == 2


def test_a_fix_without_a_change_is_a_resend(worklist: Worklist) -> None:
    with pytest.raises(LedgerError, match="resend"):
        worklist.fix(DISPUTED, {}, WHO, WHY)


def test_what_is_mended_goes_through_every_check_again(ledger: Ledger, worklist: Worklist) -> None:
    """Another outcome than the printed words is stopped whoever wrote it: the office has to print it anew."""
    worklist.fix(DISPUTED, {"outcome": "did_not_attend"}, WHO, WHY)
    worklist.fix(NOWHERE, {"practice": "A91002"}, WHO, WHY)
    mesh = MeshInMemory()
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    assert entry(ledger, DISPUTED).reason == Reason.CONTRADICTS_ITSELF
    sent = {message.practice: json.loads(message.body) for message in mesh.taken}
    assert set(sent) == {"A91001OT001", "A91002OT001"}


def test_what_is_sent_again_goes_under_a_new_id(ledger: Ledger, worklist: Worklist) -> None:
    mesh = MeshInMemory()
    for _ in range(2):
        dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    first = entry(ledger, ON_ITS_WAY)
    with ledger.transaction():
        ledger.move(first, State.WITH_A_PERSON, Reason.NO_ANSWER, NOW, owner=Owner.OFFICE)
    worklist.resend(ON_ITS_WAY, WHO, WHY)
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    again = entry(ledger, ON_ITS_WAY)
    assert again.attempt == first.attempt + 1
    assert again.message_id != first.message_id
    assert len(mesh.taken) == 2


def test_paper_is_never_also_sent_by_mesh(ledger: Ledger, worklist: Worklist) -> None:
    worklist.put_on_paper(DISPUTED, WHO, WHY)
    mesh = MeshInMemory()
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    assert entry(ledger, DISPUTED).route == Route.PAPER
    assert [message.practice for message in mesh.taken] == ["A91001OT001"]  # the one that was on its way
    assert set(worklist.show(DISPUTED).item.actions) == READ_ONLY


def test_an_abnormal_result_can_be_mended_like_any_other(ledger: Ledger, worklist: Worklist) -> None:
    abnormal: ScreeningResult = replace(result(6, Outcome.RECALL_FOR_ASSESSMENT), practice=None)
    ledger.take_in(
        [EmittedFile("e" * 64, "b.pdf", "sil")],
        [NewEntry("e", abnormal, State.WITH_A_PERSON, Reason.NO_WAY_TO_PRACTICE)],
        b"{}",
        NOW,
    )
    worklist.fix(6, {"practice": "A91001"}, WHO, WHY)
    assert entry(ledger, 6).result.outcome is Outcome.RECALL_FOR_ASSESSMENT
