"""The NHS's own client does everything it can against a real process, over http and over mutual TLS."""

import os
import ssl
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from mesh_client import MeshClient, MeshError

from tests.simulators.mesh.certificates import Authority
from tests.simulators.mesh.mesh_server import KEY, PASSWORD, RECIPIENT, SENDER, WORKFLOW, Server, start_server

Client = Callable[..., MeshClient]


def _everything(sender: MeshClient, recipient: MeshClient) -> None:
    """Every public method of mesh-client."""
    assert sender.ping()["status"] == "running"
    assert sender.handshake() == b"hello"
    assert sender.lookup_endpoint("X26", WORKFLOW) == {
        "results": [{"mailbox_id": RECIPIENT, "mailbox_name": "TESTMB2"}]
    }
    message_id = sender.send_message(
        RECIPIENT,
        b"line one\nline two\n",
        workflow_id=WORKFLOW,
        local_id="mine",
        subject="a subject",
        filename="a.txt",
        content_type="text/plain",
        partner_id="p",
        checksum="abc",
        encrypted=False,
        compressed=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert recipient.count_messages() == 1
    assert recipient.list_messages(max_results=10, workflow_filter="TEST*") == [message_id]
    assert list(recipient.iterate_message_ids()) == [message_id]
    assert sender.track_message(message_id)["status"] == "accepted"
    with recipient.retrieve_message(message_id) as message:
        assert message.readlines() == [b"line one\n", b"line two\n"]
        assert message.id() == message_id
        assert (message.sender, message.recipient, message.local_id) == (SENDER, RECIPIENT, "mine")
        assert (message.subject, message.filename, message.message_type) == ("a subject", "a.txt", "DATA")
        assert message.workflow_id == WORKFLOW
    assert sender.track_message(message_id)["status"] == "acknowledged"
    assert recipient.list_messages() == []
    _chunks(sender, recipient)


def _chunks(sender: MeshClient, recipient: MeshClient) -> None:
    body = os.urandom(250_000)
    for compress in (False, True):
        message_id = sender.send_message(
            RECIPIENT, body, workflow_id=WORKFLOW, max_chunk_size=100_000, compress=compress
        )
        [message] = list(recipient.iterate_all_messages())
        assert (message.id(), message.read()) == (message_id, body)
        message.acknowledge()


def test_everything_over_http(server: Server, client: Client) -> None:
    _everything(client(SENDER), client(RECIPIENT))


def test_iterating_goes_through_every_page(server: Server, client: Client) -> None:
    sender, recipient = client(SENDER), client(RECIPIENT)
    sent = [sender.send_message(RECIPIENT, b"x", workflow_id=WORKFLOW) for _ in range(23)]
    assert list(recipient.iterate_message_ids(batch_size=10)) == sent


def test_refusals_come_as_the_clients_own_error(server: Server, client: Client) -> None:
    with pytest.raises(MeshError, match="Unregistered to address"):
        client(SENDER).send_message("NOBODY", b"x", workflow_id=WORKFLOW)
    with pytest.raises(requests.HTTPError, match="403"):
        client(SENDER, shared_key=b"wrong").handshake()
    with pytest.raises(requests.HTTPError, match="404"):
        client(RECIPIENT).retrieve_message("20200101000000000000_ABCDEF")


def test_a_report_reads_as_one(server: Server, client: Client) -> None:
    sender = client(SENDER)
    message_id = sender.send_message(RECIPIENT, b"x", workflow_id=WORKFLOW, local_id="mine")
    server.admin("POST", "clock", json={"now": (datetime.now(UTC) + timedelta(days=6)).isoformat()})
    [report_id] = sender.list_messages()
    report = sender.retrieve_message(report_id)
    assert (report.message_type, report.read(), report.local_id) == ("REPORT", b"", "mine")
    assert report.mex_header("statuscode") == "14"
    assert report.mex_header("linkedmsgid") == message_id


# -- TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


@pytest.fixture
def tls_server(authority: Authority) -> Iterator[Server]:
    pair = authority.issue("server")
    running = start_server(
        "--tls-cert", str(pair.cert), "--tls-key", str(pair.key), "--client-ca", str(authority.cert)
    )
    yield running
    running.stop()


def _tls_client(server: Server, mailbox: str, **keywords: Any) -> MeshClient:
    made = MeshClient(server.url, mailbox, PASSWORD, shared_key=KEY.encode(), max_retries=0, **keywords)
    made._session.trust_env = False  # a CA bundle from the environment would win over `verify`
    return made


def test_everything_over_mutual_tls(tls_server: Server, authority: Authority) -> None:
    pair = authority.issue("client")
    trust = {"verify": str(authority.cert), "cert": (str(pair.cert), str(pair.key))}
    assert tls_server.url.startswith("https://")
    with (
        _tls_client(tls_server, SENDER, **trust) as sender,
        _tls_client(tls_server, RECIPIENT, **trust) as recipient,
    ):
        _everything(sender, recipient)


def test_no_certificate_or_a_strangers_is_turned_away(
    tls_server: Server, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger").issue("intruder")
    for cert in (None, (str(stranger.cert), str(stranger.key))):
        trusting = _tls_client(tls_server, SENDER, verify=str(authority.cert), cert=cert)
        with trusting as client, pytest.raises((requests.ConnectionError, ssl.SSLError)):
            client.handshake()
