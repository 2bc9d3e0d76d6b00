"""A running server for each test, and the NHS's own client to talk to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mesh_client import MeshClient
from mesh_server import KEY, PASSWORD, Server, start_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = start_server("--db", str(tmp_path / "mesh.sqlite"))
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Iterator[Callable[..., MeshClient]]:
    """`client("X26ABC1")`: the NHS's client for that mailbox, without retries."""
    made: list[MeshClient] = []

    def make(mailbox: str, **keywords: object) -> MeshClient:
        options = {"shared_key": KEY.encode(), "max_retries": 0} | keywords
        made.append(MeshClient(server.url, mailbox, PASSWORD, **options))
        made[-1]._session.trust_env = False
        return made[-1]

    yield make
    for each in made:
        each.close()
