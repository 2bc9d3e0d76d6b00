"""What came from MESH and what is to be answered: both in the same transaction as the filing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
import orjson

from simulators.gp_system.receiving.decision import Disposition
from simulators.gp_system.receiving.result_message import ODS_CODE, Received
from simulators.gp_system.store import Row, Store

RESPONSE_CODE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
DISPOSITION: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/disposition"
MESSAGE_EVENT: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/message-event"
ACK_EVENT: Final = "breast-screening-result-ack"

# code -> (MessageHeader.response.code, OperationOutcome issue severity, issue code)
_MEANING: Final = {
    20013: ("ok", "information", "informational"),
    20001: ("fatal-error", "error", "processing"),
    20007: ("fatal-error", "error", "duplicate"),
    20009: ("fatal-error", "error", "invalid"),
    20010: ("fatal-error", "error", "not-supported"),
    30001: ("ok", "information", "informational"),
    30002: ("fatal-error", "error", "not-found"),
    30003: ("fatal-error", "error", "not-found"),
    30004: ("ok", "information", "informational"),
}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One answer to one message. `disposition` only at the business level. `words` name no patient."""

    answers: str
    practice: str
    code: int
    words: str
    disposition: Disposition | None = None

    @property
    def id(self) -> str:
        """The same answer to the same message always has the same identifier, however often it is sent."""
        said = f"{self.practice}|{self.answers}|{self.code}|{self.disposition or ''}"
        return str(uuid5(NAMESPACE_URL, f"bss-pilot-ack:{said}"))

    def render(self, now: datetime) -> bytes:
        """The message Bundle as JSON."""
        response, severity, issue = _MEANING[self.code]
        coding = [{"system": RESPONSE_CODE, "code": str(self.code)}]
        if self.disposition is not None:
            coding.append({"system": DISPOSITION, "code": self.disposition})
        outcome_url, sender_url = (f"urn:uuid:{uuid5(NAMESPACE_URL, self.id + part)}" for part in "os")
        header = {
            "resourceType": "MessageHeader",
            "id": self.id,
            "eventCoding": {"system": MESSAGE_EVENT, "code": ACK_EVENT},
            "source": {"endpoint": f"urn:nhs:gp:{self.practice}"},
            "sender": {"reference": sender_url},
            "response": {
                "identifier": self.answers,
                "code": response,
                "details": {"reference": outcome_url},
            },
        }
        outcome = {
            "resourceType": "OperationOutcome",
            "issue": [
                {
                    "severity": severity,
                    "code": issue,
                    "details": {"coding": coding},
                    "diagnostics": self.words,
                }
            ],
        }
        sender = {
            "resourceType": "Organization",
            "identifier": [{"system": ODS_CODE, "value": self.practice}],
        }
        return orjson.dumps(
            {
                "resourceType": "Bundle",
                "type": "message",
                "identifier": {"system": "https://tools.ietf.org/html/rfc4122", "value": self.id},
                "timestamp": now.isoformat(),
                "entry": [
                    {"fullUrl": f"urn:uuid:{self.id}", "resource": header},
                    {"fullUrl": outcome_url, "resource": outcome},
                    {"fullUrl": sender_url, "resource": sender},
                ],
            }
        )


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
        self._store.write(
            "UPDATE messages SET state = ?, business = ?, why = ? WHERE mesh_id = ?",
            (state, business, why, mesh_id),
        )

    def answer(
        self, recipient: str, acknowledgements: Iterable[Acknowledgement], now: datetime, delay: timedelta
    ) -> None:
        """Put answers into the outbox, to be sent `delay` from now at the earliest."""
        for acknowledgement in acknowledgements:
            self._store.write(
                "INSERT INTO acknowledgements (practice, recipient, local_id, body, due) VALUES (?, ?, ?, ?, ?)",
                (
                    acknowledgement.practice,
                    recipient,
                    acknowledgement.id,
                    acknowledgement.render(now),
                    (now + delay).isoformat(),
                ),
            )

    def answer_reconciliation(self, envelope: Envelope, workflow: str, body: bytes, due: datetime) -> None:
        """Put what a practice holds into the outbox."""
        self._store.write(
            "INSERT INTO acknowledgements (practice, recipient, local_id, body, due, workflow)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (envelope.practice, envelope.sender, envelope.mesh_id, body, due.isoformat(), workflow),
        )

    def to_send(self, practice: str, now: datetime) -> list[Row]:
        return self._store.rows(
            "SELECT id, recipient, local_id, body, workflow FROM acknowledgements WHERE practice = ?"
            " AND sent_at IS NULL AND failed IS NULL AND due <= ? ORDER BY id",
            (practice, now.isoformat()),
        )

    def practices_with_answers(self, now: datetime) -> set[str]:
        rows = self._store.rows(
            "SELECT DISTINCT practice FROM acknowledgements"
            " WHERE sent_at IS NULL AND failed IS NULL AND due <= ?",
            (now.isoformat(),),
        )
        return {row["practice"] for row in rows}

    def sent(self, answer: int, now: datetime) -> None:
        self._store.write("UPDATE acknowledgements SET sent_at = ? WHERE id = ?", (now.isoformat(), answer))

    def failed(self, answer: int, why: str) -> None:
        self._store.write("UPDATE acknowledgements SET failed = ? WHERE id = ?", (why, answer))

    def last_poll(self, practice: str) -> datetime | None:
        row = self._store.row("SELECT last FROM polls WHERE practice = ?", (practice,))
        return None if row is None else datetime.fromisoformat(row["last"])

    def polled(self, practice: str, now: datetime) -> None:
        self._store.write("INSERT OR REPLACE INTO polls VALUES (?, ?)", (practice, now.isoformat()))
