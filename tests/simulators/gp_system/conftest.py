"""The GP systems in this process, MESH in one of its own that all tests share, the office at the other end."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from gp_office import Office, drain
from gp_world import KEY, ODS, TOKEN, GpSystems, mesh_options, session, started, write_lines
from starlette.applications import Starlette

from simulators.gp_system import Options
from simulators.gp_system.app import create_app
from simulators.gp_system.serve import open_system

OTHER = "Z99002"


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a MESH with the mailboxes of the office and two practices."""
    options = mesh_options(tmp_path_factory.mktemp("mesh"), f"{ODS}OT001", f"{OTHER}OT001")
    with started("mesh", *options) as (_, running):
        yield running.url


class World:
    """GP systems on one database, which can be closed and opened again."""

    def __init__(self, folder: Path, stack: ExitStack, mesh_url: str | None) -> None:
        self._folder, self._stack, self._mesh_url = folder, stack, mesh_url
        if mesh_url:
            self.office = Office(mesh_url)
            stack.callback(self.office.close)

    def open(self, *practices: dict[str, Any]) -> GpSystems:
        """(Re)open on the same database with these practices."""
        file = write_lines(self._folder / "practices.jsonl", list(practices))
        return self.serve(Options(self._folder / "gp.sqlite", practices=file, mesh_url=self._mesh_url))

    def serve(self, options: Options) -> GpSystems:
        stack = self._stack.enter_context(ExitStack())
        app = create_app(open_system(options, stack), TOKEN)
        self.gp = GpSystems(stack.enter_context(served(app)), stack.enter_context(session()))
        self.close = stack.close
        return self.gp


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application on a free loopback port, from a thread of this process; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def gp(tmp_path: Path) -> Iterator[Callable[..., GpSystems]]:
    """`gp(practice(...), ...)`: GP systems without MESH, on Monday 2 November 2026 at nine."""
    with ExitStack() as stack:

        def run(*practices: dict[str, Any]) -> GpSystems:
            systems = World(tmp_path, stack, None).open(*practices)
            systems.clock("2026-11-02T09:00")
            return systems

        yield run


@pytest.fixture
def world(tmp_path: Path, mesh: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """`world(practice(...), ...)`: the same with MESH, whose mailboxes are empty, and the office."""
    monkeypatch.setitem(os.environ, "MESH_SHARED_KEY", KEY)
    drain(mesh, f"{ODS}OT001", f"{OTHER}OT001")
    with ExitStack() as stack:

        def run(*practices: dict[str, Any]) -> World:
            here = World(tmp_path, stack, mesh)
            here.office.answers()
            here.open(*practices).clock("2026-11-02T09:00")
            return here

        yield run
