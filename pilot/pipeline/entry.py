"""One line of the ledger: a result, where it is, and why."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from pilot.domain.delivery import State
from pilot.domain.result import Provenance, Rejected, ScreeningResult, Version
from pilot.pipeline.reasons import QUEUED, Why, why_of

T = TypeVar("T")


class Route(StrEnum):
    """The way a result goes to its practice: on paper, or as a payload of `pilot.messages.PAYLOADS`."""

    CODED = "coded"
    MESH_PDF = "mesh_pdf"
    ITK3_DOCUMENT = "itk3_document"
    PAPER = "paper"


class Owner(StrEnum):
    """Whose worklist a result is on while it is with a person."""

    OFFICE = "office"
    PRACTICE = "practice"


class Flawed(ValueError):
    """An entry lacks what it cannot be without where it is."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A row of `result`. `document` is what was read; `versions` what each source says where two disagree;
    `due` the day by which somebody should have dealt with it, `ready_at` since when it could have been sent.
    Raises Flawed for a row that cannot be where it says it is.
    """

    id: int
    state: State
    reason: Why
    since: datetime
    owner: Owner | None
    assigned_to: str
    due: date | None
    received_at: datetime
    source: str
    provenance: Provenance
    screening_number: str | None
    nhs_number: str | None
    practice: str | None
    document: ScreeningResult | Rejected
    versions: tuple[Version, ...]
    ready_at: datetime | None
    attempt: int
    route: Route | None
    mailbox: str
    message_id: str | None
    mesh_id: str | None
    code: str | None
    code_set: str | None

    def __post_init__(self) -> None:
        needed = _QUEUED_NEEDS if self.reason in QUEUED else _NEEDS.get(self.state, ())
        for need in needed:
            need(self)

    @property
    def result(self) -> ScreeningResult:
        """The result. Raises Flawed for a record that could not be read."""
        if not isinstance(self.document, ScreeningResult):
            raise Flawed("an unreadable record has no result")
        return self.document

    @property
    def addressee(self) -> str:
        """The practice that it is for, where one must be known."""
        return _known(self.practice)

    @property
    def sent_as(self) -> str:
        """The id that it goes, or went, out under."""
        return _known(self.message_id)

    @property
    def post_by(self) -> date:
        """The day by which what is in the print queue must be posted."""
        return _known(self.due)

    @property
    def waits_since(self) -> datetime:
        """Since when it could have been sent: outages count from here."""
        return _known(self.ready_at)


def _known(value: T | None) -> T:
    if value is None:
        raise Flawed("it lacks what it cannot be without")
    return value


# What an entry cannot be without, by where it is: asked as its row is read, so that nothing stumbles over it later.
_NEEDS: Final[Mapping[State, tuple[Callable[[LedgerEntry], object], ...]]] = {
    State.READY: (lambda entry: entry.result, lambda entry: entry.addressee, lambda entry: entry.waits_since),
    State.SENDING: (lambda entry: entry.result, lambda entry: entry.sent_as),
    State.SENT: (lambda entry: entry.result, lambda entry: entry.sent_as),
    State.DELIVERED: (lambda entry: entry.result, lambda entry: entry.sent_as),
}
_QUEUED_NEEDS: Final = (
    lambda entry: entry.result,
    lambda entry: entry.addressee,
    lambda entry: entry.post_by,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A row of `history`: one move of one result. `reason` is one of `Why`, or says to whom it was given."""

    at: datetime
    from_state: State | None
    to_state: State
    reason: str
    who: str
    why: str


_encode = msgspec.json.Encoder().encode
# A ledger is looked at many times a day and seldom changes: what a row's bytes say is worked out once.
decode_result = lru_cache(maxsize=4096)(msgspec.json.Decoder(ScreeningResult).decode)
_decode_rejected = lru_cache(maxsize=4096)(msgspec.json.Decoder(Rejected).decode)
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
    if not content.get("withdrawn"):  # as it hashed before anything could be withdrawn
        content.pop("withdrawn", None)
    return hashlib.sha256(_encode(content)).hexdigest()


@lru_cache(maxsize=4096)  # what waits is read several times a day, and is as it was
def entry_from_row(row: sqlite3.Row) -> LedgerEntry:
    """A row of `result` as a value. Raises ValueError, msgspec.MsgspecError where it cannot be one."""
    document = decode_result(row["document"]) if row["readable"] else _decode_rejected(row["document"])
    return LedgerEntry(
        id=row["id"],
        state=State(row["state"]),
        reason=why_of(row["reason"]),
        since=_time(row["since"]),
        owner=Owner(row["owner"]) if row["owner"] else None,
        assigned_to=row["assigned_to"],
        due=date.fromisoformat(row["due"]) if row["due"] else None,
        received_at=_time(row["received_at"]),
        source=row["source"],
        provenance=Provenance(row["file"], row["page"], row["record"]),
        screening_number=row["screening_number"],
        nhs_number=row["nhs_number"],
        practice=row["practice"],
        document=document,
        versions=_decode_versions(row["versions"]),
        ready_at=_time(row["ready_at"]) if row["ready_at"] else None,
        attempt=row["attempt"],
        route=Route(row["route"]) if row["route"] else None,
        mailbox=row["mailbox"],
        message_id=row["message_id"],
        mesh_id=row["mesh_id"],
        code=row["code"],
        code_set=row["code_set"],
    )


def _time(text: str) -> datetime:
    """A time of the ledger; one that does not say where on earth it is cannot be held against another."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    return time


def step_from_row(row: sqlite3.Row) -> Step:
    """A row of `history` as a value. Raises ValueError where it cannot be one."""
    return Step(
        at=_time(row["at"]),
        from_state=None if row["from_state"] is None else State(row["from_state"]),
        to_state=State(row["to_state"]),
        reason=row["reason"],
        who=row["who"],
        why=row["why"],
    )
