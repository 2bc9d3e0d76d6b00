"""Messages that are there from the start: a folder in the layout of mesh-sandbox's store, or the three it comes with.

The folder has `<mailbox>/in/<message id>.json` for each message, and its body in `<mailbox>/in/<message id>/1`, `2`
and so on. Their five days begin when they are read.
"""

import gzip
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from simulators.mesh.errors import UsageError
from simulators.mesh.exchange import Exchange
from simulators.mesh.message import Message, Status


class _Party(msgspec.Struct, frozen=True):
    mailbox_id: str = ""


class _Event(msgspec.Struct, frozen=True):
    status: Status
    code: str | None = None
    event: str | None = None
    description: str | None = None
    linked_message_id: str | None = None


class _Metadata(msgspec.Struct, frozen=True):
    subject: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    file_name: str | None = None
    local_id: str | None = None
    partner_id: str | None = None
    checksum: str | None = None
    encrypted: bool | None = None
    compressed: bool | None = None


class _Stored(msgspec.Struct, frozen=True):
    """One message as mesh-sandbox writes it; its events are the latest first."""

    message_id: str
    recipient: _Party
    sender: _Party = _Party()
    events: tuple[_Event, ...] = ()
    metadata: _Metadata = _Metadata()
    workflow_id: str = "UNDEFINED"
    message_type: str | None = None
    total_chunks: int = 1
    created_timestamp: datetime | None = None

    def message(self) -> Message:
        latest = self.events[0] if self.events else _Event(Status.ACCEPTED)
        said = self.metadata
        failed = latest.status in (Status.UNDELIVERABLE, Status.ERROR)
        return Message(
            message_id=self.message_id.upper(),
            kind=(self.message_type or "DATA").upper(),
            status=latest.status,
            sender=self.sender.mailbox_id.upper(),
            recipient=self.recipient.mailbox_id.upper(),
            mex_to=self.recipient.mailbox_id.upper(),
            workflow_id=self.workflow_id,
            created_at=self.created_timestamp.timestamp() if self.created_timestamp else 0.0,
            total_chunks=self.total_chunks,
            subject=said.subject,
            content_type=said.content_type,
            content_encoding=said.content_encoding,
            file_name=said.file_name,
            local_id=said.local_id,
            partner_id=said.partner_id,
            checksum=said.checksum,
            encrypted=bool(said.encrypted),
            compressed=bool(said.compressed),
            failure_code=latest.code or ("14" if failed else None),
            failure_event=latest.event,
            failure_description=latest.description,
            linked_message_id=latest.linked_message_id,
        )


def fill(exchange: Exchange, folder: Path | None) -> None:
    """Put what the folder holds into the inboxes, inside a transaction; without one, mesh-sandbox's three.

    Messages that are there already stay as they are. Raises UsageError, and then nothing is kept.
    """
    for message, chunks in _read(folder) if folder else _canned():
        if exchange.store.message(message.message_id) is None:
            exchange.delivery.restore(message, chunks)


class Mirror:
    """Writes each message that arrives into a folder, in the same layout, for who looks at mesh-sandbox's files.

    The database beside them is what the server goes by; a message's file says how it stood when it arrived.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, message: Message, chunks: list[bytes]) -> None:
        place = self._folder / message.recipient / "in" / message.message_id
        place.mkdir(parents=True, exist_ok=True)
        for number, chunk in enumerate(chunks, 1):
            (place / str(number)).write_bytes(chunk)
        said = _Metadata(**{name: getattr(message, name) for name in _Metadata.__struct_fields__})
        stored = _Stored(
            message_id=message.message_id,
            recipient=_Party(message.recipient),
            sender=_Party(message.sender),
            events=(
                _Event(
                    message.status, message.failure_code, message.failure_event, message.failure_description
                ),
            ),
            metadata=said,
            workflow_id=message.workflow_id,
            message_type=message.kind,
            total_chunks=message.total_chunks,
            created_timestamp=datetime.fromtimestamp(message.created_at, UTC),
        )
        place.with_name(f"{place.name}.json").write_bytes(msgspec.json.encode(stored))

    def clear(self, mailbox: str = "*") -> None:
        """Take away what was written for one mailbox, or for all."""
        for path in self._folder.glob(f"{mailbox}/in/*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _read(folder: Path) -> Iterator[tuple[Message, list[bytes]]]:
    for path in sorted(folder.glob("*/in/*.json")):
        try:
            message = msgspec.json.decode(path.read_bytes(), type=_Stored).message()
            parts = [path.with_suffix("") / str(n + 1) for n in range(message.total_chunks)]
            yield message, [part.read_bytes() for part in parts if part.is_file()]
        except (OSError, msgspec.DecodeError) as error:
            raise UsageError(f"{path} is no message of mesh-sandbox's store: {error}") from error


def _canned() -> Iterator[tuple[Message, list[bytes]]]:
    """What every mesh-sandbox in its mode `canned` holds: by these ids, with a text of our own."""
    simple = Message(
        message_id="SIMPLE_MESSAGE",
        sender="X26ABC2",
        recipient="X26ABC1",
        mex_to="X26ABC1",
        workflow_id="TEST_WORKFLOW",
        created_at=datetime.fromisoformat("2022-11-20T14:50:17+00:00").timestamp(),
        file_name="SIMPLE_MESSAGE.dat",
    )
    text = (
        b"Lorem ipsum: a message that was here from the start, for tests that want to see one. " * 8
        + b"Ex lorem."
    )
    yield simple, [text]
    yield (
        replace(simple, message_id="UNDELIVERED_MESSAGE", status=Status.UNDELIVERABLE, failure_code="14"),
        [text],
    )
    chunked = replace(
        simple, message_id="CHUNKED_MESSAGE_GZ", sender="X26ABC1", recipient="X26ABC2", mex_to="X26ABC2"
    )
    half = len(text) // 2
    yield (
        replace(chunked, total_chunks=2, content_encoding="gzip", compressed=True),
        [gzip.compress(part, mtime=0) for part in (text[:half], text[half:])],
    )
