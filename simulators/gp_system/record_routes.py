"""The record, for anybody who wants to count a run again: practices, FHIR searches, the reports people rely on."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.gp_system import fhir, reports
from simulators.gp_system.errors import RequestError
from simulators.gp_system.record import FINAL, PRELIMINARY
from simulators.gp_system.web import day, fhir_reply, json_reply, number, system_of

_MAX_ID = 2**62


async def _practices(request: Request) -> Response:
    return json_reply(await run_in_threadpool(system_of(request).record.practices))


async def _metadata(_: Request) -> Response:
    return fhir_reply(fhir.capability_statement())


async def _observations(request: Request) -> Response:
    status = request.query_params.get("status", FINAL)
    if status not in (FINAL, PRELIMINARY):
        raise RequestError(400, f"status must be {FINAL} or {PRELIMINARY}")
    patient = request.query_params.get("patient.identifier")
    after = number(request, "_after", 0, 0, _MAX_ID)
    store, base, ods = system_of(request).store, _base(request), request.path_params["ods"]
    page = await run_in_threadpool(
        fhir.search_observations, store, base, ods, patient, status, _count(request), after
    )
    return fhir_reply(page)


async def _patients(request: Request) -> Response:
    identifier, after = request.query_params.get("identifier"), request.query_params.get("_after", "")
    store, base, ods = system_of(request).store, _base(request), request.path_params["ods"]
    page = await run_in_threadpool(fhir.search_patients, store, base, ods, identifier, _count(request), after)
    return fhir_reply(page)


async def _documents(request: Request) -> Response:
    patient = request.query_params.get("patient.identifier")
    if patient is None:
        raise RequestError(400, "documents are searched by patient.identifier")
    after = number(request, "_after", 0, 0, _MAX_ID)
    store, base, ods = system_of(request).store, _base(request), request.path_params["ods"]
    page = await run_in_threadpool(fhir.search_documents, store, base, ods, patient, _count(request), after)
    return fhir_reply(page)


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


def _count(request: Request) -> int:
    return number(request, "_count", fhir.DEFAULT_COUNT, 1, fhir.MAX_COUNT)


RECORD_ROUTES = [
    Route("/practices", _practices),
    Route("/metadata", _metadata),
    Route("/fhir/{ods}/Observation", _observations),
    Route("/fhir/{ods}/Patient", _patients),
    Route("/fhir/{ods}/DocumentReference", _documents),
    Route("/reports/{ods}/{report}", _report),
]
