"""A server that talks HTTP and is no MESH: whatever it says, the mailbox answers in its own words."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pilot.errors import MeshError
from pilot.pipeline.mailbox import Accepted, Mailbox, Received, Refused, Uncertain, Unreached
from pilot.pipeline.settings import MeshSettings


class _Says(ThreadingHTTPServer):
    """Answers every request with `status`, `body` and `headers`."""

    status = 200
    body = b""
    headers: dict[str, str] = {}  # noqa: RUF012 - set by each test

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Says

    def answer(self) -> None:
        coming = self.headers.get("Transfer-Encoding", "")
        if coming == "chunked":
            while (size := int(self.rfile.readline(), 16)) > 0:
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def server() -> Iterator[_Says]:
    with _Says(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def office(server: _Says) -> Iterator[Mailbox]:
    server.headers = {}
    with Mailbox(MeshSettings(server.url, "KXXOT001", "a password", "a key")) as mailbox:
        yield mailbox


RUBBISH = [b"", b"<html>a captive portal</html>", b"null", b"[]", b"[1]", b"{}", b"3", b'"yes"', b"\xff\xfe"]
RUBBISH += [
    json.dumps({name: value}).encode()
    for name in ("results", "messages", "messageId", "message_id")
    for value in (3, "x", [3], {"x": 3})
]


@pytest.mark.parametrize("status", [200, 202, 400, 404, 503])
def test_whatever_it_says_is_answered_in_our_own_words(server: _Says, office: Mailbox, status: int) -> None:
    for body in RUBBISH:
        server.status, server.body = status, body
        sent = office.send("A91001OT001", "W", b"{}", "an-id", "application/json")
        assert isinstance(sent, Accepted | Refused | Unreached | Uncertain)
        for call, kinds in (
            (lambda: office.find_sent("an-id"), (str, type(None))),
            (lambda: office.lookup("A91001", "W"), (str, type(None))),
            (lambda: list(office.inbox()), (list,)),
            (lambda: office.read("M1"), (Received, type(None))),
            (office.server_time, (object,)),
            (office.handshake, (type(None),)),
            (lambda: office.acknowledge("M1"), (type(None),)),
        ):
            with suppress(MeshError):
                assert isinstance(call(), kinds), (status, body)


@pytest.mark.parametrize("body", RUBBISH)
def test_only_meshs_own_id_counts_as_accepted(server: _Says, office: Mailbox, body: bytes) -> None:
    server.status, server.body = 202, body
    sent = office.send("A91001OT001", "W", b"{}", "an-id", "application/json")
    assert isinstance(sent, Accepted) == (body == b'{"message_id": "x"}')


@pytest.mark.parametrize(
    ("header", "value"),
    [("Mex-Chunk-Range", "one:two"), ("Mex-Chunk-Range", "3"), ("Content-Encoding", "gzip")],
)
def test_a_download_with_senseless_headers_is_given_up(
    server: _Says, office: Mailbox, header: str, value: str
) -> None:
    server.status, server.body, server.headers = 200, b"a body", {header: value}
    with pytest.raises(MeshError):
        office.read("M1")


def test_a_body_without_end_is_cut_at_the_limit(
    server: _Says, office: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilot.pipeline.mailbox.LARGEST_ANSWER_BYTES", 1000)
    server.status, server.body = 200, b"x" * 50_000
    received = office.read("M1")
    assert received is not None
    assert len(received.body) == 1001  # one more, so that it is seen to be too large
