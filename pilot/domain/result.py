"""A screening result as read from what the office emitted, or the reason why it could not be read."""

import datetime as dt
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from nhs_number.validate import is_valid

from pilot.domain.outcome import Outcome

_TEN_DIGITS = re.compile(r"[0-9]{10}")


def valid_nhs_number(text: str) -> bool:
    """Ten digits with a right check digit (Modulus 11), spaces already taken out."""
    return _TEN_DIGITS.fullmatch(text) is not None and bool(is_valid(text))


@dataclass(frozen=True, slots=True)
class Participant:
    """Who a result is about. Raises ValueError where the NHS number is not one."""

    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    address: tuple[str, ...] = ()
    telephone: str | None = None

    def __post_init__(self) -> None:
        if not valid_nhs_number(self.nhs_number):
            raise ValueError("NHS number fails its check digit")

    @property
    def synthetic(self) -> bool:
        """Whether the number is from the range kept for tests (999 000 0000 to 999 999 9999)."""
        return self.nhs_number.startswith("999")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result came from. `page` and `record` count from 1; page 0 and record 0 mean the file as a whole.

    A row of an extract has page 0 and its row as record (the header is row 1).
    """

    file: str
    page: int = 0
    record: int = 0

    def __str__(self) -> str:
        if not self.page:
            return self.file + (f" row {self.record}" if self.record else "")
        return f"{self.file} page {self.page}" + (f" record {self.record}" if self.record else "")


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """One participant's episode result: one result, one message.

    `practice` is an ODS code, None while nothing in the batch says which practice it is for.
    `date` is when she was screened, or when she should have been; None where the print gives none.
    `lines` is the record as printed, so that a person can be shown what the reader saw. `local_number` is what its
    cover calls the practice, where it has a cover. `withdrawn`: it should never have been sent, and no other takes
    its place.
    """

    screening_number: str
    participant: Participant
    bso: str
    practice: str | None
    outcome: Outcome
    outcome_text: str
    date: dt.date | None
    printed_on: dt.date | None
    provenance: Provenance
    lines: tuple[str, ...] = ()
    local_number: str | None = None
    withdrawn: bool = False

    @property
    def has_print(self) -> bool:
        """Whether it came with its print: one of NBSS's tables alone did not."""
        return any(line.strip() for line in self.lines)


class RejectionReason(StrEnum):
    """Why something cannot be sent, in the words office staff use (the value is the machine's word)."""

    NOT_A_PDF = "not_a_pdf"
    NOT_RECOGNISED = "not_recognised"
    EMPTY_FILE = "empty_file"
    DAMAGED_FILE = "damaged_file"
    TOO_LARGE = "too_large"
    TOOK_TOO_LONG = "took_too_long"
    READER_STOPPED = "reader_stopped"
    IMAGE_ONLY_PAGE = "image_only_page"
    UNREADABLE_RECORD = "unreadable_record"
    RECORD_CUT_SHORT = "record_cut_short"
    NHS_NUMBER_MISSING = "nhs_number_missing"
    NHS_NUMBER_INVALID = "nhs_number_invalid"
    NAME_UNREADABLE = "name_unreadable"
    DATE_OF_BIRTH_IMPLAUSIBLE = "date_of_birth_implausible"
    OUTCOME_NOT_RECOGNISED = "outcome_not_recognised"
    WITHDRAWN_IN_PRINT = "withdrawn_in_print"
    DATE_IMPLAUSIBLE = "date_implausible"
    PRACTICE_UNKNOWN = "practice_unknown"
    PRACTICE_CLOSED = "practice_closed"
    COUNT_DIFFERS_FROM_COVER = "count_differs_from_cover"
    IN_EXTRACT_NOT_IN_PRINT = "in_extract_not_in_print"
    IN_LETTERS_NOT_IN_PRINT = "in_letters_not_in_print"
    CHANGED_AFTER_PRINT = "changed_after_print"
    EXTRACT_ROW_UNREADABLE = "extract_row_unreadable"
    # What came back through MESH and can be given to no result: kept whole, for a person.
    ANSWER_UNREADABLE = "answer_unreadable"
    ANSWER_TO_NOTHING_SENT = "answer_to_nothing_sent"
    ANSWER_FROM_ANOTHER_MAILBOX = "answer_from_another_mailbox"
    ANSWER_BY_ANOTHER_WORKFLOW = "answer_by_another_workflow"
    ANSWER_TO_EARLIER_VERSION = "answer_to_earlier_version"
    EXTRACT_AWAITED = "extract_awaited"
    SECOND_EYE_DIFFERS = "second_eye_differs"

    @property
    def of_the_reader(self) -> bool:
        """Whether it says something of our reader, and nothing of the file: the same file may yet be read."""
        return self in (RejectionReason.TOOK_TOO_LONG, RejectionReason.READER_STOPPED)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that came out of NBSS and is unfit to send. What could be read of it is kept for the person.

    `result` is the result itself, where it lacks nothing but its practice.
    """

    reason: RejectionReason
    detail: str
    provenance: Provenance
    screening_number: str | None = None
    nhs_number: str | None = None
    practice: str | None = None
    lines: tuple[str, ...] = ()
    result: ScreeningResult | None = None


class DisputeReason(StrEnum):
    """What two sources, or two prints, say differently of one result."""

    OUTCOME_DIFFERS = "outcome_differs"
    DATE_DIFFERS = "date_differs"
    DATE_OF_BIRTH_DIFFERS = "date_of_birth_differs"
    NHS_NUMBER_SUPERSEDED = "nhs_number_superseded"
    PRACTICE_DIFFERS = "practice_differs"
    DUPLICATE = "duplicate"
    AMENDED = "amended"
    NOT_IN_EXTRACT = "not_in_extract"
    AGE_DIFFERS = "age_differs"
    LETTER_DIFFERS = "letter_differs"
    LETTER_MISSING = "letter_missing"
    SAME_NUMBER_TWO_PEOPLE = "same_number_two_people"


@dataclass(frozen=True, slots=True)
class Version:
    """What one source says: `source` names it for a person (file and page, or extract and row)."""

    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """A result that was read, but that a person must decide on: both versions are shown, none is guessed."""

    result: ScreeningResult
    reason: DisputeReason
    versions: tuple[Version, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Concept:
    """A SNOMED CT concept: id and preferred term."""

    code: str
    term: str


@dataclass(frozen=True, slots=True)
class CodedResult:
    """`concept` None means: the code set has none for this outcome, so it goes explicitly uncoded, as text.

    `question` is what the result answers, None where a question that says screening would be untrue; `asked` is
    that question in words.
    """

    result: ScreeningResult
    question: Concept | None
    asked: str
    concept: Concept | None
    text: str
    code_set: str
