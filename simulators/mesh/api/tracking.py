"""What became of messages: GET .../outbox/tracking; and .../inbox/rich and .../outbox/rich, listings with
details, newest first, which mesh-sandbox has and the API description does not.
"""

from typing import Any

from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.api.call import (
    Call,
    PageRequest,
    decode_cursor,
    encode_cursor,
    json_reply,
    link,
    of_mailbox,
)
from simulators.mesh.directory import Directory
from simulators.mesh.errors import InvalidRequest, MeshError
from simulators.mesh.message import Message


@of_mailbox
async def track_by_message_id(call: Call) -> Response:
    message_id = call.request.query_params.get("messageID", "").upper()
    if not message_id:
        raise InvalidRequest("query", "messageID", "Field required")
    message = await call.transact(lambda: _sent(call, message_id))
    view = view_v2 if call.version > 1 else view_v1
    return json_reply(view(message, call.exchange.directory), call.version)


@of_mailbox
async def track_by_local_id(call: Call) -> Response:
    """404 where the mailbox sent nothing under this local id; 300 where it sent several."""
    local_id = str(call.request.path_params["local_id"])
    message = await call.transact(lambda: _sent_as(call, local_id))
    return json_reply(view_v1(message, call.exchange.directory))


def _sent(call: Call, message_id: str) -> Message:
    message = call.exchange.store.message(message_id)
    if message is None or message.sender != call.mailbox_id or not message.in_outbox:
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    return message


def _sent_as(call: Call, local_id: str) -> Message:
    messages = call.exchange.store.by_local_id(call.mailbox_id, local_id)
    if not messages:
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    if len(messages) > 1:
        raise MeshError(protocol.LOCAL_ID_NOT_UNIQUE)
    return messages[0]


def view_v1(message: Message, directory: Directory) -> dict[str, Any]:
    sender, recipient = directory.party(message.sender), directory.party(message.recipient)
    flags = {"compressed": "Y" if message.compressed else "", "encrypted": "Y" if message.encrypted else ""}
    view = {
        "addressType": "ALL",
        "checksum": message.checksum or "",
        "chunkCount": message.total_chunks,
        "compressFlag": flags["compressed"],
        "contentEncoding": message.content_encoding or "",
        "downloadTimestamp": protocol.compact(message.acknowledged_at) if message.acknowledged_at else "",
        "dtsId": message.message_id,
        "encryptedFlag": flags["encrypted"],
        "expiryTime": protocol.compact(message.expires_at) if message.expires_at else "",
        "failureDate": protocol.compact(message.failed_at) if message.failed_at else None,
        "failureDiagnostic": message.failure_description,
        "fileName": message.file_name or f"{message.message_id}.dat",
        "fileSize": message.file_size,
        "isCompressed": flags["compressed"],
        "linkedMsgId": message.linked_message_id,
        "localId": message.local_id or "",
        "meshRecipientOdsCode": recipient.ods_code,
        "messageId": message.message_id,
        "messageType": message.kind.title(),
        "partnerId": message.partner_id or "",
        "recipient": message.recipient,
        "recipientName": recipient.mailbox_name,
        "recipientOrgCode": recipient.org_code,
        "recipientOrgName": recipient.org_name,
        "recipientSmtp": "",
        "sender": message.sender,
        "senderName": sender.mailbox_name,
        "senderOdsCode": sender.ods_code,
        "senderOrgCode": sender.org_code,
        "senderOrgName": sender.org_name,
        "senderSmtp": "",
        "status": message.status.title(),
        "statusCode": message.failure_code,
        "statusEvent": message.failure_event,
        "statusDescription": message.failure_description,
        "statusSuccess": "ERROR" if message.failure_code else "SUCCESS",
        "statusTimestamp": protocol.compact(message.changed_at),
        "subject": message.subject or "",
        "uploadTimestamp": protocol.compact(message.created_at),
        "version": "1.0",
        "workflowId": message.workflow_id,
    }
    return _known(view)


def view_v2(message: Message, directory: Directory) -> dict[str, Any]:
    recipient = directory.party(message.recipient)
    view = {
        "message_id": message.message_id,
        "local_id": message.local_id or "",
        "workflow_id": message.workflow_id,
        "filename": message.file_name,
        "expiry_time": protocol.iso(message.expires_at) if message.expires_at else None,
        "upload_timestamp": protocol.iso(message.created_at),
        "recipient": message.recipient,
        "recipient_name": recipient.mailbox_name,
        "recipient_ods_code": recipient.ods_code,
        "recipient_org_code": recipient.org_code,
        "recipient_org_name": recipient.org_name,
        "status": message.status.value,
        "status_success": message.failure_code is None,
        "status_event": message.failure_event,
        "status_timestamp": protocol.iso(message.changed_at),
        "status_description": message.failure_description,
        "status_code": message.failure_code,
    }
    return _known(view)


def _known(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if value is not None}


_DEFAULT = 100
_MONTH = 30 * 86400


@of_mailbox
async def rich_inbox(call: Call) -> Response:
    return await _rich(call, "recipient", "inbox/rich", 1, 2000)


@of_mailbox
async def rich_outbox(call: Call) -> Response:
    return await _rich(call, "sender", "outbox/rich", 10, 5000)


async def _rich(call: Call, party: str, path: str, smallest: int, largest: int) -> Response:
    query = call.request.query_params
    page = PageRequest.parse(query, _DEFAULT, smallest, largest)
    start_time = query.get("start_time")
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
    return json_reply({"valid_at": protocol.iso(store.now), "messages": messages, "links": links}, 2)


def _since(start_time: str | None) -> float | None:
    if start_time is None:
        return None
    try:
        return protocol.parse_iso(start_time)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("query", "start_time", "Input should be an ISO 8601 time") from error


def _line(message: Message, directory: Directory) -> dict[str, Any]:
    line = {
        "message_id": message.message_id,
        "expiry_timestamp": protocol.iso(message.expires_at) if message.expires_at else None,
        "local_id": message.local_id or "",
        "message_type": message.kind,
        "recipient": message.recipient,
        "recipient_name": directory.party(message.recipient).mailbox_name,
        "sender": message.sender,
        "sender_name": directory.party(message.sender).mailbox_name,
        "sent_date": protocol.iso(message.created_at),
        "status": message.status.value,
        "status_code": message.failure_code or "",
        "workflow_id": message.workflow_id,
        "total_chunks": message.total_chunks,
    }
    return {name: value for name, value in line.items() if value is not None}
