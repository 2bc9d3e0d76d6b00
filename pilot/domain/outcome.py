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

    @property
    def abnormal(self) -> bool:
        """Whether a clinician must see it: never filed without a person, whatever a rule says."""
        return self is Outcome.RECALL_FOR_ASSESSMENT

    @property
    def was_screened(self) -> bool:
        """Whether images were taken, so that an imaging report exists."""
        return self in _SCREENED


_SCREENED = frozenset(
    {Outcome.NORMAL, Outcome.TECHNICAL_RECALL, Outcome.RECALL_FOR_ASSESSMENT, Outcome.PARTIAL_MAMMOGRAPHY}
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
}
"""What people read for each outcome."""
