"""A message as the server holds it: who, to whom, where it stands, and what the sender said of it."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

import msgspec

from simulators.mesh.errors import MeshError
from simulators.mesh.protocol import BAD_CHUNKS


class Status(StrEnum):
    """Where a message stands, in the words that tracking answers."""

    UPLOADING = "uploading"  # chunks are still to come
    ACCEPTED = "accepted"  # whole, and the recipient's to collect
    ACKNOWLEDGED = "acknowledged"  # collected
    UNDELIVERABLE = "undeliverable"  # not collected in time, or the mailbox is deactivated
    ERROR = "error"  # could not be routed


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the store. Times are seconds since 1970 by the server's (perhaps virtual) clock.

    `seq` numbers messages as they were accepted, 0 before it is stored.
    `position` is the place in the recipient's inbox, None while it is not in it. `due_at` is when the next
    thing happens to it by itself: delivery where that is delayed, expiry while it waits, then deletion.
    `sender` is "" where MESH itself wrote it (a REPORT). `mex_to` differs from `recipient` in a REPORT,
    which names whom the undelivered message was for.
    """

    seq: int = 0
    message_id: str
    kind: str = "DATA"
    status: Status = Status.ACCEPTED
    sender: str = ""
    recipient: str
    mex_to: str
    workflow_id: str
    position: int | None = None
    due_at: float | None = None
    in_outbox: bool = True
    created_at: float
    accepted_at: float | None = None
    expires_at: float | None = None
    acknowledged_at: float | None = None
    total_chunks: int = 1
    file_size: int = 0
    local_id: str | None = None
    subject: str | None = None
    file_name: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    checksum: str | None = None
    partner_id: str | None = None
    compressed: bool = False
    encrypted: bool = False
    failed_at: float | None = None
    failure_code: str | None = None
    failure_event: str | None = None
    failure_description: str | None = None
    linked_message_id: str | None = None

    @property
    def is_report(self) -> bool:
        return self.kind == "REPORT"

    @property
    def changed_at(self) -> float:
        """When its status last changed."""
        return max(t for t in (self.created_at, self.accepted_at, self.acknowledged_at, self.failed_at) if t)


COLUMNS = Message.__struct_fields__


def new_message_id(now: float, micros: int) -> str:
    """An id in MESH's format: twenty digits of time, an underscore, six hexadecimal digits.

    `micros` (of the real clock) fills the last six digits, so that ids stay apart while a virtual clock
    stands still.
    """
    return f"{_second(int(now))}{micros:06d}_{random.getrandbits(24):06X}"


@lru_cache(maxsize=4)
def _second(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%d%H%M%S")


_RANGE = re.compile(r"\s*([0-9]{1,9})\s*:\s*([0-9]{1,9})\s*")


@dataclass(frozen=True, slots=True)
class ChunkRange:
    number: int = 1
    total: int = 1

    @classmethod
    def parse(cls, text: str) -> "ChunkRange":
        """Raises MeshError (417) for anything but 1 <= n <= m."""
        match = _RANGE.fullmatch(text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise MeshError(BAD_CHUNKS)
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}:{self.total}"
