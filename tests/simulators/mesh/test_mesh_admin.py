"""The control plane: mesh-sandbox's own routes, the admin token, and counts of what really arrived."""

import pytest

from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, Local, LocalMaker


@pytest.mark.parametrize(
    "path",
    ["/health", "/healthcheck", "/_status", "/_ping", "/messageexchange/_ping", "/messageexchange/deepping"],
)
def test_health(mesh: Local, path: str) -> None:
    body = mesh.request("GET", path).json()
    assert (body["status"], body["outcome"]) == ("running", "Yes")


def test_counts_of_every_mailbox(mesh: Local) -> None:
    mesh.acknowledge(mesh.sent())
    mesh.sent()
    nothing = {"inbox": 0, "sent": 0, "acknowledged": 0, "expired": 0}
    assert mesh.request("GET", "/admin/counts").json() == {
        "mailboxes": {
            SENDER: nothing | {"sent": 2},
            RECIPIENT: nothing | {"inbox": 1, "acknowledged": 1},
            OTHER: nothing,
        }
    }


@pytest.mark.parametrize("prefix", ["/admin", "/messageexchange/admin"])
def test_reset_all(mesh: Local, prefix: str) -> None:
    message_id = mesh.sent()
    assert mesh.request("DELETE", f"{prefix}/reset").status_code == 200
    assert mesh.inbox() == []
    assert mesh.download(message_id).status_code == 404
    assert mesh.counts(SENDER)["sent"] == 0
    again = mesh.sent()
    assert mesh.inbox() == [again]


def test_reset_one_mailbox(mesh: Local) -> None:
    to_recipient = mesh.sent(localid="mine")
    mesh.sent(sender=RECIPIENT, to=SENDER, workflowid="TEST_WORKFLOW_ACK")
    assert mesh.request("DELETE", f"/admin/reset/{SENDER.lower()}").status_code == 200
    assert mesh.inbox(SENDER) == []
    assert mesh.inbox(RECIPIENT) == [to_recipient]
    assert mesh.call(SENDER, "GET", "/outbox/tracking/mine").status_code == 404
    assert mesh.request("DELETE", "/admin/reset/NOBODY").status_code == 404


def test_a_report_by_hand(mesh: Local) -> None:
    wanted = {
        "mailbox_id": RECIPIENT,
        "code": "21",
        "description": "a description",
        "workflow_id": "TEST_WORKFLOW",
        "subject": "a subject",
        "local_id": "mine",
        "linked_message_id": "20200101000000000000_ABCDEF",
    }
    undeliverable = mesh.request("POST", "/messageexchange/admin/report", json=wanted).json()["message_id"]
    error = mesh.request("POST", "/messageexchange/admin/report", json=wanted | {"status": "error"}).json()
    assert mesh.inbox() == [undeliverable, error["message_id"]]
    first, second = (mesh.download(message_id).headers for message_id in mesh.inbox())
    assert (first["mex-statuscode"], first["mex-subject"]) == ("14", "NDR: a subject")
    assert (second["mex-statuscode"], second["mex-statusdescription"]) == ("21", "a description")
    assert second["mex-linkedmsgid"] == wanted["linked_message_id"]
    assert {first["mex-messagetype"], second["mex-messagetype"]} == {"REPORT"}


@pytest.mark.parametrize("wrong", [{"mailbox_id": "NOBODY"}, {"status": "accepted"}, {"code": 7}])
def test_a_report_that_cannot_be_made(mesh: Local, wrong: dict) -> None:
    wanted = {"mailbox_id": RECIPIENT, "code": "21", "description": "d", "workflow_id": "W"} | wrong
    assert mesh.request("POST", "/admin/report", json=wanted).status_code in (400, 404)


def test_events_move_a_message(mesh: Local) -> None:
    message_id = mesh.sent()

    def event(**event: str) -> None:
        assert mesh.request("POST", f"/admin/message/{message_id}/event", json=event).status_code == 200

    def status() -> str:
        return str(mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json()["status"])

    event(status="error", code="99", event="TRANSFER", description="a fault")
    assert (status(), mesh.inbox()) == ("error", [])
    assert mesh.download(message_id).status_code == 410
    event(status="accepted")
    assert (status(), mesh.inbox()) == ("accepted", [message_id])
    event(status="acknowledged")
    assert (status(), mesh.inbox(), mesh.counts(RECIPIENT)["inbox"]) == ("acknowledged", [], 0)


def test_an_event_that_is_none(mesh: Local) -> None:
    assert (
        mesh.request("POST", f"/admin/message/{mesh.sent()}/event", json={"status": "lost"}).status_code
        == 400
    )
    assert mesh.request("POST", "/admin/message/NONE/event", json={"status": "error"}).status_code == 404
    assert mesh.request("POST", "/admin/message/NONE/event", content=b"{").status_code == 400


def test_looking_up_a_message_and_a_mailbox(mesh: Local) -> None:
    message_id = mesh.sent(localid="mine")
    shown = mesh.request("GET", f"/messageexchange/admin/message/{message_id.lower()}").json()
    assert {
        "message_id": message_id,
        "local_id": "mine",
        "status": "Accepted",
        "sender": SENDER,
    }.items() <= shown.items()
    for path in (f"/messageexchange/mailbox/{SENDER}", f"/admin/mailbox/{SENDER.lower()}"):
        mailbox = mesh.request("GET", path).json()
        assert (mailbox["mailbox_name"], mailbox["active"]) == ("TESTMB1", True)
        assert "password" not in mailbox
    assert mesh.request("GET", "/admin/message/NONE").status_code == 404
    assert mesh.request("GET", "/admin/mailbox/NOBODY").status_code == 404


def test_rich_listings_newest_first_in_pages(mesh: Local) -> None:
    sent = [mesh.sent(localid=f"n{n}") for n in range(12)]
    mesh.acknowledge(sent[0])
    first = mesh.call(SENDER, "GET", "/outbox/rich?max_results=10").json()
    assert [line["message_id"] for line in first["messages"]] == sent[:1:-1]
    assert first["messages"][0]["recipient_name"] == "TESTMB2"
    following = first["links"]["next"].removeprefix(f"/messageexchange/{SENDER}")
    rest = mesh.call(SENDER, "GET", following).json()
    assert [line["message_id"] for line in rest["messages"]] == sent[1::-1]
    assert "next" not in rest["links"]
    inbox = mesh.call(RECIPIENT, "GET", "/inbox/rich").json()["messages"]
    assert [line["status"] for line in inbox] == ["accepted"] * 11 + ["acknowledged"]
    assert mesh.call(RECIPIENT, "GET", "/inbox/rich?start_time=2099-01-01").json()["messages"] == []
    assert mesh.call(RECIPIENT, "GET", "/inbox/rich?start_time=never").status_code == 400


def test_the_admin_token_guards_the_whole_control_plane(make_local: LocalMaker) -> None:
    mesh = make_local(admin_token="let me in")
    calls = [
        ("GET", "/admin/clock"),
        ("POST", "/admin/clock"),
        ("GET", "/admin/counts"),
        ("GET", "/admin/faults"),
        ("POST", "/admin/faults"),
        ("DELETE", "/admin/reset"),
        ("DELETE", f"/messageexchange/admin/reset/{SENDER}"),
        ("POST", "/messageexchange/admin/report"),
        ("POST", "/admin/message/X/event"),
        ("GET", "/admin/message/X"),
        ("POST", f"/admin/mailbox/{SENDER}"),
    ]
    for method, path in calls:
        assert mesh.request(method, path).status_code == 403, path
        assert (
            mesh.request(method, path, headers={"X-Admin-Token": "wrong ü".encode("latin-1")}).status_code
            == 403
        )
    allowed = mesh.request("GET", "/admin/counts", headers={"X-Admin-Token": "let me in"})
    assert allowed.status_code == 200
    assert mesh.send().status_code == 202
