"""One request of a mailbox: who calls, in which API version, the transaction its work is done in, which page
of a list it asks for, the reply.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.levels import Judge, Level
from simulators.mesh.protocol import MEDIA_TYPES
from simulators.mesh.token import Token

_CURSOR = re.compile(rb"MESH-INBOX-AFTER:(-?[0-9]{1,18}):*")


def encode_cursor(position: int) -> str:
    # Padded, since the API description has at least 24 characters.
    return urlsafe_b64encode(f"MESH-INBOX-AFTER:{position}".encode().ljust(30, b":")).decode()


def decode_cursor(text: str) -> int:
    """Raises InvalidRequest for anything encode_cursor did not make."""
    try:
        match = _CURSOR.fullmatch(urlsafe_b64decode(text.encode()))
    except ValueError:
        match = None
    if not match:
        raise InvalidRequest("query", "continue_from", "Not a continuation of this listing")
    return int(match[1])


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much of a listing is asked for. `continue_from` is None at its beginning."""

    size: int
    continue_from: str | None

    @classmethod
    def parse(cls, query: QueryParams, default: int, smallest: int, largest: int) -> "PageRequest":
        """Raises InvalidRequest."""
        text = query.get("max_results", str(default))
        if not re.fullmatch(r"[0-9]{1,6}", text) or not smallest <= int(text) <= largest:
            raise InvalidRequest("query", "max_results", f"Input should be from {smallest} to {largest}")
        cursor = query.get("continue_from")
        if cursor is not None and not 24 <= len(cursor) <= 1000:
            raise InvalidRequest("query", "continue_from", "String should have 24 to 1000 characters")
        return cls(int(text), cursor)


def link(path: str, **query: str | int | None) -> str:
    """A link relative to the server, as `links.self` and `links.next` have it."""
    given = {name: value for name, value in query.items() if value}
    return f"/messageexchange/{path}" + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class WorkflowFilter:
    """`sql` is a condition on workflow_id with one placeholder, for `value`."""

    sql: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "WorkflowFilter":
        rest = text.strip()
        negated = rest.startswith("!")
        rest = rest.removeprefix("!")
        if rest.startswith("*"):
            wanted = rest[1:].removesuffix("*")
            condition = "instr(workflow_id, ?) > 0"
        elif rest.endswith("*"):
            wanted = rest[:-1]
            condition = "instr(workflow_id, ?) = 1"
        else:
            wanted, condition = rest, "workflow_id = ?"
        if not wanted:
            return cls("? = ''" if not negated else "? <> ''", "")
        return cls(f"NOT ({condition})" if negated else condition, wanted)


EVERYTHING = WorkflowFilter("? = ''", "")


T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]

_VERSION = re.compile(r"application/vnd\.mesh\.v([12])\+json")


class Call(msgspec.Struct):
    """Made once the token's hash is proved; the token is used up by the first transaction, or else by a refusal.

    `headers` by name in lower case, made once: looking one up in Starlette's costs a search.
    """

    request: Request
    headers: Mapping[str, str]
    exchange: Exchange
    mailbox_id: str
    token: Token | None
    judge: Judge
    version: int = 1

    async def transact(self, work: Callable[[], T]) -> T:
        token, self.token = self.token, None
        return await self.exchange.transact(work, token, self.judge)

    async def body(self) -> bytes:
        """Raises MeshError: 413 where it is over 100 MB (on the strict level), 400 where it was cut short."""
        declared = self.headers.get("content-length", "")
        limit = None if self.exchange.settings.level is not Level.STRICT else protocol.MAX_REQUEST_BYTES
        body = await read_body(self.request, limit)
        if declared.isdigit() and len(body) < int(declared):
            raise MeshError(protocol.BODY_CUT)
        if len(body) > protocol.MAX_REQUEST_BYTES:
            self.judge.refuse("request-size", protocol.TOO_LARGE)
        if entry := self.request.scope.get("mesh.entry"):
            entry.took(body)
        return body

    @property
    def message_id(self) -> str:
        return str(self.request.path_params["message_id"]).upper()

    @property
    def chunk_number(self) -> int:
        """Raises InvalidRequest where it is no number from 1 up."""
        text = str(self.request.path_params["chunk_number"])
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
            raise InvalidRequest("path", "chunk_number", "Input should be an integer from 1 up")
        return int(text)


def of_mailbox(endpoint: Callable[[Call], Awaitable[Response]]) -> Endpoint:
    """An endpoint that only the mailbox in its path may use, by a token that is good for this one request.

    Refuses with 403 whoever is not who they say, and with 400 an unknown API version.
    """

    @wraps(endpoint)
    async def called(request: Request) -> Response:
        exchange = exchange_of(request)
        mailbox_id = str(request.path_params["mailbox_id"]).upper()
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]
        }
        entry = request.scope.get("mesh.entry")
        judge = entry.judge if entry else Judge(exchange.settings.level)
        token = exchange.verify(mailbox_id, headers.get("authorization", ""), judge)
        call = Call(request, headers, exchange, mailbox_id, token, judge)
        try:
            call.version = version_of(headers)
            return await endpoint(call)
        except (MeshError, ClientDisconnect):
            if (
                call.token
            ):  # whatever the outcome, its token is used up; one that was before is the first reason
                await call.transact(lambda: None)
            raise

    return called


def exchange_of(request: Request) -> Exchange:
    return cast(Exchange, request.app.state.exchange)


def version_of(headers: Mapping[str, str]) -> int:
    """1 unless an Accept header names a `vnd.mesh` version; of several, the highest. Raises MeshError (400)."""
    accept = headers.get("accept", "")
    if accept == protocol.MEDIA_TYPES[2]:
        return 2
    asked = [part.strip() for part in re.split("[;,]", accept) if "vnd.mesh" in part]
    if not asked:
        return 1
    versions = [_VERSION.fullmatch(part) for part in asked]
    if not all(versions):
        raise MeshError(protocol.BAD_VERSION)
    return max(int(match[1]) for match in versions if match)


async def read_body(request: Request, limit: int | None) -> bytes:
    """The whole body. Raises MeshError (413) as soon as it is over the limit, without reading the rest."""
    declared = request.headers.get("content-length", "")
    if limit is not None and declared.isdigit() and int(declared) > limit:
        raise MeshError(protocol.TOO_LARGE)
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if limit is not None and size > limit:
            raise MeshError(protocol.TOO_LARGE)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def json_reply(content: Any, version: int = 1, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type=MEDIA_TYPES[version])


def reply_to(request: Request, error: MeshError | ClientDisconnect) -> Response:
    """How a request that failed so is answered, in the version it asked for."""
    if isinstance(error, ClientDisconnect):  # cut short: nothing was stored, and nobody reads this
        return Response(status_code=400)
    try:
        version = version_of(request.headers)
    except MeshError:
        version = 1
    return refusal_reply(error, version)


def refusal_reply(error: MeshError, version: int) -> Response:
    """v1: `{messageID, errorEvent, errorCode, errorDescription}`; v2: `{message_id, internal_id, detail}`."""
    refusal = error.refusal
    if isinstance(error, InvalidRequest):
        detail = [
            {"type": "value_error", "loc": [error.where, name], "msg": refusal.description}
            for name in error.names
        ]
        return json_reply({"detail": detail}, status=refusal.status)
    if version < 2:
        content: dict[str, Any] = {
            "errorEvent": refusal.event,
            "errorCode": refusal.code,
            "errorDescription": refusal.description,
        }
        return json_reply({**_message_id("messageID", error), **content}, status=refusal.status)
    detail = [{"event": refusal.event, "code": refusal.code, "msg": refusal.description}]
    content = {**_message_id("message_id", error), "internal_id": uuid4().hex, "detail": detail}
    return json_reply(content, 2, refusal.status)


def _message_id(key: str, error: MeshError) -> dict[str, str]:
    return {key: error.message_id} if error.message_id else {}
