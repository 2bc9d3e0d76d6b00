"""What was acknowledged to a sender survives kill -9; several servers share one file without delivering twice."""

import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, V2, WORKFLOW, Server, start_server, token


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _call(session: requests.Session, server: Server, mailbox: str, method: str, path: str, **keywords):
    headers = {"Authorization": token(mailbox), "Accept": V2} | keywords.pop("headers", {})
    url = f"{server.url}/messageexchange/{mailbox}{path}"
    return session.request(method, url, headers=headers, timeout=30, **keywords)


def _send(session: requests.Session, server: Server, local_id: str, body: bytes) -> str:
    headers = {"Mex-To": RECIPIENT, "Mex-WorkflowID": WORKFLOW, "Mex-LocalID": local_id}
    reply = _call(session, server, SENDER, "POST", "/outbox", headers=headers, data=body)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["message_id"])


def _inbox(session: requests.Session, server: Server) -> list[str]:
    reply = _call(session, server, RECIPIENT, "GET", "/inbox?max_results=5000")
    assert reply.status_code == 200
    return list(reply.json()["messages"])


def _send_until_dead(server: Server, name: str, accepted: dict[str, bytes]) -> None:
    with _session() as session:
        for n in range(100_000):
            body = f"{name}-{n}".encode() * 200
            try:
                accepted[_send(session, server, f"{name}-{n}", body)] = body
            except requests.RequestException:
                return


def _kill_while_sending(db: Path, after: float, senders: int) -> None:
    server = start_server("--db", str(db))
    accepted: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=_send_until_dead, args=(server, f"sender{n}", accepted))
        for n in range(senders)
    ]
    for thread in threads:
        thread.start()
    time.sleep(after)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    for thread in threads:
        thread.join()
    assert accepted

    again = start_server("--db", str(db))
    try:
        with _session() as session:
            waiting = _inbox(session, again)
            assert len(waiting) == len(set(waiting))
            assert set(accepted) <= set(waiting)
            assert len(set(waiting) - set(accepted)) <= senders  # accepted, and killed before the answer
            for message_id in random.Random(0).sample(sorted(accepted), min(25, len(accepted))):
                reply = _call(session, again, RECIPIENT, "GET", f"/inbox/{message_id}")
                assert reply.content == accepted[message_id]
    finally:
        again.stop()
    with sqlite3.connect(db) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_accepted_survives_kill_9(tmp_path: Path) -> None:
    _kill_while_sending(tmp_path / "mesh.sqlite", after=1.0, senders=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_accepted_survives_kill_9_at_any_moment(tmp_path: Path, seed: int) -> None:
    _kill_while_sending(
        tmp_path / "mesh.sqlite", after=random.Random(seed).uniform(0.05, 4), senders=1 + seed
    )


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    db = str(tmp_path / "mesh.sqlite")
    servers = start_server("--db", db), start_server("--db", db)
    yield servers
    for server in servers:
        server.stop()


def test_two_servers_are_one_mesh(pair: tuple[Server, Server]) -> None:
    first, second = pair
    with _session() as session:
        message_id = _send(session, first, "mine", b"x")
        assert _inbox(session, second) == [message_id]
        _call(session, second, RECIPIENT, "PUT", f"/inbox/{message_id}/status/acknowledged")
        assert _inbox(session, first) == []

        auth = {"Authorization": token(SENDER)}
        codes = [
            session.get(f"{server.url}/messageexchange/{SENDER}/count", headers=auth).status_code
            for server in pair
        ]
        assert codes == [200, 403]

        first.admin("POST", "faults", json=[{"kind": "error", "route": "count"}])
        assert _call(session, second, SENDER, "GET", "/count").status_code == 503


def test_two_servers_expire_a_message_once(pair: tuple[Server, Server]) -> None:
    first, second = pair
    with _session() as session:
        first.admin("POST", "clock", json={"now": "2026-11-02T09:00:00Z"})
        for n in range(20):
            _send(session, pair[n % 2], f"n{n}", b"x")
        threads = [
            threading.Thread(
                target=server.admin, args=("POST", "clock"), kwargs={"json": {"now": "2026-11-07T09:00:00Z"}}
            )
            for server in pair
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = second.admin("GET", "counts").json()["mailboxes"]
        assert (counts[RECIPIENT]["expired"], counts[SENDER]["inbox"]) == (20, 20)


def test_two_servers_under_load_lose_and_double_nothing(pair: tuple[Server, Server]) -> None:
    accepted: list[str] = []
    collected: list[str] = []
    done = threading.Event()

    def send(server: Server, name: str) -> None:
        with _session() as session:
            accepted.extend([_send(session, server, f"{name}-{n}", b"x" * 2000) for n in range(60)])

    def collect(server: Server) -> None:
        with _session() as session:
            while not (done.is_set() and not _inbox(session, server)):
                for message_id in _inbox(session, server):
                    _call(session, server, RECIPIENT, "PUT", f"/inbox/{message_id}/status/acknowledged")
                    collected.append(message_id)

    senders = [threading.Thread(target=send, args=(server, f"s{n}")) for n, server in enumerate(pair * 2)]
    collector = threading.Thread(target=collect, args=(pair[1],))
    for thread in (*senders, collector):
        thread.start()
    for thread in senders:
        thread.join()
    done.set()
    collector.join()
    assert sorted(collected) == sorted(accepted)
    assert len(accepted) == 240
