"""Settling: each answer acted on once, silence told to a person, and other people's messages left alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.result import RejectionReason
from pilot.errors import MeshUnreachable
from pilot.messages import PAYLOADS, Organisation
from pilot.pipeline.dispatch import Dispatched, dispatch
from pilot.pipeline.entry import LedgerEntry, Owner, Route
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.mailbox import Received
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import Deadlines, MeshSettings, Settings
from pilot.pipeline.settle import Settled, settle
from tests.pipeline.mesh_in_memory import MeshInMemory, Weather, acknowledgement
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
BEGAN = datetime(2026, 11, 3, 9, tzinfo=UTC)


class Office:
    """A ledger and its MESH on a clock that a test turns."""

    def __init__(self, ledger: Ledger, fallback: Route = Route.PAPER) -> None:
        self.ledger = ledger
        self.mesh = MeshInMemory()
        self.now = BEGAN
        mesh = MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k")
        self.settings = Settings(
            Organisation(ods="KXX", name="KELDERBY"), mesh, CODE_SET.id, fallback=fallback
        )

    def take_in(self, *numbers: int) -> None:
        self.ledger.take_in(
            [EmittedFile(f"{numbers}", "x", "sil")],
            [NewEntry("f", result(number)) for number in numbers],
            b"{}",
            self.now,
        )

    def dispatch(self, weather: Weather = Weather.FAIR) -> Dispatched:
        self.mesh.weather = weather
        return dispatch(self.ledger, self.mesh, self.settings, CODE_SET, lambda: self.now)  # type: ignore[arg-type]

    def settle(self, weather: Weather = Weather.FAIR) -> Settled:
        self.mesh.weather = weather
        return settle(self.ledger, self.mesh, self.settings.deadlines, lambda: self.now)  # type: ignore[arg-type]

    def answer(self, number: int, code: str, disposition: str = "") -> str:
        """The nth message's practice answers."""
        return self.mesh.put(acknowledgement(self.mesh.taken[number].local_id, code, disposition))

    def entry(self, number: int = 1) -> LedgerEntry:
        found = self.ledger.entry(number)
        assert found is not None
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        made = Office(ledger)
        made.take_in(1, 2)
        yield made


# -- answers


def test_from_received_to_filed_with_every_step_written_down(office: Office) -> None:
    office.dispatch()
    office.answer(0, "20013")
    office.answer(0, "30001", "filed")
    assert office.settle().answers == 2
    steps = [step.to_state for step in office.ledger.history(1)]
    assert steps == ["received", "ready", "sending", "sent", "delivered", "filed"]
    assert office.mesh.inbox_ids == []


def test_an_answer_that_mesh_lists_twice_is_acted_on_once(office: Office) -> None:
    office.dispatch()
    office.answer(0, "20013")
    office.mesh.inbox_ids += [office.answer(0, "30001", "filed")] * 2
    assert office.settle().answers == 2
    assert office.entry(1).state is State.FILED


def test_the_same_answer_twice_is_acted_on_once(office: Office) -> None:
    office.dispatch()
    mesh_id = office.answer(0, "30001", "filed")
    office.settle()
    office.mesh.inbox_ids.append(mesh_id)  # MESH brings it again: its acknowledgement was lost
    before = len(office.ledger.history(1))
    assert office.settle().answers == 0
    assert len(office.ledger.history(1)) == before
    assert office.mesh.inbox_ids == []


def test_an_answer_to_nothing_of_ours_is_counted_and_taken_off(office: Office) -> None:
    office.mesh.put(acknowledgement("somebody-elses-id", "30001", "filed"))
    office.mesh.put(b"no acknowledgement at all")
    assert office.settle().strays == 2
    assert office.mesh.inbox_ids == []


@pytest.mark.parametrize("kind", ["DATA", "REPORT"])
def test_another_applications_messages_stay_in_the_mailbox(office: Office, kind: str) -> None:
    office.dispatch()
    office.mesh.waiting["X1"] = Received(
        "X1", kind, "PATHOLOGY_RESULT", "", "", "not-ours", "14", "", b"theirs"
    )
    office.mesh.inbox_ids.append("X1")
    office.answer(0, "30001", "filed")
    for _ in range(2):
        assert office.settle().others == 1
    assert office.mesh.inbox_ids == ["X1"]
    assert office.entry(1).state is State.FILED


def test_an_answer_on_another_payloads_workflow_settles_nothing(office: Office) -> None:
    office.dispatch()
    body = acknowledgement(office.mesh.taken[0].local_id, "30001", "filed")
    workflow = PAYLOADS["itk3_document"].answers
    office.mesh.waiting["X"] = Received("X", "DATA", workflow, "A91001OT001", "", "", "", "", body)
    office.mesh.inbox_ids.append("X")
    office.settle()
    assert office.entry().state is State.SENT
    *_, line = office.ledger.entries()
    assert line.reason == RejectionReason.ANSWER_BY_ANOTHER_WORKFLOW


def test_a_report_without_a_workflow_is_ours_to_read(office: Office) -> None:
    office.dispatch()
    mesh_id = office.mesh.taken[0].mesh_id
    office.mesh.waiting["X1"] = Received("X1", "REPORT", "", "", "", mesh_id, "14", "not collected", b"")
    office.mesh.inbox_ids.append("X1")
    office.settle()
    entry = office.entry(1)
    assert (entry.state, entry.reason, entry.owner) == (
        State.WITH_A_PERSON,
        Reason.NOT_COLLECTED,
        Owner.OFFICE,
    )
    assert office.ledger.history(1)[-1].why == "REPORT 14: not collected"


def test_a_late_filed_takes_it_off_the_list(office: Office) -> None:
    office.dispatch()
    office.mesh.put(kind="REPORT", linked=office.mesh.taken[0].mesh_id, code="14")
    office.settle()
    assert office.entry(1).state is State.WITH_A_PERSON
    office.answer(0, "30001", "filed")
    office.settle()
    assert office.entry(1).state is State.FILED


def test_a_practice_that_takes_no_messages_gets_it_the_other_way_and_only_that(office: Office) -> None:
    office.dispatch()
    office.answer(0, "20010")
    office.settle()
    assert office.dispatch().on_paper == 1
    entry = office.entry(1)
    assert (entry.state, entry.reason, entry.route) == (
        State.WITH_A_PERSON,
        Reason.TO_BE_POSTED,
        Route.PAPER,
    )
    assert office.dispatch() == Dispatched()


def test_what_belongs_to_nothing_is_kept_whole_and_is_a_line_on_the_offices_list(office: Office) -> None:
    body = b"no acknowledgement at all, and long: " + b"x" * 500
    mesh_id = office.mesh.put(body)
    office.settle()
    line = list(office.ledger.entries())[-1]
    assert (line.state, line.owner, line.reason) == (State.WITH_A_PERSON, Owner.OFFICE, "answer_unreadable")
    assert "".join(line.document.lines).encode() == body
    assert str(line.provenance) == f"MESH {mesh_id}"


def test_who_awaits_review_and_turns_out_to_be_unknown_comes_to_the_office(office: Office) -> None:
    office.dispatch()
    office.answer(0, "30001", "awaiting-review")
    office.answer(0, "30002", "not-filed")
    office.settle()
    assert (office.entry(1).reason, office.entry(1).owner) == (Reason.PATIENT_UNKNOWN, Owner.OFFICE)


# -- silence


@pytest.mark.parametrize(
    ("answer", "limit"),
    [("", Deadlines().collected), ("20013", Deadlines().answered)],
    ids=["sent", "delivered"],
)
def test_silence_is_told_to_a_person_past_its_limit_and_not_before(
    office: Office, answer: str, limit: timedelta
) -> None:
    office.dispatch()
    if answer:
        office.answer(0, answer)
        office.answer(1, answer)
        office.settle()
    office.now += limit
    assert office.settle().overdue == 0
    office.now += timedelta(seconds=1)
    assert office.settle().overdue == 2
    assert (office.entry(1).reason, office.entry(1).owner) == (Reason.NO_ANSWER, Owner.OFFICE)


def test_what_was_sent_by_a_clock_far_ahead_is_told_too(office: Office) -> None:
    """By a clock that was right again it would otherwise be a year before anybody is told."""
    office.now += timedelta(days=365)
    office.dispatch()
    office.now -= timedelta(days=365)
    assert office.settle().overdue == 2


def test_a_practices_review_has_a_limit_of_its_own(office: Office) -> None:
    office.dispatch()
    office.answer(0, "30001", "awaiting-review")
    office.answer(1, "30001")
    office.settle()
    office.now += Deadlines().reviewed
    assert office.settle().overdue == 0
    office.now += timedelta(seconds=1)
    assert office.settle().overdue == 2
    assert (office.entry(1).reason, office.entry(1).owner) == (Reason.REVIEW_OVERDUE, Owner.OFFICE)
    office.answer(0, "30001", "filed")
    office.settle()
    assert office.entry(1).state is State.FILED


def test_limits_are_kept_while_mesh_is_out_of_reach(office: Office) -> None:
    office.dispatch()
    office.now += timedelta(days=30)
    with pytest.raises(MeshUnreachable):
        office.settle(Weather.DOWN)
    assert office.entry(1).reason == Reason.NO_ANSWER


# -- sends in doubt and outages


@pytest.mark.parametrize("weather", [Weather.REPLY_LOST, Weather.REQUEST_LOST])
def test_a_send_in_doubt_is_never_blindly_repeated(office: Office, weather: Weather) -> None:
    assert office.dispatch(weather).uncertain == 2
    before = len(office.mesh.taken)
    assert office.dispatch() == Dispatched()  # too early to ask
    office.now += timedelta(minutes=3)
    office.dispatch()
    assert len(office.mesh.taken) == 2
    assert before == (2 if weather is Weather.REPLY_LOST else 0)
    ids = {message.local_id for message in office.mesh.taken}
    assert ids == {office.entry(1).message_id, office.entry(2).message_id}
    assert office.entry(1).state is State.SENT


def test_a_send_that_stays_in_doubt_comes_to_a_person(office: Office) -> None:
    office.dispatch(Weather.REQUEST_LOST)
    office.now += Deadlines().unreachable + timedelta(minutes=1)
    office.dispatch(Weather.DOWN)
    assert (office.entry(1).state, office.entry(1).reason) == (State.WITH_A_PERSON, Reason.SEND_UNCERTAIN)


def test_after_three_doubts_in_a_row_the_rest_wait(office: Office) -> None:
    office.take_in(3, 4, 5, 6)
    done = office.dispatch(Weather.REQUEST_LOST)
    assert (done.uncertain, done.waiting) == (3, 3)


def test_an_outage_waits_and_past_the_limit_goes_round(office: Office) -> None:
    assert office.dispatch(Weather.DOWN).waiting == 2
    assert office.entry(1).state is State.READY
    office.now += Deadlines().unreachable
    assert office.dispatch(Weather.DOWN).waiting == 2
    office.now += timedelta(seconds=1)
    assert office.dispatch(Weather.DOWN).on_paper == 2
    assert office.dispatch(Weather.FAIR).sent == 0
    assert office.mesh.taken == []


def test_an_outage_without_another_way_comes_to_a_person(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        office = Office(ledger, fallback=Route.MESH_PDF)
        office.take_in(1)
        office.dispatch(Weather.DOWN)
        office.now += Deadlines().unreachable + timedelta(seconds=1)
        office.dispatch(Weather.DOWN)
        assert office.entry(1).reason == Reason.MESH_UNREACHABLE


def test_what_mesh_refuses_comes_to_a_person_with_its_words(office: Office) -> None:
    office.dispatch(Weather.REFUSES)
    assert (office.entry(1).state, office.entry(1).reason) == (State.WITH_A_PERSON, Reason.REFUSED_BY_MESH)
    assert office.ledger.history(1)[-1].why == "Unregistered to address"


@pytest.mark.parametrize("fallback_only", [False, True], ids=["by MESH", "on paper"])
def test_two_dispatches_side_by_side_send_each_result_once(office: Office, fallback_only: bool) -> None:
    """Two windows, or a timer and a person: the second begins while the first is about to send."""
    if fallback_only:
        office.mesh.without_mailbox = frozenset({"A91001"})
    done: list[Dispatched] = []

    class Beside(MeshInMemory):
        def lookup(self, ods_code: str, workflow: str) -> str | None:
            if not done:
                done.append(Dispatched())
                with Ledger(office.ledger.path) as same:
                    other = Office(same)
                    other.mesh = office.mesh
                    done.append(other.dispatch())
            return office.mesh.lookup(ods_code, workflow)

    beside = Beside(taken=office.mesh.taken)
    first = dispatch(office.ledger, beside, office.settings, CODE_SET, lambda: office.now)  # type: ignore[arg-type]
    _, second = done
    assert len(office.mesh.taken) == (0 if fallback_only else 2)
    assert first.sent + second.sent == (0 if fallback_only else 2)
    assert first.on_paper + second.on_paper == (2 if fallback_only else 0)
    assert all(
        len(set(office.ledger.history(number))) == len(office.ledger.history(number)) for number in (1, 2)
    )


def test_a_batch_has_the_same_message_ids_in_whichever_ledger(tmp_path: Path) -> None:
    """So that what goes out again after an old backup was restored can be seen to be the same."""

    def ids(name: str) -> list[str]:
        with Ledger(tmp_path / name) as ledger:
            office = Office(ledger)
            office.take_in(1, 2, 3)
            office.dispatch()
            return [message.local_id for message in office.mesh.taken]

    assert ids("lost.sqlite") == ids("restored.sqlite")
