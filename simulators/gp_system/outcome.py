"""The outcomes a result can have, in the words that cross the boundary, and what a practice makes of them."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a screening episode ended, as the message's outcome tag names it."""

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
    def needs_a_clinician(self) -> bool:
        """An abnormal result is never filed without one, whatever a rule says."""
        return self is Outcome.RECALL_FOR_ASSESSMENT
