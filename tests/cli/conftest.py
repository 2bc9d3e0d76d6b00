"""The command line within this process, for all that needs no other; and an office with its world."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.cli.office import Office, Said, office, within


class Pilot(Protocol):
    """`pilot("status", "--json")` where the test stands, or in `cwd`, with no terminal."""

    def __call__(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Said: ...


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pilot:
    """Begins in an empty folder, without secrets."""
    monkeypatch.chdir(tmp_path)
    for name in ("PILOT_MESH_PASSWORD", "PILOT_MESH_SHARED_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, cwd: Path | None = None, **environment: str) -> Said:
        return within(*arguments, cwd=cwd or tmp_path, environment=environment)

    return run


@pytest.fixture(scope="module")
def kelderby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for a module's tests, in the order in which they stand."""
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made
