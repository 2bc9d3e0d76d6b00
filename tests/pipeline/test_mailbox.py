"""The mailbox against a real MESH in a process of its own: what each failure becomes, and what is never done twice."""

import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.errors import ConfigurationError, MeshRefused, MeshUnreachable
from pilot.messages import PAYLOADS
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Accepted, Mailbox, Refused, Uncertain, Unreached
from pilot.pipeline.settings import Deadlines
from pilot.pipeline.settle import settle
from simulators.mesh.faults import FaultDraws, Occasion, RateLimit, Reset, ServerError, Truncate
from tests.pipeline.mesh_process import OFFICE, PRACTICE, MeshProcess, mesh_process

RESULT = PAYLOADS["coded"].workflow
FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshProcess]:
    folder = tmp_path_factory.mktemp("mesh")
    with mesh_process(folder, "--db", str(folder / "mesh.sqlite")) as mesh:
        yield mesh


@pytest.fixture
def mesh(running: MeshProcess) -> Iterator[MeshProcess]:
    """The server with fair weather before and after."""
    running.faults()
    yield running
    running.faults()


@pytest.fixture
def office(mesh: MeshProcess) -> Iterator[Mailbox]:
    with Mailbox(mesh.settings) as mailbox:
        yield mailbox


def send(mailbox: Mailbox, local_id: str, to: str = PRACTICE) -> object:
    return mailbox.send(to, RESULT, b"{}", local_id, FHIR)


KINDS: dict[str, type[Reset | ServerError | RateLimit | Truncate]] = {
    "reset": Reset,
    "error": ServerError,
    "rate_limit": RateLimit,
    "truncate": Truncate,
}


def twice(kind: str, route: str) -> dict[str, object]:
    """A fault that strikes the next two requests of the office on that route, and not the third."""
    caller = "" if route == "lookup" else OFFICE  # a lookup names no caller

    def strikes(seed: int) -> list[bool]:
        dice = FaultDraws([KINDS[kind](route=route, probability=0.5, seed=seed)])
        return [dice.strikes(KINDS[kind], Occasion(route, caller), 0.0) is not None for _ in range(3)]

    seed = next(seed for seed in range(1000) if strikes(seed) == [True, True, False])
    return {"kind": kind, "route": route, "probability": 0.5, "seed": seed}


def new_id() -> str:
    return str(uuid.uuid4())


def waiting(mesh: MeshProcess, local_id: str) -> int:
    """How many messages under that id of ours the practice can collect."""
    with mesh.of(PRACTICE) as practice:
        messages = [practice.read(mesh_id) for mesh_id in practice.inbox()]
    return sum(message is not None and message.local_id == local_id for message in messages)


def answered(mesh: MeshProcess, body: bytes = b"an answer") -> str:
    """Something from the practice waits for the office, under this id."""
    with mesh.of(PRACTICE) as practice:
        sent = practice.send(OFFICE, PAYLOADS["coded"].answers, body, new_id(), FHIR)
    assert isinstance(sent, Accepted)
    return sent.mesh_id


# -- sending


def test_what_is_accepted_can_be_found_by_our_own_id(office: Mailbox) -> None:
    local_id = new_id()
    sent = send(office, local_id)
    assert isinstance(sent, Accepted)
    assert office.find_sent(local_id) == sent.mesh_id


def test_what_was_never_sent_is_not_found(office: Mailbox) -> None:
    assert office.find_sent(new_id()) is None


def test_a_lost_reply_is_uncertain_and_tracking_decides(mesh: MeshProcess, office: Mailbox) -> None:
    local_id = new_id()
    mesh.faults({"kind": "reply_lost", "route": "send"})
    assert isinstance(send(office, local_id), Uncertain)
    mesh.faults()
    assert office.find_sent(local_id) is not None
    assert waiting(mesh, local_id) == 1


@pytest.mark.parametrize("fault", [{"kind": "reset"}, {"kind": "error"}, {"kind": "error", "status": 500}])
def test_a_send_that_broke_is_uncertain_and_was_tried_once(
    mesh: MeshProcess, office: Mailbox, fault: dict[str, object]
) -> None:
    """Nothing tells it from a lost reply, so that it must not be repeated before MESH is asked."""
    local_id = new_id()
    mesh.faults({**fault, "route": "send", "probability": 0.999999})
    assert isinstance(send(office, local_id), Uncertain)
    mesh.faults()
    assert office.find_sent(local_id) is None
    assert waiting(mesh, local_id) == 0


def test_a_reply_cut_short_is_uncertain(mesh: MeshProcess, office: Mailbox) -> None:
    local_id = new_id()
    mesh.faults({"kind": "truncate", "route": "send"})
    assert isinstance(send(office, local_id), Uncertain)
    mesh.faults()
    assert waiting(mesh, local_id) == 1


def test_too_many_requests_means_that_mesh_has_nothing(mesh: MeshProcess, office: Mailbox) -> None:
    local_id = new_id()
    mesh.faults({"kind": "rate_limit", "route": "send"})
    assert isinstance(send(office, local_id), Unreached)
    mesh.faults()
    assert office.find_sent(local_id) is None


def test_an_unknown_recipient_is_refused_with_meshs_code(office: Mailbox) -> None:
    sent = send(office, new_id(), to="NOBODYOT001")
    assert isinstance(sent, Refused)
    assert sent.code == "12"
    assert sent.words


def test_a_workflow_that_is_not_ours_is_refused(office: Mailbox) -> None:
    sent = office.send(PRACTICE, "NOT_REGISTERED", b"{}", new_id(), FHIR)
    assert isinstance(sent, Refused)


def test_nobody_listening_means_that_mesh_has_nothing(mesh: MeshProcess) -> None:
    with Mailbox(replace(mesh.settings, url=f"http://127.0.0.1:{free_port()}")) as mailbox:
        assert isinstance(send(mailbox, new_id()), Unreached)


# -- asking


@pytest.mark.parametrize("field", ["password", "shared_key"])
def test_wrong_credentials_are_refused_and_say_where_to_look(mesh: MeshProcess, field: str) -> None:
    wrong = "not the right one"
    changed = {"password": mesh.settings.password, "shared_key": mesh.settings.shared_key} | {field: wrong}
    settings = replace(mesh.settings, password=changed["password"], shared_key=changed["shared_key"])
    with Mailbox(settings) as mailbox:
        for call in (mailbox.handshake, lambda: list(mailbox.inbox()), lambda: mailbox.find_sent("x")):
            with pytest.raises(MeshRefused, match="pilot doctor") as refused:
                call()
            assert wrong not in str(refused.value)
        assert isinstance(send(mailbox, new_id()), Refused)


def test_nobody_listening_is_told_as_such(mesh: MeshProcess) -> None:
    with Mailbox(replace(mesh.settings, url=f"http://127.0.0.1:{free_port()}")) as mailbox:
        for call in (
            mailbox.handshake,
            lambda: list(mailbox.inbox()),
            lambda: mailbox.lookup("A91001", RESULT),
        ):
            with pytest.raises(MeshUnreachable):
                call()


def test_practices_are_looked_up_by_workflow(office: Mailbox) -> None:
    assert office.lookup("A91001", RESULT) == PRACTICE
    assert office.lookup("A91001", "SOMETHING_ELSE") is None
    assert office.lookup("A99999", RESULT) is None


def test_mesh_says_what_time_it_has(office: Mailbox) -> None:
    assert office.server_time() is not None


@pytest.mark.parametrize(
    ("off", "words"), [(timedelta(days=365), "ahead of"), (-timedelta(hours=1), "behind")]
)
def test_a_clock_that_is_far_off_begins_nothing(office: Mailbox, off: timedelta, words: str) -> None:
    office.check_clock(datetime.now(UTC))
    with pytest.raises(ConfigurationError, match=f"minutes {words} MESH's"):
        office.check_clock(datetime.now(UTC) + off)


@pytest.mark.parametrize("route", ["list", "download", "acknowledge", "track", "lookup", "handshake"])
@pytest.mark.parametrize("kind", ["reset", "error", "rate_limit"])
def test_a_question_is_asked_again_and_then_given_up_in_one_line(
    mesh: MeshProcess, office: Mailbox, route: str, kind: str
) -> None:
    mesh_id = answered(mesh)
    questions = {
        "list": lambda: list(office.inbox()),
        "download": lambda: office.read(mesh_id),
        "acknowledge": lambda: office.acknowledge(mesh_id),
        "track": lambda: office.find_sent("anything"),
        "lookup": lambda: office.lookup("A91001", RESULT),
        "handshake": office.handshake,
    }
    mesh.faults({"kind": kind, "route": route})
    with pytest.raises(MeshUnreachable) as given_up:
        questions[route]()
    assert "\n" not in str(given_up.value)
    mesh.faults(twice(kind, route))
    questions[route]()  # the third try is let in, since each has a token of its own


# -- receiving


def test_what_is_read_stays_until_it_is_acknowledged(mesh: MeshProcess, office: Mailbox) -> None:
    mesh_id = answered(mesh, b"a body")
    for _ in range(2):
        received = office.read(mesh_id)
        assert received is not None
        assert (received.body, received.kind, received.sender) == (b"a body", "DATA", PRACTICE)
        assert mesh_id in list(office.inbox())
    office.acknowledge(mesh_id)
    assert mesh_id not in list(office.inbox())
    office.acknowledge(mesh_id)  # once more is no failure
    assert office.read("NO-SUCH-MESSAGE") is None


@pytest.mark.parametrize("route", ["list", "download"])
def test_half_a_reply_is_never_taken_for_a_whole_one(mesh: MeshProcess, office: Mailbox, route: str) -> None:
    mesh_id = answered(mesh, b"x" * 5000)
    mesh.faults({"kind": "truncate", "route": route})
    with pytest.raises(MeshUnreachable):
        list(office.inbox()) if route == "list" else office.read(mesh_id)
    mesh.faults(twice("truncate", route))
    assert mesh_id in list(office.inbox())
    received = office.read(mesh_id)
    assert received is not None
    assert len(received.body) == 5000


def test_a_long_inbox_is_read_to_its_end(mesh: MeshProcess, office: Mailbox) -> None:
    before = list(office.inbox())
    sent = [answered(mesh) for _ in range(3)]
    assert list(office.inbox()) == [*before, *sent]


def test_a_report_names_our_message_and_why(mesh: MeshProcess, office: Mailbox) -> None:
    """The clock of MESH jumps six days: what the practice never collected comes back as a report."""
    local_id = new_id()
    sent = send(office, local_id)
    assert isinstance(sent, Accepted)
    mesh.clock((datetime.now(UTC) + timedelta(days=6)).isoformat())
    reports = [received for mesh_id in office.inbox() if (received := office.read(mesh_id))]
    report = next(received for received in reports if received.linked == sent.mesh_id)
    assert (report.kind, report.code) == ("REPORT", "14")
    assert report.workflow in ("", RESULT)


def test_another_applications_message_is_left_in_a_shared_mailbox(
    mesh: MeshProcess, office: Mailbox, tmp_path: Path
) -> None:
    with mesh.of(PRACTICE) as practice:
        theirs = practice.send(OFFICE, "SOMETHING_ELSE", b"theirs", new_id(), "text/plain")
        ours = practice.send(OFFICE, PAYLOADS["coded"].answers, b"no acknowledgement", new_id(), FHIR)
    assert isinstance(theirs, Accepted)
    assert isinstance(ours, Accepted)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        done = settle(ledger, office, Deadlines(), lambda: datetime.now(UTC))
    assert done.others == 1
    waiting_now = list(office.inbox())
    assert theirs.mesh_id in waiting_now
    assert ours.mesh_id not in waiting_now


# -- TLS and rubbish


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
