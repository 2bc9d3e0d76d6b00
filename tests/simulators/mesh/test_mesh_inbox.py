"""The inbox: in order, in pages, filtered, collected once; and nobody else's."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.mesh.api.call import WorkflowFilter
from simulators.mesh.levels import Level
from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, V1, Local, LocalMaker


def _pages(mesh: Local, query: str = "max_results=10") -> list[list[str]]:
    path, pages = f"/inbox?{query}", []
    while path:
        reply = mesh.call(RECIPIENT, "GET", path).json()
        pages.append(reply["messages"])
        following = reply["links"].get("next", "")
        path = following.removeprefix(f"/messageexchange/{RECIPIENT}")
    return pages


def test_first_in_first_out(mesh: Local) -> None:
    sent = [mesh.sent() for _ in range(12)]
    assert mesh.inbox() == sent


def test_pages_go_on_from_where_the_last_ended(mesh: Local) -> None:
    sent = [mesh.sent() for _ in range(25)]
    assert _pages(mesh) == [sent[:10], sent[10:20], sent[20:]]


def test_a_full_last_page_has_no_next(mesh: Local) -> None:
    sent = [mesh.sent() for _ in range(20)]
    assert _pages(mesh) == [sent[:10], sent[10:]]


def test_acknowledging_a_page_does_not_disturb_the_next(mesh: Local) -> None:
    sent = [mesh.sent() for _ in range(25)]
    first = mesh.call(RECIPIENT, "GET", "/inbox?max_results=10").json()
    for message_id in first["messages"]:
        mesh.acknowledge(message_id)
    following = first["links"]["next"].removeprefix(f"/messageexchange/{RECIPIENT}")
    assert mesh.call(RECIPIENT, "GET", following).json()["messages"] == sent[10:20]


def test_pages_go_on_after_a_restart(make_local: LocalMaker, tmp_path: Path) -> None:
    first = make_local(db=tmp_path / "mesh.sqlite")
    sent = [first.sent() for _ in range(15)]
    following = first.call(RECIPIENT, "GET", "/inbox?max_results=10").json()["links"]["next"]
    assert 24 <= len(parse_qs(urlsplit(following).query)["continue_from"][0]) <= 1000
    second = make_local(db=tmp_path / "mesh.sqlite")
    path = following.removeprefix(f"/messageexchange/{RECIPIENT}")
    assert second.call(RECIPIENT, "GET", path).json()["messages"] == sent[10:]


def test_links_and_counts_as_described(mesh: Local) -> None:
    for _ in range(11):
        mesh.sent()
    reply = mesh.call(RECIPIENT, "GET", "/inbox?max_results=10&workflow_filter=TEST*")
    assert reply.headers["content-type"] == "application/vnd.mesh.v2+json"
    body = reply.json()
    assert body["approx_inbox_count"] == 11
    assert (
        body["links"]["self"] == f"/messageexchange/{RECIPIENT}/inbox?max_results=10&workflow_filter=TEST%2A"
    )
    assert body["links"]["next"].startswith(body["links"]["self"] + "&continue_from=")


def test_version_1_lists_ids_alone_and_goes_on_from_a_message(mesh: Local) -> None:
    sent = [mesh.sent() for _ in range(12)]
    first = mesh.call(RECIPIENT, "GET", "/inbox?max_results=10", accept=V1).json()
    assert first == {"messages": sent[:10]}
    mesh.acknowledge(sent[9])
    path = f"/inbox?max_results=10&continue_from={sent[9]}"
    assert mesh.call(RECIPIENT, "GET", path, accept=V1).json() == {"messages": sent[10:]}


@pytest.mark.parametrize(
    "query",
    [
        "max_results=9",
        "max_results=5001",
        "max_results=ten",
        "max_results=١٢",
        "continue_from=short",
        "continue_from=" + "x" * 30,
        "continue_from=" + base64.urlsafe_b64encode(b"MESH-INBOX-AFTER:1; DROP TABLE").decode(),
        "continue_from=" + "A" * 1001,
        "workflow_filter=x",
        "workflow_filter=" + "x" * 256,
    ],
)
def test_a_query_that_does_not_fit_is_refused(mesh: Local, query: str) -> None:
    assert mesh.call(RECIPIENT, "GET", f"/inbox?{query}").status_code == 400


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("TEST_WORKFLOW", [0]),
        ("!TEST_WORKFLOW", [1]),
        ("TEST*", [0, 1]),
        ("!TEST*", []),
        ("*FLOW2*", [1]),
        ("!*FLOW2*", [0]),
        ("*100%*", []),
        ("*_*", [0, 1]),
        ("test_workflow", []),
    ],
)
def test_workflow_filters(mesh: Local, wanted: str, found: list[int]) -> None:
    sent = [mesh.sent(workflowid="TEST_WORKFLOW"), mesh.sent(workflowid="TEST_WORKFLOW2")]
    reply = mesh.call(RECIPIENT, "GET", "/inbox", params={"workflow_filter": wanted})
    assert reply.json()["messages"] == [sent[n] for n in found]


_names = st.text("AB_%*!'", min_size=1, max_size=5)


@given(st.lists(_names, max_size=6), _names, st.booleans(), st.sampled_from(["{}", "{}*", "*{}*"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_filter_means_what_the_description_says(
    mesh: Local, workflows: list[str], wanted: str, negated: bool, shape: str
) -> None:
    """Against the words of the description, for names without the filter's own signs in them."""
    wanted = wanted.replace("*", "").replace("!", "") or "A"
    means: Any = {"{}": str.__eq__, "{}*": str.startswith, "*{}*": str.__contains__}[shape]
    chosen = WorkflowFilter.parse(("!" if negated else "") + shape.format(wanted))
    sql = f"SELECT workflow_id FROM (SELECT ? AS workflow_id) WHERE {chosen.sql}"
    for workflow in workflows:
        found = mesh.store._sql(sql, (workflow, chosen.value)).fetchone() is not None
        assert found is (means(workflow, wanted) is not negated)


def test_a_rare_workflow_is_found_behind_many_others(mesh: Local) -> None:
    for _ in range(30):
        mesh.sent()
    rare = mesh.sent(workflowid="TEST_WORKFLOW2")
    assert _pages(mesh, "max_results=10&workflow_filter=*FLOW2*") == [[rare]]


# -- collecting


def test_acknowledged_is_gone_from_everywhere(mesh: Local) -> None:
    message_id = mesh.sent()
    assert mesh.download(message_id).status_code == 200
    reply = mesh.acknowledge(message_id)
    assert (reply.status_code, reply.content) == (200, b"")
    assert mesh.inbox() == []
    assert mesh.download(message_id).status_code == 410
    assert mesh.call(RECIPIENT, "HEAD", f"/inbox/{message_id}").status_code == 410
    assert mesh.counts(RECIPIENT) == {"inbox": 0, "sent": 0, "acknowledged": 1, "expired": 0}


def test_acknowledging_again_changes_nothing(mesh: Local) -> None:
    message_id = mesh.sent()
    for _ in range(2):
        path = f"/inbox/{message_id}/status/acknowledged"
        assert mesh.call(RECIPIENT, "PUT", path, accept=V1).json() == {"messageId": message_id}
    assert mesh.counts(RECIPIENT)["acknowledged"] == 1


def test_downloading_does_not_acknowledge(mesh: Local) -> None:
    message_id = mesh.sent()
    for _ in range(3):
        assert mesh.download(message_id).content == b"a result"
    assert mesh.inbox() == [message_id]


def test_head_tells_all_but_the_body(mesh: Local) -> None:
    message_id = mesh.sent(localid="mine", chunk_range="1:1")
    reply = mesh.call(RECIPIENT, "HEAD", f"/inbox/{message_id}")
    assert (reply.status_code, reply.content, reply.headers["content-length"]) == (200, b"", "0")
    assert reply.headers["mex-localid"] == "mine"
    assert reply.headers["mex-messagetype"] == "DATA"
    assert reply.headers["last-modified"].endswith("GMT")
    assert mesh.call(SENDER, "HEAD", f"/inbox/{message_id}").status_code == 200
    assert reply.headers["etag"] == mesh.download(message_id).headers["etag"]
    assert reply.headers["etag"] != mesh.download(mesh.sent(b"another")).headers["etag"]


def test_another_mailboxs_message_is_nobodys_business(mesh: Local) -> None:
    message_id = mesh.sent(b"secret")
    replies = [
        mesh.download(message_id, OTHER),
        mesh.acknowledge(message_id, OTHER),
        mesh.call(OTHER, "HEAD", f"/inbox/{message_id}"),
        mesh.download(message_id, SENDER),
    ]
    assert [reply.status_code for reply in replies] == [403, 403, 404, 403]
    assert all(b"secret" not in reply.content for reply in replies)
    assert mesh.inbox() == [message_id]


@pytest.mark.parametrize("odd", ["..%2F..%2Fetc%2Fpasswd", "%00", "' OR 1=1 --", "%", "_", "*", "é"])
def test_odd_ids_find_nothing(mesh: Local, odd: str) -> None:
    mesh.sent()
    for method, path in (
        ("GET", f"/inbox/{odd}"),
        ("HEAD", f"/inbox/{odd}"),
        ("PUT", f"/inbox/{odd}/status/acknowledged"),
    ):
        assert mesh.call(RECIPIENT, method, path).status_code == 404
    assert len(mesh.inbox()) == 1


@pytest.mark.parametrize(
    ("chunk", "status"), [("2", 404), ("0", 400), ("-1", 400), ("one", 400), ("9" * 30, 400)]
)
def test_a_chunk_that_is_not_there(mesh: Local, chunk: str, status: int) -> None:
    assert mesh.call(RECIPIENT, "GET", f"/inbox/{mesh.sent()}/{chunk}").status_code == status


def test_count_in_either_version(mesh: Local) -> None:
    mesh.sent()
    assert mesh.call(RECIPIENT, "GET", "/count").json() == {"count": 1}
    v1 = mesh.call(RECIPIENT, "GET", "/count", accept=V1).json()
    assert (v1["count"], v1["allResultsIncluded"]) == (1, True)
    assert v1["internalID"]


def test_a_version_there_is_not_is_refused(mesh: Local) -> None:
    assert mesh.call(RECIPIENT, "GET", "/inbox", accept="application/vnd.mesh.v9+json").status_code == 400


def test_content_type_comes_back_to_version_2(mesh: Local) -> None:
    headers = {
        "Mex-To": RECIPIENT,
        "Mex-WorkflowID": "TEST_WORKFLOW",
        "Content-Type": "application/fhir+json",
    }
    mesh.call(SENDER, "POST", "/outbox", headers, content=b"{}")
    message_id = mesh.inbox()[0]
    assert mesh.download(message_id).headers["content-type"] == "application/fhir+json"
    assert mesh.download(message_id, accept=V1).headers["content-type"] == "application/octet-stream"


def test_handshake_in_either_version(mesh: Local) -> None:
    headers = {"mex-ClientVersion": "a==1", "mex-OSName": "Linux", "mex-OSVersion": "6"}
    assert mesh.call(SENDER, "POST", "", headers).content == b""
    assert mesh.call(SENDER, "POST", "", headers, accept=V1).json() == {"mailboxId": SENDER}
    for name in headers:
        assert (
            mesh.call(SENDER, "POST", "", {k: v for k, v in headers.items() if k != name}).status_code == 400
        )


def test_handshakes_are_remembered(mesh: Local) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    headers = {"mex-ClientVersion": "a==1", "mex-OSName": "Linux", "mex-OSVersion": "6"}
    mesh.call(SENDER, "POST", "", headers)
    last = mesh.request("GET", "/admin/handshakes").json()["mailboxes"]
    assert last == {SENDER: {"at": "2026-11-02T09:00:00Z", "client_version": "a==1"}}


def test_the_sandbox_still_gives_what_was_acknowledged(make_local: LocalMaker) -> None:
    mesh = make_local(level=Level.SANDBOX)
    message_id = mesh.sent()
    mesh.acknowledge(message_id)
    assert mesh.download(message_id).content == b"a result"
