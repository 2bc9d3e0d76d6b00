"""The control plane, apart from MESH itself: the clock, what really arrived, resetting."""

import hmac
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol, times
from simulators.mesh.call import exchange_of, read_body
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.protocol import Refusal
from simulators.mesh.replies import json_reply

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]

_NO_ADMIN_TOKEN = Refusal(403, "Every admin call must carry the admin token in X-Admin-Token")


def admin(endpoint: Endpoint) -> Endpoint:
    """Let only callers with the admin token in, where the server was given one."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        token = str(request.app.state.admin_token or "")
        given = request.headers.get("x-admin-token", "")
        if token and not hmac.compare_digest(token.encode(), given.encode()):
            raise MeshError(_NO_ADMIN_TOKEN)
        return await endpoint(request)

    return guarded


async def posted(request: Request, kind: type[T]) -> T:
    """The JSON body as `kind`. Raises InvalidRequest."""
    try:
        return msgspec.json.decode(await read_body(request, protocol.MAX_REQUEST_BYTES), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InvalidRequest("body", kind.__name__, str(error)) from error


class Clock(msgspec.Struct, forbid_unknown_fields=True):
    now: str


@admin
async def set_clock(request: Request) -> Response:
    """From here on this is the time, and it stands still until it is set again."""
    text = (await posted(request, Clock)).now
    try:
        now = times.parse_iso(text)
    except ValueError as error:
        raise InvalidRequest("body", "now", "Input should be an ISO 8601 time") from error
    exchange = exchange_of(request)
    await exchange.transact(lambda: exchange.set_clock(now))
    return json_reply({"now": times.iso(now), "virtual": True})


@admin
async def get_clock(request: Request) -> Response:
    exchange = exchange_of(request)
    now, virtual = await exchange.transact(lambda: (exchange.store.now, exchange.store.clock is not None))
    return json_reply({"now": times.iso(now), "virtual": virtual})


@admin
async def counts(request: Request) -> Response:
    exchange = exchange_of(request)
    nothing = {"inbox": 0, "sent": 0, "acknowledged": 0, "expired": 0}
    tallies = await exchange.transact(exchange.store.tallies)
    return json_reply({"mailboxes": dict.fromkeys(exchange.directory.mailboxes, nothing) | tallies})


async def health(request: Request) -> Response:  # noqa: ARG001 - Starlette's shape of an endpoint
    return json_reply({"env": "local", "build_label": "latest", "status": "running", "outcome": "Yes"})
