"""POST /messageexchange/{mailbox}/outbox: what a sender says of a message, and sends, at once or in chunks."""

import re
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import Call, json_reply, of_mailbox
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.message import ChunkRange, Message, Status

# The longest value the API description allows, in characters.
LONGEST = {
    "mex-to": 100,
    "mex-workflowid": 300,
    "mex-chunk-range": 20,
    "mex-subject": 500,
    "mex-localid": 300,
    "mex-partnerid": 500,
    "mex-filename": 300,
    "mex-content-encrypted": 20,
    "mex-content-compressed": 20,
    "mex-content-checksum": 100,
    "mex-content-type": 100,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_NOT_ADDRESSES = ("mex-to", "mex-workflowid", "mex-content-checksum")
_CHECKSUM = re.compile(r"[A-Za-z0-9\s:/-]*")
_WHOLE = ChunkRange()
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})


class MexHeaders(msgspec.Struct, frozen=True):
    """Blank where the sender said nothing."""

    to: str
    workflow_id: str
    chunk_range: ChunkRange
    subject: str
    local_id: str
    partner_id: str
    file_name: str
    checksum: str
    content_type: str
    content_encoding: str
    compressed: bool
    encrypted: bool
    mex_from: str
    message_type: str

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> "MexHeaders":
        """Raises MeshError: 400 where a header is missing or malformed, 417 for chunk range and encoding."""
        _check_headers(headers)
        say = headers.get
        return cls(
            to=headers["mex-to"].strip().upper(),
            workflow_id=headers["mex-workflowid"].strip(),
            chunk_range=_first_chunk(say("mex-chunk-range", "")),
            subject=say("mex-subject", ""),
            local_id=say("mex-localid", ""),
            partner_id=say("mex-partnerid", ""),
            file_name=say("mex-filename", ""),
            checksum=say("mex-content-checksum", "").strip(),
            content_type=say("mex-content-type") or say("content-type", "").strip().lower(),
            content_encoding=content_encoding(headers),
            compressed=say("mex-content-compressed", "").strip().lower() in _YES,
            encrypted=say("mex-content-encrypted", "").strip().lower() in _YES,
            mex_from=say("mex-from", "").strip().upper(),
            message_type=say("mex-messagetype", "").strip().upper(),
        )


def content_encoding(headers: Mapping[str, str]) -> str:
    """ "" or "gzip". Raises MeshError (417) for any other."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "gzip"):
        raise MeshError(protocol.BAD_ENCODING)
    return encoding


def _first_chunk(text: str) -> ChunkRange:
    if not text.strip():
        return _WHOLE
    chunk_range = ChunkRange.parse(text)
    if chunk_range.number != 1:
        raise MeshError(protocol.BAD_CHUNKS)
    return chunk_range


def _check_headers(headers: Mapping[str, str]) -> None:
    if not headers.get("mex-to", "").strip():
        raise MeshError(protocol.NO_RECIPIENT)
    if "mex-workflowid" not in headers:
        raise InvalidRequest("header", "mex-workflowid", "Field required")
    for name in headers.keys() & LONGEST.keys():
        value = headers[name]
        if len(value) > LONGEST[name]:
            raise InvalidRequest("header", name, f"String should have at most {LONGEST[name]} characters")
        if _CONTROL.search(value) or (name in _NOT_ADDRESSES and _ADDRESS.match(value)):
            raise MeshError(protocol.MALFORMED)
    if not _CHECKSUM.fullmatch(headers.get("mex-content-checksum", "")):
        raise InvalidRequest("header", "mex-content-checksum", "Invalid checksum")


@of_mailbox
async def send_message(call: Call) -> Response:
    headers = MexHeaders.parse(call.headers)
    body = await call.body()
    if not body:
        raise MeshError(protocol.NO_DATA)
    message = await call.transact(lambda: _accept(call, headers, body))
    key = "message_id" if call.version > 1 else "messageID"
    return json_reply({key: message.message_id}, call.version, 202)


@of_mailbox
async def send_chunk(call: Call) -> Response:
    number = call.chunk_number
    message_id = call.message_id
    chunk_range = ChunkRange.parse(call.headers.get("mex-chunk-range", ""))
    if chunk_range.number != number:
        raise MeshError(protocol.BAD_CHUNKS, message_id)
    encoding = content_encoding(call.headers) if "content-encoding" in call.headers else None
    body = await call.body()
    if not body:
        raise MeshError(protocol.NO_DATA, message_id)
    await call.transact(lambda: _add_chunk(call, message_id, chunk_range, encoding, body))
    if call.version > 1:
        return json_reply({"message_id": message_id}, 2, 202)
    return json_reply({"messageID": message_id, "blockID": number}, status=202)


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
    if exchange.settings.read_only:
        return message
    if message.total_chunks > 1:
        exchange.delivery.begin(message, body)
    else:
        exchange.delivery.accept(message, body)
    store.tally(call.mailbox_id, "sent")
    return message


def _check(call: Call, headers: MexHeaders) -> None:
    judge, directory, workflow = call.judge, call.exchange.directory, headers.workflow_id
    if headers.mex_from not in ("", call.mailbox_id):
        judge.refuse("sender-is-caller", protocol.WRONG_SENDER)
    if headers.message_type not in ("", "DATA"):
        judge.refuse("message-type", protocol.NOT_DATA)
    if not call.exchange.names_somebody(headers.to):
        raise MeshError(protocol.RECIPIENT_UNKNOWN)
    if not directory.registered(workflow):
        judge.refuse("workflow-registered", protocol.WORKFLOW_NOT_REGISTERED)
        return
    if not directory.may_send(call.mailbox_id, workflow):
        judge.refuse("sender-allowed", protocol.SENDER_NOT_ALLOWED)
    # A patient's practice is not known yet: where it does not take the workflow, a report says so.
    if headers.to in directory.mailboxes and not directory.may_receive(headers.to, workflow):
        judge.refuse("recipient-allowed", protocol.WORKFLOW_NOT_REGISTERED)


def _add_chunk(
    call: Call, message_id: str, chunk_range: ChunkRange, encoding: str | None, body: bytes
) -> None:
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
    if encoding is not None and encoding != (message.content_encoding or ""):
        raise MeshError(protocol.ENCODING_CHANGED, message_id)
    store.put_chunk(message, chunk_range.number, body)
    if _whole(call, message, chunk_range):
        _, size = store.stored(message)
        call.exchange.delivery.complete(message, size)


def _whole(call: Call, message: Message, chunk_range: ChunkRange) -> bool:
    if not call.exchange.settings.level.lives:
        return chunk_range.number == message.total_chunks
    count, _ = call.exchange.store.stored(message)
    return count == message.total_chunks
