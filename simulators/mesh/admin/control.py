"""/admin: who may use it; the clock, faults, mailboxes and snapshots; what was asked, and what really arrived."""

import hmac
import math
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import Endpoint, exchange_of, json_reply, read_body, refusal_reply
from simulators.mesh.directory import Added
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.faults import AnyFault, Refuse, RequestFault
from simulators.mesh.front_door import ROUTES
from simulators.mesh.journal import Expectation, Wanted
from simulators.mesh.message import Message
from simulators.mesh.protocol import Refusal

T = TypeVar("T")

_NO_SUCH_FAULT = Refusal(404, "No fault has this name")
_NO_SUCH_SNAPSHOT = Refusal(404, "No snapshot has this name")
_NO_ADMIN_TOKEN = Refusal(403, "Every admin call must carry the admin token in X-Admin-Token")


def guarded(endpoint: Endpoint) -> Endpoint:
    """Let only callers with the admin token in, where the server was given one.

    A browser gives it as the password of HTTP's own log-in.
    """

    @wraps(endpoint)
    async def asked(request: Request) -> Response:
        token = str(request.app.state.admin_token or "")
        if token and not any(hmac.compare_digest(token.encode(), given) for given in _given_tokens(request)):
            refusal = refusal_reply(MeshError(_NO_ADMIN_TOKEN), 1)
            if "text/html" in request.headers.get("accept", ""):
                refusal.status_code, refusal.headers["WWW-Authenticate"] = 401, 'Basic realm="admin token"'
            return refusal
        return await endpoint(request)

    return asked


def _given_tokens(request: Request) -> list[bytes]:
    given = [request.headers.get("x-admin-token", "").encode()]
    scheme, _, proof = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):
            given.append(b64decode(proof).partition(b":")[2])
    return given


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
    """`now` null is real time again. `rate` is how many virtual seconds pass in a real one: 0 stands still."""

    now: str | None
    rate: Annotated[float, Meta(ge=0, le=1e6)] = 0.0


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """How far the clock goes on."""

    days: Annotated[float, Meta(ge=0, le=36600)] = 0.0
    hours: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    minutes: Annotated[float, Meta(ge=0, le=1e8)] = 0.0
    seconds: Annotated[float, Meta(ge=0, le=1e10)] = 0.0

    @property
    def total(self) -> float:
        return ((self.days * 24 + self.hours) * 60 + self.minutes) * 60 + self.seconds


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    active: bool


async def set_clock(request: Request) -> Response:
    """From here on this is the time; it stands still until it is set again, unless a rate is given."""
    wanted = await posted(request, Clock)
    now = None if wanted.now is None else _moment(wanted.now)
    return await _clock_set(request, lambda _: (now, wanted.rate))


async def advance_clock(request: Request) -> Response:
    """So much later than now; what falls due on the way comes about in its order."""
    by = (await posted(request, Advance)).total
    return await _clock_set(request, lambda exchange: (exchange.store.now + by, exchange.store.rate))


async def step_clock(request: Request) -> Response:
    """To the moment when the next thing falls due; where nothing does, the clock stays."""

    def next_moment(exchange: Exchange) -> tuple[float | None, float]:
        due, now = exchange.store.next_due(), exchange.store.now
        return (now if due is None else max(now, due)), exchange.store.rate

    return await _clock_set(request, next_moment)


async def _clock_set(request: Request, wanted: Callable[[Exchange], tuple[float | None, float]]) -> Response:
    exchange = exchange_of(request)

    def move() -> None:
        now, rate = wanted(exchange)
        if now is not None and not _EARLIEST <= now <= _LATEST:
            raise InvalidRequest("body", "now", "The clock goes from 1970 to 9998")
        exchange.set_clock(now, rate)

    await exchange.transact(move)
    return await get_clock(request)


async def get_clock(request: Request) -> Response:
    """The time, and when the next thing falls due; what is due by now has come about."""
    exchange = exchange_of(request)
    store = exchange.store

    def told() -> dict[str, Any]:
        due = store.next_due()
        return {
            "now": protocol.iso(store.now),
            "virtual": store.clock is not None,
            "rate": store.rate if store.clock is not None else 1.0,
            "next_due": None if due is None else protocol.iso(due),
        }

    return json_reply(await exchange.transact(told))


async def set_faults(request: Request) -> Response:
    """The faults in force from now on, in place of all before; their draws begin anew."""
    found = decoded(await read_body(request, protocol.MAX_REQUEST_BYTES), list[AnyFault])
    names = [fault.name for fault in found if fault.name]
    if len(set(names)) < len(names):
        raise InvalidRequest("body", "name", "Each fault should have a name of its own")
    for fault in found:
        _check(request, fault)
    exchange = exchange_of(request)
    await exchange.transact(lambda: exchange.set_faults(found))
    for fault in found:
        await _act(request, fault)
    return json_reply({"faults": len(found)})


async def put_fault(request: Request) -> Response:
    """Add a fault by name, or replace the one of that name; all others go on as they were."""
    name = str(request.path_params["name"])
    fault = decoded(await read_body(request, protocol.MAX_REQUEST_BYTES), AnyFault)
    fault = msgspec.structs.replace(fault, name=name)
    _check(request, fault)
    exchange = exchange_of(request)
    await exchange.transact(lambda: _replace(exchange, name, fault))
    await _act(request, fault)
    return json_reply({"name": name})


async def remove_fault(request: Request) -> Response:
    """Take a fault away by name."""
    name = str(request.path_params["name"])
    exchange = exchange_of(request)
    if not await exchange.transact(lambda: _replace(exchange, name, None)):
        raise MeshError(_NO_SUCH_FAULT)
    return json_reply({"name": name})


async def remove_faults(request: Request) -> Response:
    """Take all faults away."""
    exchange = exchange_of(request)
    await exchange.transact(lambda: exchange.set_faults([]))
    return json_reply({"faults": 0})


async def get_faults(request: Request) -> Response:
    """The faults in force, as they were posted."""
    exchange = exchange_of(request)
    text = await exchange.transact(lambda: exchange.store.setting("faults"))
    return Response(text, media_type=protocol.MEDIA_TYPES[1])


def _replace(exchange: Exchange, name: str, fault: AnyFault | None) -> bool:
    """Whether there was one of this name."""
    before = exchange.current_faults()
    others = [each for each in before if each.name != name]
    exchange.set_faults(others, anew=False)
    if fault:
        exchange.set_faults([*others, fault], anew=False)
    return len(others) < len(before)


def _check(request: Request, fault: AnyFault) -> None:
    if isinstance(fault, RequestFault) and fault.route not in (None, *ROUTES):
        raise InvalidRequest("body", "route", f"Input should be one of {', '.join(sorted(ROUTES))}")
    if isinstance(fault, Refuse) and request.app.state.refuse is None:
        raise InvalidRequest(
            "body", "kind", "This server has no socket of its own that could refuse connections"
        )


async def _act(request: Request, fault: AnyFault) -> None:
    """Refusing connections is the one fault that begins when it is posted, not when it strikes."""
    if isinstance(fault, Refuse):
        await request.app.state.refuse(fault.seconds)


async def add_mailboxes(request: Request) -> Response:
    """Mailboxes and workflows from now on, as in the files; one that is there already is replaced."""
    more = await posted(request, Added)
    if not all(mailbox.mailbox_id.strip() for mailbox in more.mailboxes):
        raise InvalidRequest("body", "mailbox_id", "String should not be blank")
    exchange = exchange_of(request)
    await exchange.transact(lambda: exchange.add(more))
    return json_reply({"mailboxes": len(more.mailboxes), "workflows": len(more.workflows)})


async def switch_mailbox(request: Request) -> Response:
    """Deactivate a mailbox, or activate it again."""
    active = (await posted(request, Switch)).active
    exchange = exchange_of(request)
    mailbox_id = str(request.path_params["mailbox_id"]).upper()
    if mailbox_id not in exchange.directory.mailboxes:
        raise MeshError(protocol.NO_SUCH_MAILBOX)
    await exchange.transact(lambda: exchange.switch(mailbox_id, active))
    return json_reply({"mailbox_id": mailbox_id, "active": active})


async def take_snapshot(request: Request) -> Response:
    """Keep everything as it is now under a name: messages, clock, faults, mailboxes, used tokens."""
    exchange, name = exchange_of(request), str(request.path_params["name"])
    await exchange.transact(lambda: None)
    exchange.snapshots[name] = await exchange.store.snapshot()
    return json_reply({"name": name, "bytes": len(exchange.snapshots[name])})


async def restore_snapshot(request: Request) -> Response:
    """Make everything as it was when the snapshot was taken; the journal goes on."""
    exchange, name = exchange_of(request), str(request.path_params["name"])
    if name not in exchange.snapshots:
        raise MeshError(_NO_SUCH_SNAPSHOT)
    await exchange.store.restore(exchange.snapshots[name])
    await exchange.transact(lambda: None)
    return json_reply({"name": name})


async def drop_snapshot(request: Request) -> Response:
    """Forget a snapshot."""
    exchange, name = exchange_of(request), str(request.path_params["name"])
    if exchange.snapshots.pop(name, None) is None:
        raise MeshError(_NO_SUCH_SNAPSHOT)
    return json_reply({"name": name})


async def list_snapshots(request: Request) -> Response:
    """The snapshots kept by this process, and their sizes in bytes."""
    return json_reply({name: len(kept) for name, kept in exchange_of(request).snapshots.items()})


async def counts(request: Request) -> Response:
    """What really arrived, by mailbox."""
    exchange = exchange_of(request)
    nothing = {"inbox": 0, "sent": 0, "acknowledged": 0, "expired": 0}
    tallies = await exchange.transact(exchange.store.tallies)
    return json_reply({"mailboxes": dict.fromkeys(exchange.directory.mailboxes, nothing) | tallies})


async def handshakes(request: Request) -> Response:
    """When each mailbox last proved that it is in use, which it must once in 24 hours."""
    exchange = exchange_of(request)
    rows = await exchange.transact(exchange.store.handshakes)
    last = {mailbox: {"at": protocol.iso(at), "client_version": client} for mailbox, at, client in rows}
    return json_reply({"mailboxes": last})


async def messages(request: Request) -> Response:
    """The latest 500 messages, the newest first; those of a `sender` or `recipient`, where given."""
    exchange, query = exchange_of(request), request.query_params
    sender, recipient = query.get("sender", "").upper(), query.get("recipient", "").upper()
    found = await exchange.transact(lambda: exchange.store.latest(sender, recipient, 500))
    return json_reply({"messages": [_message_line(message) for message in found]})


def _message_line(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "kind": message.kind,
        "status": message.status.value,
        "sender": message.sender,
        "recipient": message.recipient,
        "workflow_id": message.workflow_id,
        "local_id": message.local_id or "",
        "size": message.file_size,
        "waits": message.position is not None,
        "sent_at": protocol.iso(message.created_at),
        "code": message.failure_code or "",
    }


async def requests(request: Request) -> Response:
    """The latest requests to MESH's own routes, oldest first; those of a `mailbox` or `route`, where given."""
    query = request.query_params
    wanted = Wanted(mailbox=query.get("mailbox"), route=query.get("route"))
    entries = exchange_of(request).journal.entries()
    return json_reply({"requests": [entry.as_json() for entry in entries if wanted.fits(entry)]})


async def forget_requests(request: Request) -> Response:
    """Begin the journal anew."""
    exchange_of(request).journal.clear()
    return json_reply({"requests": 0})


async def verify_requests(request: Request) -> Response:
    """Whether what was expected was asked: counts, order, and what headers and bodies hold."""
    failures = exchange_of(request).journal.verify(await posted(request, Expectation))
    return json_reply({"holds": not failures, "failures": failures})


def _moment(text: str) -> float:
    try:
        now = protocol.parse_iso(text)
    except (ValueError, OverflowError):
        now = math.nan
    if not _EARLIEST <= now <= _LATEST:
        raise InvalidRequest("body", "now", "Input should be an ISO 8601 time from 1970 to 9998")
    return now
