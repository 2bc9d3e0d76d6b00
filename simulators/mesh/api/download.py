"""GET and HEAD /messageexchange/{mailbox}/inbox/{message}[/{chunk}]: a message's headers and its body."""

import asyncio
import gzip
import zlib
from hashlib import sha1

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol, times
from simulators.mesh.api.call import Call
from simulators.mesh.api.chunk_range import ChunkRange
from simulators.mesh.api.inbox import message_for
from simulators.mesh.errors import MeshError
from simulators.mesh.message import Message, Status

# Bodies over this are compressed in a thread: zlib lets others run, and would hold them up for seconds.
_AT_ONCE = 256 * 1024


async def download(request: Request) -> Response:
    call = Call.of(request)
    number = call.chunk_number if "chunk_number" in request.path_params else 1
    message, body = await call.transact(lambda: _fetch(call, call.message_id, number))
    headers = describe(message, number)
    if message.is_report:
        return Response(headers=headers)
    if len(body) > _AT_ONCE:
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
    if message.status is Status.ACKNOWLEDGED:
        return not call.exchange.rules.gone_once_acknowledged
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


def gunzip(body: bytes, limit: int) -> bytes | None:
    """Decompressed, or None where it is no gzip or would be longer than `limit` bytes."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, limit)
    except zlib.error:
        return None
    return plain if machine.eof and not machine.unconsumed_tail and not machine.unused_data else None


async def head(request: Request) -> Response:
    call = Call.of(request)
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
        "Last-Modified": times.http(message.changed_at),
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
            "Mex-StatusTimestamp": times.compact(message.accepted_at or message.created_at),
        }
    return {
        "Mex-LinkedMsgID": message.linked_message_id,
        "Mex-StatusCode": message.failure_code,
        "Mex-StatusEvent": message.failure_event,
        "Mex-StatusDescription": message.failure_description,
        "Mex-StatusSuccess": "ERROR",
        "Mex-StatusTimestamp": times.compact(message.failed_at or message.created_at),
    }
