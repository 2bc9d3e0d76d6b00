"""What happens to a message once accepted: delivery, acknowledgement, failure and its REPORT, expiry, deletion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from simulators.mesh import protocol
from simulators.mesh.message import Message, Status
from simulators.mesh.protocol import Failure
from simulators.mesh.store import Store

_SWEEP = 500

# How many places apart two neighbours in an inbox stand, so that one can be put between them.
STRIDE = 2


@dataclass(frozen=True, slots=True)
class Handling:
    """How a delivery goes: at once, last in the inbox, once, for five days. Faults make it otherwise."""

    copies: int = 0
    places_ahead: int = 0
    delay: float = 0.0
    expires_in: float = protocol.INBOX_SECONDS


AS_USUAL = Handling()


class Delivery:
    """Moves messages through their life. Every method runs inside a transaction of the store.

    `route` finds the mailbox that a message goes to, or why there is none; `collects` says whether a mailbox
    is active; `handle` says how a delivery goes.
    """

    def __init__(
        self,
        store: Store,
        *,
        expiry: bool,
        route: Callable[[Message], str | Failure],
        collects: Callable[[str], bool],
        handle: Callable[[str], Handling],
    ) -> None:
        self._store = store
        self._expiry = expiry
        self._route = route
        self._collects = collects
        self._handle = handle

    def accept(self, message: Message, body: bytes) -> None:
        """Store a whole message of one chunk, and deliver it."""
        seq = self._store.next_seq()
        changes, after = self._send_off(message, seq)
        stored = replace(message, seq=seq, **changes)
        self._store.insert(stored)
        self._store.put_chunk(stored, 1, body)
        after(stored)

    def begin(self, message: Message, body: bytes) -> None:
        """Store the first of several chunks; nobody sees the message before it is whole."""
        stored = replace(
            message,
            seq=self._store.next_seq(),
            status=Status.UPLOADING,
            due_at=self._end_of(message),
            expires_at=self._store.now + protocol.INBOX_SECONDS,
            file_size=0,
        )
        self._store.insert(stored)
        self._store.put_chunk(stored, 1, body)

    def complete(self, message: Message, size: int) -> None:
        """Deliver a message whose last chunk has come."""
        changes, after = self._send_off(message, self._store.next_seq())
        after(self._store.update(message, file_size=size, **changes))

    def deliver(self, message: Message) -> None:
        """Put a stored message into its recipient's inbox now, behind all others."""
        self._store.update(message, **self._placed(self._store.next_seq(), AS_USUAL))
        self._store.tally(message.recipient, "inbox")

    def acknowledge(self, message: Message) -> None:
        self.take_out(message, Status.ACKNOWLEDGED, acknowledged_at=self._store.now)
        self._store.tally(message.recipient, "acknowledged")

    def take_out(self, message: Message, status: Status, **changes: Any) -> None:
        """Give a message a status in which it is in no inbox."""
        if message.position is not None:
            self._store.tally(message.recipient, "inbox", -1)
        self._store.update(message, status=status, position=None, due_at=self._end_of(message), **changes)

    def sweep(self) -> None:
        """Do everything that is due by the clock."""
        while due := self._store.due(_SWEEP):
            for message in due:
                self._happen(message)

    def _send_off(self, message: Message, seq: int) -> tuple[dict[str, Any], Callable[[Message], None]]:
        """What becomes of a whole message: its new columns, and what is to be done once it has them."""
        target = self._route(message)
        if isinstance(target, Failure):
            status = Status.UNDELIVERABLE if target is protocol.RECIPIENT_INACTIVE else Status.ERROR
            changes = {
                "status": status,
                "due_at": self._end_of(message),
                **_failed(target, self._store.now),
            }
            return changes, lambda stored: self._tell_sender(stored, target)
        handling = self._handle(target)
        changes = {"recipient": target, **self._placed(seq, handling)}
        if handling.delay:
            return changes, lambda _: None
        return changes, lambda stored: self._arrived(stored, handling)

    def _placed(self, seq: int, handling: Handling) -> dict[str, Any]:
        now = self._store.now
        if handling.delay:
            return {"status": Status.ACCEPTED, "due_at": now + handling.delay}
        expires = now + handling.expires_in
        return {
            "status": Status.ACCEPTED,
            "position": (seq - handling.places_ahead) * STRIDE - bool(handling.places_ahead),
            "accepted_at": now,
            "expires_at": expires,
            "due_at": expires if self._expiry else None,
        }

    def _arrived(self, message: Message, handling: Handling) -> None:
        self._store.tally(message.recipient, "inbox", 1 + handling.copies)
        for _ in range(handling.copies):
            self._store.copy(message, self._store.next_seq(), STRIDE)
        if self._expiry and handling.expires_in <= 0:
            self._expire(message)

    def _happen(self, message: Message) -> None:
        if message.position is not None:
            self._expire(message)
        elif message.status is Status.ACCEPTED:
            self.deliver(message)
        else:
            self._store.delete(message)

    def _expire(self, message: Message) -> None:
        due = message.due_at if message.due_at is not None else self._store.now
        collects = self._collects(message.recipient)
        failure = protocol.NOT_COLLECTED if collects else protocol.RECIPIENT_INACTIVE
        self._store.tally(message.recipient, "expired")
        self.take_out(message, Status.UNDELIVERABLE, **_failed(failure, due))
        if message.sender:
            self._tell_sender(message, failure)

    def report(self, *, recipient: str, failure: Failure, **says: Any) -> str:
        """Put a REPORT into an inbox, where it waits like any message from now on; answers its id."""
        seq = self._store.next_seq()
        report = Message(
            seq=seq,
            message_id=self._store.new_id(),
            kind="REPORT",
            recipient=recipient,
            in_outbox=False,
            created_at=self._store.now,
            total_chunks=0,
            **says,
            **self._placed(seq, AS_USUAL),
            **_failed(failure, self._store.now),
        )
        self._store.insert(report)
        self._store.tally(recipient, "inbox")
        return report.message_id

    def _tell_sender(self, message: Message, failure: Failure) -> None:
        self.report(
            recipient=message.sender,
            failure=failure,
            mex_to=message.mex_to,
            workflow_id=message.workflow_id,
            local_id=message.local_id,
            subject=message.subject,
            linked_message_id=message.message_id,
        )

    def _end_of(self, message: Message) -> float | None:
        return message.created_at + protocol.KEEP_SECONDS if self._expiry else None


def _failed(failure: Failure, at: float) -> dict[str, Any]:
    return {
        "failed_at": at,
        "failure_code": failure.code,
        "failure_event": failure.event,
        "failure_description": failure.description,
    }
