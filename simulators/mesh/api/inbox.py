"""GET /messageexchange/{mailbox}/inbox, .../count, and PUT .../status/acknowledged."""

from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import Call
from simulators.mesh.api.paging import PageRequest, decode_cursor, encode_cursor, link
from simulators.mesh.api.replies import json_reply
from simulators.mesh.api.workflow_filter import EVERYTHING, WorkflowFilter
from simulators.mesh.delivery import STRIDE
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.message import Message, Status
from simulators.mesh.store.store import Entry

# In front of every position, and a message delivered out of order may have one below zero.
_BEGINNING = -(2**62)


async def list_inbox(request: Request) -> Response:
    call = Call.of(request)
    query = request.query_params
    page = PageRequest.parse(query, protocol.PAGE_SIZE, protocol.PAGE_SIZE_MIN, protocol.PAGE_SIZE_MAX)
    text = query.get("workflow_filter")
    if text is not None and not 2 <= len(text) <= 255:
        raise InvalidRequest("query", "workflow_filter", "String should have 2 to 255 characters")
    chosen = WorkflowFilter.parse(text) if text else EVERYTHING
    entries, count = await call.transact(lambda: _list(call, page, chosen))
    shown = [entry.message_id for entry in entries[: page.size]]
    if call.version < 2:
        return json_reply({"messages": shown})
    common = {"max_results": page.size if page.size != protocol.PAGE_SIZE else None, "workflow_filter": text}
    path = f"{call.mailbox_id}/inbox"
    links = {"self": link(path, **common)}
    if len(entries) > page.size:
        links["next"] = link(path, **common, continue_from=encode_cursor(entries[page.size - 1].position))
    return json_reply({"messages": shown, "links": links, "approx_inbox_count": count}, 2)


def _list(call: Call, page: PageRequest, chosen: WorkflowFilter) -> tuple[list[Entry], int]:
    """One entry more than the page holds, where there is one; and how many wait altogether."""
    store = call.exchange.store
    after = _after(call, page.continue_from)
    entries = store.inbox(call.mailbox_id, after, page.size + 1, chosen.sql, chosen.value)
    return entries, store.inbox_count(call.mailbox_id)


def _after(call: Call, continue_from: str | None) -> int:
    """The position a page follows: v2 pages go on from a cursor, v1 pages from the last message id."""
    if continue_from is None:
        return _BEGINNING
    if call.version > 1:
        return decode_cursor(continue_from)
    message = call.exchange.store.message(continue_from.upper())
    if message is None or message.recipient != call.mailbox_id:
        raise InvalidRequest("query", "continue_from", "No message of this inbox")
    return message.position if message.position is not None else message.seq * STRIDE


async def count_inbox(request: Request) -> Response:
    call = Call.of(request)
    count = await call.transact(lambda: call.exchange.store.inbox_count(call.mailbox_id))
    if call.version > 1:
        return json_reply({"count": count}, 2)
    return json_reply({"count": count, "internalID": uuid4().hex, "allResultsIncluded": True})


async def acknowledge(request: Request) -> Response:
    call = Call.of(request)
    message_id = call.message_id
    await call.transact(lambda: _acknowledge(call, message_id))
    return json_reply({"messageId": message_id}) if call.version < 2 else Response()


def _acknowledge(call: Call, message_id: str) -> None:
    """Once acknowledged, expired or failed, acknowledging again changes nothing."""
    message = message_for(call, message_id)
    if message.status is Status.ACCEPTED and message.position is not None:
        call.exchange.delivery.acknowledge(message)


def message_for(call: Call, message_id: str) -> Message:
    """A message addressed to the caller. Raises MeshError: 404 where there is none, 403 where it is another's."""
    message = call.exchange.store.message(message_id)
    if message is None:
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    if message.recipient != call.mailbox_id:
        raise MeshError(protocol.NOT_YOURS)
    return message
