"""What every endpoint needs: the system, replies, bodies and parameters that may be hostile."""

from datetime import date
from typing import Any, Final, TypeVar

import msgspec
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from simulators.gp_system import fhir
from simulators.gp_system.errors import RequestError
from simulators.gp_system.system import GpSystem

MAX_BODY_BYTES: Final = 100 * 1024 * 1024

T = TypeVar("T")


def system_of(request: Request) -> GpSystem:
    system: GpSystem = request.app.state.system
    return system


def json_reply(value: Any, status: int = 200) -> Response:
    body = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, media_type="application/json")


def fhir_reply(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/fhir+json")


async def cannot(request: Request, error: Exception) -> Response:
    """The reply to what cannot be answered: an OperationOutcome where FHIR was asked for."""
    status, said = 500, "something went wrong here: see the log"
    if isinstance(error, RequestError):
        status, said = error.status, str(error)
    elif isinstance(error, HTTPException):
        status, said = error.status_code, error.detail
    if request.url.path.startswith(("/fhir", "/metadata")):
        return fhir_reply(fhir.operation_outcome(status, said), status)
    return json_reply({"error": said}, status)


async def body_of(request: Request) -> bytes:
    """The whole body. Raises RequestError (413) as soon as it is over the limit."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise RequestError(413, f"at most {MAX_BODY_BYTES} bytes at a time")
        parts.append(part)
    return b"".join(parts)


async def decoded(request: Request, kind: type[T]) -> T:
    """The JSON body as `kind`. Raises RequestError (422)."""
    try:
        return msgspec.json.decode(await body_of(request), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(422, str(error)) from error


def day(request: Request, name: str, default: date) -> date:
    """An ISO date from the query. Raises RequestError (400)."""
    text = request.query_params.get(name)
    try:
        return default if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(400, f"{name} must be a date such as 2026-11-02") from error
