"""The routes of the MESH API and of the control plane, and their description as OpenAPI."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.mesh.admin import control, page, sandbox
from simulators.mesh.admin.control import guarded
from simulators.mesh.api import inbox, mailboxes, outbox, tracking
from simulators.mesh.api.call import Endpoint, json_reply, reply_to
from simulators.mesh.api.outbox import LONGEST
from simulators.mesh.errors import MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.front_door import RequestGate, target_of
from simulators.mesh.protocol import Refusal

_JSON: Final = {"application/json": {"schema": {"type": ["object", "array", "null"]}}}
_QUERIES: Final = {
    "list": ("max_results", "continue_from", "workflow_filter"),
    "track": ("messageID",),
}
_REQUIRED: Final = ("mex-to", "mex-workflowid", "messageID")


async def describe(request: Request) -> Response:
    """This description."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    return json_reply(description(routes, str(request.base_url).rstrip("/")))


def description(routes: Iterable[Route], url: str) -> dict[str, Any]:
    """An OpenAPI 3.1 description of these routes on the server at `url`."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        for method in sorted(route.methods or ()):
            if method == "HEAD" and "GET" in (route.methods or ()):
                continue
            operations = paths.setdefault(path, {})
            operations.setdefault(method.lower(), _operation(route, path, method))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MESH simulator",
            "version": "2.0.0",
            "description": "The MESH API, simulated, and its control plane. Not assured by NHS England.",
        },
        "servers": [{"url": url}],
        "components": {
            "securitySchemes": {
                "mailbox": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "admin": {"type": "apiKey", "in": "header", "name": "X-Admin-Token"},
            }
        },
        "paths": paths,
    }


def _operation(route: Route, path: str, method: str) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    target = target_of(method, re.sub(r"\{\w+\}", "X", path))
    kind = target.route if target else ""
    parameters = [_parameter(name, "path", required=True) for name in names]
    parameters += [_parameter(name, "query", required=name in _REQUIRED) for name in _QUERIES.get(kind, ())]
    if kind in ("send", "send_chunk"):
        parameters += [
            _parameter(n, "header", n in _REQUIRED and kind == "send", size) for n, size in LONGEST.items()
        ]
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{re.sub(r'[^a-zA-Z]+', '_', path).strip('_')}",
        "summary": ((route.endpoint.__doc__ or "").strip().splitlines() or [route.endpoint.__name__])[0],
        "tags": ["control plane" if "/admin" in path else "MESH" if kind else "health"],
        "parameters": parameters,
        "responses": {
            "202" if kind in ("send", "send_chunk") else "200": {"description": "Done", "content": _JSON},
            "4XX": {"description": "Refused, with the reason", "content": _JSON},
            "503": {"description": "The store does not take it now", "content": _JSON},
        },
    }
    if kind and kind != "lookup":
        operation["security"] = [{"mailbox": []}]
    elif "/admin" in path:
        operation["security"] = [{"admin": []}]
    if method in ("POST", "PUT") and kind not in ("handshake", "acknowledge"):
        content = {"application/octet-stream": {}} if kind else _JSON
        operation["requestBody"] = {"content": content, "required": bool(kind)}
    return operation


def _parameter(name: str, where: str, required: bool, longest: int | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} | ({"maxLength": longest} if longest else {})
    return {"name": name, "in": where, "required": required, "schema": schema}


_HEALTH = (
    "/health",
    "/healthcheck",
    "/_status",
    "/_ping",
    "/messageexchange/_ping",
    "/messageexchange/deepping",
)
_MAILBOX = "/messageexchange/{mailbox_id}"

# Called by the front door itself, where the path is written plainly.
_BUSIEST: dict[str, Endpoint] = {
    "send": outbox.send_message,
    "list": inbox.list_inbox,
    "count": inbox.count_inbox,
    "download": inbox.download,
    "acknowledge": inbox.acknowledge,
}

# The busiest first: Starlette tries them in order.
_ROUTES = [
    Route(f"{_MAILBOX}/outbox", outbox.send_message, methods=["POST"]),
    Route(f"{_MAILBOX}/inbox", inbox.list_inbox, methods=["GET"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}/status/acknowledged", inbox.acknowledge, methods=["PUT"]),
    Route(f"{_MAILBOX}/inbox/rich", tracking.rich_inbox, methods=["GET"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}", inbox.head, methods=["HEAD"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}", inbox.download, methods=["GET"]),
    Route(f"{_MAILBOX}/inbox/{{message_id}}/{{chunk_number}}", inbox.download, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/rich", tracking.rich_outbox, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/tracking", tracking.track_by_message_id, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/tracking/{{local_id:path}}", tracking.track_by_local_id, methods=["GET"]),
    Route(f"{_MAILBOX}/outbox/{{message_id}}/{{chunk_number}}", outbox.send_chunk, methods=["POST"]),
    Route(
        "/messageexchange/endpointlookup/{ods_code}/{workflow_id}", mailboxes.lookup_endpoint, methods=["GET"]
    ),
    Route("/messageexchange/workflowsearch/{workflow_id}", mailboxes.search_workflow, methods=["GET"]),
    Route(f"{_MAILBOX}/count", inbox.count_inbox, methods=["GET"]),
    Route(f"{_MAILBOX}/update", mailboxes.update, methods=["POST"]),
    *(Route(path, sandbox.health, methods=["GET"]) for path in _HEALTH),
    Route("/openapi.json", describe, methods=["GET"]),
    Route("/messageexchange/mailbox/{mailbox_id}", guarded(sandbox.show_mailbox), methods=["GET"]),
    Route(_MAILBOX, mailboxes.handshake, methods=["GET", "POST"]),
]


def _control_plane(prefix: str) -> list[Route]:
    """Every one of them asks for the admin token, where there is one."""
    c, s = control, sandbox
    wanted: list[tuple[str, str, Endpoint]] = [
        ("GET", "/page", page.show),
        ("POST", "/page", page.act),
        ("POST", "/clock", c.set_clock),
        ("GET", "/clock", c.get_clock),
        ("POST", "/clock/advance", c.advance_clock),
        ("POST", "/clock/step", c.step_clock),
        ("GET", "/counts", c.counts),
        ("GET", "/handshakes", c.handshakes),
        ("POST", "/faults", c.set_faults),
        ("GET", "/faults", c.get_faults),
        ("DELETE", "/faults", c.remove_faults),
        ("PUT", "/faults/{name}", c.put_fault),
        ("DELETE", "/faults/{name}", c.remove_fault),
        ("GET", "/messages", c.messages),
        ("GET", "/requests", c.requests),
        ("DELETE", "/requests", c.forget_requests),
        ("POST", "/requests/verify", c.verify_requests),
        ("GET", "/snapshots", c.list_snapshots),
        ("PUT", "/snapshots/{name}", c.take_snapshot),
        ("POST", "/snapshots/{name}/restore", c.restore_snapshot),
        ("DELETE", "/snapshots/{name}", c.drop_snapshot),
        ("POST", "/mailboxes", c.add_mailboxes),
        ("POST", "/mailbox/{mailbox_id}", c.switch_mailbox),
        ("GET", "/mailbox/{mailbox_id}", s.show_mailbox),
        ("GET", "/message/{message_id}", s.show_message),
        ("POST", "/message/{message_id}/event", s.add_event),
        ("POST", "/report", s.create_report),
        ("DELETE", "/reset", s.reset_all),
        ("DELETE", "/reset/{mailbox_id}", s.reset_mailbox),
    ]
    return [Route(f"{prefix}{path}", guarded(does), methods=[method]) for method, path, does in wanted]


def create_app(
    exchange: Exchange,
    admin_token: str | None = None,
    *,
    refuse: Callable[[float], Awaitable[None]] | None = None,
    log_requests: bool = False,
) -> Starlette:
    """`refuse` has the server's socket refuse connections for so many seconds, where it has one."""
    app = Starlette(
        routes=[*_ROUTES, *_control_plane("/admin"), *_control_plane("/messageexchange/admin")],
        middleware=[Middleware(RequestGate, exchange=exchange, busiest=_BUSIEST, lines=log_requests)],
        exception_handlers={
            MeshError: _failed,
            HTTPException: _no_route,
            ClientDisconnect: _failed,
            Exception: _bug,
        },
    )
    app.state.exchange = exchange
    app.state.admin_token = admin_token
    app.state.refuse = refuse
    return app


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, (MeshError, ClientDisconnect))  # noqa: S101 - registered for these alone
    return reply_to(request, error)


async def _no_route(request: Request, error: Exception) -> Response:
    """A path or method that is nobody's: Starlette's answer, in MESH's shape."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return reply_to(request, MeshError(Refusal(error.status_code, error.detail)))


async def _bug(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette logs it
    return Response("An internal error occurred.", 500)
