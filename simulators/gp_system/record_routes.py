"""The record, for anybody who wants to count a run again: practices, FHIR searches, the reports people rely on."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.gp_system import fhir, reports
from simulators.gp_system.errors import RequestError
from simulators.gp_system.web import day, fhir_reply, json_reply, system_of


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
