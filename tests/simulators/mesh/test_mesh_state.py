"""Time goes forward, back to the real one and in steps; what there is can be kept, brought back and forgotten."""

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulators.mesh.serve import UsageError
from simulators.mesh.store import Store
from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, WORKFLOW, Local, LocalMaker, token

START = "2026-11-02T09:00:00Z"


def _post(mesh: Local, path: str, body: Any = None) -> Any:
    reply = mesh.request("POST", f"/admin/{path}", json={} if body is None else body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_back_to_real_time(mesh: Local) -> None:
    mesh.set_clock("2031-05-01T09:00:00Z")
    told = _post(mesh, "clock", {"now": None})
    assert told["virtual"] is False
    assert abs(datetime.fromisoformat(told["now"]) - datetime.now(UTC)).total_seconds() < 60


def test_advance(mesh: Local) -> None:
    mesh.set_clock(START)
    assert (
        _post(mesh, "clock/advance", {"days": 1, "hours": 2, "seconds": 3})["now"] == "2026-11-03T11:00:03Z"
    )


def test_advance_from_real_time_stands_still_from_there(mesh: Local) -> None:
    before = datetime.now(UTC)
    told = _post(mesh, "clock/advance", {"days": 5})
    assert (datetime.fromisoformat(told["now"]) - before).days == 5
    assert (told["virtual"], told["rate"]) == (True, 0.0)


def test_a_clock_that_runs(mesh: Local) -> None:
    _post(mesh, "clock", {"now": START, "rate": 86400})
    time.sleep(0.05)
    assert datetime.fromisoformat(mesh.request("GET", "/admin/clock").json()["now"]) > datetime(
        2026, 11, 2, 9, 30, tzinfo=UTC
    )


def test_steps_go_from_one_due_event_to_the_next(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.sent()
    mesh.set_clock("2026-11-02T12:00:00Z")
    mesh.sent()
    moments = [_post(mesh, "clock/step")["now"] for _ in range(3)]
    assert moments == ["2026-11-07T09:00:00Z", "2026-11-07T12:00:00Z", "2026-11-12T09:00:00Z"]
    assert mesh.counts(RECIPIENT)["expired"] == 2


def test_a_step_where_nothing_is_due_stays(mesh: Local) -> None:
    mesh.set_clock(START)
    assert _post(mesh, "clock/step")["now"] == START


def _told(mesh: Local) -> Any:
    """All that the history came to, by what messages say of themselves, not by ids that chance has a part in."""
    columns = "kind, status, recipient, position, due_at, created_at, expires_at, failed_at"
    sql = f"SELECT {columns} FROM message ORDER BY seq"
    return mesh.store._sql(sql).fetchall(), mesh.counts(SENDER), mesh.counts(RECIPIENT)


@pytest.mark.parametrize("days", [4, 5, 9, 11, 36])
def test_a_jump_ends_as_steps_do(make_local: LocalMaker, days: int) -> None:
    ends = []
    for jump in (True, False):
        mesh = make_local()
        mesh.set_clock(START)
        mesh.set_faults({"kind": "delay", "seconds": 3 * 86400})
        mesh.sent()
        mesh.set_faults()
        mesh.sent()
        mesh.acknowledge(mesh.sent())
        end = f"2026-{11 + (1 + days) // 30}-{(1 + days) % 30 + 1:02}T09:00:00Z"
        while not jump:
            due = mesh.request("GET", "/admin/clock").json()["next_due"]
            if due is None or due > end:
                break
            _post(mesh, "clock/step")
        mesh.set_clock(end)
        ends.append(_told(mesh))
    assert ends[0] == ends[1]


def test_a_report_carries_the_time_of_the_error(mesh: Local) -> None:
    mesh.set_clock(START)
    mesh.sent()
    mesh.set_clock("2026-11-09T17:00:00Z")
    report = mesh.download(mesh.inbox(SENDER)[0], SENDER)
    assert report.headers["mex-statustimestamp"] == "20261107090000"


def test_snapshot_and_restore(mesh: Local) -> None:
    mesh.set_clock(START)
    kept = mesh.sent()
    auth = token(SENDER)
    mesh.call(SENDER, "GET", "/count", auth=auth)
    mesh.set_faults({"kind": "error", "name": "down", "route": "count"})
    assert mesh.request("PUT", "/admin/snapshots/before").status_code == 200
    mesh.set_faults()
    mesh.set_clock("2026-11-20T09:00:00Z")
    mesh.sent()
    assert _post(mesh, "snapshots/before/restore") == {"name": "before"}
    assert mesh.request("GET", "/admin/clock").json()["now"] == START
    assert mesh.inbox() == [kept]
    assert [fault["name"] for fault in mesh.request("GET", "/admin/faults").json()] == ["down"]
    mesh.set_faults()
    assert mesh.call(SENDER, "GET", "/count", auth=auth).status_code == 403
    assert mesh.send().status_code == 202
    assert mesh.request("DELETE", "/admin/snapshots/before").status_code == 200
    assert mesh.request("POST", "/admin/snapshots/before/restore").status_code == 404


def test_a_full_reset_leaves_nothing(mesh: Local) -> None:
    fresh = mesh.request("GET", "/admin/counts").json()
    mesh.set_clock(START)
    mesh.sent()
    mesh.request("POST", f"/admin/mailbox/{SENDER}", json={"active": False})
    mesh.request("POST", "/admin/mailboxes", json={"mailboxes": [{"mailbox_id": "NEW1", "password": "p"}]})
    mesh.set_faults({"kind": "error", "route": "list"})
    assert mesh.request("DELETE", "/admin/reset?everything=true").status_code == 200
    assert mesh.request("GET", "/admin/clock").json()["virtual"] is False
    assert mesh.request("GET", "/admin/faults").json() == []
    assert mesh.request("GET", "/admin/requests").json()["requests"] == []
    assert mesh.request("GET", "/admin/counts").json() == fresh
    assert (mesh.inbox(), mesh.inbox(SENDER)) == ([], [])


def test_mailboxes_and_workflows_at_run_time(mesh: Local) -> None:
    more = {
        "mailboxes": [{"mailbox_id": "new1", "password": "password", "ods_code": "N1"}],
        "workflows": [{"workflow_id": "NEW", "senders": [SENDER], "receivers": ["NEW1"]}],
    }
    assert _post(mesh, "mailboxes", more) == {"mailboxes": 1, "workflows": 1}
    message_id = mesh.sent(to="NEW1", workflowid="NEW")
    assert mesh.inbox("NEW1") == [message_id]
    found = mesh.request("GET", "/messageexchange/endpointlookup/N1/NEW").json()["results"]
    assert [each["address"] for each in found] == ["NEW1"]


def test_a_reset_reads_the_files_again(make_local: LocalMaker, tmp_path: Path) -> None:
    file = tmp_path / "mailboxes.jsonl"
    file.write_text('{"mailbox_id": "A", "password": "password"}\n')
    mesh = make_local(mailboxes=file)
    file.write_text('{"mailbox_id": "B", "password": "password"}\n')
    assert mesh.call("B", "GET", "/count").status_code == 403
    assert mesh.request("DELETE", "/admin/reset").status_code == 200
    assert mesh.call("B", "GET", "/count").status_code == 200
    file.write_text("{")
    assert mesh.request("DELETE", "/admin/reset").status_code == 400
    assert mesh.call("B", "GET", "/count").status_code == 200


# -- the store


def test_another_programs_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE invoice (id)")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program's"):
        Store(path)
    assert path.read_bytes() == before


def test_a_locked_file_is_one_503_and_nothing_else_waits(
    make_local: LocalMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.mesh.database._PATIENCE_SECONDS", 0.2)
    mesh = make_local(db=tmp_path / "mesh.sqlite")
    mesh.sent()
    with sqlite3.connect(tmp_path / "mesh.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        reply = mesh.send()
        assert reply.status_code == 503
        assert "busy" in reply.text
        health = mesh.request("GET", "/health")
        assert (health.status_code, health.json()["status"]) == (503, "store: locked by another process")
        other.execute("ROLLBACK")
    assert mesh.request("GET", "/health").json()["status"] == "running"
    assert mesh.send().status_code == 202


def test_a_store_that_is_full_says_so(mesh: Local, caplog: pytest.LogCaptureFixture) -> None:
    mesh.sent()
    pages = mesh.store._sql("PRAGMA page_count").fetchone()[0]
    mesh.store._sql(f"PRAGMA max_page_count = {pages}")
    reply = mesh.send(bytes(200_000))
    assert (reply.status_code, "full" in reply.text) == (503, True)
    assert "SQLITE_FULL" in caplog.text
    mesh.store._sql("PRAGMA max_page_count = 1000000")
    assert mesh.send().status_code == 202


def test_a_bug_is_not_dressed_up_as_a_busy_store(mesh: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(mesh.store, "put_chunk", bug)
    with pytest.raises(KeyError):
        mesh.send()
    monkeypatch.undo()
    assert mesh.send().status_code == 202


# -- the control plane's door


@pytest.mark.parametrize("text", ["\u2603", "two\r\nlines", "bell\x07"])
@pytest.mark.parametrize("name", ["subject", "description", "local_id", "file_name", "workflow_id"])
def test_what_no_header_could_carry_is_refused_at_the_door(mesh: Local, name: str, text: str) -> None:
    report = {
        "mailbox_id": SENDER,
        "code": "14",
        "description": "d",
        "workflow_id": WORKFLOW,
        "status": "error",
    }
    assert mesh.request("POST", "/admin/report", json=report | {name: text}).status_code == 400
    assert mesh.inbox(SENDER) == []


def test_an_accepted_event_waits_for_every_chunk(mesh: Local) -> None:
    message_id = mesh.sent(chunk_range="1:2")
    event = {"status": "accepted"}
    assert mesh.request("POST", f"/admin/message/{message_id}/event", json=event).status_code == 409
    assert mesh.inbox() == []


def test_the_admin_token_is_asked_for_everywhere(make_local: LocalMaker) -> None:
    mesh = make_local(admin_token="let me in")
    routes = [(r.path, r.methods) for r in mesh.app.routes if "/admin/" in r.path]  # type: ignore[attr-defined]
    assert len(routes) > 50
    for path, methods in [*routes, ("/messageexchange/mailbox/X26ABC1", {"GET"})]:
        for method in methods - {"HEAD"}:
            assert mesh.request(method, path).status_code == 403, path
    assert mesh.request("GET", "/admin/counts", headers={"X-Admin-Token": "let me in"}).status_code == 200
    assert mesh.request("GET", "/admin/counts", auth=("", "let me in")).status_code == 200


def test_the_journal_can_be_held_to_what_was_expected(mesh: Local) -> None:
    first = mesh.sent(b"one", localid="a-1")
    mesh.download(first)
    mesh.acknowledge(first)

    def verify(*expect: dict[str, Any], in_order: bool = False) -> Any:
        return _post(mesh, "requests/verify", {"expect": expect, "in_order": in_order})

    sends = {"route": "send", "headers": {"Mex-LocalID": "^a-"}, "body": "one", "status": 202}
    ack = {"route": "acknowledge", "mailbox": RECIPIENT}
    assert verify(sends | {"count": 1}, {"route": "download"}, ack, in_order=True)["holds"]
    assert verify(sends | {"count": 2})["failures"] == [
        "send 202 one Mex-LocalID ^a-: 1 where 2 expected".replace(
            "Mex-LocalID ^a-", "('Mex-LocalID', '^a-')"
        )
    ]
    assert verify(ack, sends, in_order=True)["failures"] == ["the requests came in another order"]
    assert not verify({"route": "track"})["holds"]
    assert verify({"route": "track", "count": 0}, {"route": "send", "at_most": 1})["holds"]
    assert mesh.request("POST", "/admin/requests/verify", json={"expect": [{"body": "("}]}).status_code == 400
    assert "authorization" not in mesh.request("GET", "/admin/requests").json()["requests"][0]["headers"]
