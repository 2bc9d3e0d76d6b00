"""Time: five days in an inbox, a report to the sender, thirty days altogether; and reports for other failures."""

import json
from pathlib import Path

import pytest

from simulators.mesh.levels import Level
from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, Local, LocalMaker

START, JUST_BEFORE, FIVE_DAYS, THIRTY_DAYS = (
    "2026-11-02T09:00:00Z",
    "2026-11-07T08:59:59Z",
    "2026-11-07T09:00:00Z",
    "2026-12-02T09:00:00Z",
)


def test_the_clock_stands_where_it_is_put(mesh: Local) -> None:
    assert mesh.request("GET", "/admin/clock").json()["virtual"] is False
    mesh.set_clock(START)
    assert mesh.request("GET", "/admin/clock").json() == {
        "now": START,
        "virtual": True,
        "rate": 0.0,
        "next_due": None,
    }
    message_id = mesh.sent()
    assert message_id.startswith("20261102090000")
    tracked = mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json()
    assert (tracked["upload_timestamp"], tracked["expiry_time"]) == (START, FIVE_DAYS)


@pytest.mark.parametrize("now", ["yesterday", "", "0001-01-01", "9999-12-31T23:59:59Z", "2026-13-01"])
def test_a_clock_that_is_none_is_refused(mesh: Local, now: str) -> None:
    assert mesh.request("POST", "/admin/clock", json={"now": now}).status_code == 400


def test_not_collected_in_five_days(mesh: Local) -> None:
    mesh.set_clock(START)
    message_id = mesh.sent(localid="mine", subject="a subject")
    mesh.set_clock(JUST_BEFORE)
    assert mesh.inbox() == [message_id]
    mesh.set_clock(FIVE_DAYS)
    assert mesh.inbox() == []
    assert mesh.download(message_id).status_code == 410
    assert mesh.counts(RECIPIENT) == {"inbox": 0, "sent": 0, "acknowledged": 0, "expired": 1}

    [report_id] = mesh.inbox(SENDER)
    report = mesh.download(report_id, SENDER)
    says = {
        name.removeprefix("mex-"): value for name, value in report.headers.items() if name.startswith("mex-")
    }
    assert report.content == b""
    assert says | {"messageid": report_id} == says
    assert {
        "messagetype": "REPORT",
        "statuscode": "14",
        "statussuccess": "ERROR",
        "statusevent": "SEND",
        "statusdescription": "Message not collected by recipient after 5 days",
        "statustimestamp": "20261107090000",
        "linkedmsgid": message_id,
        "localid": "mine",
        "subject": "a subject",
        "workflowid": "TEST_WORKFLOW",
        "to": RECIPIENT,
    }.items() <= says.items()
    tracked = mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json()
    assert (tracked["status"], tracked["status_success"], tracked["status_code"]) == (
        "undeliverable",
        False,
        "14",
    )


def test_acknowledged_in_time_never_expires(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.acknowledge(mesh.sent())
    mesh.set_clock(FIVE_DAYS)
    assert mesh.inbox(SENDER) == []


def test_acknowledging_too_late_does_not_undo_the_report(mesh: Local) -> None:
    mesh.set_clock(START)
    message_id = mesh.sent()
    mesh.set_clock(FIVE_DAYS)
    assert mesh.acknowledge(message_id).status_code == 200
    assert mesh.counts(RECIPIENT)["acknowledged"] == 0
    assert len(mesh.inbox(SENDER)) == 1


def test_deleted_after_thirty_days(mesh: Local) -> None:
    mesh.set_clock(START)
    collected, ignored = mesh.sent(), mesh.sent()
    mesh.acknowledge(collected)
    mesh.set_clock("2026-12-02T08:59:59Z")
    assert mesh.download(ignored).status_code == 410
    mesh.set_clock(THIRTY_DAYS)
    for message_id in (collected, ignored):
        assert mesh.download(message_id).status_code == 404
        assert mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").status_code == 404


def test_a_report_nobody_collects_is_not_reported_in_turn(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.sent()
    mesh.set_clock(FIVE_DAYS)
    mesh.set_clock("2026-11-12T09:00:00Z")
    assert mesh.inbox(SENDER) == []
    assert mesh.counts(SENDER)["expired"] == 1


def test_many_expire_at_once(mesh: Local) -> None:
    mesh.set_clock(START)
    sent = [mesh.sent() for _ in range(600)]
    mesh.set_clock(FIVE_DAYS)
    assert (mesh.counts(RECIPIENT)["expired"], mesh.counts(SENDER)["inbox"]) == (len(sent), len(sent))


def test_others_are_served_while_many_expire(mesh: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """In slices: health is answered between them, where all in one would hold everybody up."""
    monkeypatch.setattr("simulators.mesh.delivery._SLICE", 10)
    mesh.set_clock(START)
    sent = [mesh.sent() for _ in range(600)]
    jump = mesh.client.post("/admin/clock", json={"now": FIVE_DAYS})
    reply, served = mesh.served_during(jump)
    assert reply.status_code == 200
    assert mesh.counts(RECIPIENT)["expired"] == len(sent)
    assert served > 10  # of sixty slices; were it one, only the rounds of one transaction


def test_expiry_on_the_real_clock_happens_without_anybody_touching_the_control_plane(
    mesh: Local, monkeypatch
) -> None:
    import time  # noqa: PLC0415

    message_id = mesh.sent()
    now = time.time()
    monkeypatch.setattr("simulators.mesh.store.time.time", lambda: now + 5 * 86400 + 1)
    mesh.request("GET", "/messageexchange/workflowsearch/TEST_WORKFLOW")
    monkeypatch.undo()
    assert message_id not in mesh.inbox()


def test_a_message_to_a_deactivated_mailbox_is_reported(mesh: Local) -> None:
    mesh.request("POST", f"/admin/mailbox/{RECIPIENT}", json={"active": False})
    message_id = mesh.sent()
    [report_id] = mesh.inbox(SENDER)
    headers = mesh.download(report_id, SENDER).headers
    assert (headers["mex-statuscode"], headers["mex-linkedmsgid"]) == ("14", message_id)
    assert headers["mex-statusdescription"] == "Message was not collected as the mailbox is deactivated"
    assert mesh.counts(RECIPIENT)["inbox"] == 0


def test_a_mailbox_deactivated_in_the_file_is_so_from_the_start(
    make_local: LocalMaker, tmp_path: Path
) -> None:
    lines = [{"mailbox_id": SENDER, "password": "password"}, {"mailbox_id": RECIPIENT, "active": False}]
    (tmp_path / "mailboxes.jsonl").write_text("\n".join(map(json.dumps, lines)))
    mesh = make_local(mailboxes=tmp_path / "mailboxes.jsonl")
    mesh.sent()
    assert len(mesh.inbox(SENDER)) == 1


def test_the_sandbox_keeps_everything_for_ever(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.SANDBOX)
    mesh.set_clock(START)
    message_id = mesh.sent()
    mesh.set_clock("2030-01-01")
    assert mesh.inbox() == [message_id]


# -- by patient

_PATIENT = {
    "nhs_number": "9990000018",
    "surname": "O'Hara",
    "forename": "A",
    "date_of_birth": "1961-02-03",
    "registered_to": "2026-11-05",  # after START, before FIVE_DAYS
}
_MOVED = {
    "nhs_number": "9990000026",
    "surname": "GREEN",
    "date_of_birth": "1960-01-01",
    "registered_from": "2010-01-01",
    "registered_to": "2026-01-01",
}
_TWO = {"nhs_number": "9990000034", "surname": "SMITH", "date_of_birth": "1959-09-09"}


@pytest.fixture
def by_patient(make_local: LocalMaker, tmp_path: Path) -> Local:
    practices = [
        {"ods": "A81001", "name": "invented", "patients": [_PATIENT, _MOVED]},
        {"ods": "A81002", "name": "invented too", "patients": [_TWO]},
    ]
    mailboxes = [
        {"mailbox_id": m, "ods_code": ods, "password": "password"}
        for m, ods in ((SENDER, "X26"), (RECIPIENT, "A81001"), (OTHER, "A81002"), ("X26ABC4", "A81002"))
    ]
    workflow = {"workflow_id": "GP", "senders": [SENDER], "receivers": [RECIPIENT, OTHER, "X26ABC4"]}
    for name, lines in (("practices", practices), ("mailboxes", mailboxes), ("workflows", [workflow])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    mesh = make_local(
        **{name: tmp_path / f"{name}.jsonl" for name in ("practices", "mailboxes", "workflows")}
    )
    mesh.set_clock(START)
    return mesh


def test_a_patients_practice_gets_the_message(by_patient: Local) -> None:
    message_id = by_patient.sent(to="GPPROVIDER_9990000018_19610203_o'hara", workflowid="GP")
    assert by_patient.inbox() == [message_id]
    assert by_patient.download(message_id).headers["mex-to"] == RECIPIENT
    tracked = by_patient.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json()
    assert tracked["recipient"] == RECIPIENT


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("9990000034_19590909_SMITH", "EPL-150"),
        ("9990000026_19600101_GREEN", "EPL-151"),
        ("9990000019_19610203_O'HARA", "EPL-152"),
        ("not-a-number_19610203_O'HARA", "EPL-152"),
        ("9990000042_19610203_O'HARA", "EPL-153"),
        ("9990000018_19610204_O'HARA", "EPL-154"),
        ("9990000018_19610203_HARA", "EPL-154"),
    ],
)
def test_a_patient_who_cannot_be_placed_comes_back_as_a_report(
    by_patient: Local, address: str, code: str
) -> None:
    message_id = by_patient.sent(to=f"GPPROVIDER_{address}", workflowid="GP", localid="mine")
    [report_id] = by_patient.inbox(SENDER)
    headers = by_patient.download(report_id, SENDER).headers
    assert (headers["mex-statuscode"], headers["mex-linkedmsgid"]) == (code, message_id)
    tracked = by_patient.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json()
    assert (tracked["status"], tracked["status_code"]) == ("error", code)


def test_a_patient_who_moves_meanwhile_does_not_change_why_it_expired(by_patient: Local) -> None:
    by_patient.sent(to="GPPROVIDER_9990000018_19610203_O'HARA", workflowid="GP")
    by_patient.set_clock(FIVE_DAYS)
    [report_id] = by_patient.inbox(SENDER)
    headers = by_patient.download(report_id, SENDER).headers
    assert headers["mex-statusdescription"] == "Message not collected by recipient after 5 days"
    assert headers["mex-to"] == "GPPROVIDER_9990000018_19610203_O'HARA"


def test_a_mailbox_deactivated_meanwhile_is_why_it_expired(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.sent()
    mesh.request("POST", f"/admin/mailbox/{RECIPIENT}", json={"active": False})
    mesh.set_clock(FIVE_DAYS)
    [report_id] = mesh.inbox(SENDER)
    description = mesh.download(report_id, SENDER).headers["mex-statusdescription"]
    assert description == "Message was not collected as the mailbox is deactivated"


def test_a_patient_is_looked_for_once_all_chunks_have_come(by_patient: Local) -> None:
    message_id = by_patient.sent(
        to="GPPROVIDER_9990000018_19610203_O'HARA", workflowid="GP", chunk_range="1:2"
    )
    headers = {"Mex-Chunk-Range": "2:2"}
    by_patient.call(SENDER, "POST", f"/outbox/{message_id}/2", headers, content=b"two")
    assert by_patient.inbox() == [message_id]


def test_half_an_address_is_no_recipient(by_patient: Local) -> None:
    assert by_patient.send(to="GPPROVIDER_9990000018", workflowid="GP").status_code == 417
