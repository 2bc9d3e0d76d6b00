"""The exceptions worklist: what is stuck, why, what may be done, and who did it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Version
from pilot.errors import LedgerError
from pilot.pipeline.entry import Owner
from pilot.pipeline.item import MAY_LIE_THERE, Action, kinds, needs_the_office
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.mending import other_version
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reasons import Reason, Why
from pilot.pipeline.worklist import Decision, Worklist
from tests.pipeline.people import result
from tests.pipeline.stuck import (
    DISPUTED,
    NOW,
    NOWHERE,
    ON_ITS_WAY,
    RETURNED,
    UNREADABLE,
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
            entry(ledger, ON_ITS_WAY), State.WITH_A_PERSON, Reason.REFUSED_BY_MESH, late, owner=Owner.OFFICE
        )
    ages = [item.age for item in worklist.items()]
    assert ages == sorted(ages, reverse=True)
    assert worklist.items()[-1].id == ON_ITS_WAY


def test_an_amended_result_comes_before_all_that_waits_longer(ledger: Ledger, worklist: Worklist) -> None:
    """What a practice holds already may no longer be true."""
    later = NewEntry("g", result(7), State.WITH_A_PERSON, DisputeReason.AMENDED)
    ledger.take_in([EmittedFile("g", "y", "sil")], [later], b"{}", NOW + timedelta(days=1))
    first, *others = worklist.items()
    assert first.reason == "amended"
    assert "amended result" in first.words
    assert all(item.age > first.age for item in others)


def test_the_list_can_be_one_owners_and_without_what_was_returned(ledger: Ledger, worklist: Worklist) -> None:
    worklist.put_on_paper(DISPUTED, WHO, WHY)
    queue = PrintQueue(ledger, lambda: NOW)
    queue.printed([DISPUTED], WHO)
    queue.posted([DISPUTED], WHO)
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

# Of what never left, nobody has anything yet.
EVERYTHING = set(Action) - {Action.CORRECT, Action.WITHDRAW, Action.WAIT}
READ_ONLY = {Action.RETURN, Action.FILED, Action.ASSIGN}


@pytest.mark.parametrize(
    ("number", "actions"),
    [
        (DISPUTED, EVERYTHING),
        (UNREADABLE, READ_ONLY),
        (RETURNED, {Action.RETURN}),
        (ON_ITS_WAY, set()),
        (NOWHERE, EVERYTHING - {Action.PAPER}),
    ],
)
def test_only_what_is_offered_can_be_done(worklist: Worklist, number: int, actions: set[Action]) -> None:
    assert set(worklist.show(number).item.actions) == actions
    for action in set(Action) - actions:
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
        case Action.WAIT:
            worklist.wait(number, who, why)
        case Action.ASSIGN:
            worklist.assign(number, "B. Person", who, why)
        case Action.CORRECT:
            worklist.correct(number, {"surname": "OTHER"}, who, why)
        case Action.WITHDRAW:
            worklist.withdraw(number, who, why)


@pytest.mark.parametrize(
    ("action", "state", "reason", "owner"),
    [
        (Action.FIX, State.RECEIVED, Reason.PERSON_RESENT, None),
        (Action.RESEND, State.RECEIVED, Reason.PERSON_RESENT, None),
        (Action.PAPER, State.WITH_A_PERSON, Reason.TO_BE_POSTED, Owner.OFFICE),
        (Action.RETURN, State.RETURNED, Reason.PERSON_RETURNED, None),
        (Action.FILED, State.FILED, Reason.PERSON_FILED, None),
        (Action.ASSIGN, State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS, Owner.OFFICE),
    ],
)
def test_each_action_moves_it_and_says_who_and_why(
    ledger: Ledger, worklist: Worklist, action: Action, state: State, reason: Why, owner: Owner | None
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


@pytest.mark.parametrize("action", sorted(EVERYTHING))
def test_what_moved_on_meanwhile_is_left_alone(tmp_path: Path, ledger: Ledger, action: Action) -> None:
    """A practice's answer came since the person looked: the action is refused, not the answer undone."""
    worklist = Worklist(ledger, lambda: NOW + timedelta(days=2))
    assert action in worklist.show(DISPUTED).item.actions
    with Ledger(tmp_path / "ledger.sqlite") as other, other.transaction():
        other.move(entry(other, DISPUTED), State.FILED, Reason.FILED_AT_PRACTICE, NOW)
    with pytest.raises(LedgerError, match="is filed, it cannot be given"):
        do(action, worklist, DISPUTED)
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


# -- several at once, taken back, and done with


def test_one_decision_does_for_several_and_for_none_where_one_cannot_have_it(
    ledger: Ledger, worklist: Worklist
) -> None:
    resend = Decision(Action.RESEND, WHO, WHY)
    with pytest.raises(LedgerError, match="cannot be given to 'resend'"):
        worklist.decide([DISPUTED, NOWHERE, UNREADABLE], resend)
    assert {entry(ledger, number).state for number in (DISPUTED, NOWHERE)} == {State.WITH_A_PERSON}
    worklist.decide([DISPUTED, NOWHERE], resend)
    assert {entry(ledger, number).state for number in (DISPUTED, NOWHERE)} == {State.RECEIVED}


@pytest.mark.parametrize("action", sorted(EVERYTHING - {Action.ASSIGN}))
def test_a_decision_can_be_taken_back_and_leaves_everything_as_it_was(
    ledger: Ledger, worklist: Worklist, action: Action
) -> None:
    before = entry(ledger, DISPUTED)
    do(action, worklist, DISPUTED)
    assert worklist.show(DISPUTED).undoable
    worklist.undo([DISPUTED], WHO)
    assert entry(ledger, DISPUTED) == replace(before, route=entry(ledger, DISPUTED).route)
    assert [step.reason for step in worklist.show(DISPUTED).history][-1] == Reason.PERSON_UNDID
    assert not worklist.show(DISPUTED).undoable


def test_what_has_gone_on_since_cannot_be_taken_back(ledger: Ledger, worklist: Worklist) -> None:
    worklist.resend(DISPUTED, WHO, WHY)
    with ledger.transaction():
        ledger.move(entry(ledger, DISPUTED), State.READY, Reason.CODED, NOW, ready_at=NOW)
    with pytest.raises(LedgerError, match="nothing can be taken back"):
        worklist.undo([DISPUTED], WHO)
    assert entry(ledger, DISPUTED).state is State.READY


def test_what_nobody_decided_cannot_be_taken_back(worklist: Worklist) -> None:
    with pytest.raises(LedgerError, match="nothing can be taken back"):
        worklist.undo([UNREADABLE], WHO)


def test_what_was_returned_is_on_the_list_until_somebody_has_taken_it_up(worklist: Worklist) -> None:
    assert RETURNED in {item.id for item in worklist.items()}
    worklist.give_back(RETURNED, WHO, "put right in NBSS")
    assert RETURNED not in {item.id for item in worklist.items()}
    worklist.undo([RETURNED], WHO)
    assert RETURNED in {item.id for item in worklist.items()}


def test_the_list_reaches_zero(worklist: Worklist) -> None:
    while items := [item for item in worklist.items() if needs_the_office(item)]:
        action = Action.FILED if Action.FILED in items[0].actions else Action.RETURN
        worklist.decide([items[0].id], Decision(action, WHO, WHY))
    assert worklist.items() == ()


def test_kinds_put_one_cause_together_the_most_frequent_first(ledger: Ledger, worklist: Worklist) -> None:
    with ledger.transaction():
        ledger.move(
            entry(ledger, ON_ITS_WAY),
            State.WITH_A_PERSON,
            DisputeReason.OUTCOME_DIFFERS,
            NOW,
            owner=Owner.OFFICE,
        )
    found = kinds(worklist.items())
    assert (found[0].reason, len(found[0].items)) == ("outcome_differs", 2)
    assert sum(len(kind.items) for kind in found) == len(worklist.items())


def test_the_audit_shows_a_field_before_and_after(worklist: Worklist) -> None:
    worklist.fix(DISPUTED, {"date": "19-Feb-2026"}, WHO, WHY)
    (change,) = worklist.show(DISPUTED).changes
    was = result(1).date
    assert was is not None
    assert (change.who, change.field, change.before, change.after) == (
        WHO,
        "date",
        f"{was:%d-%b-%Y}",
        "19-Feb-2026",
    )


# -- the other source's version


@pytest.mark.parametrize(
    ("reason", "says", "fix"),
    [
        (DisputeReason.DATE_DIFFERS, "2026-10-28", {"date": "2026-10-28"}),
        (DisputeReason.DATE_DIFFERS, "2026-10-28 or 2026-10-29", {}),
        (DisputeReason.DATE_OF_BIRTH_DIFFERS, "born 1960-05-04", {"date_of_birth": "1960-05-04"}),
        (DisputeReason.PRACTICE_DIFFERS, "practice A91002", {"practice": "A91002"}),
        (
            DisputeReason.NHS_NUMBER_SUPERSEDED,
            "NHS number 9990000018, which replaced it",
            {"nhs_number": "9990000018"},
        ),
        (DisputeReason.OUTCOME_DIFFERS, "did not attend", {}),
    ],
)
def test_the_other_source_can_be_taken_over_where_it_names_one_value(
    worklist: Worklist, reason: Why, says: str, fix: dict[str, str]
) -> None:
    item = replace(worklist.show(DISPUTED).item, reason=reason)
    assert other_version(item, (Version("print", "x"), Version("extract", says))) == fix


# -- what lies at a practice


def silent(ledger: Ledger, reason: Reason) -> None:
    """The practice has it, and has not said what became of it."""
    with ledger.transaction():
        ledger.move(entry(ledger, ON_ITS_WAY), State.WITH_A_PERSON, reason, NOW, owner=Owner.OFFICE)


def test_what_lies_at_a_practice_stays_the_offices_with_a_day_and_goes_on_ageing(
    ledger: Ledger, worklist: Worklist
) -> None:
    """A practice that says "awaiting review" and never reviews is seen, week after week."""
    silent(ledger, Reason.REVIEW_OVERDUE)
    worklist.assign(ON_ITS_WAY, "B. Person", WHO, WHY)
    for days, due in ((2, 12), (9, 19)):  # Thursdays
        Worklist(ledger, lambda days=days: NOW + timedelta(days=days)).wait(ON_ITS_WAY, WHO, WHY)  # type: ignore[misc]
        now = entry(ledger, ON_ITS_WAY)
        assert (now.state, now.reason, now.owner) == (
            State.WITH_A_PERSON,
            Reason.WAITS_AT_PRACTICE,
            Owner.OFFICE,
        )
        assert (now.due, now.assigned_to, now.since) == (date(2026, 11, due), "B. Person", NOW)
    [item] = [item for item in worklist.items() if item.id == ON_ITS_WAY]
    assert needs_the_office(item)
    assert {Action.FILED, Action.WAIT, Action.PAPER} <= set(item.actions)


@pytest.mark.parametrize("reason", sorted(MAY_LIE_THERE))
def test_whatever_the_practice_may_have_can_be_said_to_lie_there(
    ledger: Ledger, worklist: Worklist, reason: Reason
) -> None:
    silent(ledger, reason)
    worklist.wait(ON_ITS_WAY, WHO, WHY)
    assert entry(ledger, ON_ITS_WAY).reason == Reason.WAITS_AT_PRACTICE
