"""The questions of docs/questions.md: each is one command, and each command works (at small size)."""

import re
import shlex
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pilot.cli import app
from pilot.questions import sweep
from tests.questions.test_sweep import Here

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
NINE = (
    "only SystmOne", "one minute", "no longer pay", "live pilot", "DNA", "waves", "office or the practices",
    "matters most", "silent for a week",
)  # fmt: skip
# What keeps a command small; the others of the page are run by tests of their own.
SMALL = {
    "sweep": ["--vary", "generation.results=24", "--workers", "1"],
    "ask": ["--offices", "4", "--draws", "60"],
}


def questions() -> dict[str, list[str]]:
    """The page's table: by question, the arguments of its command."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and (command := re.fullmatch(r"`pilot ([^`]+)`", cells[1])):
            assert cells[2], f"{cells[0]} has no answer"
            found[cells[0]] = shlex.split(command[1].replace("\\|", "|"))
    return found


def test_each_of_the_nine_questions_is_one_command_with_its_answer() -> None:
    asked = questions()
    for words in NINE:
        assert any(words in question for question in asked), words


@contextmanager
def here(workers: int, cluster: str | None) -> Iterator[tuple[Executor, int]]:
    yield Here(), 1


COMMANDS = sorted({shlex.join(command) for command in questions().values() if command[0] in SMALL})


@pytest.mark.parametrize("told", COMMANDS)
def test_its_command_works(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "executor_of", here)
    command = shlex.split(told)
    command += SMALL[command[0]]
    if command[0] == "sweep":
        command[command.index("--replicates") + 1] = "1"
        command += ["--out", str(tmp_path / "rows.sqlite")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert done.stdout
