"""GET /openapi.json: what can be asked of this server, made from its routes and the docstrings behind them."""

import re
from collections.abc import Iterable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.mesh.api.call import json_reply
from simulators.mesh.api.outbox import LONGEST
from simulators.mesh.front_door import target_of

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
