"""What happens to a message once accepted: delivery, acknowledgement, failure and its REPORT, expiry, deletion."""

from dataclasses import replace
from typing import Any

from simulators.mesh import protocol
from simulators.mesh.message import Message, Status
from simulators.mesh.protocol import Failure
from simulators.mesh.store.store import Store

_SWEEP = 500

# How many places apart two neighbours in an inbox stand, so that one can be put between them.
STRIDE = 2


class Delivery:
    """Moves messages through their life. Every method runs inside a transaction of the store."""

    def __init__(self, store: Store, *, expiry: bool) -> None:
        self._store = store
        self._expiry = expiry

    def accept(self, message: Message, body: bytes) -> None:
        """Store a whole message of one chunk straight into its recipient's inbox."""
        seq = self._store.next_seq()
        stored = replace(message, seq=seq, **self._delivered(seq))
        self._store.insert(stored)
        if body:
            self._store.put_chunk(stored, 1, body)
        self._store.tally(message.recipient, "inbox")

    def begin(self, message: Message, body: bytes) -> None:
        """Store the first of several chunks; nobody sees the message before it is whole."""
        due = self._store.now + protocol.KEEP_SECONDS if self._expiry else None
        stored = replace(message, seq=self._store.next_seq(), status=Status.UPLOADING, due_at=due)
        self._store.insert(stored)
        self._store.put_chunk(stored, 1, body)

    def deliver(self, message: Message, **changes: Any) -> None:
        """Put a stored message into its recipient's inbox, behind all others."""
        self._store.update(message, **self._delivered(self._store.next_seq()), **changes)
        self._store.tally(message.recipient, "inbox")

    def _delivered(self, seq: int) -> dict[str, Any]:
        now = self._store.now
        expires = now + protocol.INBOX_SECONDS if self._expiry else None
        return {
            "status": Status.ACCEPTED,
            "position": seq * STRIDE,
            "accepted_at": now,
            "expires_at": expires,
            "due_at": expires,
        }

    def acknowledge(self, message: Message) -> None:
        self._leave_inbox(message, Status.ACKNOWLEDGED, acknowledged_at=self._store.now)
        self._store.tally(message.recipient, "acknowledged")

    def fail(self, message: Message, status: Status, failure: Failure) -> None:
        """End a message that cannot be delivered, and tell its sender."""
        self._leave_inbox(
            message,
            status,
            failed_at=self._store.now,
            failure_code=failure.code,
            failure_event=failure.event,
            failure_description=failure.description,
        )
        if not message.is_report:
            self.report(message, failure)

    def report(self, message: Message, failure: Failure) -> None:
        store = self._store
        report = Message(
            message_id=store.new_id(),
            kind="REPORT",
            recipient=message.sender,
            mex_to=message.mex_to,
            workflow_id=message.workflow_id,
            created_at=store.now,
            total_chunks=0,
            local_id=message.local_id,
            subject=message.subject,
            in_outbox=False,
            failed_at=store.now,
            failure_code=failure.code,
            failure_event=failure.event,
            failure_description=failure.description,
            linked_message_id=message.message_id,
        )
        self.accept(report, b"")

    def sweep(self) -> None:
        """Do everything that is due by the clock."""
        while due := self._store.due(_SWEEP):
            for message in due:
                self._happen(message)

    def _happen(self, message: Message) -> None:
        if message.position is not None:
            self._store.tally(message.recipient, "expired")
            self.fail(message, Status.UNDELIVERABLE, protocol.NOT_COLLECTED)
        else:
            self._store.delete(message)

    def _leave_inbox(self, message: Message, status: Status, **changes: Any) -> None:
        if message.position is not None:
            self._store.tally(message.recipient, "inbox", -1)
        due = message.created_at + protocol.KEEP_SECONDS if self._expiry else None
        self._store.update(message, status=status, position=None, due_at=due, **changes)
