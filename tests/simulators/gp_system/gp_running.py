"""The GP systems in this process, served over HTTP, on a database that can be closed and opened again."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.applications import Starlette

from simulators.gp_system import Options
from simulators.gp_system.http.app import create_app
from simulators.gp_system.serve import open_system
from tests.simulators.gp_system.gp_office import Office
from tests.simulators.gp_system.gp_world import TOKEN, GpSystems, session, write_lines


class World:
    """GP systems on one database, which can be closed and opened again."""

    def __init__(self, folder: Path, stack: ExitStack, mesh_url: str | None) -> None:
        self._folder, self._stack, self._mesh_url = folder, stack, mesh_url
        if mesh_url:
            self.office = Office(mesh_url)
            stack.callback(self.office.close)

    def open(self, *practices: dict[str, Any], suppliers: Path | None = None) -> GpSystems:
        """(Re)open on the same database with these practices."""
        file = write_lines(self._folder / "practices.jsonl", list(practices))
        db = self._folder / "gp.sqlite"
        return self.serve(Options(db, practices=file, mesh_url=self._mesh_url, suppliers=suppliers))

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
