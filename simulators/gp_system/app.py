"""The HTTP face: the record for anybody who may read it, the control plane for the engine."""

import hmac
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.gp_system import fhir
from simulators.gp_system.counts import counts
from simulators.gp_system.errors import RequestError
from simulators.gp_system.faults import Fault
from simulators.gp_system.system import GpSystem

MAX_POST_BYTES: Final = 100 * 1024 * 1024

T = TypeVar("T")


class _Now(msgspec.Struct, forbid_unknown_fields=True):
    now: datetime


def create_app(system: GpSystem, admin_token: str | None) -> Starlette:
    """The application. `admin_token`: where set, every /admin call must carry it in X-Admin-Token."""
    app = Starlette(
        routes=[
            Route("/practices", _practices),
            Route("/metadata", _metadata),
            Route("/fhir/{ods}/Observation", _observations),
            Route("/fhir/{ods}/Patient", _patients),
            Route("/admin/clock", _clock, methods=["GET", "POST"]),
            Route("/admin/collect", _collect, methods=["POST"]),
            Route("/admin/post", _post, methods=["POST"]),
            Route("/admin/work", _work, methods=["POST"]),
            Route("/admin/counts", _counts),
            Route("/admin/faults", _faults, methods=["GET", "POST"]),
        ],
        exception_handlers={RequestError: _cannot},
    )
    app.state.system = system
    app.state.admin_token = admin_token
    return app


def _system(request: Request) -> GpSystem:
    system: GpSystem = request.app.state.system
    return system


def _admin(request: Request) -> GpSystem:
    """The system, for those who may change it. Raises RequestError (403)."""
    token = request.app.state.admin_token or ""
    given = request.headers.get("x-admin-token", "")
    if token and not hmac.compare_digest(token.encode(), given.encode()):
        raise RequestError(403, "every admin call must carry the admin token in X-Admin-Token")
    return _system(request)


def _json(value: Any, status: int = 200, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), status, media_type=media_type)


def _fhir(value: Any) -> Response:
    return _json(value, media_type="application/fhir+json")


async def _cannot(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RequestError) else 500
    if request.url.path.startswith("/fhir"):
        return _json(fhir.operation_outcome(str(error)), status, "application/fhir+json")
    return _json({"error": str(error)}, status)


async def _decoded(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await _body(request), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(422, str(error)) from error


async def _body(request: Request) -> bytes:
    """The whole body, no larger than a day's post can be. Raises RequestError (413)."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_POST_BYTES:
            raise RequestError(413, f"at most {MAX_POST_BYTES} bytes at a time")
        parts.append(part)
    return b"".join(parts)


async def _practices(request: Request) -> Response:
    return _json(_system(request).record.practices())


async def _metadata(_: Request) -> Response:
    return _fhir(fhir.capability_statement())


async def _observations(request: Request) -> Response:
    store, query = _system(request).store, request.query_params
    after = _number(query.get("_after", "0"), "_after", 0, 2**62)
    ods, patient = request.path_params["ods"], query.get("patient.identifier")
    return _fhir(fhir.search_observations(store, _base(request), ods, patient, _count(request), after))


async def _patients(request: Request) -> Response:
    store, query = _system(request).store, request.query_params
    ods, patient = request.path_params["ods"], query.get("identifier")
    after = query.get("_after", "")
    return _fhir(fhir.search_patients(store, _base(request), ods, patient, _count(request), after))


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _count(request: Request) -> int:
    text = request.query_params.get("_count", str(fhir.DEFAULT_COUNT))
    return _number(text, "_count", 1, fhir.MAX_COUNT)


def _number(text: str, name: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text[:20]) <= high:
        raise RequestError(400, f"{name} must be a whole number from {low} to {high}")
    return int(text)


async def _clock(request: Request) -> Response:
    system = _admin(request)
    if request.method == "POST":
        now = (await _decoded(request, _Now)).now
        await run_in_threadpool(system.set_clock, now if now.tzinfo else now.replace(tzinfo=UTC))
    return _json({"now": system.clock.now().isoformat(), "virtual": system.clock.virtual})


async def _collect(request: Request) -> Response:
    return _json(await run_in_threadpool(_admin(request).collect))


async def _post(request: Request) -> Response:
    system = _admin(request)
    return _json(await run_in_threadpool(system.post, (await _body(request)).split(b"\n")))


async def _work(request: Request) -> Response:
    return _json(await run_in_threadpool(_admin(request).work))


async def _counts(request: Request) -> Response:
    return _json(await run_in_threadpool(counts, _admin(request).store))


async def _faults(request: Request) -> Response:
    system = _admin(request)
    if request.method == "POST":
        system.set_faults(await _decoded(request, list[Fault]))
    return _json(msgspec.to_builtins(system.faults))
