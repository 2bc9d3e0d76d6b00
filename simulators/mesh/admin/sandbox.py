"""mesh-sandbox's own routes, so that a test suite written for it runs here: health, reset, reports, looking up."""

import re
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulators.mesh import protocol
from simulators.mesh.admin.control import posted
from simulators.mesh.api.call import exchange_of, json_reply
from simulators.mesh.directory import Directory, Mailbox
from simulators.mesh.errors import InvalidRequest, MeshError, UsageError
from simulators.mesh.exchange import Exchange
from simulators.mesh.message import Message, Status
from simulators.mesh.protocol import Failure, Refusal

_READ_ONLY = Refusal(405, "This store is canned: nothing changes it")


class ReportRequest(msgspec.Struct):
    """`status` "undeliverable" makes a report of code 14, whatever `code` says; "error" takes `code`."""

    mailbox_id: str
    code: str
    description: str
    workflow_id: str
    subject: str | None = None
    local_id: str | None = None
    status: str = "undeliverable"
    file_name: str | None = None
    linked_message_id: str | None = None


class Event(msgspec.Struct):
    """A new status for a message, as if it had come about."""

    status: Status
    code: str | None = None
    event: str | None = None
    description: str | None = None
    linked_message_id: str | None = None


async def health(request: Request) -> Response:
    """Whether the store takes what it is given; 503 and why, where it does not."""
    exchange = exchange_of(request)
    said = {"env": exchange.settings.env, "build_label": exchange.settings.build_label}
    try:
        await exchange.store.transact(lambda: None)  # without waiting for what is due
    except MeshError as error:
        trouble = exchange.store.database.trouble or error.refusal.description
        return json_reply(said | {"status": f"store: {trouble}", "outcome": "No"}, status=503)
    return json_reply(said | {"status": "running", "outcome": "Yes"})


async def reset_all(request: Request) -> Response:
    """Forget every message, and read the files again; the clock, faults and used tokens stay.

    With `?everything=true` nothing stays: real time, no faults, nobody switched off or added, no journal.
    """
    exchange = exchange_of(request)
    _writable(exchange)
    everything = request.query_params.get("everything", "").lower() in ("true", "yes", "1")
    try:
        exchange.read_sources()
    except UsageError as error:
        raise InvalidRequest("body", "files", str(error)) from error
    await exchange.transact(lambda: exchange.reset(everything))
    return json_reply({"message": "all mailboxes reset"})


async def reset_mailbox(request: Request) -> Response:
    """Forget what is in one mailbox's inbox and outbox; what it sent stays with those it was sent to."""
    exchange = exchange_of(request)
    _writable(exchange)
    mailbox = _mailbox(request)
    await exchange.transact(lambda: exchange.store.forget_messages_of(mailbox.mailbox_id))
    exchange.clear_files(mailbox.mailbox_id)
    return json_reply({"message": f"mailbox {mailbox.mailbox_id} reset"})


async def create_report(request: Request) -> Response:
    wanted = await posted(request, ReportRequest)
    for name in (
        "code",
        "description",
        "workflow_id",
        "subject",
        "local_id",
        "file_name",
        "linked_message_id",
    ):
        if not _fits_a_header(getattr(wanted, name) or ""):
            raise InvalidRequest(
                "body", name, "String should fit a header: Latin-1 without line breaks or controls"
            )
    if wanted.status not in (Status.UNDELIVERABLE, Status.ERROR):
        raise InvalidRequest("body", "status", "Input should be undeliverable or error")
    exchange = exchange_of(request)
    mailbox_id = wanted.mailbox_id.strip().upper()
    if mailbox_id not in exchange.directory.mailboxes:
        raise MeshError(protocol.NO_SUCH_MAILBOX)
    message_id = await exchange.transact(lambda: _report(exchange, mailbox_id, wanted))
    return json_reply({"message_id": message_id})


def _fits_a_header(text: str) -> bool:
    return not re.search(r"[\x00-\x1f\x7f]|[^\x00-\xff]", text)


def _report(exchange: Exchange, mailbox_id: str, wanted: ReportRequest) -> str:
    if wanted.status == Status.UNDELIVERABLE:
        failure = protocol.NOT_COLLECTED
        subject: str | None = f"NDR: {wanted.subject}" if wanted.subject else "NDR"
    else:
        failure = Failure(wanted.code, wanted.description, "TRANSFER")
        subject = wanted.subject
    return exchange.delivery.report(
        recipient=mailbox_id,
        mex_to=mailbox_id,
        workflow_id=wanted.workflow_id,
        local_id=wanted.local_id,
        subject=subject,
        file_name=wanted.file_name,
        linked_message_id=wanted.linked_message_id,
        failure=failure,
    )


async def add_event(request: Request) -> Response:
    event = await posted(request, Event)
    for name in ("code", "event", "description", "linked_message_id"):
        if not _fits_a_header(getattr(event, name) or ""):
            raise InvalidRequest(
                "body", name, "String should fit a header: Latin-1 without line breaks or controls"
            )
    exchange = exchange_of(request)
    await exchange.transact(lambda: _happen(exchange, _message(request, exchange), event))
    return Response()


def _happen(exchange: Exchange, message: Message, event: Event) -> None:
    """Bring about what such a status means for the inbox, and keep what the event says of it."""
    delivery, now = exchange.delivery, exchange.store.now
    if event.status is Status.ACCEPTED:
        if message.status is Status.UPLOADING:
            count, size = exchange.store.stored(message)
            if count < message.total_chunks:
                raise MeshError(protocol.NOT_WHOLE, message.message_id)
            delivery.complete(message, size)
        elif message.position is None:
            delivery.deliver(message)
    elif event.status is Status.ACKNOWLEDGED:
        delivery.take_out(message, event.status, acknowledged_at=now)
    elif event.status is Status.UPLOADING:
        delivery.take_out(message, event.status)
    else:
        failure = {
            "failed_at": now,
            "failure_code": event.code,
            "failure_event": event.event,
            "failure_description": event.description,
            "linked_message_id": event.linked_message_id,
        }
        delivery.take_out(message, event.status, **failure)


async def show_message(request: Request) -> Response:
    exchange = exchange_of(request)
    message = await exchange.transact(lambda: _message(request, exchange))
    return json_reply(_details(message, exchange.directory))


async def show_mailbox(request: Request) -> Response:
    exchange = exchange_of(request)
    mailbox = _mailbox(request)
    active = await exchange.transact(lambda: exchange.is_active(mailbox))
    return json_reply(
        {
            "mailbox_id": mailbox.mailbox_id,
            "mailbox_name": mailbox.mailbox_name,
            "billing_entity": mailbox.billing_entity,
            "ods_code": mailbox.ods_code,
            "org_code": mailbox.org_code,
            "org_name": mailbox.org_name,
            "active": active,
        }
    )


def _writable(exchange: Exchange) -> None:
    if exchange.settings.read_only:
        raise MeshError(_READ_ONLY)


def _mailbox(request: Request) -> Mailbox:
    mailbox_id = str(request.path_params["mailbox_id"]).upper()
    mailbox = exchange_of(request).directory.mailboxes.get(mailbox_id)
    if mailbox is None:
        raise MeshError(protocol.NO_SUCH_MAILBOX)
    return mailbox


def _message(request: Request, exchange: Exchange) -> Message:
    message = exchange.store.message(str(request.path_params["message_id"]).upper())
    if message is None:
        raise MeshError(protocol.NO_SUCH_MESSAGE)
    return message


def _details(message: Message, directory: Directory) -> dict[str, Any]:
    recipient = directory.party(message.recipient)
    sender = directory.party(message.sender)
    details = {
        "checksum": message.checksum or "",
        "chunk_count": message.total_chunks,
        "content_encoding": message.content_encoding or "",
        "download_timestamp": protocol.iso(message.acknowledged_at) if message.acknowledged_at else None,
        "expiry_time": protocol.iso(message.expires_at) if message.expires_at else None,
        "failure_date": protocol.iso(message.failed_at) if message.failed_at else None,
        "failure_diagnostic": message.failure_description,
        "filename": message.file_name or f"{message.message_id}.dat",
        "file_size": message.file_size,
        "is_compressed": message.compressed,
        "is_encrypted": message.encrypted,
        "linked_msg_id": message.linked_message_id,
        "local_id": message.local_id or "",
        "message_id": message.message_id,
        "message_type": message.kind.title(),
        "recipient": message.recipient,
        "recipient_name": recipient.mailbox_name,
        "recipient_ods_code": recipient.ods_code,
        "recipient_org_code": recipient.org_code,
        "recipient_org_name": recipient.org_name,
        "sender": message.sender,
        "sender_name": sender.mailbox_name,
        "sender_ods_code": sender.ods_code,
        "sender_org_code": sender.org_code,
        "sender_org_name": sender.org_name,
        "status": message.status.title(),
        "status_code": message.failure_code,
        "status_description": message.failure_description,
        "status_event": message.failure_event,
        "status_success": "ERROR" if message.failure_code else "SUCCESS",
        "status_timestamp": protocol.iso(message.changed_at),
        "subject": message.subject or "",
        "upload_timestamp": protocol.iso(message.created_at),
        "workflow_id": message.workflow_id,
    }
    return {name: value for name, value in details.items() if value is not None}
