"""The HTTP face: the record for anybody who wants to count a run again, the control plane for those with its token."""

import hmac
from datetime import UTC, date, datetime
from math import inf
from typing import Any, Final, Literal, TypeVar

import msgspec
import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.gp_system.desk.pile import minute_of
from simulators.gp_system.errors import RequestError
from simulators.gp_system.faults import Fault
from simulators.gp_system.record import fhir, reports
from simulators.gp_system.record.holdings import counts, holds, open_results, rung, sent_back, worked
from simulators.gp_system.system import GpSystem

MAX_BODY_BYTES: Final = 100 * 1024 * 1024

T = TypeVar("T")


def system_of(request: Request) -> GpSystem:
    """The system that this application serves."""
    system: GpSystem = request.app.state.system
    return system


def json_reply(value: Any, status: int = 200) -> Response:
    """A reply as JSON."""
    body = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, media_type="application/json")


def fhir_reply(value: Any, status: int = 200) -> Response:
    """A reply as FHIR's JSON."""
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


async def _practices(request: Request) -> Response:
    return json_reply(await run_in_threadpool(system_of(request).record.practices))


async def _metadata(_: Request) -> Response:
    return fhir_reply(fhir.capability_statement())


async def _search(request: Request) -> Response:
    system, ods, kind = system_of(request), request.path_params["ods"], _kind(request)
    lenient = "handling=lenient" in request.headers.get("prefer", "")
    asked = request.query_params.multi_items()
    return fhir_reply(
        await run_in_threadpool(fhir.search, system.store, _base(request), ods, kind, asked, lenient)
    )


async def _read(request: Request) -> Response:
    system, ods, kind = system_of(request), request.path_params["ods"], _kind(request)
    return fhir_reply(await run_in_threadpool(fhir.read, system.store, ods, kind, request.path_params["id"]))


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in fhir.searchables():
        raise RequestError(404, f"no {kind} here: {', '.join(fhir.searchables())}")
    return kind


async def _report(request: Request) -> Response:
    report = reports.REPORTS.get(request.path_params["report"])
    if report is None:
        raise RequestError(404, f"no such report: there are {', '.join(reports.REPORTS)}")
    system, ods = system_of(request), request.path_params["ods"]
    fhir.known_practice(system.store, ods)
    on = day(request, "on", system.clock.now().date())
    answer: dict[str, Any] = await run_in_threadpool(report, system.store, ods, on)
    return json_reply(answer)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


RECORD_ROUTES = [
    Route("/practices", _practices),
    Route("/metadata", _metadata),
    Route("/fhir/{ods}/metadata", _metadata),
    Route("/fhir/{ods}/{kind}", _search),
    Route("/fhir/{ods}/{kind}/{id}", _read),
    Route("/reports/{ods}/{report}", _report),
]


class _Now(msgspec.Struct, forbid_unknown_fields=True):
    """`then` is done once it is that time, in that order: one call for a round of the day."""

    now: datetime
    then: list[Literal["collect", "work"]] = []


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    practice: str
    screening_numbers: list[str]


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    practice: str
    nhs_number: str
    screening_number: str


def _admin(request: Request) -> GpSystem:
    """The system, for those who may change it. Raises RequestError (403)."""
    token = request.app.state.admin_token or ""
    given = request.headers.get("x-admin-token", "")
    if token and not hmac.compare_digest(token.encode(), given.encode()):
        raise RequestError(403, "every admin call must carry the admin token in X-Admin-Token")
    return system_of(request)


async def _clock(request: Request) -> Response:
    system = _admin(request)
    if request.method == "POST":
        wanted = await decoded(request, _Now)
        now = wanted.now if wanted.now.tzinfo else wanted.now.replace(tzinfo=UTC)
        await run_in_threadpool(system.set_clock, now)
        for round_ in wanted.then:
            await run_in_threadpool(system.collect if round_ == "collect" else system.work)
    return json_reply({"now": system.clock.now().isoformat(), "virtual": system.clock.virtual})


async def _collect(request: Request) -> Response:
    return json_reply(await run_in_threadpool(_admin(request).collect))


async def _post(request: Request) -> Response:
    system = _admin(request)
    return json_reply(await run_in_threadpool(system.post, (await body_of(request)).split(b"\n")))


async def _work(request: Request) -> Response:
    return json_reply(await run_in_threadpool(_admin(request).work))


async def _counts(request: Request) -> Response:
    return json_reply(await run_in_threadpool(counts, _admin(request).store))


async def _open(request: Request) -> Response:
    system = _admin(request)
    now = (
        minute_of(system.clock.now()) if system.clock.virtual else inf
    )  # a record served again: nothing moves
    return json_reply(await run_in_threadpool(open_results, system.store, now))


async def _worked(request: Request) -> Response:
    return json_reply(await run_in_threadpool(worked, _admin(request).store))


async def _reconcile(request: Request) -> Response:
    """A reconciliation page that came with the post, as the practice's staff answer it."""
    system, page = _admin(request), await decoded(request, _Page)
    return json_reply(await run_in_threadpool(holds, system.store, page.practice, page.screening_numbers))


async def _ring(request: Request) -> Response:
    """A call about one result, as the practice's staff answer it."""
    system, call = _admin(request), await decoded(request, _Call)
    said = await run_in_threadpool(rung, system.store, call.practice, call.nhs_number, call.screening_number)
    return json_reply({"said": said})


async def _sent_back(request: Request) -> Response:
    return json_reply(await run_in_threadpool(sent_back, _admin(request).store))


async def _faults(request: Request) -> Response:
    system = _admin(request)
    if request.method == "POST":
        system.set_faults(await decoded(request, list[Fault]))
    return json_reply(msgspec.to_builtins(system.faults))


CONTROL_ROUTES = [
    Route("/admin/clock", _clock, methods=["GET", "POST"]),
    Route("/admin/collect", _collect, methods=["POST"]),
    Route("/admin/post", _post, methods=["POST"]),
    Route("/admin/work", _work, methods=["POST"]),
    Route("/admin/counts", _counts),
    Route("/admin/open", _open),
    Route("/admin/worked", _worked),
    Route("/admin/reconcile", _reconcile, methods=["POST"]),
    Route("/admin/ring", _ring, methods=["POST"]),
    Route("/admin/sent-back", _sent_back),
    Route("/admin/faults", _faults, methods=["GET", "POST"]),
]


def create_app(system: GpSystem, admin_token: str | None) -> Starlette:
    """The application. `admin_token`: where set, every /admin call must carry it in X-Admin-Token."""
    app = Starlette(
        routes=[*RECORD_ROUTES, *CONTROL_ROUTES],
        exception_handlers=dict.fromkeys((RequestError, HTTPException, Exception), cannot),
    )
    app.state.system = system
    app.state.admin_token = admin_token
    return app
