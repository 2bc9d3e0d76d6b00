"""A MESH for a test: started in this process or in one of its own, and everything a test does to it.

with running(Options(port=0)) as mesh:
    mesh.client("X26ABC1").handshake()
    mesh.clock.advance(days=5)
"""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from simulators import serving
from simulators.mesh.errors import UsageError
from simulators.mesh.serve import Options, build, listening, options_from
from simulators.mesh.store import Store

_PATIENCE_SECONDS = 30.0


class Refused(Exception):
    """The control plane did not do what a test asked of it. The text is its answer."""


class Admin:
    """The control plane of a server, over HTTP; no proxy of the environment's comes between."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json"} | ({"X-Admin-Token": token} if token else {})
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer. Raises Refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the server's own address
            f"{self._url}/admin/{path}", data, self._headers, method=method
        )
        try:
            with self._opener.open(request, timeout=_PATIENCE_SECONDS) as reply:
                return json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(
                f"{method} {path}: {error.code} {error.read().decode('utf-8', 'replace')}"
            ) from error


class Clock:
    """The server's time. Real until it is moved; then it stands still, unless it runs."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._admin.call("GET", "clock")["now"])

    def set(self, now: datetime | str, rate: float = 0.0) -> None:
        """From here on it is this time, passing at `rate` virtual seconds a real one."""
        text = now if isinstance(now, str) else now.isoformat()
        self._admin.call("POST", "clock", {"now": text, "rate": rate})

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """So much later; all that falls due on the way has come about when this returns."""
        by = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
        self._admin.call("POST", "clock/advance", by)

    def run(self, rate: float = 1.0) -> None:
        """Let time pass from now on, at so many virtual seconds a real one."""
        self.set(self.now, rate)

    def step(self) -> datetime:
        """To the next moment at which something falls due."""
        return datetime.fromisoformat(self._admin.call("POST", "clock/step", {})["now"])

    def real(self) -> None:
        """Back to real time."""
        self._admin.call("POST", "clock", {"now": None})


class Faults:
    """What goes wrong: each a fault as docs/mesh.md has it, written as keywords."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def set(self, *faults: dict[str, Any]) -> None:
        """These, in place of all before."""
        self._admin.call("POST", "faults", list(faults))

    def add(self, name: str, kind: str, **fields: Any) -> None:
        """One more, or another of this name."""
        self._admin.call("PUT", f"faults/{quote(name)}", {"kind": kind, **fields})

    def remove(self, name: str) -> None:
        self._admin.call("DELETE", f"faults/{quote(name)}")

    def clear(self) -> None:
        self._admin.call("DELETE", "faults")

    def fail_next(self, times: int = 1, *, status: int = 503, **fields: Any) -> None:
        """Answer the next so many requests (of a `route`, a `mailbox`, ... where given) with this status."""
        self.add("fail next", "error", status=status, times=times, **fields)


class Mesh:
    """A running server. `shared_key` and `password` are what `client` uses."""

    def __init__(self, url: str, shared_key: str, admin_token: str | None = None) -> None:
        self.url = url
        self.shared_key = shared_key
        self.admin = Admin(url, admin_token)
        self.clock = Clock(self.admin)
        self.faults = Faults(self.admin)
        self._clients: list[Any] = []

    def client(self, mailbox: str, password: str = "password", **options: Any) -> Any:  # noqa: S107 - mesh-sandbox's
        """NHS England's own client for a mailbox; `options` are its own. Retries are off unless asked for."""
        try:
            from mesh_client import MeshClient  # noqa: PLC0415 - only where it is asked for
        except ImportError as error:
            raise UsageError("mesh.client needs mesh-client: pip install mesh-simulator[client]") from error
        given: dict[str, Any] = {"shared_key": self.shared_key.encode(), "max_retries": 0} | options
        client = MeshClient(self.url, mailbox, password, **given)
        client._session.trust_env = False  # else the environment's proxies come between
        self._clients.append(client)
        return client

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked of the server since the last reset, oldest first."""
        found: list[dict[str, Any]] = self.admin.call("GET", "requests")["requests"]
        return found

    def verify(self, *expected: dict[str, Any], in_order: bool = False) -> None:
        """That requests of these kinds came, so many of each. Raises AssertionError saying which did not."""
        told = self.admin.call("POST", "requests/verify", {"expect": expected, "in_order": in_order})
        if not told["holds"]:
            raise AssertionError("\n".join(told["failures"]))

    def counts(self, mailbox: str) -> dict[str, int]:
        """What really arrived: `inbox`, `sent`, `acknowledged` and `expired`."""
        found: dict[str, int] = self.admin.call("GET", "counts")["mailboxes"][mailbox.upper()]
        return found

    def add_mailbox(self, mailbox: str, password: str = "password", **fields: Any) -> None:  # noqa: S107
        """One more mailbox; further fields are those of mailboxes.jsonl."""
        line = {"mailbox_id": mailbox, "password": password, **fields}
        self.admin.call("POST", "mailboxes", {"mailboxes": [line]})

    def add_workflow(self, workflow: str, senders: Sequence[str], receivers: Sequence[str]) -> None:
        line = {"workflow_id": workflow, "senders": senders, "receivers": receivers}
        self.admin.call("POST", "mailboxes", {"workflows": [line]})

    def snapshot(self, name: str) -> None:
        self.admin.call("PUT", f"snapshots/{quote(name)}")

    def restore(self, name: str) -> None:
        self.admin.call("POST", f"snapshots/{quote(name)}/restore", {})

    def reset(self) -> None:
        """As it was at the start: no messages, faults, requests, or mailboxes added; real time."""
        self.close_clients()
        self.admin.call("DELETE", "reset?everything=true")

    def close_clients(self) -> None:
        """Close the clients handed out so far."""
        while self._clients:
            self._clients.pop().close()


class SandboxApp:
    """mesh-sandbox's `api.app` by another name, for suites that drive it within their own process.

    It is as the environment has it, and made anew for each test of pytest's and where the environment changes.
    """

    def __init__(self) -> None:
        self._made_for: tuple[object, ...] = ()
        self._app: Starlette | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        now = (test, *(os.environ.get(name) for name in _SANDBOX_VARIABLES))
        if self._app is None or now != self._made_for:
            options = options_from({}, os.environ, lambda _: None)
            self._made_for, self._app = now, build(options, Store(options.db))
        await self._app(scope, receive, send)


_SANDBOX_VARIABLES = (
    "AUTH_MODE",
    "STORE_MODE",
    "SHARED_KEY",
    "MAILBOXES_DATA_DIR",
    "FILE_STORE_DIR",
    "ENV",
    "BUILD_LABEL",
)

sandbox_app = SandboxApp()


@contextmanager
def running(options: Options) -> Iterator[Mesh]:
    """A server in this process, on a thread of its own. Raises UsageError where it cannot start."""
    try:
        listener = serving.listen(options.host, options.port)
    except serving.CannotListen as error:
        raise UsageError(str(error)) from error
    with closing(Store(options.db)) as store, listener:
        app, config = listening(options, store, listener)
        started = config.pop("started")
        server = uvicorn.Server(
            uvicorn.Config(app, access_log=False, log_config=None, lifespan="off", ws="none", **config)
        )
        started(server)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise UsageError("the MESH simulator did not start")
                time.sleep(0.005)
            scheme = "https" if options.has_tls else "http"
            url = f"{scheme}://{options.host}:{listener.getsockname()[1]}"
            mesh = Mesh(url, options.settings.shared_key, options.admin_token)
            yield mesh
            mesh.close_clients()
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_SECONDS)


@contextmanager
def running_process(*arguments: str, shared_key: str = "Banana") -> Iterator[Mesh]:
    """A server in a process of its own; `arguments` are its command line. Raises UsageError."""
    command = [sys.executable, "-m", "simulators.mesh", "--port", "0", *arguments]
    environ = os.environ | {"MESH_SHARED_KEY": shared_key}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:  # noqa: S603
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise UsageError(f"{' '.join(command)} did not start")
            yield Mesh(json.loads(line)["url"], shared_key, os.environ.get("SIMULATOR_ADMIN_TOKEN"))
        finally:
            process.terminate()
