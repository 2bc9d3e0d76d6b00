"""`pilot run`: figures as JSON and nothing else; killed, it says that it runs still and goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Pilot
from tests.cli.office import Said, run, within

# The smallest run that is one: a week's prints for two practices.
SMALL = """
title = "A week"
seed = 1
arms = ["coded"]
measured_after_days = 9
[coding]
code_set = "interim-2026-11"
[practices]
ready_share = 1.0
rules = ["normal", "did_not_attend"]
fallback = "paper"
[generation]
practices = 2
results = 12
start = 2026-11-02
days = 4
[generation.office]
name = "KELDERBY"
code = "KXX"
address = ["KELDERBY INFIRMARY"]
telephone = "01632 960123"
"""


def manifest(folder: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return held


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text("utf-8").split()] if found.exists() else []


def gone(pid: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return True


@pytest.mark.random_order(disabled=True)
class TestKilledAndResumed:
    """In order: killed, looked at, resumed, resumed once too often."""

    @pytest.fixture(scope="class")
    @classmethod
    def killed(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
        """The folder of a run that was killed after two simulated days, and its simulators."""
        here = tmp_path_factory.mktemp("killed")
        (here / "small.toml").write_text(SMALL, "utf-8")
        folder = here / "run"
        command = [sys.executable, "-m", "pilot", "run", "small.toml", "--out", "run"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        with subprocess.Popen(command, cwd=here, env=environment, stderr=subprocess.DEVNULL) as process:
            while not (folder / "manifest.json").is_file() or manifest(folder)["days_done"] < 2:
                assert process.poll() is None, "the run ended before it could be killed"
                time.sleep(0.005)
            simulators = children_of(process.pid)
            process.send_signal(signal.SIGKILL)
        return folder, simulators

    def test_a_run_that_was_killed_does_not_look_whole(self, killed: tuple[Path, list[int]]) -> None:
        folder, _ = killed
        assert manifest(folder)["state"] == "running"
        assert not (folder / "figures.json").exists()
        assert not (folder / "report.html").exists()

    def test_it_has_no_report_and_cannot_be_begun_again_in_its_folder(
        self, killed: tuple[Path, list[int]], pilot: Pilot
    ) -> None:
        folder, _ = killed
        assert "stopped before its end" in pilot("report", str(folder)).line
        assert "--resume" in pilot("run", "quick", "--out", str(folder)).line

    def test_its_simulators_end_with_it(self, killed: tuple[Path, list[int]]) -> None:
        _, simulators = killed
        assert simulators
        for _ in range(500):
            if all(map(gone, simulators)):
                break
            time.sleep(0.01)
        assert all(map(gone, simulators))

    def test_it_goes_on_where_it_was(self, killed: tuple[Path, list[int]]) -> None:
        folder, _ = killed
        before = (folder / "truth.jsonl").read_bytes()
        said = run("run", "--resume", str(folder), "--json", cwd=folder.parent)
        assert said.code == 0, said.err
        assert said.json == json.loads((folder / "figures.json").read_text("utf-8"))
        assert said.json["arms"]["coded"]["ends"]["received"] == 12
        assert said.json["arms"]["coded"]["ends"]["unaccounted"] == 0
        assert said.json["arms"]["coded"]["duplicate"] == 0
        assert (folder / "truth.jsonl").read_bytes() == before
        assert manifest(folder)["state"] == "complete"
        assert "12 results for 2 practices" in said.err

    def test_a_complete_run_is_left_alone(self, killed: tuple[Path, list[int]], pilot: Pilot) -> None:
        folder, _ = killed
        assert "this run is complete" in pilot("run", "--resume", str(folder)).line
        assert manifest(folder)["state"] == "complete"

    def test_its_report_can_be_written_again_and_its_ledger_looked_into(
        self, killed: tuple[Path, list[int]], pilot: Pilot
    ) -> None:
        folder, _ = killed
        (folder / "report.html").unlink()
        assert pilot("report", str(folder)).out.strip() == str(folder / "report.html")
        assert (folder / "report.html").is_file()
        ledger = str(folder / "ledger.sqlite")
        counts = pilot("status", "--ledger", ledger, "--json").json
        assert sum(counts.values()) == 12
        listed = pilot("exceptions", "list", "--ledger", ledger, "--json").json
        assert len(listed) == counts["with_a_person"] + counts["returned"]


FULL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full disk sends no signal
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
from pilot.__main__ import main
main()
"""


@pytest.fixture
def out_of_room(tmp_path: Path) -> Said:
    """A run in a folder where no file may grow past 4,000 bytes, for the kernel's part."""
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    command = [sys.executable, "-c", FULL_DISK, "run", "small.toml", "--out", "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_full_disk_stops_a_run_in_one_line(tmp_path: Path, out_of_room: Said) -> None:
    assert out_of_room.code == 2, out_of_room.err
    last = out_of_room.err.splitlines()[-1]
    assert "there is no room for the run" in last
    assert "--resume" in last
    assert "Traceback" not in out_of_room.err
    assert manifest(tmp_path / "run")["state"] == "running"
    assert not (tmp_path / "run" / "report.html").exists()


@pytest.mark.slow
def test_with_room_again_the_run_goes_on(tmp_path: Path, out_of_room: Said) -> None:
    said = within("run", "--resume", "run", "--json", cwd=tmp_path)
    assert said.code == 0, said.err
    assert said.json["arms"]["coded"]["ends"]["received"] == 12


WHOLE = {
    **{"state": "running", "scenario": "small", "seed": 1, "arms": ["coded"], "results": 12},
    **{"version": "0", "days_done": 0},
}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="no manifest"),
        pytest.param("", id="empty"),
        pytest.param("rubbish", id="rubbish"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="nothing in it"),
        pytest.param(json.dumps({**WHOLE, "arms": 3}), id="arms that are none"),
        pytest.param(json.dumps({**WHOLE, "seed": "one"}), id="a seed that is none"),
        pytest.param(json.dumps(WHOLE), id="no scenario in it"),
    ],
)
def test_rubbish_cannot_be_resumed(pilot: Pilot, tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    if content is not None:
        (folder / "manifest.json").write_text(content, "utf-8")
    before = sorted(path.name for path in folder.iterdir())
    assert str(folder) in pilot("run", "--resume", str(folder)).line
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_that_is_not_there_cannot_be_resumed(pilot: Pilot, tmp_path: Path) -> None:
    said: Said = pilot("run", "--resume", "nowhere")
    assert "nowhere" in said.line
    assert list(tmp_path.iterdir()) == []
