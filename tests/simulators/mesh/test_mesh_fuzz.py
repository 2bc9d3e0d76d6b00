"""Whatever is sent, the answer is a documented one: never a 500, never another mailbox's message."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import schemathesis.openapi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.simulators.mesh.mesh_server import (
    OTHER,
    RECIPIENT,
    SENDER,
    V2,
    WORKFLOW,
    Local,
    Server,
    start_server,
    token,
)

DESCRIPTION = schemathesis.openapi.from_path(
    Path(__file__).parents[2] / "golden" / "mesh" / "description.yaml"
)

# Statuses this server gives that the description does not name for the route: for a message that is not there
# where the description forgets it, and for a request over its own limit.
BESIDE = {
    ("PUT", "/messageexchange/{mailbox_id}/inbox/{message_id}/status/acknowledged"): {404},
    ("GET", "/messageexchange/{mailbox_id}/outbox/tracking"): {404},
    ("GET", "/messageexchange/{mailbox_id}/outbox/tracking/{local_id}"): {404},
}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Server, list[str]]]:
    """A server; and the ids of a message that waits in RECIPIENT's inbox, and of one whose chunks are coming."""
    server = start_server()
    yield server, [_sent(server, chunk_range) for chunk_range in ("1:1", "1:9")]
    server.stop()


def _sent(server: Server, chunk_range: str) -> str:
    headers = {
        "Authorization": token(SENDER),
        "Accept": V2,
        "Mex-To": RECIPIENT,
        "Mex-WorkflowID": WORKFLOW,
        "Mex-Chunk-Range": chunk_range,
    }
    url = f"{server.url}/messageexchange/{SENDER}/outbox"
    return str(server.session.post(url, b"a secret result", headers=headers).json()["message_id"])


def _hold(server: Server, case: Any) -> None:
    """Send a case, and hold the answer against the description."""
    response = case.call(base_url=server.url, session=server.session)
    documented = {int(code) for code in case.operation.definition.raw["responses"]}
    beside = BESIDE.get((case.method, case.operation.path), set())
    # What does not fit a route at all (a path with an empty segment, another method) is another route's affair.
    fits = response.status_code in documented | beside | {404, 405}
    assert fits, (case.method, case.operation.path, response.status_code)
    assert b"a secret result" not in response.content or case.path_parameters["mailbox_id"] == RECIPIENT
    if response.status_code in documented:
        checks = [not_a_server_error, response_schema_conformance, content_type_conformance]
        case.validate_response(response, checks=checks)


@DESCRIPTION.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_at_all_gets_a_documented_answer(case: Any, running: tuple[Server, list[str]]) -> None:
    _hold(running[0], case)


@DESCRIPTION.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_from_a_caller_let_in_gets_a_documented_answer(
    case: Any, running: tuple[Server, list[str]]
) -> None:
    server, message_ids = running
    # A choice made of what was generated, so that a failing case fails again.
    chance = len(repr(case.path_parameters) + repr(case.body))
    if "mailbox_id" in case.path_parameters:
        mailbox = (SENDER, RECIPIENT, OTHER)[chance % 3]
        case.path_parameters["mailbox_id"] = mailbox
        case.headers["authorization"] = token(mailbox)
        case.headers.update({"mex-to": RECIPIENT, "mex-workflowid": WORKFLOW} if chance % 2 else {})
    if "message_id" in case.path_parameters and chance % 4:
        case.path_parameters["message_id"] = message_ids[chance % 2]
    _hold(server, case)


@pytest.mark.slow
@DESCRIPTION.parametrize()
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_at_length(case: Any, running: tuple[Server, list[str]]) -> None:
    test_anything_from_a_caller_let_in_gets_a_documented_answer.__wrapped__(case, running)


# -- within this process, where a bug shows as its own exception

_value = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40).map(
    lambda text: text.encode("latin-1")
)
_names = ("to", "workflowid", "chunk-range", "subject", "localid", "filename", "content-checksum", "from")


@given(st.dictionaries(st.sampled_from(_names), _value), st.binary(max_size=20), _value)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_headers_of_a_send(mesh: Local, headers: dict[str, bytes], body: bytes, encoding: bytes) -> None:
    given_headers: Any = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW} | {
        f"Mex-{k}": v for k, v in headers.items()
    }
    if encoding[:1] > b"\x80":
        given_headers["Content-Encoding"] = encoding
    before = mesh.counts(RECIPIENT)["inbox"]
    reply = mesh.call(SENDER, "POST", "/outbox", given_headers, content=body)
    assert reply.status_code in (202, 400, 417)
    whole = reply.status_code == 202 and mesh.download(reply.json()["message_id"]).status_code == 200
    assert mesh.counts(RECIPIENT)["inbox"] == before + whole


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_posted_to_the_control_plane(mesh: Local, body: bytes) -> None:
    for path in ("clock", "faults", "report", f"mailbox/{SENDER}", "message/NONE/event"):
        assert mesh.request("POST", f"/admin/{path}", content=body).status_code in (200, 400, 404)
    mesh.set_faults()


# -- on the wire

_pieces = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [
                b"GET /messageexchange/X26ABC1/inbox HTTP/1.1\r\n",
                b"POST /messageexchange/X26ABC1/outbox HTTP/1.1\r\n",
                b"GET //messageexchange/../../etc/passwd HTTP/1.1\r\n",
                b"Host: mesh\r\n",
                b"Content-Length: 10\r\n",
                b"Content-Length: -1\r\n",
                b"Content-Length: 99999999999999999999\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"Authorization: NHSMESH \xff\xfe\r\n",
                b"\r\n",
                b"5\r\nhello\r\n",
                b"ffffffffffffffff\r\n",
                b"0\r\n\r\n",
            ]
        ),
    ),
    max_size=8,
)


def _exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while part := wire.recv(65536):
                got += part
        except ConnectionResetError:
            pass
        return got


@given(_pieces)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_on_the_wire(running: tuple[Server, list[str]], pieces: list[bytes]) -> None:
    server, _ = running
    assert b"HTTP/1.1 5" not in _exchange(server.port, b"".join(pieces))
    assert server.session.get(f"{server.url}/health").status_code == 200


@given(st.integers(0, 999))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_body_cut_short_is_no_message(running: tuple[Server, list[str]], arrived: int) -> None:
    server, _ = running
    before = server.admin("GET", "counts").json()
    lines = [
        f"POST /messageexchange/{SENDER}/outbox HTTP/1.1",
        "Host: mesh",
        f"Authorization: {token(SENDER)}",
        f"Mex-To: {RECIPIENT}",
        f"Mex-WorkflowID: {WORKFLOW}",
        "Content-Length: 1000",
        "\r\n",
    ]
    assert b" 202 " not in _exchange(server.port, "\r\n".join(lines).encode() + b"x" * arrived)
    assert server.admin("GET", "counts").json() == before
