"""Servers for tests, and the NHS's own client to talk to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh_client import MeshClient

from tests.simulators.mesh.mesh_server import KEY, PASSWORD, Local, LocalMaker, Server, start_server


@pytest.fixture
def make_local() -> Iterator[LocalMaker]:
    made: list[Local] = []

    def make(**options: Any) -> Local:
        made.append(Local(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def mesh(make_local: LocalMaker) -> Local:
    """MESH with every rule in force, in this process, in memory."""
    return make_local()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = start_server("--db", str(tmp_path / "mesh.sqlite"))
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[Any]:
    """`client("X26ABC1")`: the NHS's client for that mailbox, without retries."""
    made: list[MeshClient] = []

    def make(mailbox: str, **keywords: Any) -> MeshClient:
        options: dict[str, Any] = {"shared_key": KEY.encode(), "max_retries": 0} | keywords
        made.append(MeshClient(server.url, mailbox, PASSWORD, **options))
        made[-1]._session.trust_env = False
        return made[-1]

    yield make
    for each in made:
        each.close()
