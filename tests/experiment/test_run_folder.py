"""A run's folder: one pilot at a time, the owner's alone, and no other run's manifest."""

import stat
from pathlib import Path

import msgspec
import pytest

from pilot.errors import FileError
from pilot.experiment.engine import resume_run
from pilot.experiment.folder import Manifest, RunFolder, RunState, new_folder, write_manifest

MANIFEST = Manifest(RunState.RUNNING, "quick", "", 1, ("coded",), 30, "0", days_done=3)


def test_two_pilots_never_work_on_one_run(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "run")
    refused = pytest.raises(FileError, match="another pilot is working on this run")
    with folder.held(), refused, RunFolder(folder.path).held():
        raise AssertionError("held twice")
    with RunFolder(folder.path).held():
        pass


@pytest.mark.parametrize("change", [{"days_done": 9}, {"seed": 2}, {"results": 3}, {"arms": ("paper",)}])
def test_a_manifest_that_was_changed_is_not_gone_on_from(tmp_path: Path, change: dict[str, object]) -> None:
    folder = new_folder(tmp_path / "run")
    write_manifest(MANIFEST, folder.manifest)
    whole = msgspec.json.decode(folder.manifest.read_bytes())
    folder.manifest.write_bytes(msgspec.json.encode({**whole, **change}))
    with pytest.raises(FileError, match="was changed since the run wrote it"):
        next(resume_run(folder.path))


def test_a_runs_folder_is_its_owners_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(new_folder(tmp_path / "run").path.stat().st_mode) == 0o700
