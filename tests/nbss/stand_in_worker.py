"""A worker that reads as the real one does, but comes to grief over files by their name, as often as that says.

`dies-1-report.pdf`: killed at the first try and well at the next. `hangs-9-report.pdf`: never answers.
`hungry-1-report.pdf`: has no memory left. Nothing here depends on how fast a machine is, or how large.
"""

import os
import signal
import sys
import time
from pathlib import Path

from pilot.nbss import worker
from pilot.nbss.batch import FileReading
from pilot.nbss.recognise import read_file
from pilot.nbss.wire import Limits

COMMAND = (sys.executable, "-c", "from tests.nbss.stand_in_worker import main; main()")


def main() -> None:
    worker.read_file = troubled  # type: ignore[attr-defined]
    worker.main()


def troubled(path: Path, name: str, limits: Limits) -> FileReading:
    trouble, _, times = path.name.partition("-")
    if trouble in ("dies", "hangs", "hungry") and _tries(path) <= int(times.split("-")[0]):
        if trouble == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if trouble == "hungry":
            raise MemoryError
        time.sleep(3600)
    return read_file(path, name, limits)


def _tries(path: Path) -> int:
    """How often this file was tried, this time included; kept beside it, since each try may be another process."""
    notes = path.with_name(f".{path.name}.tries")
    with notes.open("a", encoding="utf-8") as file:
        file.write("x")
    return notes.stat().st_size
