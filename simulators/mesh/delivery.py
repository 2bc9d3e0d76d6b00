"""What happens to a message once accepted: delivery, acknowledgement, failure and its REPORT, expiry, deletion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from simulators.mesh import protocol
from simulators.mesh.message import Message, Status
from simulators.mesh.protocol import Failure
from simulators.mesh.store import Store

# How many messages one slice of a sweep deals with, before others are served.
_SLICE = 200

# How many places apart two neighbours in an inbox stand, so that one can be put between them.
STRIDE = 2


@dataclass(frozen=True, slots=True)
class Handling:
    """How a delivery goes: at once, last in the inbox, once, for five days. Faults make it otherwise."""

    copies: int = 0
    places_ahead: int = 0
    delay: float = 0.0
    expires_in: float | None = None  # None: as long as a message waits
    lost: bool = False  # accepted, and never delivered


AS_USUAL = Handling()


@dataclass(frozen=True, slots=True)
class Lifetime:
    """For how long a message waits in an inbox, and is kept at all. None: for ever."""

    inbox: float | None = protocol.INBOX_SECONDS
    kept: float | None = protocol.KEEP_SECONDS


class Delivery:
    """Moves messages through their life. Every method runs inside a transaction of the store.

    `route` finds the mailbox that a message goes to, or why there is none; `collects` says whether a mailbox
    is active; `handle` says how a delivery goes, `handle_report` how that of a REPORT to a mailbox.
    """

    def __init__(
        self,
        store: Store,
        *,
        lifetime: Lifetime,
        route: Callable[[Message], str | Failure],
        collects: Callable[[str], bool],
        handle: Callable[[Message, str], Handling],
        handle_report: Callable[[Message], Handling],
    ) -> None:
        self._store = store
        self._lifetime = lifetime
        self._route = route
        self._collects = collects
        self._handle = handle
        self._handle_report = handle_report
        self.arrived: Callable[[Message], None] | None = None  # told of each message that reaches an inbox

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
            expires_at=self._store.now + (self._lifetime.inbox or protocol.INBOX_SECONDS),
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

    def restore(self, message: Message, chunks: list[bytes]) -> None:
        """Put a message of before into the store, and its recipient's inbox where it waits; its days begin now."""
        seq = self._store.next_seq()
        waits = message.status is Status.ACCEPTED
        placed = self._placed(seq, AS_USUAL) if waits else {"due_at": None}
        stored = replace(message, seq=seq, file_size=sum(map(len, chunks)), **placed)
        self._store.insert(stored)
        for number, chunk in enumerate(chunks, 1):
            self._store.put_chunk(stored, number, chunk)
        if waits:
            self._store.tally(message.recipient, "inbox")

    def acknowledge(self, message: Message) -> None:
        self.take_out(message, Status.ACKNOWLEDGED, acknowledged_at=self._store.now)
        self._store.tally(message.recipient, "acknowledged")

    def take_out(self, message: Message, status: Status, **changes: Any) -> Message:
        """Give a message a status in which it is in no inbox."""
        if message.position is not None:
            self._store.tally(message.recipient, "inbox", -1)
        return self._store.update(
            message, status=status, position=None, due_at=self._end_of(message), **changes
        )

    def sweep(self) -> bool:
        """Do what is due by the clock, each thing at its own time, or a slice of it; whether that was all.

        So a jump of the clock ends as steps do: what a message's expiry brings about, its REPORT, comes about
        then, and may itself fall due before the jump's end.
        """
        end = self._store.now
        try:
            for _ in range(_SLICE):
                due = self._store.due(end, 1)
                if not due:
                    return True
                self._store.now = due[0].due_at or end
                self._happen(due[0])
        finally:
            self._store.now = end
        return False

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
        handling = self._handle(message, target)
        changes = {"recipient": target, **self._placed(seq, handling)}
        if handling.delay or handling.lost:
            return changes, lambda _: None
        return changes, lambda stored: self._arrived(stored, handling)

    def _placed(self, seq: int, handling: Handling) -> dict[str, Any]:
        now = self._store.now
        if handling.lost:
            return {"status": Status.ACCEPTED, "accepted_at": now, "due_at": None}
        if handling.delay:
            return {"status": Status.ACCEPTED, "due_at": now + handling.delay}
        waits = self._lifetime.inbox if handling.expires_in is None else handling.expires_in
        # Without a lifetime too it is told when MESH would expire it.
        expires = now + (protocol.INBOX_SECONDS if waits is None else waits)
        return {
            "status": Status.ACCEPTED,
            "position": (seq - handling.places_ahead) * STRIDE - bool(handling.places_ahead),
            "accepted_at": now,
            "expires_at": expires,
            "due_at": None if self._lifetime.inbox is None else expires,
        }

    def _arrived(self, message: Message, handling: Handling) -> None:
        self._store.tally(message.recipient, "inbox", 1 + handling.copies)
        if self.arrived:
            self.arrived(message)
        for _ in range(handling.copies):
            self._store.copy(message, self._store.next_seq(), STRIDE)
        if self._lifetime.inbox is not None and handling.expires_in is not None and handling.expires_in <= 0:
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
        failed = self.take_out(message, Status.UNDELIVERABLE, **_failed(failure, due))
        if message.sender:
            self._tell_sender(failed, failure)

    def report(
        self,
        *,
        recipient: str,
        failure: Failure,
        at: float | None = None,
        handling: Handling = AS_USUAL,
        **says: Any,
    ) -> str:
        """Put a REPORT into an inbox, where it waits like any message from now on; answers its id.

        `at` is when what it reports came about: now, unless given.
        """
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
            **self._placed(seq, handling),
            **_failed(failure, self._store.now if at is None else at),
        )
        self._store.insert(report)
        if report.position is not None:
            self._arrived(report, handling)
        return report.message_id

    def _tell_sender(self, message: Message, failure: Failure) -> None:
        self.report(
            recipient=message.sender,
            failure=failure,
            at=message.failed_at,
            handling=self._handle_report(message),
            mex_to=message.mex_to,
            workflow_id=message.workflow_id,
            local_id=message.local_id,
            subject=message.subject,
            linked_message_id=message.message_id,
        )

    def _end_of(self, message: Message) -> float | None:
        return None if self._lifetime.kept is None else message.created_at + self._lifetime.kept


def _failed(failure: Failure, at: float) -> dict[str, Any]:
    return {
        "failed_at": at,
        "failure_code": failure.code,
        "failure_event": failure.event,
        "failure_description": failure.description,
    }
