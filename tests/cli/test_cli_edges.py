"""What the command line leaves with, and what it shows of what came from outside: at its edges."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pilot.errors import ExitCode, SimulatorLost
from pilot.experiment import load_scenario, resume_run, run_scenario
from pilot.experiment.events import DayPassed, RunFinished
from tests.cli.conftest import Pilot
from tests.cli.office import run
from tests.cli.test_cli_run import SMALL, children_of

NAME = "SMITH\x1b]0;owned\x07\x9b31m\u202efdp.pdf"
DRIVING = ("\x1b", "\x07", "\x9b", "\u202e")


# -- exit codes: 1 is a run's own finding, and nothing else


def test_a_lost_simulator_is_one_line_with_a_code_of_its_own_and_the_run_goes_on(tmp_path: Path) -> None:
    scenario = tmp_path / "small.toml"
    scenario.write_text(SMALL, "utf-8")
    folder = tmp_path / "run"
    others = set(children_of(os.getpid()))  # simulators that other tests share

    def until_it_is_lost() -> None:
        for event in run_scenario(load_scenario(str(scenario)), seed=1, out=folder):
            if isinstance(event, DayPassed) and event.number == 2:
                os.kill(_simulator(set(children_of(os.getpid())) - others), signal.SIGKILL)

    with pytest.raises(SimulatorLost) as lost:
        until_it_is_lost()
    assert lost.value.exit_code == ExitCode.SIMULATOR_LOST
    assert "has ended under the run" in str(lost.value)
    assert f"pilot run --resume {folder}" in str(lost.value)
    *_, last = resume_run(folder)
    assert isinstance(last, RunFinished)


def _simulator(children: set[int]) -> int:
    return next(one for one in children if b"simulators." in Path(f"/proc/{one}/cmdline").read_bytes())


def test_a_mistake_of_ours_keeps_its_traceback_and_tells_nobodys_data(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = ("SMITH, ANNE 999 000 0018", "born 1960-05-04")

    def broken() -> tuple[str, ...]:
        try:
            raise KeyError(people[0])
        except KeyError as error:
            raise ValueError(people[1]) from error

    monkeypatch.setattr("pilot.experiment.scenario_names", broken)
    said = pilot("scenarios")
    assert (said.code, said.out) == (ExitCode.BUG, "")
    for told in ("in broken", "KeyError", "ValueError"):
        assert told in said.err
    for hidden in ("SMITH", "999 000", "1960"):
        assert hidden not in said.err


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("run", "--seed", "x"), ("status", "--nonsense"), ("exceptions",), ("report",)],
)
def test_bad_usage_leaves_with_two(pilot: Pilot, arguments: tuple[str, ...]) -> None:
    said = pilot(*arguments)
    assert said.code == ExitCode.USER
    assert "Usage: " in said.err


def test_a_question_that_nobody_answers_is_a_stop(pilot: Pilot, tmp_path: Path) -> None:
    from tests.pipeline.stuck import DISPUTED, stuck_ledger  # noqa: PLC0415

    with stuck_ledger(tmp_path):
        pass
    decided = ("--who", "A. Person", "--why", "looked into it")
    said = pilot("exceptions", "fix", str(DISPUTED), "--set", "nhs_number=-", *decided)
    assert said.code == ExitCode.STOPPED
    assert "stopped" in said.err


def test_where_nobody_reads_on_is_no_finding() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    said = subprocess.run(
        [sys.executable, "-m", "pilot", "national", "--json"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (said.returncode, said.stderr) == (ExitCode.NOBODY_READS, b"")


def test_nothing_else_leaves_with_one() -> None:
    root = Path(__file__).parents[2]
    for package in ("pilot", "simulators", "generators", "reports", "mesh_transport"):
        for file in (root / package).rglob("*.py"):
            text = file.read_text("utf-8")
            assert not any(leaves in text for leaves in ("Exit(1)", "exit(1)", "exit_code = 1")), file


# -- what comes from outside never drives a terminal


def test_the_name_of_a_file_drives_no_terminal(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"%PDF-1.4\nand no more")
    for arguments in (
        ("intake", "--preview", NAME),
        ("intake", "--preview", "--json", NAME),
        ("status", "--ledger", NAME),
        ("report", NAME),
        ("run", NAME),
        (NAME,),
    ):
        said = run(*arguments, cwd=tmp_path)
        assert said.code == ExitCode.USER
        assert not any(driving in said.out + said.err for driving in DRIVING), arguments
        if "--json" in arguments:
            assert json.loads(said.out)


def test_a_title_that_would_drive_a_terminal_is_refused(pilot: Pilot, tmp_path: Path) -> None:
    """So it stands in no report, table, figure or log either."""
    driving = {
        "title": SMALL.replace("A week", "A \\u001b[31mweek"),
        "generation.office.name": SMALL.replace('"KELDERBY"', '"K\\u202e"'),
    }
    for key, text in driving.items():
        (tmp_path / "driving.toml").write_text(text, "utf-8")
        line = pilot("run", "driving.toml").line
        assert "holds characters that cannot be shown" in line
        assert key in line
    (tmp_path / NAME.replace("pdf", "toml")).write_text(SMALL, "utf-8")
    assert "cannot be shown" in pilot("run", NAME.replace("pdf", "toml")).line
