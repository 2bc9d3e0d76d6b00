"""What became of a message, asked by message id or by the sender's own id; and where to send one."""

from urllib.parse import quote

import pytest

from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, V1, Local


def _by_local_id(mesh: Local, local_id: str, mailbox: str = SENDER):
    return mesh.call(mailbox, "GET", f"/outbox/tracking/{local_id}")


def test_by_local_id_is_one_none_or_several(mesh: Local) -> None:
    """How a sender whose reply was lost finds out whether its message arrived."""
    message_id = mesh.sent(localid="4f9d-1")
    found = _by_local_id(mesh, "4f9d-1")
    assert (found.status_code, found.headers["content-type"]) == (200, "application/json")
    assert {
        "messageId": message_id,
        "localId": "4f9d-1",
        "status": "Accepted",
    }.items() <= found.json().items()
    assert _by_local_id(mesh, "4f9d-2").status_code == 404
    mesh.sent(localid="4f9d-1")
    assert _by_local_id(mesh, "4f9d-1").status_code == 300


def test_by_local_id_sees_the_callers_own_messages_alone(mesh: Local) -> None:
    mesh.sent(localid="mine")
    for mailbox in (RECIPIENT, OTHER):
        assert _by_local_id(mesh, "mine", mailbox).status_code == 404


@pytest.mark.parametrize("local_id", ["a/b/c", "with space", "ünï", "?", "%41", "a:b"])
def test_local_ids_may_hold_anything(mesh: Local, local_id: str) -> None:
    mesh.sent(localid=local_id.encode())  # type: ignore[arg-type]
    assert _by_local_id(mesh, quote(local_id.encode(), safe="")).status_code == 200


def test_version_2_by_message_id(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    message_id = mesh.sent(localid="mine", filename="a.json")
    assert mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}").json() == {
        "message_id": message_id,
        "local_id": "mine",
        "workflow_id": "TEST_WORKFLOW",
        "filename": "a.json",
        "expiry_time": "2026-11-07T09:00:00Z",
        "upload_timestamp": "2026-11-02T09:00:00Z",
        "recipient": RECIPIENT,
        "recipient_name": "TESTMB2",
        "recipient_ods_code": "X26",
        "recipient_org_code": "X26",
        "recipient_org_name": "",
        "status": "accepted",
        "status_success": True,
        "status_timestamp": "2026-11-02T09:00:00Z",
    }


def test_version_1_tells_when_it_was_collected(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    message_id = mesh.sent()
    mesh.set_clock("2026-11-03T10:00:00Z")
    mesh.acknowledge(message_id)
    tracked = mesh.call(SENDER, "GET", f"/outbox/tracking?messageID={message_id}", accept=V1).json()
    assert {
        "status": "Acknowledged",
        "uploadTimestamp": "20261102090000",
        "downloadTimestamp": "20261103100000",
        "expiryTime": "20261107090000",
        "messageType": "Data",
        "fileSize": 8,
        "chunkCount": 1,
        "sender": SENDER,
        "recipient": RECIPIENT,
    }.items() <= tracked.items()


def test_the_size_of_a_chunked_message_is_that_of_all_chunks(mesh: Local) -> None:
    message_id = mesh.sent(b"12345", chunk_range="1:2")
    path = f"/outbox/tracking?messageID={message_id}"
    assert mesh.call(SENDER, "GET", path).json()["status"] == "uploading"
    mesh.call(SENDER, "POST", f"/outbox/{message_id}/2", {"Mex-Chunk-Range": "2:2"}, content=b"678")
    assert mesh.call(SENDER, "GET", path, accept=V1).json()["fileSize"] == 8


def test_only_the_sender_may_track(mesh: Local) -> None:
    message_id = mesh.sent()
    for mailbox in (RECIPIENT, OTHER):
        assert mesh.call(mailbox, "GET", f"/outbox/tracking?messageID={message_id}").status_code == 404
    assert mesh.call(SENDER, "GET", "/outbox/tracking").status_code == 400


# -- lookup


def test_lookup_in_either_version(mesh: Local) -> None:
    path = "/messageexchange/endpointlookup/x26/TEST_WORKFLOW"
    v1 = mesh.request("GET", path).json()
    assert v1["results"] == [{"address": RECIPIENT, "description": "TESTMB2", "endpoint_type": "MESH"}]
    assert v1["query_id"]
    v2 = mesh.request("GET", path, headers={"Accept": "application/vnd.mesh.v2+json"})
    assert v2.json() == {"results": [{"mailbox_id": RECIPIENT, "mailbox_name": "TESTMB2"}]}


def test_several_mailboxes_or_none(mesh: Local) -> None:
    several = mesh.request("GET", "/messageexchange/endpointlookup/X26/TEST_WORKFLOW2").json()["results"]
    assert [item["address"] for item in several] == [SENDER, RECIPIENT]
    for path in (
        "endpointlookup/A81001/TEST_WORKFLOW",
        "endpointlookup/X26/NO_SUCH",
        "workflowsearch/NO_SUCH",
    ):
        assert mesh.request("GET", f"/messageexchange/{path}").json()["results"] == []


def test_workflow_search(mesh: Local) -> None:
    found = mesh.request("GET", "/messageexchange/workflowsearch/TEST_WORKFLOW_ACK").json()["results"]
    assert [item["mailbox_id"] for item in found] == [SENDER, OTHER]


def test_blank_questions_are_refused(mesh: Local) -> None:
    assert mesh.request("GET", "/messageexchange/endpointlookup/%20/TEST_WORKFLOW").status_code == 400
    assert mesh.request("GET", "/messageexchange/workflowsearch/%20").status_code == 400


def test_a_deactivated_mailbox_is_not_found(mesh: Local) -> None:
    mesh.request("POST", f"/admin/mailbox/{RECIPIENT}", json={"active": False})
    path = "/messageexchange/endpointlookup/X26/TEST_WORKFLOW"
    assert mesh.request("GET", path).json()["results"] == []
