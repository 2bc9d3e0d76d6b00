"""What practices take and answer: results as understood, answers as meant, and a payload that reads one and writes
the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from simulators.gp_system.outcomes import ABNORMAL, Outcome, known_concepts

MAX_BYTES: Final = 5 * 1024 * 1024  # a result with its one-page print is about 10 kB
FLAGS_ABNORMAL: Final = frozenset({"A", "AA", "POS"})
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SCREENING_NUMBER: Final = "https://breast-screening-results-pilot.example/fhir/Id/screening-number"


class PayloadInvalid(Exception):
    """The payload is not a result message. Text holds no patient data. `message_id` where it could be read."""

    def __init__(self, reason: str, message_id: str | None = None) -> None:
        super().__init__(reason)
        self.message_id = message_id


class Received(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result as the practice's system understood it.

    `question` and `code` are what was asked and what was found, as SNOMED CT ids; None where only words came, or
    a coding in no system that it reads. `text` is what a person is shown. `interpretation` is FHIR's own flag.
    `effective` None: the message gave no date. `replaces`: ids of the messages that it is a correction of.
    `withdrawn`: they were sent in error, and nothing takes their place. `document`: it came as a document, which no
    rule looks into.
    """

    message_id: str
    screening_number: str
    nhs_number: str
    surname: str
    forename: str
    date_of_birth: date
    question: str | None
    question_term: str
    code: str | None
    term: str
    text: str
    interpretation: str | None
    effective: date | None
    replaces: tuple[str, ...] = ()
    withdrawn: bool = False
    document: bool = False

    @property
    def outcome(self) -> Outcome | None:
        """What the concept says happened; None where it says nothing, or where there is none: a person reads it."""
        concept = known_concepts().get(self.code or "")
        if concept is None:
            return None
        if concept.means == ABNORMAL:
            return Outcome.RECALL_FOR_ASSESSMENT
        return Outcome(concept.means) if concept.means in set(Outcome) else None

    @property
    def abnormal(self) -> bool:
        """By its flag or by its concept: a clinician must see it."""
        outcome = self.outcome
        return self.interpretation in FLAGS_ABNORMAL or (outcome is not None and outcome.needs_a_clinician)

    @property
    def content(self) -> str:
        """What makes two messages the same result: whose it is, screening number, what it says, and date."""
        says = f"{self.code or self.text}|{self.effective or ''}"
        kind = "|withdrawn" if self.withdrawn else "|amended" if self.replaces else ""
        return f"{self.nhs_number}|{self.screening_number}|{says}{kind}"


class Disposition(StrEnum):
    """What a business acknowledgement says became of the result."""

    FILED = "filed"
    AWAITING_REVIEW = "awaiting-review"
    NOT_FILED = "not-filed"


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


@dataclass(frozen=True, slots=True)
class Payload:
    """`workflow` and `answers` are MESH workflow ids, `media_type` is the answers'.

    `read` gives the result in a message for a practice (ODS code) and the record as printed (PDF, empty where none
    came); it raises PayloadInvalid. `write` gives an answer's bytes. `says_filed`: whether its answers can say that a
    result is filed; where not, nothing more is said once a person has filed it.
    """

    workflow: str
    answers: str
    media_type: str
    read: Callable[[bytes, str], tuple[Received, bytes]]
    write: Callable[[Acknowledgement, datetime], bytes]
    says_filed: bool
