"""One line of the ledger: a result, where it is, and why."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from pilot.domain.delivery import State
from pilot.domain.result import Provenance, Rejected, ScreeningResult, Version


class Route(StrEnum):
    """The way a result goes to its practice."""

    CODED = "coded"
    MESH_PDF = "mesh_pdf"
    PAPER = "paper"


class Owner(StrEnum):
    """Whose worklist a result is on while it is with a person."""

    OFFICE = "office"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `result`. `document` is what was read; `versions` what each source says where two disagree;
    `due` the day (ISO) by which somebody should have dealt with it, empty where none is set.
    """

    id: int
    state: State
    reason: str
    since: datetime
    owner: str
    assigned_to: str
    due: str
    received_at: datetime
    source: str
    provenance: Provenance
    screening_number: str | None
    nhs_number: str | None
    practice: str | None
    document: ScreeningResult | Rejected
    versions: tuple[Version, ...]
    ready_at: str
    attempt: int
    route: str
    mailbox: str
    message_id: str | None
    mesh_id: str | None
    code: str | None
    code_set: str | None

    @property
    def result(self) -> ScreeningResult:
        """The result; asking it of an unreadable record is a bug."""
        assert isinstance(self.document, ScreeningResult), "an unreadable record has no result"  # noqa: S101
        return self.document


@dataclass(frozen=True, slots=True)
class Step:
    """A row of `history`: one move of one result."""

    at: datetime
    from_state: str | None
    to_state: str
    reason: str
    who: str
    why: str


_encode = msgspec.json.Encoder().encode
decode_result = msgspec.json.Decoder(ScreeningResult).decode
_decode_rejected = msgspec.json.Decoder(Rejected).decode
_decode_versions = msgspec.json.Decoder(tuple[Version, ...]).decode


def encode(value: object) -> bytes:
    """A domain value as the JSON that the ledger keeps."""
    return _encode(value)


def version(document: ScreeningResult | Rejected) -> str:
    """The hash of a result's content: two sends of one version say the same.

    Of the cover only the practice it led to is sent: its local number is no part of a version.
    """
    content = msgspec.to_builtins(document)
    content.pop("local_number", None)
    return hashlib.sha256(_encode(content)).hexdigest()


def entry_from_row(row: dict[str, object]) -> Entry:
    """The row of `result` named by `COLUMNS` as a value."""
    document = row["document"]
    assert isinstance(document, bytes)  # noqa: S101 - the schema is STRICT
    versions = row["versions"]
    assert isinstance(versions, bytes)  # noqa: S101
    fields = {name: row[name] for name in _PLAIN}
    return Entry(
        state=State(str(row["state"])),
        since=datetime.fromisoformat(str(row["since"])),
        received_at=datetime.fromisoformat(str(row["received_at"])),
        provenance=Provenance(str(row["file"]), int(str(row["page"])), int(str(row["record"]))),
        document=decode_result(document) if row["readable"] else _decode_rejected(document),
        versions=_decode_versions(versions),
        **fields,  # type: ignore[arg-type]
    )


_PLAIN = (
    "id",
    "reason",
    "owner",
    "assigned_to",
    "due",
    "source",
    "screening_number",
    "nhs_number",
    "practice",
    "ready_at",
    "attempt",
    "route",
    "mailbox",
    "message_id",
    "mesh_id",
    "code",
    "code_set",
)
