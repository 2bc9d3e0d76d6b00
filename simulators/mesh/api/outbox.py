"""POST /messageexchange/{mailbox}/outbox: a mailbox sends, in one request or in chunks."""

from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import Call, read_body
from simulators.mesh.api.chunk_range import ChunkRange
from simulators.mesh.api.mex_headers import MexHeaders, content_encoding
from simulators.mesh.api.replies import json_reply
from simulators.mesh.errors import MeshError
from simulators.mesh.exchange import Exchange
from simulators.mesh.message import Message, Status


async def send_message(request: Request) -> Response:
    call = Call.of(request)
    headers = MexHeaders.parse(call.headers)
    body = await _body(call)
    if not body:
        raise MeshError(protocol.NO_DATA)
    message = await call.transact(lambda: _accept(call, headers, body))
    key = "message_id" if call.version > 1 else "messageID"
    return json_reply({key: message.message_id}, call.version, 202)


async def send_chunk(request: Request) -> Response:
    call = Call.of(request)
    number = call.chunk_number
    message_id = call.message_id
    chunk_range = ChunkRange.parse(call.headers.get("mex-chunk-range", ""))
    if chunk_range.number != number:
        raise MeshError(protocol.BAD_CHUNKS, message_id)
    encoding = content_encoding(call.headers)
    body = await _body(call)
    if not body:
        raise MeshError(protocol.NO_DATA, message_id)
    await call.transact(lambda: _add_chunk(call, message_id, chunk_range, encoding, body))
    if call.version > 1:
        return json_reply({"message_id": message_id}, 2, 202)
    return json_reply({"messageID": message_id, "blockID": number}, status=202)


async def _body(call: Call) -> bytes:
    limit = protocol.MAX_REQUEST_BYTES if call.exchange.rules.request_size else None
    return await read_body(call.request, limit)


def _accept(call: Call, headers: MexHeaders, body: bytes) -> Message:
    exchange = call.exchange
    _check(call, headers)
    store = exchange.store
    message_id = store.new_id()
    message = Message(
        message_id=message_id,
        sender=call.mailbox_id,
        recipient=headers.to,
        mex_to=headers.to,
        workflow_id=headers.workflow_id,
        created_at=store.now,
        total_chunks=headers.chunk_range.total,
        file_size=len(body),
        local_id=headers.local_id or None,
        subject=headers.subject or None,
        file_name=headers.file_name or f"{message_id}.dat",
        content_type=headers.content_type or None,
        content_encoding=headers.content_encoding or None,
        checksum=headers.checksum or None,
        partner_id=headers.partner_id or None,
        compressed=headers.compressed,
        encrypted=headers.encrypted,
    )
    if message.total_chunks > 1:
        exchange.delivery.begin(message, body)
    else:
        exchange.delivery.accept(message, body)
    store.tally(call.mailbox_id, "sent")
    return message


def _check(call: Call, headers: MexHeaders) -> None:
    exchange, rules = call.exchange, call.exchange.rules
    if rules.headers_agree:
        if headers.mex_from not in ("", call.mailbox_id):
            raise MeshError(protocol.WRONG_SENDER)
        if headers.message_type not in ("", "DATA"):
            raise MeshError(protocol.NOT_DATA)
    if not exchange.routing.names_somebody(headers.to):
        raise MeshError(protocol.RECIPIENT_UNKNOWN)
    if rules.workflow_permissions:
        _check_workflow(exchange, call.mailbox_id, headers)


def _check_workflow(exchange: Exchange, sender: str, headers: MexHeaders) -> None:
    directory, workflow = exchange.directory, headers.workflow_id
    if not directory.registered(workflow):
        raise MeshError(protocol.WORKFLOW_NOT_REGISTERED)
    if not directory.may_send(sender, workflow):
        raise MeshError(protocol.SENDER_NOT_ALLOWED)
    # A patient's practice is not known yet: where it does not take the workflow, a report says so.
    if headers.to in directory.mailboxes and not directory.may_receive(headers.to, workflow):
        raise MeshError(protocol.WORKFLOW_NOT_REGISTERED)


def _add_chunk(call: Call, message_id: str, chunk_range: ChunkRange, encoding: str, body: bytes) -> None:
    store = call.exchange.store
    message = store.message(message_id)
    if message is None:
        raise MeshError(protocol.NO_SUCH_MESSAGE, message_id)
    if message.sender != call.mailbox_id:
        raise MeshError(protocol.NOT_YOURS)
    if message.status is not Status.UPLOADING:
        raise MeshError(protocol.FINALISED, message_id)
    if chunk_range.total != message.total_chunks:
        raise MeshError(protocol.BAD_CHUNKS, message_id)
    if encoding != (message.content_encoding or ""):
        raise MeshError(protocol.ENCODING_CHANGED, message_id)
    store.put_chunk(message, chunk_range.number, body)
    if _whole(call, message, chunk_range):
        _, size = store.stored(message)
        call.exchange.delivery.complete(message, size)


def _whole(call: Call, message: Message, chunk_range: ChunkRange) -> bool:
    if not call.exchange.rules.whole_messages:
        return chunk_range.number == message.total_chunks
    count, _ = call.exchange.store.stored(message)
    return count == message.total_chunks
