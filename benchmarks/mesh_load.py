"""A load generator for MESH servers: many connections, each sending its next request when answered.

Requests are made before the clock starts (a token needs an HMAC), so that the generator costs the
measured server little on a small machine.
"""

import asyncio
import hmac
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import cast


@dataclass(frozen=True, slots=True)
class Account:
    """Who sends: what goes into the Authorization header."""

    mailbox: str
    password: str
    shared_key: str

    def tokens(self, count: int) -> list[str]:
        """As mesh-client makes them: one nonce, counted up."""
        nonce, minute = uuid.uuid4(), datetime.now(UTC).strftime("%Y%m%d%H%M")
        made = []
        for n in range(count):
            signed = f"{self.mailbox}:{nonce}:{n}:{self.password}:{minute}".encode()
            digest = hmac.digest(self.shared_key.encode(), signed, "sha256").hex()
            made.append(f"NHSMESH {self.mailbox}:{nonce}:{n}:{minute}:{digest}")
        return made


def request(
    method: str, path: str, token: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """The bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: mesh", f"Authorization: {token}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


class _Connection(asyncio.Protocol):
    """Sends requests one after another, each once the last is answered. Counts answers by status."""

    def __init__(self, requests: "list[bytes]", done: asyncio.Event, statuses: dict[bytes, int]) -> None:
        self._requests, self._done, self._statuses = requests, done, statuses
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.pop())
        else:
            self._transport.close()
            self._done.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        status = head[9:12]
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._buffer = rest[length:]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._done.set()


@dataclass(frozen=True, slots=True)
class Rate:
    per_second: float
    statuses: dict[str, int]


async def _drive(port: int, requests: Sequence[bytes], connections: int) -> Rate:
    statuses: dict[bytes, int] = {}
    loop = asyncio.get_running_loop()
    shares = [list(requests[n::connections]) for n in range(connections)]
    events = [asyncio.Event() for _ in shares]
    start = time.perf_counter()
    for share, event in zip(shares, events, strict=True):
        await loop.create_connection(partial(_Connection, share, event, statuses), "127.0.0.1", port)
    await asyncio.gather(*(event.wait() for event in events))
    seconds = time.perf_counter() - start
    return Rate(len(requests) / seconds, {k.decode(): v for k, v in statuses.items()})


def drive(port: int, requests: Sequence[bytes], connections: int = 16) -> Rate:
    """Send all requests over so many connections at once; answers how many a second were answered."""
    try:
        import uvloop  # noqa: PLC0415 - faster where it is there

        return uvloop.run(_drive(port, requests, connections))
    except ImportError:
        return asyncio.run(_drive(port, requests, connections))
