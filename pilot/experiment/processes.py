"""The simulators as processes of their own, on free loopback ports, and their control planes; what crosses is HTTP."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import msgspec
import requests

from mesh_transport import LeanSession
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
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self._process.poll() is None

    def lost(self) -> bool:
        """Whether it has ended by itself. Asked just after it did not answer: it may be ending right now."""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            return False
        return True

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


TIMEOUT_SECONDS = 120

Round = Literal["collect", "work"]
"""`collect`: every practice that is due polls MESH, files and acknowledges. `work`: the desks work up to the clock."""


class Control:
    """One simulator's `/admin` routes. A refusal is a bug of ours, so it keeps its traceback."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        with_token = requests.Session()
        with_token.headers["X-Admin-Token"] = token
        self._session = LeanSession(url, with_token)

    def close(self) -> None:
        """End the connection."""
        self._session.close()

    def set_clock(self, now: datetime, then: Sequence[Round] = ()) -> None:
        """Set the clock, and have the practices do what is then to be done, in one call.

        A clock that is later already stays: a day lived again after a kill finds it so.
        """
        wanted = {"now": now.isoformat()} | ({"then": list(then)} if then else {})
        response = self._ask("POST", "clock", wanted)
        if response.status_code == requests.codes.conflict:
            self.go_round(then)
        else:
            response.raise_for_status()

    def go_round(self, rounds: Sequence[Round]) -> None:
        """Have the practices do these, in this order, by the clock as it stands."""
        for one in rounds:
            self._told("POST", one, {})

    def counts(self) -> dict[str, Any]:
        """How much of everything the simulator holds (docs/gp-system.md, docs/mesh.md)."""
        counts: dict[str, Any] = self._told("GET", "counts")
        return counts

    def ring(self, practice: str, nhs_number: str, screening_number: str) -> str:
        """What a practice says that is rung about a result: `held`, `waiting` (it lies there) or `not_held`."""
        call = {"practice": practice, "nhs_number": nhs_number, "screening_number": screening_number}
        return str(self._told("POST", "ring", call)["said"])

    def sent_back(self) -> list[dict[str, Any]]:
        """Letters that practices opened and found nobody for: `practice`, `source`, `lines`, `at`."""
        letters: list[dict[str, Any]] = self._told("GET", "sent-back")["letters"]
        return letters

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        """Put these faults in force, in place of those before."""
        self._told("POST", "faults", faults)

    def post(self, letters: Iterable[dict[str, Any]]) -> None:
        """Letters on their way to practices, one JSON object a line."""
        lines = [msgspec.json.encode(letter) for letter in letters]
        if lines:
            self._told("POST", "post", b"\n".join(lines), kind="application/x-ndjson")

    def reconcile(self, practice: str, screening_numbers: Iterable[str]) -> dict[str, list[str]]:
        """How the practice's staff answer a reconciliation page."""
        page = {"practice": practice, "screening_numbers": list(screening_numbers)}
        said: dict[str, list[str]] = self._told("POST", "reconcile", page)
        return said

    def _told(self, method: str, route: str, body: object = None, kind: str = "application/json") -> Any:
        response = self._ask(method, route, body, kind)
        response.raise_for_status()
        return response.json()

    def _ask(
        self, method: str, route: str, body: object = None, kind: str = "application/json"
    ) -> requests.Response:
        data = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        return self._session.request(
            method,
            f"{self._url}/admin/{route}",
            data=data,
            headers={"Content-Type": kind},
            timeout=TIMEOUT_SECONDS,
        )
