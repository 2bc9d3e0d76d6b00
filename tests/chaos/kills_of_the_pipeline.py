"""`kill -9` of `pilot run`, again and again, and `pilot run --resume` after each: what a power cut does."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from pilot.errors import ExitCode
from tests.chaos.counting import Count, count

SMALL = Path(__file__).with_name("small.toml")
LONGEST_LIFE_SECONDS = 3.0
FIRST_LIFE_SECONDS = 1.0


# 1 is a finding of the run's own measures, such as a task that a simulated person laid aside; we count for ourselves.
_WHOLE = (ExitCode.DONE, ExitCode.UNACCOUNTED)


def run_with_kills(folder: Path, seed: int, kills: int, *, group: bool = False) -> tuple[int, Count]:
    """One run that is killed up to `kills` times; `group`: with its simulators and readers at once.

    Returns how many kills struck and what was left at the end.
    """
    draw = random.Random(seed)
    struck = 0
    while struck < kills:
        # The first kill strikes early: a run on an idle machine may be over in a few seconds.
        longest = LONGEST_LIFE_SECONDS if struck else FIRST_LIFE_SECONDS
        if _lives(_command(folder, seed), draw.uniform(0.5, longest), group):
            break
        struck += 1
        if _complete(folder):  # the kill came between the last word and the end
            break
    else:
        last = subprocess.run(_command(folder, seed), check=False, capture_output=True, text=True)
        assert last.returncode in _WHOLE, last.stderr
    return struck, count(folder)


def _complete(folder: Path) -> bool:
    manifest = folder / "manifest.json"
    return manifest.exists() and json.loads(manifest.read_text("utf-8"))["state"] == "complete"


def _command(folder: Path, seed: int) -> list[str]:
    pilot = [sys.executable, "-m", "pilot", "run"]
    if (folder / "manifest.json").exists():
        return [*pilot, "--resume", str(folder)]
    return [*pilot, str(SMALL), "--seed", str(seed), "--out", str(folder)]


def _lives(command: list[str], seconds: float, group: bool) -> bool:
    """Whether the run came to its end within its time; if not, it is dead now."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=group
    ) as process:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if process.poll() is not None:
                assert process.stderr is not None
                assert process.returncode in _WHOLE, process.stderr.read().decode()
                return True
            time.sleep(0.005)
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was to be killed and was not"
    return False
