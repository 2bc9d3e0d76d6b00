"""Faults: each does what it says, where and when it says, and the same again for the same seed."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from mesh_client import MeshClient

from simulators.mesh.faults import FaultDraws, Occasion, ServerError
from simulators.mesh.front_door import ROUTES, target_of
from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, WORKFLOW, Local, Server, token

START, TEN = "2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "gremlin"},
        {"kind": "latency"},
        {"kind": "latency", "seconds": -1},
        {"kind": "error", "status": 200},
        {"kind": "error", "probability": 1.5},
        {"kind": "error", "route": "teleport"},
        {"kind": "error", "since": "2026-11-02"},
        {"kind": "error", "colour": "red"},
        {"kind": "duplicate", "copies": 10**9},
        {"kind": "delay", "seconds": 1e300},
    ],
)
def test_a_fault_that_is_none_is_refused_and_changes_nothing(mesh: Local, fault: dict[str, Any]) -> None:
    mesh.set_faults({"kind": "error"})
    assert mesh.request("POST", "/admin/faults", json=[fault]).status_code == 400
    assert mesh.request("GET", "/admin/faults").json()[0]["kind"] == "error"


def test_faults_replace_those_before(mesh: Local) -> None:
    mesh.set_faults({"kind": "error", "status": 502})
    assert mesh.send().status_code == 502
    mesh.set_faults()
    assert mesh.send().status_code == 202


def test_a_server_error_does_nothing_and_uses_no_token_up(mesh: Local) -> None:
    """So that a client that tries again with the same token is let in, as behind a real gateway."""
    auth = token(SENDER)
    mesh.set_faults({"kind": "error", "route": "send"})
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}
    assert mesh.call(SENDER, "POST", "/outbox", headers, auth=auth, content=b"x").status_code == 503
    assert mesh.inbox() == []
    mesh.set_faults()
    assert mesh.call(SENDER, "POST", "/outbox", headers, auth=auth, content=b"x").status_code == 202


def test_a_rate_limit_says_when_to_try_again(mesh: Local) -> None:
    mesh.set_faults({"kind": "rate_limit", "route": "list", "retry_after": 7})
    reply = mesh.call(RECIPIENT, "GET", "/inbox")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert reply.json()["errorDescription"]


def test_a_fault_keeps_to_its_route_mailbox_and_window(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.set_faults(
        {
            "kind": "error",
            "route": "count",
            "mailbox": RECIPIENT,
            "since": TEN,
            "until": "2026-11-02T11:00:00Z",
        }
    )

    def statuses() -> list[int]:
        calls = [(RECIPIENT, "/count"), (SENDER, "/count"), (RECIPIENT, "/inbox")]
        return [mesh.call(mailbox, "GET", path).status_code for mailbox, path in calls]

    assert statuses() == [200, 200, 200]
    mesh.set_clock(TEN)
    assert statuses() == [503, 200, 200]
    mesh.set_clock("2026-11-02T11:00:00Z")
    assert statuses() == [200, 200, 200]


def test_the_control_plane_and_health_are_never_broken(mesh: Local) -> None:
    mesh.set_faults({"kind": "error"})
    for path in ("/admin/counts", "/health", "/messageexchange/_ping", f"/messageexchange/mailbox/{SENDER}"):
        assert mesh.request("GET", path).status_code == 200


def test_every_route_of_the_description_can_be_broken() -> None:
    calls = {
        "handshake": ("POST", ""),
        "list": ("GET", "/inbox"),
        "count": ("GET", "/count"),
        "download": ("GET", "/inbox/1"),
        "head": ("HEAD", "/inbox/1"),
        "acknowledge": ("PUT", "/inbox/1/status/acknowledged"),
        "send": ("POST", "/outbox"),
        "send_chunk": ("POST", "/outbox/1/2"),
        "track": ("GET", "/outbox/tracking"),
    }
    for route, (method, path) in calls.items():
        target = target_of(method, f"/messageexchange/{SENDER.lower()}{path}")
        assert target
        assert (target.route, target.mailbox) == (route, SENDER)
    lookup = target_of("GET", "/messageexchange/endpointlookup/X26/W")
    assert lookup
    assert {lookup.route, *calls} == ROUTES


# -- chance


def test_the_same_seed_strikes_the_same_requests(mesh: Local) -> None:
    def run(seed: int) -> list[int]:
        mesh.set_faults({"kind": "error", "route": "count", "probability": 0.5, "seed": seed})
        return [mesh.call(SENDER, "GET", "/count").status_code for _ in range(40)]

    first = run(1)
    assert first == run(1)
    assert first != run(2)
    assert set(first) == {200, 503}


def test_moving_the_clock_does_not_begin_the_draws_anew(mesh: Local) -> None:
    fault = {"kind": "error", "route": "count", "probability": 0.5}
    mesh.set_faults(fault)
    still = [mesh.call(SENDER, "GET", "/count").status_code for _ in range(20)]
    mesh.set_faults(fault)
    moving = []
    for day in range(20):
        mesh.set_clock(f"2026-11-{day + 2:02}T09:00:00Z")
        moving.append(mesh.call(SENDER, "GET", "/count").status_code)
    assert still == moving


def test_other_mailboxes_traffic_does_not_disturb_the_draws(mesh: Local) -> None:
    fault = {"kind": "error", "route": "count", "probability": 0.5}
    mesh.set_faults(fault)
    alone = [mesh.call(SENDER, "GET", "/count").status_code for _ in range(20)]
    mesh.set_faults(fault)
    among = []
    for _ in range(20):
        mesh.call(OTHER, "GET", "/count")
        among.append(mesh.call(SENDER, "GET", "/count").status_code)
    assert alone == among


@given(st.floats(0, 1), st.integers())
@settings(max_examples=30, deadline=None)
def test_a_fault_strikes_as_often_as_it_says(probability: float, seed: int) -> None:
    dice = FaultDraws([ServerError(probability=probability, seed=seed)])
    struck = sum(dice.strikes(ServerError, Occasion("send", SENDER), 0.0) is not None for _ in range(2000))
    assert abs(struck / 2000 - probability) < 0.06  # five standard errors at the widest


# -- delivery


def test_a_duplicate_has_its_own_id_and_the_sender_sent_one(mesh: Local) -> None:
    mesh.set_faults({"kind": "duplicate", "copies": 2})
    message_id = mesh.sent(b"a result", localid="mine")
    inbox = mesh.inbox()
    assert (len(inbox), inbox[0]) == (3, message_id)
    assert {mesh.download(each).content for each in inbox} == {b"a result"}
    assert {mesh.download(each).headers["mex-localid"] for each in inbox} == {"mine"}
    assert mesh.call(SENDER, "GET", "/outbox/tracking/mine").json()["messageId"] == message_id
    assert (mesh.counts(RECIPIENT)["inbox"], mesh.counts(SENDER)["sent"]) == (3, 1)


def test_out_of_order(mesh: Local) -> None:
    first, second, third = (mesh.sent() for _ in range(3))
    mesh.set_faults({"kind": "out_of_order", "places": 2})
    fourth = mesh.sent()
    assert mesh.inbox() == [first, fourth, second, third]


def test_in_front_of_an_empty_inbox_is_still_in_it(mesh: Local) -> None:
    mesh.set_faults({"kind": "out_of_order", "places": 1000})
    first, second = mesh.sent(), mesh.sent()
    assert sorted(mesh.inbox()) == sorted([first, second])


def test_a_delayed_message_arrives_later_behind_those_sent_since(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.set_faults({"kind": "delay", "seconds": 3600})
    late = mesh.sent(localid="mine")
    mesh.set_faults()
    prompt = mesh.sent()
    assert mesh.inbox() == [prompt]
    assert mesh.download(late).status_code == 410
    assert mesh.call(SENDER, "GET", "/outbox/tracking/mine").json()["status"] == "Accepted"
    mesh.set_clock(TEN)
    assert mesh.inbox() == [prompt, late]
    tracked = mesh.call(SENDER, "GET", "/outbox/tracking/mine").json()
    assert tracked["expiryTime"] == "20261107100000"
    assert mesh.counts(RECIPIENT)["inbox"] == 2


def test_expired_early_is_reported_like_any_expiry(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.set_faults({"kind": "expire_early", "seconds": 60})
    message_id = mesh.sent()
    assert mesh.inbox() == [message_id]
    mesh.set_clock("2026-11-02T09:01:00Z")
    assert mesh.inbox() == []
    assert mesh.download(mesh.inbox(SENDER)[0], SENDER).headers["mex-linkedmsgid"] == message_id


def test_expired_at_once(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.set_faults({"kind": "expire_early"})
    message_id = mesh.sent()
    assert mesh.inbox() == []
    assert mesh.download(mesh.inbox(SENDER)[0], SENDER).headers["mex-linkedmsgid"] == message_id
    assert (mesh.counts(RECIPIENT)["inbox"], mesh.counts(RECIPIENT)["expired"]) == (0, 1)


def test_lookups_that_find_nothing_or_somebody_else(mesh: Local) -> None:
    path = "/messageexchange/endpointlookup/X26/TEST_WORKFLOW"
    mesh.set_faults({"kind": "lookup_empty"})
    assert mesh.request("GET", path).json()["results"] == []
    mesh.set_faults({"kind": "lookup_wrong", "answer": OTHER})
    assert mesh.request("GET", path).json()["results"][0]["address"] == OTHER


# -- connections: against a real process, with the NHS's own client

Client = Callable[..., MeshClient]


def _set(server: Server, *faults: dict[str, Any]) -> None:
    assert server.admin("POST", "faults", json=faults).status_code == 200


def _inbox(server: Server) -> int:
    return int(server.admin("GET", "counts").json()["mailboxes"][RECIPIENT]["inbox"])


def test_a_lost_reply_leaves_the_message_delivered(server: Server, client: Client) -> None:
    sender = client(SENDER)
    _set(server, {"kind": "reply_lost", "route": "send"})
    with pytest.raises(requests.ConnectionError):
        sender.send_message(RECIPIENT, b"x", workflow_id=WORKFLOW, local_id="mine")
    assert _inbox(server) == 1
    reply = sender._session.get(f"{sender.mailbox_url}/outbox/tracking/mine")
    assert reply.json()["localId"] == "mine"


@pytest.mark.parametrize("kind", ["reset", "outage"])
def test_a_broken_connection_delivers_nothing(server: Server, client: Client, kind: str) -> None:
    _set(server, {"kind": kind})
    with pytest.raises(requests.ConnectionError):
        client(SENDER).send_message(RECIPIENT, b"x", workflow_id=WORKFLOW)
    assert _inbox(server) == 0
    _set(server)
    client(SENDER).send_message(RECIPIENT, b"x", workflow_id=WORKFLOW)


def test_a_body_cut_short(server: Server) -> None:
    session = server.session
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW, "Authorization": token(SENDER)}
    body = bytes(range(256)) * 40
    url = f"{server.url}/messageexchange"
    message_id = session.post(f"{url}/{SENDER}/outbox", body, headers=headers).json()["messageID"]
    _set(server, {"kind": "truncate", "route": "download", "keep": 0.25})
    with httpx.Client(trust_env=False) as browser:
        auth = {"Authorization": token(RECIPIENT)}
        with browser.stream("GET", f"{url}/{RECIPIENT}/inbox/{message_id}", headers=auth) as reply:
            assert reply.headers["content-length"] == str(len(body))
            parts = reply.iter_raw(len(body) // 4)
            assert next(parts) == body[: len(body) // 4]
            with pytest.raises(httpx.RemoteProtocolError):
                next(parts)


def test_the_clients_own_retries_get_through_a_flaky_server(server: Server, client: Client) -> None:
    recipient = client(RECIPIENT, max_retries=8, retry_backoff_factor=0.01)
    _set(server, {"kind": "error", "route": "list", "probability": 0.5, "seed": 4})
    assert [recipient.list_messages() for _ in range(10)] == [[]] * 10


def test_latency_is_felt_and_others_are_served_meanwhile(server: Server, client: Client) -> None:
    _set(server, {"kind": "latency", "route": "count", "mailbox": SENDER, "seconds": 0.4})
    start = time.monotonic()
    response = client(SENDER)._session.get(f"{server.url}/messageexchange/{SENDER}/count")
    assert response.status_code == 200
    assert time.monotonic() - start >= 0.4
