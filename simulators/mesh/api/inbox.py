"""GET /messageexchange/{mailbox}/inbox, .../count, a message or its head, and PUT .../status/acknowledged."""

import asyncio
import gzip
import zlib
from hashlib import sha1
from uuid import uuid4

from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import (
    EVERYTHING,
    Call,
    PageRequest,
    WorkflowFilter,
    decode_cursor,
    encode_cursor,
    json_reply,
    link,
    of_mailbox,
)
from simulators.mesh.delivery import STRIDE
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.message import ChunkRange, Message, Status
from simulators.mesh.store import Page

# In front of every position, and a message delivered out of order may have one below zero.
_BEGINNING = -(2**62)


@of_mailbox
async def list_inbox(call: Call) -> Response:
    query = call.request.query_params
    page = PageRequest.parse(query, protocol.PAGE_SIZE, protocol.PAGE_SIZE_MIN, protocol.PAGE_SIZE_MAX)
    text = query.get("workflow_filter")
    if text is not None and not 2 <= len(text) <= 255:
        raise InvalidRequest("query", "workflow_filter", "String should have 2 to 255 characters")
    chosen = WorkflowFilter.parse(text) if text else EVERYTHING
    found, count = await call.transact(lambda: _list(call, page, chosen))
    if call.version < 2:
        return json_reply({"messages": found.message_ids})
    common = {"max_results": page.size if page.size != protocol.PAGE_SIZE else None, "workflow_filter": text}
    path = f"{call.mailbox_id}/inbox"
    links = {"self": link(path, **common)}
    if found.more:
        links["next"] = link(path, **common, continue_from=encode_cursor(found.last))
    return json_reply({"messages": found.message_ids, "links": links, "approx_inbox_count": count}, 2)


def _list(call: Call, page: PageRequest, chosen: WorkflowFilter) -> tuple[Page, int]:
    """What the page holds, and how many wait altogether."""
    store = call.exchange.store
    after = _after(call, page.continue_from)
    found = store.inbox(call.mailbox_id, after, page.size, chosen.sql, chosen.value)
    return found, store.inbox_count(call.mailbox_id)


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


@of_mailbox
async def count_inbox(call: Call) -> Response:
    count = await call.transact(lambda: call.exchange.store.inbox_count(call.mailbox_id))
    if call.version > 1:
        return json_reply({"count": count}, 2)
    return json_reply({"count": count, "internalID": uuid4().hex, "allResultsIncluded": True})


@of_mailbox
async def acknowledge(call: Call) -> Response:
    message_id = call.message_id
    await call.transact(lambda: _acknowledge(call, message_id))
    return json_reply({"messageId": message_id}) if call.version < 2 else Response()


def _acknowledge(call: Call, message_id: str) -> None:
    """Once acknowledged, expired or failed, acknowledging again changes nothing."""
    message = message_for(call, message_id)
    waits = message.status is Status.ACCEPTED and message.position is not None
    if waits and not call.exchange.settings.read_only and not call.exchange.keeps_waiting(message):
        call.exchange.delivery.acknowledge(message)


def message_for(call: Call, message_id: str) -> Message:
    """A message addressed to the caller. Raises MeshError: 404 where there is none, 403 where it is another's."""
    message = call.exchange.store.message(message_id)
    if message is None:
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    if message.recipient != call.mailbox_id:
        raise MeshError(protocol.NOT_YOURS)
    return message


# Bodies over this, or that become more, are dealt with in a thread: zlib lets others run meanwhile.
_AT_ONCE = 256 * 1024


@of_mailbox
async def download(call: Call) -> Response:
    number = call.chunk_number if "chunk_number" in call.request.path_params else 1
    message, body = await call.transact(lambda: _fetch(call, call.message_id, number))
    headers = describe(message, number)
    if message.is_report:
        return Response(headers=headers)
    if len(body) > _AT_ONCE or _grows(message, body):
        encoded, gzipped, etag = await asyncio.to_thread(_encode, call, message, body)
    else:
        encoded, gzipped, etag = _encode(call, message, body)
    if gzipped:
        headers["Content-Encoding"] = "gzip"
        headers["Mex-Content-Compressed"] = "Y"
    else:
        headers.pop("Content-Encoding", None)
    last = number >= message.total_chunks
    media_type = protocol.OCTETS
    if call.version > 1 and message.total_chunks < 2 and message.content_type:
        media_type = message.content_type
    headers["Content-Type"] = media_type
    headers["ETag"] = etag
    return Response(encoded, 200 if last else 206, headers)


def _fetch(call: Call, message_id: str, number: int) -> tuple[Message, bytes]:
    message = message_for(call, message_id)
    if not _collectable(call, message):
        raise MeshError(protocol.GONE, message_id)
    if message.is_report:
        return message, b""
    body = call.exchange.store.chunk(message, number)
    if body is None:
        raise MeshError(protocol.NO_SUCH_MESSAGE, message_id)
    return message, body


def _collectable(call: Call, message: Message) -> bool:
    """Whether it can be collected. Raises MeshError on the strict level once it was acknowledged."""
    if message.status is Status.ACKNOWLEDGED:
        call.judge.refuse("gone", protocol.GONE, message.message_id)
        return True
    return message.position is not None


def _encode(call: Call, message: Message, body: bytes) -> tuple[bytes, bool, str]:
    """The body as this client takes it, whether that is gzip, and its tag.

    Gzip that does not decompress, or expands to more than a request may carry, goes as it was sent.
    """
    takes_gzip = "gzip" in call.headers.get("accept-encoding", "")
    tag = _etag(body)
    if message.content_encoding == "gzip":
        plain = None if takes_gzip else gunzip(body, protocol.MAX_REQUEST_BYTES)
        return (body, True, tag) if plain is None else (plain, False, tag)
    if call.version > 1 and takes_gzip:
        return gzip.compress(body, 1, mtime=0), True, tag
    return body, False, tag


def _grows(message: Message, body: bytes) -> bool:
    """Whether this is gzip of more than is dealt with at once: found by decompressing no more than that."""
    return message.content_encoding == "gzip" and gunzip(body, _AT_ONCE) is None


def gunzip(body: bytes, limit: int) -> bytes | None:
    """Decompressed, or None where it is no gzip or would be longer than `limit` bytes."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, limit)
    except zlib.error:
        return None
    return plain if machine.eof and not machine.unconsumed_tail and not machine.unused_data else None


@of_mailbox
async def head(call: Call) -> Response:
    message, body = await call.transact(lambda: _look(call, call.message_id))
    return Response(headers=describe(message, 1) | {"ETag": _etag(body)})


def _look(call: Call, message_id: str) -> tuple[Message, bytes]:
    """The recipient may look while it could collect, the sender always."""
    message = call.exchange.store.message(message_id)
    if message is None or call.mailbox_id not in (message.recipient, message.sender):
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    if message.recipient == call.mailbox_id and not _collectable(call, message):
        raise MeshError(protocol.GONE, message_id)
    return message, call.exchange.store.chunk(message, 1) or b""


def _etag(body: bytes) -> str:
    return f'"{sha1(body, usedforsecurity=False).hexdigest()}"'


def describe(message: Message, number: int) -> dict[str, str]:
    """The reply's headers; those without a value are left out."""
    headers = {
        "Mex-From": message.sender,
        "Mex-To": message.mex_to if message.is_report else message.recipient,
        "Mex-WorkflowID": message.workflow_id,
        "Mex-Chunk-Range": str(ChunkRange(number, message.total_chunks)),
        "Mex-Total-Chunks": str(message.total_chunks),
        "Mex-AddressType": "ALL",
        "Mex-LocalID": message.local_id,
        "Mex-PartnerID": message.partner_id,
        "Mex-FileName": message.file_name or f"{message.message_id}.dat",
        "Mex-Subject": message.subject,
        "Mex-Version": "1.0",
        "Mex-MessageType": message.kind,
        "Mex-MessageID": message.message_id,
        "Mex-Content-Compressed": "Y" if message.compressed else None,
        "Mex-Content-Encrypted": "Y" if message.encrypted else None,
        "Mex-Content-Checksum": message.checksum,
        "Mex-Content-Type": message.content_type,
        "Content-Encoding": None if message.is_report else message.content_encoding,
        "Last-Modified": protocol.http_date(message.changed_at),
        **_status(message),
    }
    return {name: value for name, value in headers.items() if value}


def _status(message: Message) -> dict[str, str | None]:
    if message.failure_code is None:
        return {
            "Mex-StatusCode": "00",
            "Mex-StatusEvent": "TRANSFER",
            "Mex-StatusDescription": "Transferred to recipient mailbox",
            "Mex-StatusSuccess": "SUCCESS",
            "Mex-StatusTimestamp": protocol.compact(message.accepted_at or message.created_at),
        }
    return {
        "Mex-LinkedMsgID": message.linked_message_id,
        "Mex-StatusCode": message.failure_code,
        "Mex-StatusEvent": message.failure_event,
        "Mex-StatusDescription": message.failure_description,
        "Mex-StatusSuccess": "ERROR",
        "Mex-StatusTimestamp": protocol.compact(message.failed_at or message.created_at),
    }
