"""What came from MESH and what is to be answered: both in the same transaction as the filing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from simulators.gp_system.receiving.payload import Acknowledgement, Payload, Received
from simulators.gp_system.store import Row, Store


@dataclass(frozen=True, slots=True)
class Envelope:
    """What MESH says of a message before anyone has read it."""

    mesh_id: str
    practice: str
    workflow: str
    sender: str
    local_id: str


class Messages:
    """Messages collected, and the outbox of acknowledgements."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, mesh_id: str) -> bool:
        """Whether this very MESH message was handled before: collected again after a kill."""
        return self._store.row("SELECT 1 FROM messages WHERE mesh_id = ?", (mesh_id,)) is not None

    def first_of(self, practice: str, message_id: str | None, content: str | None) -> Row | None:
        """The message that had the same identifier or content before and was filed or is being looked at."""
        return self._store.row(
            "SELECT * FROM messages WHERE practice = ? AND (message_id = ? OR content = ?)"
            " AND state IN ('filed', 'archived', 'awaiting_review', 'document', 'replaced')"
            " ORDER BY collected_at LIMIT 1",
            (practice, message_id, content),
        )

    def keep(
        self,
        envelope: Envelope,
        state: str,
        why: str,
        now: datetime,
        *,
        message_id: str | None = None,
        received: Received | None = None,
        business: int | None = None,
    ) -> None:
        """Write down a message that was collected, before MESH is told so."""
        self._store.write(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                envelope.mesh_id,
                envelope.practice,
                envelope.workflow,
                envelope.sender,
                message_id or envelope.local_id,
                received.content if received else None,
                now.isoformat(),
                state,
                business,
                why,
                msgspec.json.encode(received) if received else None,
            ),
        )

    def waiting(self, mesh_id: str) -> tuple[Row, Received]:
        """A message that a person now has in front of them."""
        row = self._store.row("SELECT * FROM messages WHERE mesh_id = ?", (mesh_id,))
        if row is None:
            raise LookupError(f"no message {mesh_id}")
        return row, msgspec.json.decode(row["received"], type=Received)

    def replace(self, practice: str, message_ids: Iterable[str]) -> None:
        """A correction has come: what it replaces and still waits is nobody's work any more."""
        self._store.write_all(
            "UPDATE messages SET state = 'replaced', business = NULL, why = 'a correction came'"
            " WHERE practice = ? AND message_id = ? AND state = 'awaiting_review'",
            [(practice, message_id) for message_id in message_ids],
        )

    def settle(self, mesh_id: str, state: str, business: int, why: str) -> None:
        """What became of a message."""
        self._store.write(
            "UPDATE messages SET state = ?, business = ?, why = ? WHERE mesh_id = ?",
            (state, business, why, mesh_id),
        )

    def answer(
        self,
        payload: Payload,
        recipient: str,
        acknowledgements: Iterable[Acknowledgement],
        now: datetime,
        delay: timedelta,
    ) -> None:
        """Put answers into the outbox, in the payload's own words, to be sent `delay` from now at the earliest."""
        for answer in acknowledgements:
            body, due = payload.write(answer, now), now + delay
            self._put(answer.practice, recipient, answer.id, body, due, payload.answers, payload.media_type)

    def answer_reconciliation(self, envelope: Envelope, workflow: str, body: bytes, due: datetime) -> None:
        """Put what a practice holds into the outbox."""
        self._put(
            *(envelope.practice, envelope.sender, envelope.mesh_id, body, due, workflow, "application/json")
        )

    def _put(
        self,
        practice: str,
        recipient: str,
        local_id: str,
        body: bytes,
        due: datetime,
        workflow: str,
        media_type: str,
    ) -> None:
        self._store.write(
            "INSERT INTO acknowledgements (practice, recipient, local_id, body, due, workflow, media_type)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (practice, recipient, local_id, body, due.isoformat(), workflow, media_type),
        )

    def to_send(self, practice: str, now: datetime) -> list[Row]:
        """A practice's answers that are due and not sent, the oldest first."""
        return self._store.rows(
            "SELECT id, recipient, local_id, body, workflow, media_type FROM acknowledgements WHERE practice = ?"
            " AND sent_at IS NULL AND failed IS NULL AND due <= ? ORDER BY id",
            (practice, now.isoformat()),
        )

    def practices_with_answers(self, now: datetime) -> set[str]:
        """Practices that have such answers."""
        rows = self._store.rows(
            "SELECT DISTINCT practice FROM acknowledgements"
            " WHERE sent_at IS NULL AND failed IS NULL AND due <= ?",
            (now.isoformat(),),
        )
        return {row["practice"] for row in rows}

    def sent(self, answer: int, now: datetime) -> None:
        """That answer is at MESH."""
        self._store.write("UPDATE acknowledgements SET sent_at = ? WHERE id = ?", (now.isoformat(), answer))

    def failed(self, answer: int, why: str) -> None:
        """That answer cannot be sent, and why."""
        self._store.write("UPDATE acknowledgements SET failed = ? WHERE id = ?", (why, answer))

    def last_poll(self, practice: str) -> datetime | None:
        """When the practice last asked MESH; None where it never did."""
        row = self._store.row("SELECT last FROM polls WHERE practice = ?", (practice,))
        return None if row is None else datetime.fromisoformat(row["last"])

    def polled(self, practice: str, now: datetime) -> None:
        """It asks now."""
        self._store.write("INSERT OR REPLACE INTO polls VALUES (?, ?)", (practice, now.isoformat()))
