"""GET .../inbox/rich and .../outbox/rich: listings with details, newest first (mesh-sandbox has them; the
API description does not).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import times
from simulators.mesh.api.call import Call
from simulators.mesh.api.paging import PageRequest, decode_cursor, encode_cursor, link
from simulators.mesh.api.replies import json_reply
from simulators.mesh.directory import Directory
from simulators.mesh.errors import InvalidRequest
from simulators.mesh.message import Message

_DEFAULT = 100
_MONTH = 30 * 86400


async def rich_inbox(request: Request) -> Response:
    return await _rich(request, "recipient", "inbox/rich", 1, 2000)


async def rich_outbox(request: Request) -> Response:
    return await _rich(request, "sender", "outbox/rich", 10, 5000)


async def _rich(request: Request, party: str, path: str, smallest: int, largest: int) -> Response:
    call = Call.of(request)
    page = PageRequest.parse(request.query_params, _DEFAULT, smallest, largest)
    start_time = request.query_params.get("start_time")
    before = decode_cursor(page.continue_from) if page.continue_from else None
    store = call.exchange.store
    since = _since(start_time)
    found = await call.transact(
        lambda: store.newest(
            party, call.mailbox_id, store.now - _MONTH if since is None else since, before, page.size + 1
        )
    )
    shown = found[: page.size]
    path = f"{call.mailbox_id}/{path}"
    common = {"start_time": start_time, "max_results": page.size}
    links = {"self": link(path, **common)}
    if len(found) > page.size:
        links["next"] = link(path, **common, continue_from=encode_cursor(shown[-1].seq))
    messages = [_line(message, call.exchange.directory) for message in shown]
    return json_reply({"valid_at": times.iso(store.now), "messages": messages, "links": links}, 2)


def _since(start_time: str | None) -> float | None:
    if start_time is None:
        return None
    try:
        return times.parse_iso(start_time)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("query", "start_time", "Input should be an ISO 8601 time") from error


def _line(message: Message, directory: Directory) -> dict[str, Any]:
    line = {
        "message_id": message.message_id,
        "expiry_timestamp": times.iso(message.expires_at) if message.expires_at else None,
        "local_id": message.local_id or "",
        "message_type": message.kind,
        "recipient": message.recipient,
        "recipient_name": directory.party(message.recipient).mailbox_name,
        "sender": message.sender,
        "sender_name": directory.party(message.sender).mailbox_name,
        "sent_date": times.iso(message.created_at),
        "status": message.status.value,
        "status_code": message.failure_code or "",
        "workflow_id": message.workflow_id,
        "total_chunks": message.total_chunks,
    }
    return {name: value for name, value in line.items() if value is not None}
