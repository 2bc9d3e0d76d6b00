"""The UI's tests run on asyncio, as Textual does, and in a folder of their own."""

from pathlib import Path

import pytest

from tests.tui.office_ledger import write_ledger
from tests.tui.scripted_run import FOLDER


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scripted run's folder, with the ledger that a run would leave in it."""
    monkeypatch.chdir(tmp_path)
    write_ledger(FOLDER)
    return tmp_path / FOLDER
