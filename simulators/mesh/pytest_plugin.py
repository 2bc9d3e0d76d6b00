"""pytest's plugin: the fixture `mesh`, a MESH of the test's own.

In pytest's configuration: `mesh_level` (warn), `mesh_mailboxes` and `mesh_workflows` (files), and `mesh_process`
(false: the server runs in pytest's own process).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # pytest loads this in every run, also where nobody asks for a MESH
    from simulators.mesh.testing import Mesh


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("mesh_level", "how much of MESH is held to: sandbox, warn or strict", default="warn")
    parser.addini("mesh_mailboxes", "mailboxes.jsonl for the fixture mesh", default="")
    parser.addini("mesh_workflows", "workflows.jsonl for the fixture mesh", default="")
    parser.addini(
        "mesh_process", "run the MESH simulator in a process of its own", type="bool", default=False
    )


@pytest.fixture(scope="session")
def mesh_server(pytestconfig: pytest.Config) -> "Iterator[Mesh]":
    """The one server of a test session; tests take `mesh`, which leaves nothing behind for the next."""
    from simulators.mesh.serve import options_from  # noqa: PLC0415
    from simulators.mesh.testing import running, running_process  # noqa: PLC0415

    files = {
        name: str(Path(pytestconfig.rootpath, text))
        for name in ("mailboxes", "workflows")
        if (text := pytestconfig.getini(f"mesh_{name}"))
    }
    level = pytestconfig.getini("mesh_level")
    if pytestconfig.getini("mesh_process"):
        given = [part for name, path in files.items() for part in (f"--{name}", path)]
        with running_process("--level", level, *given) as mesh:
            yield mesh
    else:
        paths = {name: Path(path) for name, path in files.items()}
        with running(options_from({"port": 0, "level": level, **paths}, {}, print)) as mesh:
            yield mesh


@pytest.fixture
def mesh(mesh_server: "Mesh") -> "Iterator[Mesh]":
    """A MESH as at its start: `url`, `client(mailbox)`, `clock`, `faults`, `requests`, `verify`."""
    mesh_server.reset()
    yield mesh_server
    mesh_server.close_clients()
