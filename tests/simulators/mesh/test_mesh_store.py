"""A transaction is kept whole or not at all, and nobody is told otherwise."""

import asyncio
import sqlite3

import pytest

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, WORKFLOW, Local, token


def _failing(error: Exception):
    def fail(*_: object) -> None:
        raise error

    return fail


def test_what_the_store_cannot_keep_is_not_accepted(mesh: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mesh.store, "put_chunk", _failing(sqlite3.OperationalError("disk is full")))
    assert mesh.send().status_code == 503
    monkeypatch.undo()
    assert mesh.inbox() == []
    assert mesh.counts(SENDER)["sent"] == 0
    assert mesh.send().status_code == 202


def test_a_failed_send_leaves_its_token_good(mesh: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = token(SENDER)
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}
    monkeypatch.setattr(mesh.store, "put_chunk", _failing(sqlite3.OperationalError("disk is full")))
    assert mesh.call(SENDER, "POST", "/outbox", headers, auth=auth, content=b"x").status_code == 503
    monkeypatch.undo()
    assert mesh.call(SENDER, "POST", "/outbox", headers, auth=auth, content=b"x").status_code == 202


async def _together(mesh: Local, bodies: list[bytes]) -> list[int]:
    async def send(body: bytes) -> int:
        headers = {"Authorization": token(SENDER), "Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW}
        url = f"/messageexchange/{SENDER}/outbox"
        return (await mesh.client.post(url, headers=headers, content=body)).status_code

    return await asyncio.gather(*(send(body) for body in bodies))


def test_requests_that_share_a_transaction_share_its_fate(
    mesh: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = mesh.store.put_chunk

    def choosy(message: object, number: int, body: bytes) -> None:
        if body == b"bad":
            raise sqlite3.OperationalError("disk is full")
        put(message, number, body)  # type: ignore[arg-type]

    monkeypatch.setattr(mesh.store, "put_chunk", choosy)
    statuses = mesh.runner.run(_together(mesh, [b"good", b"bad", b"good"]))
    assert 503 in statuses
    assert set(statuses) <= {202, 503}
    assert len(mesh.inbox()) == statuses.count(202)


def test_a_refusal_does_not_undo_its_neighbours(mesh: Local) -> None:
    statuses = mesh.runner.run(_together(mesh, [b"good", b"", b"good"]))
    assert statuses == [202, 417, 202]
    assert len(mesh.inbox()) == 2


def test_a_commit_that_fails_is_told(mesh: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mesh.store.database, "after", _failing(sqlite3.OperationalError("disk is full")))
    assert mesh.send().status_code == 503
    monkeypatch.undo()
    assert mesh.inbox() == []


def test_what_fell_due_in_a_failed_transaction_still_falls_due(
    mesh: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.set_clock("2026-11-02T09:00:00Z")
    mesh.sent()
    monkeypatch.setattr(mesh.store.database, "after", _failing(sqlite3.OperationalError("disk is full")))
    assert mesh.request("POST", "/admin/clock", json={"now": "2026-11-08T09:00:00Z"}).status_code == 503
    monkeypatch.undo()
    mesh.set_clock("2026-11-08T09:00:00Z")
    assert mesh.counts(RECIPIENT)["expired"] == 1


def test_many_at_once_are_all_kept_in_one_order(mesh: Local) -> None:
    statuses = mesh.runner.run(_together(mesh, [b"x"] * 50))
    assert statuses == [202] * 50
    assert mesh.counts(RECIPIENT)["inbox"] == len(set(mesh.inbox())) == 50
