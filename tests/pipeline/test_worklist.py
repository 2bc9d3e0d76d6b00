"""The exceptions worklist: what is stuck, why, what may be done, and who did it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult, Version
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.entry import Entry, Owner, Route
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings
from pilot.pipeline.worklist import Action, Worklist
from tests.pipeline.mesh_in_memory import MeshInMemory
from tests.pipeline.people import NUMBERS, result

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
WHO, WHY = "A. Person", "looked into it"
CODE_SET = load_code_set("interim-2026-11")
SETTINGS = Settings(
    Organisation(ods="KXX", name="KELDERBY"),
    MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k"),
    CODE_SET.id,
)

DISPUTED, UNREADABLE, RETURNED, ON_ITS_WAY, NOWHERE = 1, 2, 3, 4, 5


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """One of each: disputed, unreadable with a person, returned, on its way, and without a practice."""
    versions = (Version("SIL page 1", "normal"), Version("EPISODES row 7", "did not attend"))
    cover = Rejected(
        RejectionReason.COUNT_DIFFERS_FROM_COVER, "57 on the cover, 56 read", Provenance("a.pdf", 1)
    )
    unfit = Rejected(RejectionReason.NHS_NUMBER_INVALID, "fails", Provenance("a.pdf", 2, 1))
    with Ledger(tmp_path / "ledger.sqlite") as book:
        entries = [
            NewEntry("f", result(1), State.WITH_A_PERSON, "outcome_differs", versions),
            NewEntry("f", cover, State.WITH_A_PERSON, cover.reason),
            NewEntry("f", unfit, State.RETURNED, unfit.reason),
            NewEntry("f", result(4)),
            NewEntry("f", result(5, practice=None), State.WITH_A_PERSON, Reason.NO_WAY_TO_PRACTICE),
        ]
        book.take_in([EmittedFile("f" * 64, "a.pdf", "sil")], entries, b"{}", NOW)
        yield book


@pytest.fixture
def worklist(ledger: Ledger) -> Worklist:
    return Worklist(ledger, lambda: NOW + timedelta(days=2))


def entry(ledger: Ledger, number: int) -> Entry:
    found = ledger.entry(number)
    assert found is not None
    return found


# -- the list


def test_the_list_has_all_that_is_stuck_with_reason_age_and_place(worklist: Worklist) -> None:
    items = {item.id: item for item in worklist.items()}
    assert set(items) == {DISPUTED, UNREADABLE, RETURNED, NOWHERE}
    item = items[DISPUTED]
    assert (item.reason, item.words) == ("outcome_differs", "print and extract say different outcomes")
    assert item.age == timedelta(days=2)
    assert item.owner == Owner.OFFICE
    assert str(item.provenance) == "SIL-KXX-20261103-123.pdf page 1 record 2"


def test_the_list_names_no_participant(worklist: Worklist) -> None:
    shown = repr(worklist.items())
    for person in (result(1).participant, result(5).participant):
        assert person.nhs_number not in shown
        assert person.surname not in shown


def test_the_longest_waiting_comes_first(ledger: Ledger, worklist: Worklist) -> None:
    with ledger.transaction():
        late = NOW + timedelta(days=1)
        ledger.move(
            entry(ledger, ON_ITS_WAY), State.WITH_A_PERSON, Reason.REFUSED_BY_MESH, late, owner="office"
        )
    ages = [item.age for item in worklist.items()]
    assert ages == sorted(ages, reverse=True)
    assert worklist.items()[-1].id == ON_ITS_WAY


def test_the_list_can_be_one_owners_and_without_what_was_returned(worklist: Worklist) -> None:
    worklist.put_on_paper(DISPUTED, WHO, WHY)
    assert [item.id for item in worklist.items(owner=Owner.PRACTICE)] == [DISPUTED]
    assert {item.id for item in worklist.items(returned=False)} == {DISPUTED, UNREADABLE, NOWHERE}


def test_what_two_sources_say_is_shown_side_by_side(worklist: Worklist) -> None:
    detail = worklist.show(DISPUTED)
    assert [version.says for version in detail.versions] == ["normal", "did not attend"]
    assert detail.document == result(1)
    assert [step.to_state for step in detail.history] == ["received", "with_a_person"]


def test_a_number_that_is_none_is_refused(worklist: Worklist) -> None:
    with pytest.raises(LedgerError, match="pilot exceptions list"):
        worklist.show(999)


# -- what may be done

EVERYTHING = set(Action)
READ_ONLY = {Action.RETURN, Action.FILED, Action.ASSIGN}


@pytest.mark.parametrize(
    ("number", "actions"),
    [
        (DISPUTED, EVERYTHING),
        (UNREADABLE, READ_ONLY),
        (RETURNED, set()),
        (ON_ITS_WAY, set()),
        (NOWHERE, EVERYTHING - {Action.PAPER}),
    ],
)
def test_only_what_is_offered_can_be_done(worklist: Worklist, number: int, actions: set[Action]) -> None:
    assert set(worklist.show(number).item.actions) == actions
    for action in EVERYTHING - actions:
        with pytest.raises(LedgerError, match=f"cannot be given to '{action}'"):
            do(action, worklist, number)


def do(action: Action, worklist: Worklist, number: int, who: str = WHO, why: str = WHY) -> None:
    match action:
        case Action.FIX:
            worklist.fix(number, {"practice": "A91002"}, who, why)
        case Action.RESEND:
            worklist.resend(number, who, why)
        case Action.PAPER:
            worklist.put_on_paper(number, who, why)
        case Action.RETURN:
            worklist.give_back(number, who, why)
        case Action.FILED:
            worklist.confirm_filed(number, who, why)
        case Action.ASSIGN:
            worklist.assign(number, "B. Person", who, why)


@pytest.mark.parametrize(
    ("action", "state", "reason", "owner"),
    [
        (Action.FIX, State.RECEIVED, Reason.PERSON_RESENT, ""),
        (Action.RESEND, State.RECEIVED, Reason.PERSON_RESENT, ""),
        (Action.PAPER, State.WITH_A_PERSON, Reason.SENT_ON_PAPER, Owner.PRACTICE),
        (Action.RETURN, State.RETURNED, Reason.PERSON_RETURNED, ""),
        (Action.FILED, State.FILED, Reason.PERSON_FILED, ""),
        (Action.ASSIGN, State.WITH_A_PERSON, "outcome_differs", Owner.OFFICE),
    ],
)
def test_each_action_moves_it_and_says_who_and_why(
    ledger: Ledger, worklist: Worklist, action: Action, state: State, reason: str, owner: str
) -> None:
    do(action, worklist, DISPUTED)
    now = entry(ledger, DISPUTED)
    assert (now.state, now.reason, now.owner) == (state, reason, owner)
    last = worklist.show(DISPUTED).history[-1]
    assert last.who == WHO
    assert last.why.startswith(WHY)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(("who", "why"), [("", WHY), (WHO, ""), ("  ", WHY), (WHO, "\n")])
def test_nothing_is_done_without_who_and_why(
    ledger: Ledger, worklist: Worklist, action: Action, who: str, why: str
) -> None:
    with pytest.raises(LedgerError, match="both needed"):
        do(action, worklist, DISPUTED, who, why)
    assert len(ledger.history(DISPUTED)) == 2


@pytest.mark.parametrize("action", Action)
def test_what_moved_on_meanwhile_is_left_alone(tmp_path: Path, ledger: Ledger, action: Action) -> None:
    """A practice's answer comes in between looking and doing: the action is refused, not the answer undone."""

    class Overtaken(Worklist):
        def _stuck(self, number: int, wanted: Action) -> Entry:
            found = super()._stuck(number, wanted)
            with Ledger(tmp_path / "ledger.sqlite") as other, other.transaction():
                other.move(found, State.FILED, Reason.FILED_AT_PRACTICE, NOW)
            return found

    with pytest.raises(LedgerError, match="moved on meanwhile"):
        do(action, Overtaken(ledger, lambda: NOW), DISPUTED)
    now = entry(ledger, DISPUTED)
    assert (now.state, now.reason) == (State.FILED, Reason.FILED_AT_PRACTICE)
    assert ledger.history(DISPUTED)[-1].who == "pipeline"


def test_paper_is_one_step_or_none(
    ledger: Ledger, worklist: Worklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle, it must not be left where the next dispatch sends it by MESH."""
    move = ledger.move

    def killed_at_the_second(*arguments: object, **columns: object) -> bool:
        if arguments[1] is State.WITH_A_PERSON:
            raise KeyboardInterrupt
        return move(*arguments, **columns)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "move", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        worklist.put_on_paper(DISPUTED, WHO, WHY)
    assert entry(ledger, DISPUTED).state is State.WITH_A_PERSON
    assert len(ledger.history(DISPUTED)) == 2


# -- fixing


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
        ("date_of_birth", "03/02/1961", "YYYY-MM-DD"),
        ("date_of_birth", "2020-01-01", "cannot be true"),
        ("date_of_birth", "1850-01-01", "cannot be true"),
        ("practice", "", "ODS code"),
        ("practice", "the one in the high street", "ODS code"),
        ("outcome", "quite normal", "Use one of normal"),
        ("date", "yesterday", "YYYY-MM-DD"),
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
