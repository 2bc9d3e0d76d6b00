"""Where each request comes in: which route it is for, the journal, and the faults that it feels."""

import asyncio
import logging
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulators.mesh import faults, protocol
from simulators.mesh.api.call import Endpoint, refusal_reply, reply_to
from simulators.mesh.errors import MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.faults import F, Occasion
from simulators.mesh.journal import JournalLine
from simulators.mesh.levels import Judge
from simulators.mesh.protocol import Refusal

log = logging.getLogger("mesh.requests")

WARNING_HEADER: Final = b"mesh-simulator-warning"

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
    """`mailbox` is "" for lookups, which name no caller. `parts` is the path, cut at its slashes."""

    route: str
    mailbox: str
    parts: Sequence[str] = ()


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
    shape = (*parts[2:3], *("*",) * (len(parts) - 3))
    route = _SHAPES.get((method, shape))
    return Target(route, parts[1].upper(), parts) if route else None


def path_params(target: Target, path: str) -> dict[str, str] | None:
    """What the path of one of the busiest routes names, as Starlette's routing has it; None where that must look."""
    parts = target.parts
    if target.route not in ("send", "list", "count", "download", "acknowledge") or path[-1] == "/":
        return None
    if not all(parts) or (target.route == "acknowledge" and parts[4:] != ["status", "acknowledged"]):
        return None
    if target.route == "download" and parts[3] == "rich":
        return None
    found = {"mailbox_id": parts[1]}
    if len(parts) > 3:
        found["message_id"] = parts[3]
    if target.route == "download" and len(parts) > 4:
        found["chunk_number"] = parts[4]
    return found


_TRANSPORT = "mesh.transport"
_TOO_MANY = Refusal(429, "Too many requests: try again after the time in Retry-After")
_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Log in to continue</h1></body></html>"
)

# More than these is no request of a client's.
_MAX_HEADER_BYTES: Final = 64 * 1024
_SILENT_SECONDS: Final = 75.0


class BreakableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, letting the application at the connection it must break.

    It also refuses headers without end, which httptools would gather, and hangs up on whoever stops in the
    middle of a request.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._header_bytes = 0
        self._heard = self.loop.time()
        self._watch = self.loop.call_later(_SILENT_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > _MAX_HEADER_BYTES and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()

    def _look(self) -> None:
        """Hang up where nothing was said for long, unless an answer is being worked on."""
        working = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        silent = self.loop.time() - self._heard
        if working or silent < _SILENT_SECONDS:
            self._watch = self.loop.call_later(1.0 if working else _SILENT_SECONDS - silent, self._look)
        else:
            self.transport.close()


class RequestGate:
    """Every request passes here; without faults that costs one look at the store and a line in the journal.

    `lines` is whether each request is logged, too. `busiest` are the endpoints of the routes that path_params
    knows: they are called from here, since Starlette's way to them costs as much as a small message's storing.
    """

    def __init__(
        self, app: ASGIApp, exchange: Exchange, busiest: Mapping[str, Endpoint], lines: bool = False
    ) -> None:
        self._inner = app
        self._exchange = exchange
        self._busiest = busiest
        self._lines = lines

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered, or raise what only a bug raises."""
        target: Target = scope["mesh.target"]
        params = path_params(target, scope["path"])
        if params is None:
            await self._inner(scope, receive, send)
            return
        scope["path_params"] = params
        request = Request(scope, receive)
        try:
            reply = await self._busiest[target.route](request)
        except (MeshError, ClientDisconnect) as error:
            reply = reply_to(request, error)
        await reply(scope, receive, send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = target_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if target is None:
            await self._inner(scope, receive, _dated(send))
            return
        journal, judge = self._exchange.journal, Judge(self._exchange.settings.level)
        start = time.perf_counter()
        path = scope["path"]
        if scope["query_string"]:
            path = f"{path}?{scope['query_string'].decode('latin-1')}"
        entry = JournalLine(
            journal.number(), scope["method"], path, target.route, target.mailbox, judge, scope["headers"]
        )
        scope["mesh.entry"], scope["mesh.target"] = entry, target
        entry.at = self._exchange.store.now
        journal.keep(entry)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                extra = [(b"date", _date(int(time.time() + judge.skew)))]
                if judge.warnings:
                    extra.append((WARNING_HEADER, "; ".join(judge.warnings).encode("latin-1", "replace")))
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            if self._exchange.faults_in_force():
                await self._broken(_Broken(self._exchange, entry, target, scope, receive, noted, send))
            else:
                await self._app(scope, receive, noted)
        finally:
            entry.seconds = time.perf_counter() - start
            if self._lines:
                log.info("%s", _line(entry))

    async def _broken(self, at: "_Broken") -> None:
        """Let the faults in force befall this request: those before it is dealt with first."""
        if at.strikes(faults.Outage) or at.strikes(faults.Reset):
            await at.reset()
            return
        if skew := at.strikes(faults.ClockSkew):
            at.entry.judge.skew = skew.seconds
        if slow := at.strikes(faults.Latency):
            jitter = (2 * self._exchange.share(slow) - 1) * slow.jitter
            await asyncio.sleep(max(0.0, slow.seconds + jitter))
        if await at.answered_otherwise():
            return
        if narrow := at.strikes(faults.Bandwidth):
            at.throttle(narrow.bytes_per_second)
        if cut := at.strikes(faults.CutUpload):
            at.cut_upload(cut.bytes)
        if at.strikes(faults.ReplyLost):
            await self._app(at.scope, at.receive, _nowhere)
            await at.reset()
        else:
            await self._app(at.scope, at.receive, at.reply())


class _Broken:
    """One request while faults are in force: what strikes it, and its connection."""

    def __init__(
        self,
        exchange: Exchange,
        entry: JournalLine,
        target: "Target",
        scope: Scope,
        receive: Receive,
        send: Send,
        bare: Send,
    ) -> None:
        self._exchange, self.entry, self.scope = exchange, entry, scope
        self.receive, self._listen, self._send, self._bare = receive, receive, send, bare
        self._occasion = _occasion(exchange, target, scope)

    def strikes(self, kind: type[F]) -> F | None:
        return self._exchange.strikes(kind, self._occasion, self.entry.judge.struck)

    async def answered_otherwise(self) -> bool:
        """Whether a fault has answered in the place of MESH, which then did nothing."""
        if limit := self.strikes(faults.RateLimit):
            reply = refusal_reply(MeshError(_TOO_MANY), 1)
            reply.headers["Retry-After"] = str(limit.retry_after)
        elif failing := self.strikes(faults.ServerError):
            refusal = Refusal(failing.status, failing.description, failing.code, failing.event)
            if failing.code:
                reply = refusal_reply(MeshError(refusal), 1)
            else:
                reply = _plain(failing.status, failing.description, "text/plain; charset=utf-8")
        elif empty := self.strikes(faults.Empty):
            reply = _plain(empty.status, "", "text/plain")
        elif page := self.strikes(faults.Html):
            reply = _plain(page.status, _PAGE, "text/html; charset=utf-8")
        elif self.strikes(faults.MissingChunk):
            reply = refusal_reply(MeshError(protocol.NO_SUCH_MESSAGE), 1)
        else:
            return False
        await reply(self.scope, self.receive, self._send)
        return True

    def throttle(self, bytes_per_second: int) -> None:
        """Let so many bytes a second through, both ways."""
        listen, say = self.receive, self._send

        async def slowly_heard() -> Message:
            message = await listen()
            await asyncio.sleep(len(message.get("body", b"")) / bytes_per_second)
            return message

        async def slowly_said(message: Message) -> None:
            body = message.get("body", b"")
            step = max(1, bytes_per_second // 10)
            if message["type"] != "http.response.body" or len(body) <= step:
                await say(message)
                return
            for start in range(0, len(body), step):
                more = start + step < len(body) or message.get("more_body", False)
                await say(
                    {"type": "http.response.body", "body": body[start : start + step], "more_body": more}
                )
                await asyncio.sleep(step / bytes_per_second)

        self.receive, self._send = slowly_heard, slowly_said

    def cut_upload(self, allowed: int) -> None:
        """Reset the connection once more than so many bytes of the request's body have come."""
        listen, come = self.receive, 0

        async def heard() -> Message:
            nonlocal come
            message = await listen()
            come += len(message.get("body", b""))
            if message["type"] == "http.request" and come > allowed:
                await self.reset()
                return {"type": "http.disconnect"}
            return message

        self.receive = heard

    def reply(self) -> Send:
        """How the reply is sent: as it is, or broken."""
        if cut := self.strikes(faults.Truncate):
            return self._body_by(lambda body: self._truncated(body, cut.keep))
        if slow := self.strikes(faults.SlowClose):
            return self._raw(lambda head, body: self._slow_close(head, body, slow.seconds))
        if self.strikes(faults.MalformedChunk):
            return self._raw(self._malformed)
        if self.strikes(faults.CorruptChunk):
            return self._body_by(self._corrupt)
        return self._send

    def _body_by(self, send_body: Callable[[bytes], Awaitable[None]]) -> Send:
        """Send the head as it is, and a body that is not empty in this way."""

        async def say(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or not body:
                await self._send(message)
            else:
                await send_body(body)

        return say

    async def _truncated(self, body: bytes, keep: float) -> None:
        await self._send(
            {"type": "http.response.body", "body": body[: int(len(body) * keep)], "more_body": True}
        )
        self._transport.close()
        await self._hung_up()

    async def _corrupt(self, body: bytes) -> None:
        middle = len(body) // 2
        changed = body[:middle] + bytes([body[middle] ^ 0x55]) + body[middle + 1 :]
        await self._send({"type": "http.response.body", "body": changed})

    def _raw(self, write: Callable[[bytes, bytes], Awaitable[None]]) -> Send:
        """Hand the head, without length and framing, and the body to `write`, which speaks to the connection itself."""
        head = b""

        async def say(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                self.entry.status = message["status"]
                lines = [
                    name + b": " + value
                    for name, value in message["headers"]
                    if name.lower() not in (b"content-length", b"connection", b"transfer-encoding")
                ]
                head = b"\r\n".join([b"HTTP/1.1 %d Broken" % message["status"], *lines])
            elif not message.get("more_body"):
                await write(head, message.get("body", b""))
                await self._hung_up()

        return say

    async def _slow_close(self, head: bytes, body: bytes, seconds: float) -> None:
        self._transport.write(head + b"\r\nconnection: close\r\n\r\n" + body)
        await asyncio.sleep(seconds)
        self._transport.close()

    async def _malformed(self, head: bytes, body: bytes) -> None:
        half = body[: len(body) // 2]
        chunk = b"%x\r\n%b\r\n" % (len(half), half) if half else b""
        self._transport.write(head + b"\r\ntransfer-encoding: chunked\r\n\r\n" + chunk + b"no number\r\n")
        self._transport.close()

    async def reset(self) -> None:
        """Break the connection off as a machine that crashed would, not in an orderly way."""
        self.entry.status = None
        transport = self._transport
        raw = transport.get_extra_info("socket")
        if raw is not None:
            # Linger 0: closing sends a reset.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if transport.get_extra_info("ssl_object") is not None:
                # TLS would say good-bye first. So the connection is taken away beneath it.
                with Path(os.devnull).open("rb+") as nothing:
                    os.dup2(nothing.fileno(), raw.fileno())
        transport.abort()
        await self._hung_up()

    async def _hung_up(self) -> None:
        """Until uvicorn knows that the connection is gone, so that it does not try to answer."""
        while (await self._listen())["type"] != "http.disconnect":
            pass

    @property
    def _transport(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.scope["extensions"][_TRANSPORT]["transport"])


async def _nowhere(message: Message) -> None:
    """Where a lost reply goes."""


def _occasion(exchange: Exchange, target: "Target", scope: Scope) -> Occasion:
    """What the request is about: from its headers where it sends, else from the message its path names."""
    given = {name: value.decode("latin-1") for name, value in scope["headers"]}
    workflow, recipient = given.get(b"mex-workflowid", ""), given.get(b"mex-to", "").upper()
    local_id = given.get(b"mex-localid", "")
    parts = scope["path"].strip("/").split("/")
    chunk = 1 if len(parts) < 5 or not parts[4].isdigit() else int(parts[4])
    if target.route in ("download", "head", "acknowledge", "send_chunk") and len(parts) > 3:
        message = exchange.store.message(parts[3].upper())
        if message:
            workflow, recipient, local_id = message.workflow_id, message.recipient, message.local_id or ""
    return Occasion(target.route, target.mailbox, workflow, recipient, local_id, chunk)


def _plain(status: int, text: str, media_type: str) -> Response:
    return Response(text, status, media_type=media_type)


def _dated(send: Send) -> Send:
    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"date", _date(int(time.time())))]
        await send(message)

    return say


_dates: dict[int, bytes] = {}


def _date(second: int) -> bytes:
    """The reply's Date, made once a second."""
    made = _dates.get(second)
    if made is None:
        if len(_dates) > 8:
            _dates.clear()
        made = _dates[second] = protocol.http_date(second).encode()
    return made


def _line(entry: JournalLine) -> str:
    more = "".join(f" [{text}]" for text in (*entry.judge.warnings, *entry.judge.struck))
    who, status = entry.mailbox or "-", entry.status or "-"
    return f"{entry.method} {entry.path} {who} {status} {entry.seconds * 1000:.1f} ms{more}"
