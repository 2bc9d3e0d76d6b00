"""Who may use the control plane, and what they may post to it."""

import hmac
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import read_body
from simulators.mesh.errors import InvalidRequest, MeshError
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
