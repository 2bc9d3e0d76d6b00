"""The simulators as processes of their own, on free loopback ports; what crosses is HTTP."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pilot.errors import FileError

STOP_SECONDS = 10


class Simulator:
    """One running simulator. A context manager: the process ends with it, whatever happens."""

    def __init__(self, module: str, arguments: Sequence[str], secrets: Mapping[str, str], log: Path) -> None:
        """Start `python -m module` and wait for its line of JSON. Raises FileError where it does not come up."""
        self.module = module
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", module, "--port", "0", *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **secrets},
            )
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        line = self._process.stdout.readline()
        try:
            self.url = str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError) as error:
            self.stop()
            said = log.read_text(errors="replace").strip().splitlines()
            raise FileError(
                f"{module} did not start", str(log), said[-1] if said else "Read its log and run this again"
            ) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask it to end; make it end."""
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
