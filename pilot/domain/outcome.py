"""What one participant's screening episode ended in."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """The ways an episode closes, as GP practices are told of them."""

    NORMAL = "normal"
    DID_NOT_ATTEND = "did_not_attend"
    TECHNICAL_RECALL = "technical_recall"
    RECALL_FOR_ASSESSMENT = "recall_for_assessment"
    DECLINED = "declined"
    MOVED = "moved"
    DIED = "died"
    UNDER_CARE_ELSEWHERE = "under_care_elsewhere"
    NOT_ELIGIBLE = "not_eligible"
    ATTENDED_NOT_SCREENED = "attended_not_screened"
    PARTIAL_MAMMOGRAPHY = "partial_mammography"
    ASSESSED_BENIGN = "assessed_benign"
    ASSESSED_CANCER = "assessed_cancer"
    SHORT_TERM_RECALL = "short_term_recall"
    REFERRED_FOR_TREATMENT = "referred_for_treatment"

    @property
    def abnormal(self) -> bool:
        """Whether a clinician must see it: never filed without a person, whatever a rule says."""
        return self in _ABNORMAL

    @property
    def was_screened(self) -> bool:
        """Whether images were taken, so that an imaging report exists."""
        return self in _SCREENED

    @property
    def after_assessment(self) -> bool:
        """Whether it follows a recall for assessment, and so is news beside it and no other version of it."""
        return self in _AFTER_ASSESSMENT


_AFTER_ASSESSMENT = frozenset(
    {
        Outcome.ASSESSED_BENIGN,
        Outcome.ASSESSED_CANCER,
        Outcome.SHORT_TERM_RECALL,
        Outcome.REFERRED_FOR_TREATMENT,
    }
)
_ABNORMAL = _AFTER_ASSESSMENT - {Outcome.ASSESSED_BENIGN} | {Outcome.RECALL_FOR_ASSESSMENT}
_SCREENED = (
    _AFTER_ASSESSMENT | _ABNORMAL | {Outcome.NORMAL, Outcome.TECHNICAL_RECALL, Outcome.PARTIAL_MAMMOGRAPHY}
)

OUTCOME_NAMES: Final = {
    Outcome.NORMAL: "Normal, routine recall",
    Outcome.DID_NOT_ATTEND: "Did not attend",
    Outcome.TECHNICAL_RECALL: "Technical recall",
    Outcome.RECALL_FOR_ASSESSMENT: "Recall for assessment",
    Outcome.DECLINED: "Declined",
    Outcome.MOVED: "Moved away",
    Outcome.DIED: "Died",
    Outcome.UNDER_CARE_ELSEWHERE: "Under care elsewhere",
    Outcome.NOT_ELIGIBLE: "Not eligible",
    Outcome.ATTENDED_NOT_SCREENED: "Attended, not screened",
    Outcome.PARTIAL_MAMMOGRAPHY: "Partial mammography",
    Outcome.ASSESSED_BENIGN: "Assessed, benign",
    Outcome.ASSESSED_CANCER: "Assessed, cancer",
    Outcome.SHORT_TERM_RECALL: "Assessed, short-term recall",
    Outcome.REFERRED_FOR_TREATMENT: "Assessed, referred for treatment",
}
"""What people read for each outcome."""
