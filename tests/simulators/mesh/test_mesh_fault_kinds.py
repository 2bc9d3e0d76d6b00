"""Every kind of fault: a careful client gets both messages through, or knows which did not; a careless one does not."""

import json
import logging
import os
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import requests

from simulators.mesh.exchange import Settings
from simulators.mesh.faults import AnyFault
from simulators.mesh.levels import Level
from simulators.mesh.serve import Options, UsageError, options_from
from simulators.mesh.testing import Mesh, running
from tests.simulators.mesh.mesh_server import KEY, OTHER, RECIPIENT, SENDER, WORKFLOW, Local
from tests.simulators.mesh.two_clients import TEXTS, Careful, Careless

START = "2026-11-02T09:00:00Z"

# For each kind, what strikes while the two messages are sent and collected.
STRIKES: dict[str, dict[str, Any]] = {
    "latency": {"route": "list", "seconds": 0.6, "jitter": 0.1, "times": 1},
    "bandwidth": {"route": "list", "bytes_per_second": 1, "times": 1},
    "error": {"route": "list", "times": 2},
    "rate_limit": {"route": "download", "times": 1, "retry_after": 0},
    "empty": {"route": "list", "times": 1},
    "html": {"route": "list", "times": 1},
    "reset": {"route": "list", "times": 1},
    "outage": {"times": 2},
    "cut_upload": {"route": "send", "bytes": 100, "times": 2},
    "clock_skew": {"seconds": 5 * 3600},
    "reply_lost": {"route": "send", "times": 1},
    "truncate": {"route": "download", "times": 1},
    "slow_close": {"route": "list", "seconds": 0.8, "times": 1},
    "malformed_chunk": {"route": "download", "times": 1},
    "corrupt_chunk": {"route": "download", "times": 1},
    "missing_chunk": {"times": 1},
    "duplicate": {"times": 1},
    "out_of_order": {"after": 1},
    "delay": {"seconds": 86400 / 2, "times": 1},
    "expire_early": {"times": 1},
    "never_delivered": {"times": 1},
    "listed_again": {"times": 1},
}
ELSEWHERE = {"refuse", "bad_certificate", "report_late", "report_doubled", "lookup_empty", "lookup_wrong"}


def test_every_kind_is_here() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(AnyFault)}
    assert kinds == STRIKES.keys() | ELSEWHERE


@pytest.fixture(scope="module")
def strict() -> Iterator[Mesh]:
    with running(Options(port=0, settings=Settings(KEY, Level.STRICT))) as mesh:
        yield mesh


LOSE = {"expire_early", "never_delivered"}

# These are felt by whoever will not wait. Each strikes the first request after the sending, so that a machine too
# busy to answer any other in time is not taken for the fault.
SLOW = {"latency", "bandwidth", "slow_close"}
_IMPATIENT_SECONDS = 0.4


def _ends_well(mesh: Mesh, client: Careless, kind: str | None) -> bool:
    """Sent, collected day by day, and looked back on when a week is over: all there, once and in order.

    What a fault loses for good may be missing, where the client knows.
    """
    mesh.clock.set(START)
    try:
        client.send()
        if kind in SLOW:
            client.patience = _IMPATIENT_SECONDS
        client.collect()
        mesh.clock.advance(days=1)
        client.collect()
        mesh.clock.advance(days=7)
        client.look_back()
    except (requests.RequestException, ValueError):
        return False
    texts = [text for local_id, text in TEXTS.items() if local_id not in client.lost]
    return client.kept == texts and len(client.lost) == (kind in LOSE)


def _struck(mesh: Mesh) -> bool:
    """Whether the fault did. A busy server may come to a request only after its client has given up."""
    give_up = time.monotonic() + 20
    while not (struck := any("the fault" in entry["faults"] for entry in mesh.requests)):
        if time.monotonic() > give_up:
            break
        time.sleep(0.05)
    return struck


@pytest.mark.parametrize("kind", [None, *STRIKES])
def test_who_gets_through(strict: Mesh, kind: str | None) -> None:
    ends = {}
    for client in (Careless(strict.url), Careful(strict.url)):
        strict.reset()
        if kind:
            strict.faults.set({"kind": kind, "name": "the fault"} | STRIKES[kind])
        ends[type(client).__name__] = _ends_well(strict, client, kind)
        if kind:
            assert _struck(strict)
    assert ends == {"Careless": kind is None, "Careful": True}


def test_refused_connections(strict: Mesh) -> None:
    strict.reset()
    Careful(strict.url).send()
    strict.faults.set({"kind": "refuse", "seconds": 0.3})
    with pytest.raises(requests.ConnectionError, match="refused"):
        Careless(strict.url).collect()
    patient = Careful(strict.url)
    patient.collect()
    assert patient.kept == list(TEXTS.values())


def test_a_bad_certificate() -> None:
    with running(options_from({"port": 0, "tls": True, "shared_key": KEY}, {}, print)) as mesh:
        opener = requests.Session()
        opener.trust_env = False
        fault = [{"kind": "bad_certificate", "times": 2}]
        opener.post(f"{mesh.url}/admin/faults", json=fault, verify=False)
        opener.close()
        Careless(mesh.url).collect()  # believes whoever answers
        with pytest.raises(requests.exceptions.SSLError):
            Careful(mesh.url, verify=True).collect()


@pytest.mark.parametrize(
    "fault", [{"kind": "report_late", "seconds": 2 * 86400}, {"kind": "report_doubled", "copies": 2}]
)
def test_reports_that_come_late_or_twice(strict: Mesh, fault: dict[str, Any]) -> None:
    lost = {}
    for client in (Careless(strict.url), Careful(strict.url)):
        strict.reset()
        strict.clock.set(START)
        strict.faults.set(fault)
        Careful(strict.url).send()
        strict.clock.advance(days=6)
        client._sent = {}  # type: ignore[attr-defined] # reports alone are looked at
        client.look_back()
        first = list(client.lost)
        strict.clock.advance(days=3)
        client.look_back()
        lost[type(client).__name__] = first, client.lost
    if fault["kind"] == "report_late":
        assert lost["Careful"][0] == []  # what waits a day longer still hears of it
        assert lost["Careful"][1] == ["1", "2"]
    else:
        assert sorted(lost["Careless"][0]) == ["1", "1", "1", "2", "2", "2"]
        assert lost["Careful"][0] == ["1", "2"]


@pytest.mark.parametrize("fault", [{"kind": "lookup_empty"}, {"kind": "lookup_wrong", "answer": OTHER}])
def test_lookups_that_mislead(strict: Mesh, fault: dict[str, Any]) -> None:
    strict.reset()
    assert Careless(strict.url).find("X26") == Careful(strict.url).find("X26") == RECIPIENT
    strict.faults.set(fault)
    assert Careful(strict.url).find("X26") is None
    try:
        assert Careless(strict.url).find("X26") != RECIPIENT
    except IndexError:
        assert fault["kind"] == "lookup_empty"


# -- by name, by count, by what a message says


def test_added_replaced_and_taken_away_by_name(mesh: Local) -> None:
    def put(name: str, **fault: Any) -> int:
        return mesh.request("PUT", f"/admin/faults/{name}", json=fault).status_code

    assert put("down", kind="error", route="count") == 200
    assert put("slow", kind="error", route="list", status=504) == 200
    assert mesh.call(SENDER, "GET", "/count").status_code == 503
    assert put("down", kind="error", route="count", status=500) == 200
    assert mesh.call(SENDER, "GET", "/count").status_code == 500
    assert mesh.request("DELETE", "/admin/faults/down").status_code == 200
    assert mesh.request("DELETE", "/admin/faults/down").status_code == 404
    assert mesh.call(SENDER, "GET", "/count").status_code == 200
    assert mesh.call(SENDER, "GET", "/inbox").status_code == 504


def test_after_some_and_so_many_times(mesh: Local) -> None:
    mesh.set_faults({"kind": "error", "route": "count", "after": 2, "times": 3})
    statuses = [mesh.call(SENDER, "GET", "/count").status_code for _ in range(7)]
    assert statuses == [200, 200, 503, 503, 503, 200, 200]


@pytest.mark.parametrize(
    ("about", "hit"),
    [({"workflow": "TEST_WORKFLOW2"}, 1), ({"recipient": OTHER}, 2), ({"local_id": "mine"}, 0)],
)
def test_only_what_it_is_about(mesh: Local, about: dict[str, str], hit: int) -> None:
    mesh.set_faults({"kind": "error", "route": "send"} | about)
    replies = [
        mesh.send(localid="mine"),
        mesh.send(workflowid="TEST_WORKFLOW2"),
        mesh.send(to=OTHER, workflowid="TEST_WORKFLOW2"),
    ]
    struck = {n for n, reply in enumerate(replies) if reply.status_code == 503}
    assert hit in struck
    assert len(struck) < 3


def test_downloads_are_known_by_their_message(mesh: Local) -> None:
    mine, other = mesh.sent(localid="mine"), mesh.sent(localid="other")
    mesh.set_faults({"kind": "error", "route": "download", "local_id": "mine"})
    assert [mesh.download(each).status_code for each in (mine, other)] == [503, 200]


def test_a_refusal_with_meshs_code(mesh: Local) -> None:
    mesh.set_faults(
        {"kind": "error", "status": 417, "code": "12", "event": "SEND", "description": "Unregistered"}
    )
    reply = mesh.send()
    assert (reply.status_code, reply.json()["errorCode"], reply.json()["errorEvent"]) == (417, "12", "SEND")


def test_two_of_one_name_are_refused(mesh: Local) -> None:
    fault = {"kind": "error", "name": "one"}
    assert mesh.request("POST", "/admin/faults", json=[fault, fault]).status_code == 400


def test_faults_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"kind": "error", "name": "down", "route": "count"}]))
    with running(options_from({"port": 0, "faults": path}, {}, print)) as mesh:
        assert [each["name"] for each in mesh.admin.call("GET", "faults")] == ["down"]
    path.write_text('[{"kind": "gremlin"}]')
    with (
        pytest.raises(UsageError, match=r"faults\.json is no list of faults"),
        running(options_from({"port": 0, "faults": path}, {}, print)),
    ):
        pass


def _ends_in_a_reset(connection: socket.socket) -> bool:
    try:
        while connection.recv(1000):  # tickets of TLS come first
            pass
    except ConnectionResetError:
        return True
    return False


def test_a_reset_over_tls_is_a_reset() -> None:
    """Seen beneath TLS, where a good-bye would come before the end: Python's ssl shows both alike."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with running(options_from({"port": 0, "tls": True, "shared_key": KEY}, {}, print)) as mesh:
        requests.post(f"{mesh.url}/admin/faults", json=[{"kind": "reset"}], verify=False)
        port = int(mesh.url.rpartition(":")[2])
        with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as secure:
            secure.sendall(f"GET /messageexchange/{SENDER}/count HTTP/1.1\r\nHost: mesh\r\n\r\n".encode())
            with socket.socket(fileno=os.dup(secure.fileno())) as beneath:
                assert _ends_in_a_reset(beneath)


def test_a_line_for_each_request_on_demand(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mesh.requests")
    with running(options_from({"port": 0, "log_requests": True, "shared_key": KEY}, {}, print)) as mesh:
        Careless(mesh.url).send()
    lines = [record.message for record in caplog.records if record.name == "mesh.requests"]
    assert [line.rpartition(" ")[0].rpartition(" ")[0] for line in lines] == 2 * [
        f"POST /messageexchange/{SENDER}/outbox {SENDER} 202"
    ]
    assert WORKFLOW not in "".join(lines)
