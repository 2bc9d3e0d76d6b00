"""/admin: who may use it, the clock, faults, switching mailboxes off and on, and what really arrived."""

import hmac
import math
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import exchange_of, json_reply, read_body
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.faults import AnyFault, RequestFault
from simulators.mesh.front_door import ROUTES
from simulators.mesh.protocol import Refusal

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
    return cast(T, decoded(await read_body(request, protocol.MAX_REQUEST_BYTES), kind))


def decoded(body: bytes, kind: Any) -> Any:
    """JSON as any type msgspec knows. Raises InvalidRequest."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("body", "", str(error)) from error


# Ids carry a four-digit year, and what is kept must still be able to fall due thirty days on.
_EARLIEST, _LATEST = protocol.parse_iso("1970-01-01"), protocol.parse_iso("9998-01-01")


class Clock(msgspec.Struct, forbid_unknown_fields=True):
    now: str


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    active: bool


@admin
async def set_clock(request: Request) -> Response:
    """From here on this is the time, and it stands still until it is set again."""
    now = _moment((await posted(request, Clock)).now)
    exchange = exchange_of(request)
    await exchange.transact(lambda: exchange.set_clock(now))
    return json_reply({"now": protocol.iso(now), "virtual": True})


@admin
async def get_clock(request: Request) -> Response:
    exchange = exchange_of(request)
    now, virtual = await exchange.transact(lambda: (exchange.store.now, exchange.store.clock is not None))
    return json_reply({"now": protocol.iso(now), "virtual": virtual})


@admin
async def counts(request: Request) -> Response:
    exchange = exchange_of(request)
    nothing = {"inbox": 0, "sent": 0, "acknowledged": 0, "expired": 0}
    tallies = await exchange.transact(exchange.store.tallies)
    return json_reply({"mailboxes": dict.fromkeys(exchange.directory.mailboxes, nothing) | tallies})


@admin
async def handshakes(request: Request) -> Response:
    """When each mailbox last proved that it is in use, which it must once in 24 hours."""
    exchange = exchange_of(request)
    rows = await exchange.transact(exchange.store.handshakes)
    last = {mailbox: {"at": protocol.iso(at), "client_version": client} for mailbox, at, client in rows}
    return json_reply({"mailboxes": last})


@admin
async def set_faults(request: Request) -> Response:
    """The faults in force from now on, in place of all before; their draws begin anew."""
    body = await read_body(request, protocol.MAX_REQUEST_BYTES)
    faults = decoded(body, list[AnyFault])
    for fault in faults:
        if isinstance(fault, RequestFault) and fault.route not in (None, *ROUTES):
            raise InvalidRequest("body", "route", f"Input should be one of {', '.join(sorted(ROUTES))}")
    exchange = exchange_of(request)
    text = msgspec.json.encode(faults).decode()
    await exchange.transact(lambda: exchange.set_faults(text))
    return json_reply({"faults": len(faults)})


@admin
async def get_faults(request: Request) -> Response:
    exchange = exchange_of(request)
    text = await exchange.transact(lambda: exchange.store.setting("faults"))
    return json_reply(msgspec.json.decode(text))


@admin
async def switch_mailbox(request: Request) -> Response:
    active = (await posted(request, Switch)).active
    exchange = exchange_of(request)
    mailbox_id = str(request.path_params["mailbox_id"]).upper()
    if mailbox_id not in exchange.directory.mailboxes:
        raise MeshError(protocol.NO_SUCH_MAILBOX)
    await exchange.transact(lambda: exchange.switch(mailbox_id, active))
    return json_reply({"mailbox_id": mailbox_id, "active": active})


def _moment(text: str) -> float:
    try:
        now = protocol.parse_iso(text)
    except (ValueError, OverflowError):
        now = math.nan
    if not _EARLIEST <= now <= _LATEST:
        raise InvalidRequest("body", "now", "Input should be an ISO 8601 time from 1970 to 9998")
    return now
