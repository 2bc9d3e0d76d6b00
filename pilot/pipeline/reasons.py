"""Why a result is where it is: the fine code that reports, beside the coarse state that drives.

Rejections and disputes keep the reasons of `pilot.domain.result`; the pipeline's own are here, and the words for all.
"""

from enum import StrEnum
from typing import Final, TypeAlias

from pilot.domain.result import DisputeReason, RejectionReason


class Reason(StrEnum):
    """The pipeline's words. `WORDS` says each to a person."""

    AS_EMITTED = "as_emitted"
    CODED = "coded"
    SENDING = "sending"
    ACCEPTED_BY_MESH = "accepted_by_mesh"
    FOUND_AT_MESH = "found_at_mesh"
    NOTHING_AT_MESH = "nothing_at_mesh"
    RECEIVED_BY_PRACTICE = "received_by_practice"
    FILED_AT_PRACTICE = "filed_at_practice"
    PRACTICE_REVIEW = "practice_review"
    TO_BE_POSTED = "to_be_posted"
    PRINTED = "printed"
    NOT_POSTED = "not_posted"
    NOTHING_TO_PRINT = "nothing_to_print"
    KNOWN_AT_PRACTICE = "known_at_practice"
    SENT_ON_PAPER = "sent_on_paper"
    SENT_BACK = "sent_back"
    HELD_AT_PRACTICE = "held_at_practice"
    NOT_HELD = "not_held"
    PDF_AT_PRACTICE = "pdf_at_practice"
    CONTRADICTS_ITSELF = "contradicts_itself"
    WRONG_KIND_OF_NUMBER = "wrong_kind_of_number"
    CODE_SET_NOT_SIGNED_OFF = "code_set_not_signed_off"
    NO_WAY_TO_PRACTICE = "no_way_to_practice"
    REFUSED_BY_MESH = "refused_by_mesh"
    MESH_UNREACHABLE = "mesh_unreachable"
    SEND_UNCERTAIN = "send_uncertain"
    NOT_TAKING_MESSAGES = "not_taking_messages"
    NOT_FIRST_FROM_HERE = "not_first_from_here"
    REFUSED_BY_PRACTICE = "refused_by_practice"
    PATIENT_UNKNOWN = "patient_unknown"
    PATIENT_LEFT = "patient_left"
    PATIENT_DECEASED = "patient_deceased"
    NOT_COLLECTED = "not_collected"
    NO_ANSWER = "no_answer"
    REVIEW_OVERDUE = "review_overdue"
    WAITS_AT_PRACTICE = "waits_at_practice"
    ANSWERS_CONTRADICT = "answers_contradict"
    ANSWER_UNCLEAR = "answer_unclear"
    ANSWER_NOTED = "answer_noted"
    TAKEN_LATER = "taken_later"
    PRACTICE_FOUND = "practice_found"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    STILL_HELD = "still_held"
    PERSON_RESENT = "person_resent"
    PERSON_WITHDREW = "person_withdrew"
    PERSON_RETURNED = "person_returned"
    PERSON_FILED = "person_filed"
    PERSON_UNDID = "person_undid"


# Why a result is where it is.
Why: TypeAlias = Reason | RejectionReason | DisputeReason

# With the office because it is to be posted: not printed yet, printed, or past its due day.
QUEUED: Final = frozenset({Reason.TO_BE_POSTED, Reason.PRINTED, Reason.NOT_POSTED})

WORDS: Final[dict[Reason, str]] = {
    Reason.AS_EMITTED: "read from what the office emitted",
    Reason.CODED: "coded, and its way to the practice found",
    Reason.SENDING: "being handed to MESH",
    Reason.ACCEPTED_BY_MESH: "accepted by MESH, waiting for the practice to collect it",
    Reason.FOUND_AT_MESH: "MESH had it already, from before this ledger was lost or put back; it was not sent again",
    Reason.NOTHING_AT_MESH: "the last send did not reach MESH; it will be sent again",
    Reason.RECEIVED_BY_PRACTICE: "the practice's system has it and has not yet said what became of it",
    Reason.FILED_AT_PRACTICE: "the practice says it is in the record",
    Reason.PRACTICE_REVIEW: "waits for a person at the practice to look at it",
    Reason.TO_BE_POSTED: "waits in the print queue: it goes to the practice on paper",
    Reason.PRINTED: "printed, and not yet ticked as posted",
    Reason.NOT_POSTED: "should have been posted by its due day, and nobody has ticked it as posted",
    Reason.NOTHING_TO_PRINT: "should go as its print, and came without one",
    Reason.KNOWN_AT_PRACTICE: "the practice knows the patient and does not say whether it is filed",
    Reason.SENT_ON_PAPER: "went to the practice on paper; a person there types it",
    Reason.SENT_BACK: "the practice sent the letter back: it is for nobody on its list",
    Reason.HELD_AT_PRACTICE: "the practice says, asked, that it holds it",
    Reason.NOT_HELD: "the practice should hold it, and says, asked, that it is not in the record",
    Reason.PDF_AT_PRACTICE: "went to the practice as a PDF; a person there types it",
    Reason.CONTRADICTS_ITSELF: "its code says something else than its printed text",
    Reason.WRONG_KIND_OF_NUMBER: "a test NHS number for a live service, or a real one for a simulator",
    Reason.CODE_SET_NOT_SIGNED_OFF: "the code set is not signed off for live use",
    Reason.NO_WAY_TO_PRACTICE: "MESH knows no mailbox for this practice and no other way is set",
    Reason.REFUSED_BY_MESH: "MESH refused it",
    Reason.MESH_UNREACHABLE: "MESH could not be reached for longer than the limit",
    Reason.SEND_UNCERTAIN: "MESH did not say whether it took the message, for longer than the limit",
    Reason.NOT_TAKING_MESSAGES: "the practice's system is not taking coded results; it goes the other way",
    Reason.NOT_FIRST_FROM_HERE: "the practice has had it before, and not from this ledger: find out what became of it",
    Reason.REFUSED_BY_PRACTICE: "the practice's system refused the message",
    Reason.PATIENT_UNKNOWN: "the practice does not know this patient",
    Reason.PATIENT_LEFT: "the patient is no longer with this practice",
    Reason.PATIENT_DECEASED: "the practice says the patient has recently died",
    Reason.NOT_COLLECTED: "the practice did not collect it within five days",
    Reason.NO_ANSWER: "no answer came from the practice in time",
    Reason.REVIEW_OVERDUE: "a person at the practice was to look at it, and has not said so in time",
    Reason.WAITS_AT_PRACTICE: "the practice says, rung, that it lies there for somebody: ring again by the due day",
    Reason.ANSWERS_CONTRADICT: "what the practice answered contradicts what it answered before",
    Reason.ANSWER_UNCLEAR: "the practice's answer does not mean one thing",
    Reason.ANSWER_NOTED: "an answer that says no more than was known",
    Reason.TAKEN_LATER: "the file was set aside, and taken in later",
    Reason.PRACTICE_FOUND: "waited for its practice, which the office's directory now names",
    Reason.REPLACED: "a correction of it was filed in its place",
    Reason.WITHDRAWN: "it was sent in error, and the practice has taken it out of the record",
    Reason.STILL_HELD: "it was withdrawn, and the practice says, asked, that it is still in the record",
    Reason.PERSON_RESENT: "a person had it sent again",
    Reason.PERSON_WITHDREW: "a person has withdrawn it, and the practice is to be told",
    Reason.PERSON_RETURNED: "a person sent it back to the office",
    Reason.PERSON_FILED: "a person made sure that it is in the record",
    Reason.PERSON_UNDID: "a person took a decision back",
}


# What the reader and the checks found, as office staff say it.
FOUND: Final[dict[RejectionReason | DisputeReason, str]] = {
    RejectionReason.NOT_A_PDF: "the file is not a PDF",
    RejectionReason.NOT_RECOGNISED: "this is no kind of file that we know",
    RejectionReason.EMPTY_FILE: "the file is empty",
    RejectionReason.DAMAGED_FILE: "the file is damaged or was cut in transfer",
    RejectionReason.TOO_LARGE: "the file is larger than the limit",
    RejectionReason.TOOK_TOO_LONG: "reading the file took longer than the limit",
    RejectionReason.READER_STOPPED: "the process that reads was stopped over the file, twice",
    RejectionReason.IMAGE_ONLY_PAGE: "the page is a picture without text",
    RejectionReason.UNREADABLE_RECORD: "the record cannot be read",
    RejectionReason.RECORD_CUT_SHORT: "the record is cut short",
    RejectionReason.NHS_NUMBER_MISSING: "no NHS number is printed",
    RejectionReason.NHS_NUMBER_INVALID: "the NHS number fails its check digit",
    RejectionReason.NAME_UNREADABLE: "the name cannot be read",
    RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE: "the date of birth cannot be right",
    RejectionReason.OUTCOME_NOT_RECOGNISED: "the headline is none that we know",
    RejectionReason.WITHDRAWN_IN_PRINT: "the print takes an earlier result back",
    RejectionReason.DATE_IMPLAUSIBLE: "the date cannot be right",
    RejectionReason.PRACTICE_UNKNOWN: "the practice is not in the office's directory",
    RejectionReason.PRACTICE_CLOSED: "the practice has closed and has no successor",
    RejectionReason.COUNT_DIFFERS_FROM_COVER: "the cover counts other than the file holds",
    RejectionReason.IN_EXTRACT_NOT_IN_PRINT: "the extract has a result that no print has",
    RejectionReason.IN_LETTERS_NOT_IN_PRINT: "a participant's letter went out, and no print has the result",
    RejectionReason.CHANGED_AFTER_PRINT: "the result was changed after it was printed",
    RejectionReason.EXTRACT_AWAITED: "what the print is to be held against has not come; nothing of it was taken yet",
    RejectionReason.SECOND_EYE_DIFFERS: "read from its picture, the page says something else than its text",
    RejectionReason.EXTRACT_ROW_UNREADABLE: "a row of the extract cannot be read",
    RejectionReason.ANSWER_UNREADABLE: "an answer came through MESH that cannot be read",
    RejectionReason.ANSWER_TO_NOTHING_SENT: "an answer came through MESH to a message that was not sent from here",
    RejectionReason.ANSWER_FROM_ANOTHER_MAILBOX: "an answer came from another mailbox than the message went to",
    RejectionReason.ANSWER_BY_ANOTHER_WORKFLOW: "something came through MESH by a workflow that brings no answers",
    RejectionReason.ANSWER_TO_EARLIER_VERSION: "an answer came to a version of the result that was changed since",
    DisputeReason.OUTCOME_DIFFERS: "print and extract say different outcomes",
    DisputeReason.DATE_DIFFERS: "print and extract say different dates",
    DisputeReason.DATE_OF_BIRTH_DIFFERS: "the date of birth differs between two sources",
    DisputeReason.NHS_NUMBER_SUPERSEDED: "her NHS number was replaced by another",
    DisputeReason.PRACTICE_DIFFERS: "cover and extract name different practices",
    DisputeReason.DUPLICATE: "the same result was printed before, and says the same",
    DisputeReason.AMENDED: "it was printed before and says something else now: is it an amended result?",
    DisputeReason.NOT_IN_EXTRACT: "the extract does not have this result",
    DisputeReason.AGE_DIFFERS: "the age printed does not fit the date of birth",
    DisputeReason.LETTER_DIFFERS: "her own letter says another outcome",
    DisputeReason.LETTER_MISSING: "she has no letter of her own",
    DisputeReason.SAME_NUMBER_TWO_PEOPLE: "two people have the same NHS number",
}


_BY_WORD: Final[dict[str, Why]] = {str(one): one for one in (*Reason, *RejectionReason, *DisputeReason)}
_SAID: Final[dict[str, str]] = {str(one): said for one, said in (*WORDS.items(), *FOUND.items())}


def why_of(word: str) -> Why:
    """The reason that a word of the ledger names. Raises ValueError where it names none."""
    if word not in _BY_WORD:
        raise ValueError("there is no such reason")
    return _BY_WORD[word]


def words(reason: str) -> str:
    """A reason as a person reads it; what is none (to whom a result was given) as it stands."""
    return _SAID.get(reason, reason.replace("_", " "))
