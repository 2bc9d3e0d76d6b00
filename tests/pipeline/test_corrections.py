"""A result that changed after it was sent: it goes out as amended and is filed over the old entry, not beside it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason, Provenance, Rejected, RejectionReason
from pilot.errors import LedgerError
from pilot.messages import Organisation
from pilot.messages.pdf_page import page_lines
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.entry import Route
from pilot.pipeline.item import Action
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.print_queue import PrintQueue
from pilot.pipeline.reasons import Reason
from pilot.pipeline.reconciliation import Answer, Reconciliations, Said, ask_practices, heed
from pilot.pipeline.settings import MeshSettings, Settings
from pilot.pipeline.settle import settle
from pilot.pipeline.worklist import Worklist
from tests.pipeline.mesh_in_memory import MeshInMemory, Weather, acknowledgement
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
MESH = MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k")
SETTINGS = Settings(Organisation(ods="KXX", name="KELDERBY"), MESH, CODE_SET.id)


def go(ledger: Ledger, mesh: MeshInMemory) -> None:
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    settle(ledger, mesh, SETTINGS.deadlines, lambda: NOW)  # type: ignore[arg-type]


def observation(body: bytes) -> dict[str, Any]:
    resources: list[dict[str, Any]] = [entry["resource"] for entry in json.loads(body)["entry"]]
    return next(resource for resource in resources if resource["resourceType"] == "Observation")


def replaced(body: bytes) -> list[str]:
    extensions = observation(body).get("extension", [])
    return [extension["valueUuid"].removeprefix("urn:uuid:") for extension in extensions]


def test_what_a_person_put_right_after_it_was_sent_goes_out_as_amended(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        recall = result(1, Outcome.RECALL_FOR_ASSESSMENT)
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", recall)], b"{}", NOW)
        go(ledger, mesh)
        (first,) = mesh.taken
        mesh.put(acknowledgement(first.local_id, "20009"))
        go(ledger, mesh)
        Worklist(ledger, lambda: NOW).fix(1, {"date": "2026-11-01"}, "A. Person", "the day was wrong")
        go(ledger, mesh)
    assert (observation(first.body)["status"], replaced(first.body)) == ("final", [])
    second = mesh.taken[-1]
    assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])
    assert observation(second.body)["effectiveDateTime"] == "2026-11-01"


def test_what_is_sent_again_as_it_was_is_no_correction(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
        go(ledger, mesh)
        mesh.put(acknowledgement(mesh.taken[0].local_id, "20009"))
        go(ledger, mesh)
        Worklist(ledger, lambda: NOW).resend(1, "A. Person", "their system is mended")
        go(ledger, mesh)
    assert [observation(message.body)["status"] for message in mesh.taken] == ["final", "final"]


def test_a_later_print_that_a_person_decided_for_takes_the_place_of_the_first(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
        go(ledger, mesh)
        mesh.put(acknowledgement(mesh.taken[0].local_id, "30001", "filed"))
        go(ledger, mesh)
        later = NewEntry(
            "g", result(1, Outcome.RECALL_FOR_ASSESSMENT), State.WITH_A_PERSON, DisputeReason.DUPLICATE
        )
        ledger.take_in([EmittedFile("g", "y", "sil")], [later], b"{}", NOW)
        Worklist(ledger, lambda: NOW).resend(2, "A. Person", "NBSS was corrected")
        go(ledger, mesh)
        first, second = mesh.taken
        assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])
        assert [entry.state for entry in ledger.entries()] == [State.FILED, State.SENT]
        mesh.put(acknowledgement(second.local_id, "30001", "filed"))
        go(ledger, mesh)
        assert [(entry.state, entry.reason) for entry in ledger.entries()] == [
            (State.RETURNED, Reason.REPLACED),
            (State.FILED, Reason.FILED_AT_PRACTICE),
        ]


def test_a_print_and_its_correction_that_wait_for_mesh_together_go_one_after_the_other(
    tmp_path: Path,
) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        others = [NewEntry("f", result(number)) for number in range(2, 9)]
        ledger.take_in([EmittedFile("f", "x", "sil")], [*others, NewEntry("f", result(1))], b"{}", NOW)
        mesh.weather = Weather.DOWN
        dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
        mesh.weather = Weather.FAIR
        later = NewEntry(
            "g", result(1, Outcome.RECALL_FOR_ASSESSMENT), State.WITH_A_PERSON, DisputeReason.AMENDED
        )
        ledger.take_in([EmittedFile("g", "y", "sil")], [later], b"{}", NOW)
        Worklist(ledger, lambda: NOW).resend(9, "A. Person", "NBSS was corrected")
        go(ledger, mesh)
    first, second = mesh.taken[-2:]
    assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])


class Office:
    """One result, filed at its practice, in an open ledger."""

    def __init__(self, ledger: Ledger, mesh: MeshInMemory) -> None:
        self.ledger, self.mesh = ledger, mesh
        self.worklist = Worklist(ledger, lambda: NOW)
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
        self.settled("30001", "filed")

    def settled(self, code: str, disposition: str = "") -> None:
        """It goes out, and the practice answers what went last."""
        go(self.ledger, self.mesh)
        self.mesh.put(acknowledgement(self.mesh.taken[-1].local_id, code, disposition))
        go(self.ledger, self.mesh)

    def at(self) -> tuple[State, str]:
        (entry,) = self.ledger.entries()
        return entry.state, entry.reason

    @property
    def actions(self) -> tuple[Action, ...]:
        return self.worklist.show(1).item.actions


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield Office(ledger, MeshInMemory())


def test_a_filed_result_is_corrected_and_filed_over_the_old_entry(office: Office) -> None:
    assert office.actions == (Action.CORRECT, Action.WITHDRAW)
    office.worklist.correct(1, {"date": "2026-11-01"}, "A. Person", "NBSS was corrected")
    office.settled("30001", "filed")
    first, second = office.mesh.taken
    assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])
    assert office.at() == (State.FILED, Reason.FILED_AT_PRACTICE)


def test_a_filed_result_is_not_moved_to_another_practice_as_if_it_were_nowhere(office: Office) -> None:
    with pytest.raises(LedgerError, match="is in a record at practice"):
        office.worklist.correct(1, {"practice": "A91002"}, "A. Person", "wrong practice")
    assert office.at() == (State.FILED, Reason.FILED_AT_PRACTICE)


class TestWithdrawal:
    def test_it_goes_out_as_entered_in_error_and_ends_off_every_list(self, office: Office) -> None:
        office.worklist.withdraw(1, "A. Person", "she was never screened")
        office.settled("30001", "filed")
        first, second = office.mesh.taken
        assert observation(second.body)["status"] == "entered-in-error"
        assert replaced(second.body) == [first.local_id]
        assert office.at() == (State.RETURNED, Reason.WITHDRAWN)
        assert office.worklist.items() == ()

    def test_until_the_practice_has_answered_it_is_not_said_to_be_out_of_the_record(
        self, office: Office
    ) -> None:
        office.worklist.withdraw(1, "A. Person", "she was never screened")
        office.settled("30001", "awaiting-review")
        assert office.at() == (State.WITH_A_PERSON, Reason.PRACTICE_REVIEW)
        assert not {Action.FIX, Action.FILED, Action.WITHDRAW} & set(office.actions), (
            "it is no result any more"
        )

    def test_a_second_withdrawal_is_refused(self, office: Office) -> None:
        office.worklist.withdraw(1, "A. Person", "she was never screened")
        with pytest.raises(LedgerError, match="cannot be given to 'withdraw'"):
            office.worklist.withdraw(1, "A. Person", "again")

    def test_it_can_be_taken_back_until_it_has_gone(self, office: Office) -> None:
        office.worklist.withdraw(1, "A. Person", "she was never screened")
        office.worklist.undo([1], "A. Person")
        go(office.ledger, office.mesh)
        assert office.at()[0] is State.FILED
        assert len(office.mesh.taken) == 1

    def test_what_went_on_paper_is_withdrawn_on_paper(self, tmp_path: Path) -> None:
        mesh = MeshInMemory(without_mailbox=frozenset({str(result(1).practice)}))
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
            go(ledger, mesh)
            queue = PrintQueue(ledger, lambda: NOW)
            queue.printed([1], "A. Person")
            queue.posted([1], "A. Person")
            mesh.without_mailbox = frozenset()  # it takes messages by now, which could name nothing
            Worklist(ledger, lambda: NOW).withdraw(1, "A. Person", "she was never screened")
            go(ledger, mesh)
            (letter,) = queue.letters()
            assert mesh.taken == []
            assert page_lines(letter.entry.result)[0].startswith("RESULT WITHDRAWN")

    def test_what_never_left_is_returned_and_not_withdrawn(self, tmp_path: Path) -> None:
        with Ledger(tmp_path / "ledger.sqlite") as ledger:
            stuck = NewEntry("f", result(1), State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS)
            ledger.take_in([EmittedFile("f", "x", "sil")], [stuck], b"{}", NOW)
            assert Action.WITHDRAW not in Worklist(ledger, lambda: NOW).show(1).item.actions

    @pytest.mark.parametrize(
        ("said", "at"),
        [
            (Said.HELD, (State.WITH_A_PERSON, Reason.STILL_HELD)),
            (Said.NOT_HELD, (State.RETURNED, Reason.WITHDRAWN)),
            (Said.WAITING, (State.WITH_A_PERSON, Reason.PRACTICE_REVIEW)),
        ],
    )
    def test_a_practice_that_is_asked_must_not_hold_it(
        self, office: Office, said: Said, at: tuple[State, Reason]
    ) -> None:
        office.worklist.withdraw(1, "A. Person", "she was never screened")
        office.settled("30001", "awaiting-review")
        ask_practices(office.ledger, office.mesh, SETTINGS.office, lambda: NOW)  # type: ignore[arg-type]
        (asked,) = Reconciliations(office.ledger).all()
        number = str(office.worklist.show(1).item.screening_number)
        with office.ledger.transaction():
            heed(office.ledger, Answer(asked.id, **{said.value: (number,)}), asked.mailbox, NOW)
        assert office.at() == at


def test_what_a_withdrawn_print_may_be_about_is_named_oldest_first(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        hers, others = result(1), result(2)
        for name, each in (("f", hers), ("g", others)):
            ledger.take_in([EmittedFile(name, name, "sil")], [NewEntry(name, each)], b"{}", NOW)
        numbers = hers.screening_number, hers.participant.nhs_number
        back = Rejected(RejectionReason.WITHDRAWN_IN_PRINT, "", Provenance("h", 1, 1), *numbers)
        ledger.take_in([EmittedFile("h", "h", "sil")], [NewEntry("h", back)], b"{}", NOW)
        worklist = Worklist(ledger, lambda: NOW)
        assert [item.id for item in worklist.taken_back_by(3)] == [1]
        assert worklist.taken_back_by(1) == ()


def test_what_goes_only_as_its_print_and_has_none_is_the_offices_and_not_sent(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    settings = replace(SETTINGS, routes=(Route.MESH_PDF,))
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        bare = replace(result(1), lines=())
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", bare)], b"{}", NOW)
        dispatch(ledger, mesh, settings, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
        entry = ledger.entry(1)
    assert entry is not None
    assert (entry.state, entry.reason) == (State.WITH_A_PERSON, Reason.NOTHING_TO_PRINT)
    assert list(mesh.taken) == []
