"""What went out under which id, as it was sent, and what came back to it.

Every message id that a result was ever sent under is kept: a late answer to an earlier send must be understood.
"""

import zlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from pilot.messages import PAYLOADS
from pilot.pipeline.ledger_file import LedgerFile


@dataclass(frozen=True, slots=True)
class Attempt:
    """One send of a result: where it went and by which way, which version it carried, and what was sent.

    `body` is None once the time to keep it is over, `sent_at` the moment at which it was handed to MESH.
    """

    message_id: str
    result_id: int
    attempt: int
    route: str
    mailbox: str
    version: str
    workflow: str
    media_type: str
    sent_at: str
    sha256: str
    mesh_id: str | None = None
    body: bytes | None = None

    @property
    def corrects(self) -> bool:
        """Whether a message sent that way can be named by a later one that takes its place."""
        return self.route in PAYLOADS and PAYLOADS[self.route].corrects

    def told(self) -> str:
        """One line for a person: when, by which way and where to, under which ids, and the hash of the bytes."""
        ids = f"{self.message_id}, MESH {self.mesh_id}" if self.mesh_id else self.message_id
        gone = "" if self.body is not None else "; the bytes are no longer kept"
        return (
            f"sent {self.sent_at[:16].replace('T', ' ')} as {self.route} to {self.mailbox} ({ids}),"
            f" sha256 {self.sha256}{gone}"
        )

    def text(self) -> str:
        """What was sent, as text: JSON and XML as they are, anything else in base64; empty where it is gone."""
        if self.body is None:
            return ""
        readable = "json" in self.media_type or "xml" in self.media_type
        return self.body.decode("utf-8", "replace") if readable else b64encode(self.body).decode("ascii")


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that came back: by MESH's id, the message it answers, who sent it, code and words."""

    mesh_id: str
    about: str
    sender: str
    said: str
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer acted on before: what was said, and what it meant."""

    said: str
    meant: str


class Correspondence:
    """The sends and the answers of an open ledger. What writes does so inside the caller's transaction."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def note_attempt(self, sent: Attempt, *, sends: int = 1) -> None:
        """Remember an id, and what goes out under it, before anything does; `sends` 0: MESH has it from an
        earlier ledger.
        """
        self._file.write(
            "INSERT INTO attempt (message_id, result_id, attempt, route, mailbox, version, workflow, media_type,"
            " sent_at, sha256, sends, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (message_id) DO UPDATE SET sent_at = excluded.sent_at, sha256 = excluded.sha256,"
            " body = excluded.body, sends = sends + excluded.sends",
            *(sent.message_id, sent.result_id, sent.attempt, sent.route, sent.mailbox, sent.version),
            *(sent.workflow, sent.media_type, sent.sent_at, sent.sha256, sends),
            None if sent.body is None else zlib.compress(sent.body, 6),
        )

    def note_not_handed_over(self, message_id: str) -> None:
        """MESH was certainly not given it: the send that was noted was none."""
        self._file.write("UPDATE attempt SET sends = sends - 1 WHERE message_id = ?", message_id)

    def note_mesh_id(self, message_id: str, mesh_id: str) -> None:
        """MESH has taken it, under this id of its own."""
        self._file.write("UPDATE attempt SET mesh_id = ? WHERE message_id = ?", mesh_id, message_id)

    def forget_bodies(self, before: datetime) -> int:
        """Drop the bytes of what was sent before then; that it was sent, when, where and its hash stay."""
        return self._file.write(
            "UPDATE attempt SET body = NULL WHERE body IS NOT NULL AND sent_at < ?", before.isoformat()
        ).rowcount

    def times_sent(self, message_id: str) -> int:
        """How often a message was handed to MESH out of this ledger: where a practice has seen it before and
        this is not more than once, its first sender was somebody else.
        """
        row = self._file.row("SELECT sends FROM attempt WHERE message_id = ?", message_id)
        return int(row["sends"]) if row else 0

    def attempt_of(self, identifier: str) -> Attempt | None:
        """The send that went out under one of our ids or MESH's, without its bytes."""
        found = self._attempts(f"{_WITHOUT_BYTES} WHERE message_id = ?1 OR mesh_id = ?1", identifier)
        return found[0] if found else None

    def sent(self, result_id: int) -> tuple[Attempt, ...]:
        """Everything that was ever sent for a result, oldest first, with its bytes as far as they are kept."""
        return self._attempts(f"{_WITH_BYTES} WHERE result_id = ? ORDER BY attempt", result_id)

    def sent_without_bytes(self, result_id: int) -> tuple[Attempt, ...]:
        """The same, for those who ask for ids."""
        return self._attempts(f"{_WITHOUT_BYTES} WHERE result_id = ? ORDER BY attempt", result_id)

    def answered(self, mesh_id: str) -> bool:
        """Whether this message from MESH was acted on before."""
        return self._file.row("SELECT 1 FROM answer WHERE mesh_id = ?", mesh_id) is not None

    def note_answer(
        self, answer: Answer, result_id: int | None, meant: str, at: datetime, body: bytes | None
    ) -> None:
        """Write an answer down, with its bytes where a person must look at it."""
        self._file.write(
            "INSERT INTO answer (mesh_id, result_id, at, words, about, sender, meant, said, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(answer.mesh_id, result_id, at.isoformat(), answer.words),
            *(answer.about, answer.sender, meant, answer.said, body),
        )

    def heard(self, attempt: Attempt) -> tuple[Heard, ...]:
        """What was answered to this message before, by those it went to."""
        rows = self._file.rows(
            "SELECT said, meant FROM answer WHERE about IN (?, ?) AND result_id IS NOT NULL ORDER BY rowid",
            attempt.message_id,
            attempt.mesh_id,
        )
        return tuple(Heard(row["said"], row["meant"]) for row in rows)

    def _attempts(self, sql: str, value: object) -> tuple[Attempt, ...]:
        found = []
        for row in self._file.rows(sql, value):
            attempt = dict(row)
            if row["body"] is not None:
                try:
                    attempt["body"] = zlib.decompress(row["body"])
                except zlib.error:  # told with what else cannot be read; that it was sent still stands
                    self._file.unreadable.add(f"what was sent for result {row['result_id']}")
                    attempt["body"] = None
            found.append(Attempt(**attempt))
        return tuple(found)


_FIELDS = (
    "SELECT message_id, result_id, attempt, route, mailbox, version, workflow, media_type, sent_at, sha256,"
    " mesh_id"
)
_WITH_BYTES = f"{_FIELDS}, body FROM attempt"
_WITHOUT_BYTES = f"{_FIELDS}, NULL AS body FROM attempt"
