"""Faults that a request feels: which route it is for, and what befalls it before or in place of its reply."""

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import cast

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulators.mesh import faults
from simulators.mesh.api.call import refusal_reply
from simulators.mesh.errors import MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.faults import F
from simulators.mesh.protocol import Refusal

# The routes of the MESH API, as a fault names them.
ROUTES = frozenset(
    {
        "handshake",
        "list",
        "count",
        "download",
        "head",
        "acknowledge",
        "send",
        "send_chunk",
        "track",
        "lookup",
    }
)

# (method, what follows the mailbox with * for anything) -> route
_SHAPES = {
    ("POST", ()): "handshake",
    ("GET", ()): "handshake",
    ("GET", ("inbox",)): "list",
    ("GET", ("count",)): "count",
    ("GET", ("inbox", "*")): "download",
    ("GET", ("inbox", "*", "*")): "download",
    ("HEAD", ("inbox", "*")): "head",
    ("PUT", ("inbox", "*", "*", "*")): "acknowledge",
    ("POST", ("outbox",)): "send",
    ("POST", ("outbox", "*", "*")): "send_chunk",
    ("GET", ("outbox", "*")): "track",
    ("GET", ("outbox", "*", "*")): "track",
}


@dataclass(frozen=True, slots=True)
class Target:
    """`mailbox` is "" for lookups, which name no caller."""

    route: str
    mailbox: str


def target_of(method: str, path: str) -> Target | None:
    """None for what is no MESH route: health, and the control plane."""
    parts = path.strip("/").split("/")
    if (
        len(parts) < 2
        or parts[0] != "messageexchange"
        or parts[1] in ("admin", "mailbox", "_ping", "deepping")
    ):
        return None
    if parts[1] in ("endpointlookup", "workflowsearch"):
        return Target("lookup", "")
    shape = tuple(part if n == 0 else "*" for n, part in enumerate(parts[2:]))
    route = _SHAPES.get((method, shape))
    return Target(route, parts[1].upper()) if route else None


_TRANSPORT = "mesh.transport"
_TOO_MANY = Refusal(429, "Too many requests: try again after the time in Retry-After")


class BreakableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, letting the application at the connection it must break."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class FrontDoor:
    """Every request passes here; without faults it costs one look."""

    def __init__(self, app: ASGIApp, exchange: Exchange) -> None:
        self._app = app
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._exchange.faults_in_force():
            await self._app(scope, receive, send)
            return
        target = target_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if target is None:
            await self._app(scope, receive, send)
        else:
            await self._broken(target, scope, receive, send)

    async def _broken(self, target: Target, scope: Scope, receive: Receive, send: Send) -> None:
        if self._strikes(faults.Outage, target) or self._strikes(faults.Reset, target):
            await _reset(scope, receive)
            return
        if slow := self._strikes(faults.Latency, target):
            await asyncio.sleep(slow.seconds)
        if limit := self._strikes(faults.RateLimit, target):
            reply = refusal_reply(MeshError(_TOO_MANY), 1)
            reply.headers["Retry-After"] = str(limit.retry_after)
            await reply(scope, receive, send)
        elif failing := self._strikes(faults.ServerError, target):
            await Response("Service failure", failing.status)(scope, receive, send)
        elif self._strikes(faults.ReplyLost, target):
            await self._app(scope, receive, _nowhere)
            await _reset(scope, receive)
        elif cut := self._strikes(faults.Truncate, target):
            await self._app(scope, receive, _Cut(scope, receive, send, cut.keep))
        else:
            await self._app(scope, receive, send)

    def _strikes(self, kind: type[F], target: Target) -> F | None:
        return self._exchange.strikes(kind, target.route, target.mailbox)


async def _nowhere(message: Message) -> None:
    """Where a lost reply goes."""


class _Cut:
    """Sends the reply's head as it is, then only part of its body, and hangs up."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, keep: float) -> None:
        self._scope, self._receive, self._send, self._keep = scope, receive, send, keep

    async def __call__(self, message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await self._send(message)
            return
        part = body[: int(len(body) * self._keep)]
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        _transport(self._scope).close()
        await _hung_up(self._receive)


async def _reset(scope: Scope, receive: Receive) -> None:
    transport = _transport(scope)
    raw = transport.get_extra_info("socket")
    if raw is not None:
        # Linger 0: closing sends a reset, as a crashed machine would, not an orderly end.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hung_up(receive)


async def _hung_up(receive: Receive) -> None:
    """Until uvicorn knows that the connection is gone, so that it does not try to answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(scope: Scope) -> asyncio.Transport:
    return cast(asyncio.Transport, scope["extensions"][_TRANSPORT]["transport"])
