"""What is asked of mailboxes rather than messages: the handshake, and which mailboxes take a workflow."""

from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import faults
from simulators.mesh.api.call import Call, exchange_of, json_reply, of_mailbox, version_of
from simulators.mesh.directory import Mailbox
from simulators.mesh.errors import InvalidRequest
from simulators.mesh.faults import Occasion


async def lookup_endpoint(request: Request) -> Response:
    version = version_of(request.headers)
    exchange = exchange_of(request)
    ods_code, workflow_id = _given(request, "ods_code"), _given(request, "workflow_id")
    found = await exchange.transact(
        lambda: _reachable(request, workflow_id, exchange.directory.receivers_at(ods_code, workflow_id))
    )
    if version > 1:
        return json_reply(_results(found), 2)
    results = [
        {"address": m.mailbox_id, "description": m.mailbox_name, "endpoint_type": "MESH"} for m in found
    ]
    return json_reply({"query_id": uuid4().hex, "results": results})


async def search_workflow(request: Request) -> Response:
    version = version_of(request.headers)
    exchange = exchange_of(request)
    workflow_id = _given(request, "workflow_id")
    found = await exchange.transact(
        lambda: _reachable(request, workflow_id, exchange.directory.receivers(workflow_id))
    )
    return json_reply(_results(found), version)


def _given(request: Request, name: str) -> str:
    value = str(request.path_params[name]).strip()
    if not value:
        raise InvalidRequest("path", name, f"{name} missing")
    return value


def _reachable(request: Request, workflow_id: str, mailboxes: list[Mailbox]) -> list[Mailbox]:
    exchange, occasion = exchange_of(request), Occasion("lookup", "", workflow_id)
    entry = request.scope.get("mesh.entry")
    struck = entry.judge.struck if entry else []
    if exchange.strikes(faults.LookupEmpty, occasion, struck):
        return []
    if wrong := exchange.strikes(faults.LookupWrong, occasion, struck):
        other = exchange.directory.mailboxes.get(wrong.answer.upper())
        return [other or Mailbox(wrong.answer)]
    return [mailbox for mailbox in mailboxes if exchange.is_active(mailbox)]


def _results(mailboxes: list[Mailbox]) -> dict[str, Any]:
    return {"results": [{"mailbox_id": m.mailbox_id, "mailbox_name": m.mailbox_name} for m in mailboxes]}


_REQUIRED = ("mex-clientversion", "mex-osname", "mex-osversion")


@of_mailbox
async def handshake(call: Call) -> Response:
    missing = [name for name in _REQUIRED if name not in call.headers]
    if missing:
        raise InvalidRequest("header", missing, "Field required")
    client = call.headers["mex-clientversion"]
    await call.transact(lambda: call.exchange.store.shake_hands(call.mailbox_id, client))
    return json_reply({"mailboxId": call.mailbox_id}) if call.version < 2 else Response()


@of_mailbox
async def update(call: Call) -> Response:
    """Where the Java client asks for a new version of itself. There is none."""
    await call.transact(lambda: None)
    return Response()
