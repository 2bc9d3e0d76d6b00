"""The command line within this process, for all that needs no other; and an office with its world."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from pilot.__main__ import main
from tests.cli.office import Office, Said, office


class Pilot(Protocol):
    """`pilot("status", "--json")` where the test stands, or in `cwd`, with no terminal."""

    def __call__(self, *arguments: str, cwd: Path | None = None, **environment: str) -> Said: ...


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Pilot:
    """Begins in an empty folder, without secrets."""
    monkeypatch.chdir(tmp_path)
    for name in ("PILOT_MESH_PASSWORD", "PILOT_MESH_SHARED_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, cwd: Path | None = None, **environment: str) -> Said:
        capfd.readouterr()
        with monkeypatch.context() as here, open("/dev/null") as nothing:  # noqa: PTH123
            here.setattr(sys, "argv", ["pilot", *arguments])
            here.setattr(sys, "stdin", nothing)
            here.chdir(cwd or tmp_path)
            for name, value in environment.items():
                here.setenv(name, value)
            try:
                main()
                code = 0
            except SystemExit as left:
                code = int(left.code or 0)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture(scope="module")
def kelderby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for a module's tests, in the order in which they stand."""
    with office(tmp_path_factory.mktemp("office")) as made:
        yield made
