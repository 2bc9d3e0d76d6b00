"""The routes of the MESH API and of the control plane."""

import logging

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.mesh import admin, download, handshake, inbox, lookup, outbox, tracking
from simulators.mesh.call import version_of
from simulators.mesh.errors import MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.replies import refusal_reply

log = logging.getLogger("mesh")

_HEALTH = (
    "/health",
    "/healthcheck",
    "/_status",
    "/_ping",
    "/messageexchange/_ping",
    "/messageexchange/deepping",
)
_MAILBOX = "/messageexchange/{mailbox_id}"

# The busiest first: Starlette tries them in order.
_ROUTES = [
    Route(f"{_MAILBOX}/outbox", outbox.send_message, methods=["POST"]),
    Route(f"{_MAILBOX}/inbox", inbox.list_inbox, methods=["GET"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}/status/acknowledged", inbox.acknowledge, methods=["PUT"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}", download.head, methods=["HEAD"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}", download.download, methods=["GET"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}/{{chunk_number}}", download.download, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/tracking", tracking.track_by_message_id, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/tracking/{{local_id:path}}", tracking.track_by_local_id, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/{{message_id}}/{{chunk_number}}", outbox.send_chunk, methods=["POST"]),
    Route(
        "/messageexchange/endpointlookup/{ods_code}/{workflow_id}", lookup.lookup_endpoint, methods=["GET"]
    ),
    Route("/messageexchange/workflowsearch/{workflow_id}", lookup.search_workflow, methods=["GET"]),
    Route(f"{_MAILBOX}/count", inbox.count_inbox, methods=["GET"]),
    Route(f"{_MAILBOX}/update", handshake.update, methods=["POST"]),
    *(Route(path, admin.health, methods=["GET"]) for path in _HEALTH),
    Route(_MAILBOX, handshake.handshake, methods=["GET", "POST"]),
    Route("/admin/clock", admin.set_clock, methods=["POST"]),
    Route("/admin/clock", admin.get_clock, methods=["GET"]),
    Route("/admin/counts", admin.counts, methods=["GET"]),
]


def create_app(exchange: Exchange, admin_token: str | None = None) -> Starlette:
    app = Starlette(
        routes=_ROUTES,
        exception_handlers={MeshError: _refuse, ClientDisconnect: _nobody_there, Exception: _bug},
    )
    app.state.exchange = exchange
    app.state.admin_token = admin_token
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, MeshError)  # noqa: S101 - registered for it alone
    try:
        version = version_of(request)
    except MeshError:
        version = 1
    return refusal_reply(error, version)


async def _nobody_there(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """The request was cut short: nothing was stored, and nobody reads this."""
    return Response(status_code=400)


async def _bug(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette logs it
    return Response("An internal error occurred.", 500)
