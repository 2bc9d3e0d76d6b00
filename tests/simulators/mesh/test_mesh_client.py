"""The NHS's own client does everything it can against the server."""

import os

from mesh_server import Server

WORKFLOW = "TEST_WORKFLOW"


def test_send_collect_acknowledge(server: Server, client) -> None:
    sender, recipient = client("X26ABC1"), client("X26ABC2")
    sender.handshake()
    message_id = sender.send_message("X26ABC2", b"a result", workflow_id=WORKFLOW, local_id="mine")
    assert recipient.list_messages() == [message_id]
    with recipient.retrieve_message(message_id) as message:
        assert message.read() == b"a result"
        assert (message.sender, message.local_id) == ("X26ABC1", "mine")
    assert recipient.list_messages() == []
    assert sender.track_message(message_id)["status"] == "acknowledged"


def test_chunks_and_compression_both_ways(server: Server, client) -> None:
    body = os.urandom(300_000)
    sender, recipient = client("X26ABC1", transparent_compress=True), client("X26ABC2")
    message_id = sender.send_message("X26ABC2", body, workflow_id=WORKFLOW, max_chunk_size=100_000)
    assert recipient.retrieve_message(message_id).read() == body
