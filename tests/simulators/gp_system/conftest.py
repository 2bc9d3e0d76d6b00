"""The GP systems in this process, MESH in one of its own that all tests share, the office at the other end."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.gp_system.gp_office import drain
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import KEY, ODS, OTHER, GpSystems, mesh_options, started


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a MESH with the mailboxes of the office and two practices."""
    options = mesh_options(tmp_path_factory.mktemp("mesh"), f"{ODS}OT001", f"{OTHER}OT001")
    with started("mesh", *options) as (_, running):
        yield running.url


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

        def run(*practices: dict[str, Any], suppliers: Path | None = None) -> World:
            here = World(tmp_path, stack, mesh)
            here.office.answers()
            here.open(*practices, suppliers=suppliers).clock("2026-11-02T09:00")
            return here

        yield run
