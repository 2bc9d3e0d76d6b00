"""The simulators as processes of their own, on free loopback ports; what crosses is HTTP."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pilot.errors import FileError

STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1


class Simulator:
    """One running simulator. A context manager: the process ends with it, whatever happens."""

    def __init__(self, module: str, arguments: Sequence[str], secrets: Mapping[str, str], log: Path) -> None:
        """Start `python -m module` and wait for its line of JSON. Raises FileError where it does not come up."""
        self.module = module
        self._arguments = tuple(arguments)
        self._environment = {**os.environ, **secrets}
        self._log = log
        self._process = self._start(port=0)
        self.url = self._told_url()

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as errors:
            return subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", self.module, "--port", str(port), *self._arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._environment,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    def _told_url(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        line = self._process.stdout.readline()
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError) as error:
            self.stop()
            said = self._log.read_text(errors="replace").strip().splitlines()
            raise FileError(
                f"{self.module} did not start",
                str(self._log),
                said[-1] if said else "Read its log and run this again",
            ) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`: what a crash or a power cut does."""
        self._process.kill()

    def restart(self) -> None:
        """The same again, on the same port and files: what a supervisor does after a crash."""
        self._process.wait()
        self._close_pipe()
        self._process = self._start(port=urlsplit(self.url).port or 0)
        self._told_url()

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
        self._close_pipe()

    def _close_pipe(self) -> None:
        if self._process.stdout:
            self._process.stdout.close()


def _end_with_parent() -> None:
    """Ask the kernel to end the simulator where the engine is killed, so that no process stays behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
