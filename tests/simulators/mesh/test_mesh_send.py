"""Sending: what is accepted, and the documented refusal for everything else."""

import gzip
from collections.abc import MutableMapping
from typing import Any, cast

import pytest

from simulators.mesh.levels import Level
from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, V1, WORKFLOW, Local, LocalMaker


def _code(reply) -> tuple[int, str]:
    return reply.status_code, reply.json()["detail"][0]["code"]


def test_the_reply_names_the_message_in_either_version(mesh: Local) -> None:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}
    v1 = mesh.call(SENDER, "POST", "/outbox", headers, accept=V1, content=b"x")
    v2 = mesh.call(SENDER, "POST", "/outbox", headers, content=b"x")
    assert (v1.status_code, v1.headers["content-type"]) == (202, "application/json")
    assert (v2.status_code, v2.headers["content-type"]) == (202, "application/vnd.mesh.v2+json")
    assert mesh.inbox() == [v1.json()["messageID"], v2.json()["message_id"]]


def test_message_ids_are_in_meshs_format(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    ids = [mesh.sent() for _ in range(200)]
    assert len(set(ids)) == 200
    for message_id in ids:
        time, _, suffix = message_id.partition("_")
        assert (len(time), time[:14]) == (20, "20261102090000")
        assert len(suffix) == 6
        int(suffix, 16)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"to": ""}, (400, "08")),
        ({"to": "NOBODY"}, (417, "12")),
        ({"to": "../X26ABC2"}, (417, "12")),
        ({"to": "https://elsewhere.example"}, (400, "06")),
        ({"workflowid": "http://elsewhere.example"}, (400, "06")),
        ({"subject": "tab\there"}, (400, "06")),
        ({"workflowid": "UNHEARD_OF"}, (417, "17")),
        ({"workflowid": "TEST_WORKFLOW_ACK"}, (417, "16")),
        ({"to": OTHER}, (417, "17")),
        ({"from": RECIPIENT}, (417, "07")),
        ({"messagetype": "REPORT"}, (417, "11")),
        ({"chunk_range": "2:2"}, (417, "InvalidHeaderChunks")),
        ({"chunk_range": "0:1"}, (417, "InvalidHeaderChunks")),
        ({"chunk_range": "1:0"}, (417, "InvalidHeaderChunks")),
        ({"chunk_range": "one:two"}, (417, "InvalidHeaderChunks")),
        ({"chunk_range": "1:2:3"}, (417, "InvalidHeaderChunks")),
    ],
)
def test_refusals_carry_the_documented_code(mesh: Local, headers: dict[str, Any], expected: object) -> None:
    assert _code(mesh.send(**headers)) == expected
    assert mesh.inbox() == []


def test_no_data_is_refused(mesh: Local) -> None:
    assert _code(mesh.send(b"")) == (417, "02")


def test_version_1_refusals_have_their_own_shape(mesh: Local) -> None:
    headers = {"Mex-To": "NOBODY", "Mex-WorkflowID": WORKFLOW}
    reply = mesh.call(SENDER, "POST", "/outbox", headers, accept=V1, content=b"x")
    assert reply.json() == {
        "errorEvent": "SEND",
        "errorCode": "12",
        "errorDescription": "Unregistered to address",
    }


@pytest.mark.parametrize(
    ("name", "longest"),
    [("to", 100), ("workflowid", 300), ("subject", 500), ("localid", 300), ("filename", 300)],
)
def test_headers_are_no_longer_than_described(mesh: Local, name: str, longest: int) -> None:
    reply = mesh.send(**cast(Any, {name: "X" * (longest + 1)}))
    assert reply.status_code == 400
    assert reply.json()["detail"][0]["loc"] == ["header", f"mex-{name}"]


def test_an_unknown_content_encoding_is_refused(mesh: Local) -> None:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW, "Content-Encoding": "br"}
    assert _code(mesh.call(SENDER, "POST", "/outbox", headers, content=b"x")) == (
        417,
        "UnsupportedContentEncoding",
    )


async def _parts(count: int, part: bytes):
    for _ in range(count):
        yield part


@pytest.mark.parametrize("declared", [{"Content-Length": str(100 * 1024 * 1024 + 1)}, {}])
def test_a_request_over_100_mb_is_refused(mesh: Local, declared: dict[str, str]) -> None:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW} | declared
    reply = mesh.call(SENDER, "POST", "/outbox", headers, content=_parts(101, bytes(1024 * 1024)))
    assert reply.status_code == 413
    assert mesh.counts(SENDER)["sent"] == 0


def test_what_the_sender_says_of_it_reaches_the_recipient(mesh: Local) -> None:
    message_id = mesh.sent(
        localid="mine", subject="a subject", filename="a.json", partnerid="p", content_checksum="b10a:8d"
    )
    headers = mesh.download(message_id).headers
    says = {
        name: headers[f"mex-{name}"] for name in ("localid", "subject", "filename", "partnerid", "from", "to")
    }
    assert says == {
        "localid": "mine",
        "subject": "a subject",
        "filename": "a.json",
        "partnerid": "p",
        "from": SENDER,
        "to": RECIPIENT,
    }
    assert headers["mex-content-checksum"] == "b10a:8d"


def test_an_organisation_without_a_workflows_file_lets_anybody_send_anything(
    make_local: LocalMaker, tmp_path
) -> None:
    mailboxes = tmp_path / "mailboxes.jsonl"
    mailboxes.write_text(
        "".join(f'{{"mailbox_id": "{m}", "password": "password"}}\n' for m in (SENDER, RECIPIENT))
    )
    mesh = make_local(mailboxes=mailboxes)
    assert mesh.send(workflowid="WHATEVER").status_code == 202


def test_the_sandbox_asks_no_permission(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.SANDBOX)
    refused_elsewhere: list[dict[str, Any]] = [
        {"workflowid": "UNHEARD_OF"},
        {"to": OTHER},
        {"from": RECIPIENT},
        {"messagetype": "REPORT"},
    ]
    for headers in refused_elsewhere:
        assert mesh.send(**headers).status_code == 202


# -- chunks


def _chunk(
    mesh: Local,
    message_id: str,
    number: int,
    total: int,
    body: bytes = b"more",
    sender: str = SENDER,
    **headers: str,
):
    given = {"Mex-Chunk-Range": f"{number}:{total}"} | headers
    return mesh.call(sender, "POST", f"/outbox/{message_id}/{number}", given, content=body)


def test_a_message_in_chunks_is_seen_once_it_is_whole_in_whatever_order_they_come(mesh: Local) -> None:
    message_id = mesh.sent(b"one", chunk_range="1:3")
    assert mesh.inbox() == []
    assert _chunk(mesh, message_id, 3, 3, b"three").json() == {"message_id": message_id}
    assert mesh.inbox() == []
    assert _chunk(mesh, message_id, 2, 3, b"two").status_code == 202
    assert mesh.inbox() == [message_id]

    parts = [mesh.call(RECIPIENT, "GET", f"/inbox/{message_id}{path}") for path in ("", "/2", "/3")]
    assert [part.content for part in parts] == [b"one", b"two", b"three"]
    assert [part.status_code for part in parts] == [206, 206, 200]
    assert [part.headers["mex-chunk-range"] for part in parts] == ["1:3", "2:3", "3:3"]


def test_a_chunk_sent_again_replaces_itself(mesh: Local) -> None:
    message_id = mesh.sent(b"one", chunk_range="1:3")
    for body in (b"first try", b"second try"):
        assert _chunk(mesh, message_id, 2, 3, body).status_code == 202
    _chunk(mesh, message_id, 3, 3)
    assert mesh.call(RECIPIENT, "GET", f"/inbox/{message_id}/2").content == b"second try"


@pytest.mark.parametrize(
    ("number", "total", "given", "status"),
    [
        (2, 2, {"Mex-Chunk-Range": "1:2"}, 417),
        (2, 2, {"Mex-Chunk-Range": "2:3"}, 417),
        (3, 3, {}, 417),
        (2, 2, {"Mex-Chunk-Range": ""}, 417),
        (2, 2, {"Content-Encoding": "gzip"}, 417),
        (0, 2, {}, 400),
    ],
)
def test_a_chunk_that_does_not_fit_is_refused(
    mesh: Local, number: int, total: int, given: dict, status: int
) -> None:
    message_id = mesh.sent(b"one", chunk_range="1:2")
    assert _chunk(mesh, message_id, number, total, **given).status_code == status
    assert mesh.inbox() == []


def test_no_more_chunks_once_whole(mesh: Local) -> None:
    message_id = mesh.sent(b"one", chunk_range="1:2")
    assert [_chunk(mesh, message_id, 2, 2).status_code for _ in range(2)] == [202, 423]
    assert _chunk(mesh, mesh.sent(), 1, 1).status_code == 423


def test_nobody_adds_to_anothers_message(mesh: Local) -> None:
    message_id = mesh.sent(b"one", chunk_range="1:2")
    assert _chunk(mesh, message_id, 2, 2, sender=RECIPIENT).status_code == 403
    assert _chunk(mesh, "20200101000000000000_ABCDEF", 2, 2).status_code == 404


def test_the_sandbox_delivers_with_the_last_chunk_whatever_is_missing(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.SANDBOX)
    message_id = mesh.sent(b"one", chunk_range="1:3")
    _chunk(mesh, message_id, 3, 3)
    assert mesh.inbox() == [message_id]
    assert mesh.call(RECIPIENT, "GET", f"/inbox/{message_id}/2").status_code == 404


# -- gzip


def _send_gzip(mesh: Local, body: bytes) -> str:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW, "Content-Encoding": "gzip"}
    return str(mesh.call(SENDER, "POST", "/outbox", headers, content=body).json()["message_id"])


def test_gzip_reaches_a_client_that_takes_it_as_it_was_sent(mesh: Local) -> None:
    body = gzip.compress(b"plain", mtime=0)
    message_id = _send_gzip(mesh, body)
    reply = mesh.download(message_id, headers={"Accept-Encoding": "gzip"})
    assert (reply.headers["content-encoding"], reply.content) == ("gzip", b"plain")
    assert reply.headers["content-length"] == str(len(body))


def test_gzip_is_unpacked_for_a_client_that_does_not_take_it(mesh: Local) -> None:
    reply = mesh.download(_send_gzip(mesh, gzip.compress(b"plain")))
    assert "content-encoding" not in reply.headers
    assert reply.content == b"plain"


def test_plain_is_packed_for_a_version_2_client_that_takes_gzip(mesh: Local) -> None:
    message_id = mesh.sent(b"plain " * 100)
    packed = mesh.download(message_id, headers={"Accept-Encoding": "gzip"})
    v1 = mesh.download(message_id, headers={"Accept-Encoding": "gzip"}, accept=V1)
    assert int(packed.headers["content-length"]) < 600
    assert packed.content == v1.content == b"plain " * 100
    assert "content-encoding" not in v1.headers


@pytest.mark.parametrize(
    "body",
    [b"no gzip at all", gzip.compress(b"plain")[:-3], gzip.compress(b"a") + b"rest"],
    ids=["none at all", "cut short", "with something behind"],
)
def test_gzip_that_is_none_goes_as_it_was_sent(mesh: Local, body: bytes) -> None:
    """Nothing else is true of it; a client that cannot take it sees so from the header."""
    message_id = _send_gzip(mesh, body)
    reply = mesh.runner.run(_raw_download(mesh, message_id))
    assert reply == ("gzip", body)


def test_gzip_that_expands_without_end_goes_as_it_was_sent(mesh: Local) -> None:
    bomb = gzip.compress(bytes(101 * 1024 * 1024), 1)
    assert len(bomb) < 1_000_000
    assert mesh.runner.run(_raw_download(mesh, _send_gzip(mesh, bomb))) == ("gzip", bomb)


def test_others_are_served_while_gzip_is_unpacked(mesh: Local) -> None:
    plain = bytes(90 * 1024 * 1024)
    message_id = _send_gzip(mesh, gzip.compress(plain, 1))
    (encoding, body), served = mesh.served_during(_raw_download(mesh, message_id))
    assert (encoding, len(body)) == ("", len(plain))
    assert served > 10  # were it unpacked on the loop, only the rounds of one transaction


async def _raw_download(mesh: Local, message_id: str) -> tuple[str, bytes]:
    """The reply's Content-Encoding and its bytes as they are: httpx would unpack them."""
    from tests.simulators.mesh.mesh_server import token  # noqa: PLC0415

    got: dict = {"body": b""}

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            got["headers"] = dict(message["headers"])
        else:
            got["body"] += message["body"]

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/messageexchange/{RECIPIENT}/inbox/{message_id}",
        "query_string": b"",
        "headers": [(b"authorization", token(RECIPIENT).encode())],
    }
    await mesh.app(scope, receive, send)
    return got["headers"].get(b"content-encoding", b"").decode(), got["body"]
