"""Three levels: what MESH refuses is refused, or passes with a warning, or passes."""

import gzip
import os
from typing import Any

import pytest

from simulators.mesh import protocol
from simulators.mesh.levels import RULES, Level
from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, WORKFLOW, LocalMaker, token


def _twice(mesh: Any) -> Any:
    auth = token(SENDER)
    mesh.call(SENDER, "GET", "/count", auth=auth)
    return mesh.call(SENDER, "GET", "/count", auth=auth)


def _again(mesh: Any) -> Any:
    message_id = mesh.sent()
    mesh.acknowledge(message_id)
    return mesh.download(message_id)


# What breaks each rule, the passing answer, and the refusal.
BREACHES: dict[str, tuple[Any, int, int]] = {
    "token-scheme": (
        lambda mesh: mesh.call(SENDER, "GET", "/count", auth=token(SENDER).removeprefix("NHSMESH ")),
        200,
        403,
    ),
    "token-once": (_twice, 200, 403),
    "token-recent": (
        lambda mesh: mesh.call(SENDER, "GET", "/count", auth=token(SENDER, timestamp="201511201038")),
        200,
        403,
    ),
    "workflow-registered": (lambda mesh: mesh.send(workflowid="UNHEARD_OF"), 202, 417),
    "sender-allowed": (lambda mesh: mesh.send(sender=OTHER, to=RECIPIENT), 202, 417),
    "recipient-allowed": (lambda mesh: mesh.send(to=OTHER), 202, 417),
    "sender-is-caller": (lambda mesh: mesh.send(**{"from": OTHER}), 202, 417),
    "message-type": (lambda mesh: mesh.send(messagetype="REPORT"), 202, 417),
    "request-size": (lambda mesh: mesh.send(bytes(10_001)), 202, 413),
    "gone": (_again, 200, 410),
}


def test_every_rule_is_broken_here() -> None:
    assert BREACHES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", BREACHES)
def test_a_breach_of_each_rule_on_each_level(
    make_local: LocalMaker, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_REQUEST_BYTES", 10_000)
    breach, passes, refused = BREACHES[rule]
    said = {}
    for level in Level:
        mesh = make_local(level=level)
        reply = breach(mesh)
        warning = reply.headers.get("mesh-simulator-warning", "")
        journal = mesh.request("GET", "/admin/requests").json()["requests"][-1]["warnings"]
        said[level] = (
            reply.status_code,
            warning.partition(":")[0],
            [text.partition(":")[0] for text in journal],
        )
    assert said == {
        Level.SANDBOX: (passes, "", []),
        Level.WARN: (passes, rule, [rule]),
        Level.STRICT: (refused, "", []),
    }


def test_what_mesh_would_answer_is_said(make_local: LocalMaker) -> None:
    warning = make_local(level=Level.WARN).send(workflowid="UNHEARD_OF").headers["mesh-simulator-warning"]
    assert "417 code 17" in warning


def test_what_keeps_to_the_rules_is_not_warned_of(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.WARN)
    message_id = mesh.sent()
    assert mesh.download(message_id).headers.get("mesh-simulator-warning") is None
    assert mesh.request(
        "POST", "/admin/requests/verify", json={"expect": [{"warned": True, "count": 0}]}
    ).json()["holds"]


def test_warnings_hold_to_what_a_test_brings_about(make_local: LocalMaker) -> None:
    """Expiry and deactivation come from the control plane: they hold where a client's slips pass."""
    mesh = make_local(level=Level.WARN)
    mesh.set_clock("2026-11-02T09:00:00Z")
    mesh.sent()
    mesh.set_clock("2026-11-07T09:00:00Z")
    assert mesh.inbox() == []
    assert len(mesh.inbox(SENDER)) == 1
    mesh.request("POST", f"/admin/mailbox/{SENDER}", json={"active": False})
    assert mesh.call(SENDER, "GET", "/count").status_code == 403


def test_a_token_is_used_up_whatever_its_request_came_to(make_local: LocalMaker) -> None:
    mesh = make_local()
    broken: list[dict[str, Any]] = [
        {"headers": {"Mex-To": RECIPIENT}, "content": b"x"},  # no workflow: 400
        {"headers": {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}, "content": b""},  # no body: 417
        {"accept": "application/vnd.mesh.v9+json", "content": b"x"},  # no such version: 400
    ]
    for each in broken:
        auth = token(SENDER)
        assert mesh.call(SENDER, "POST", "/outbox", auth=auth, **each).status_code in (400, 417)
        assert mesh.call(SENDER, "GET", "/count", auth=auth).status_code == 403


def test_a_later_chunk_inherits_the_encoding(make_local: LocalMaker) -> None:
    mesh = make_local()
    packed = gzip.compress(os.urandom(2000))
    first = {
        "Mex-Chunk-Range": "1:2",
        "Content-Encoding": "gzip",
        "Mex-To": RECIPIENT,
        "Mex-WorkflowID": WORKFLOW,
    }
    message_id = mesh.call(SENDER, "POST", "/outbox", first, content=packed[:1000]).json()["message_id"]
    later = {"Mex-Chunk-Range": "2:2"}
    assert (
        mesh.call(SENDER, "POST", f"/outbox/{message_id}/2", later, content=packed[1000:]).status_code == 202
    )
    assert mesh.inbox() == [message_id]
