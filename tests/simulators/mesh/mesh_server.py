"""The server, as a real process and within this one; and tokens made by the API description alone."""

import asyncio
import hmac
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import requests

from simulators.mesh.directory import Sources
from simulators.mesh.exchange import Auth, Settings
from simulators.mesh.levels import Level
from simulators.mesh.serve import Options, build
from simulators.mesh.store import Store

KEY = "a shared key for tests"
PASSWORD = "password"
V1, V2 = "application/json", "application/vnd.mesh.v2+json"
WORKFLOW = "TEST_WORKFLOW"  # X26ABC1 sends it, X26ABC2 receives it
SENDER, RECIPIENT, OTHER = "X26ABC1", "X26ABC2", "X26ABC3"


def token(
    mailbox: str,
    *,
    password: str = PASSWORD,
    key: str = KEY,
    nonce: str | None = None,
    count: str = "0",
    timestamp: str | None = None,
) -> str:
    """An Authorization header, written from the API description, not from the server's code."""
    nonce = nonce or str(uuid.uuid4())
    timestamp = timestamp or datetime.now(UTC).strftime("%Y%m%d%H%M")
    signed = ":".join((mailbox, nonce, count, password, timestamp))
    digest = hmac.new(key.encode(), signed.encode(), "sha256").hexdigest()
    return f"NHSMESH {mailbox}:{nonce}:{count}:{timestamp}:{digest}"


@dataclass
class Local:
    """The server's application in this process: no sockets, so that many small tests are quick."""

    level: Level = Level.STRICT
    auth: Auth = Auth.FULL
    db: Path | None = None
    mailboxes: Path | None = None
    workflows: Path | None = None
    practices: Path | None = None
    messages: Path | None = None
    admin_token: str | None = None
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def __post_init__(self) -> None:
        self.store = Store(self.db)
        options = Options(
            sources=Sources(self.mailboxes, self.workflows, self.practices),
            settings=Settings(KEY, self.level, self.auth),
            messages=self.messages,
            admin_token=self.admin_token,
        )
        self.app = build(options, self.store)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://mesh")

    def request(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        return self.runner.run(self.client.request(method, path, **keywords))

    def served_during(self, work: Coroutine[Any, Any, Any]) -> tuple[Any, int]:
        """What `work` comes to, and how often health was asked for and answered, one after another, meanwhile."""

        async def both() -> tuple[Any, int]:
            working, served = asyncio.ensure_future(work), 0
            while not working.done():
                assert (await self.client.get("/health")).status_code == 200
                served += 1
            return working.result(), served

        return self.runner.run(both())

    def call(
        self,
        mailbox: str,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        accept: str = V2,
        auth: str | None = None,
        **keywords: Any,
    ) -> httpx.Response:
        """One request of a mailbox with a fresh token; `path` is what follows the mailbox."""
        given = {"Authorization": token(mailbox) if auth is None else auth, "Accept": accept}
        given["Accept-Encoding"] = "identity"  # else httpx asks for gzip, which is for each test to say
        return self.request(
            method, f"/messageexchange/{mailbox}{path}", headers=given | (headers or {}), **keywords
        )

    def send(self, body: bytes = b"a result", sender: str = SENDER, **headers: str) -> httpx.Response:
        """`headers` by name without `Mex-`, in lower case with underscores: `local_id`, `to`, ..."""
        named = {"to": RECIPIENT, "workflowid": WORKFLOW} | headers
        mex = {f"Mex-{name.replace('_', '-')}": value for name, value in named.items()}
        return self.call(sender, "POST", "/outbox", mex, content=body)

    def sent(self, body: bytes = b"a result", sender: str = SENDER, **headers: str) -> str:
        """The message id of a send that must succeed."""
        reply = self.send(body, sender, **headers)
        assert reply.status_code == 202, reply.text
        return str(reply.json()["message_id"])

    def inbox(self, mailbox: str = RECIPIENT) -> list[str]:
        reply = self.call(mailbox, "GET", "/inbox")
        assert reply.status_code == 200, reply.text
        return list(reply.json()["messages"])

    def acknowledge(self, message_id: str, mailbox: str = RECIPIENT) -> httpx.Response:
        return self.call(mailbox, "PUT", f"/inbox/{message_id}/status/acknowledged")

    def download(self, message_id: str, mailbox: str = RECIPIENT, **keywords: Any) -> httpx.Response:
        return self.call(mailbox, "GET", f"/inbox/{message_id}", **keywords)

    def set_clock(self, now: str) -> None:
        assert self.request("POST", "/admin/clock", json={"now": now}).status_code == 200

    def set_faults(self, *faults: dict[str, Any]) -> None:
        reply = self.request("POST", "/admin/faults", json=faults)
        assert reply.status_code == 200, reply.text

    def counts(self, mailbox: str) -> dict[str, int]:
        return dict(self.request("GET", "/admin/counts").json()["mailboxes"][mailbox])

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()
        self.store.close()


LocalMaker = Callable[..., Local]


@dataclass
class Server:
    """A running server process. `session` ignores the environment's proxies and CA bundles."""

    process: subprocess.Popen[str]
    url: str
    session: requests.Session

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def admin(self, method: str, path: str, **keywords: Any) -> requests.Response:
        return self.session.request(method, f"{self.url}/admin/{path}", timeout=30, **keywords)

    def stop(self) -> int:
        self.process.terminate()
        self.session.close()
        return self.process.wait(timeout=20)


def start_server(*options: str, **environ: str) -> Server:
    """On the strict level, unless the options say otherwise."""
    level = () if "--level" in options else ("--level", "strict")
    command = [sys.executable, "-m", "simulators.mesh", "--port", "0", *level, *options]
    env = os.environ | {"MESH_SHARED_KEY": KEY} | environ
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    assert ready["ready"] is True
    session = requests.Session()
    session.trust_env = False
    return Server(process, ready["url"], session)
