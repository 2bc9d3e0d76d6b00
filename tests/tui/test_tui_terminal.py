"""In a real terminal: whichever way a person leaves, what the run started is stopped first."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pilot.cli.screen import no_screen

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.tui.scripted_run import Held, opening
from pilot.tui import PilotApp, RunRequest, take_leave

def start(request):
    try:
        yield from Held(*opening()).play()
    finally:
        Path("closed").touch()

request = RunRequest("quick", 11) if sys.argv[2] == "a run" else None
sys.exit(take_leave(PilotApp(start, request).run()))
"""


def read_until(terminal: int, words: bytes) -> bytes:
    """What the terminal was given up to `words`. Fails where it ends, or stays silent, before."""
    said = b""
    while words not in said:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, said
        said += os.read(terminal, 65536)
    return said


def end_of(child: int, terminal: int | None) -> int:
    """The exit code of `child`, whose last words are read as a terminal would."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if terminal is not None and select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:  # the other side has closed it
                terminal = None
        time.sleep(0.02)


def started(what: str, folder: Path) -> tuple[int, int]:
    """The app in a terminal of its own: its process, and the terminal's other end."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(root)}
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), what]
        os.execve(sys.executable, command, environment)
    return child, terminal


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        (lambda child, terminal: os.write(terminal, b"q"), 0),
        (lambda child, terminal: os.kill(child, signal.SIGTERM), 0),
        (lambda child, terminal: os.close(terminal), 129),
    ],
    ids=["the key q", "a polite kill", "a closed window"],
)
def test_leaving_a_run_under_way_stops_it_first(
    leave: Callable[[int, int], object], code: int, tmp_path: Path
) -> None:
    child, terminal = started("a run", tmp_path)
    read_until(terminal, b"Start MESH")
    leave(child, terminal)
    assert end_of(child, None if code else terminal) == code
    assert (tmp_path / "closed").exists()


def test_a_closed_window_ends_the_app_where_no_run_was_begun(tmp_path: Path) -> None:
    child, terminal = started("nothing yet", tmp_path)
    read_until(terminal, b"Quit")
    os.close(terminal)
    assert end_of(child, None) == 129


def test_what_is_served_to_a_browser_needs_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: PTH123, SIM115
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert "no terminal" in no_screen()
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")  # as textual-serve does
    assert no_screen() == ""
