"""The control plane, apart from what it simulates: the clock, collecting, post, work, counts, faults."""

import hmac
from datetime import UTC, datetime
from math import inf

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.gp_system.counts import counts
from simulators.gp_system.errors import RequestError
from simulators.gp_system.faults import Fault
from simulators.gp_system.minutes import minute_of
from simulators.gp_system.reconciliation import holds
from simulators.gp_system.system import GpSystem
from simulators.gp_system.web import body_of, decoded, json_reply, system_of
from simulators.gp_system.whereabouts import open_results, sent_back


class _Now(msgspec.Struct, forbid_unknown_fields=True):
    now: datetime


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    practice: str
    screening_numbers: list[str]


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
        now = (await decoded(request, _Now)).now
        await run_in_threadpool(system.set_clock, now if now.tzinfo else now.replace(tzinfo=UTC))
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


async def _reconcile(request: Request) -> Response:
    """A reconciliation page that came with the post, as the practice's staff answer it."""
    system, page = _admin(request), await decoded(request, _Page)
    return json_reply(await run_in_threadpool(holds, system.store, page.practice, page.screening_numbers))


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
    Route("/admin/reconcile", _reconcile, methods=["POST"]),
    Route("/admin/sent-back", _sent_back),
    Route("/admin/faults", _faults, methods=["GET", "POST"]),
]
