"""What one participant's screening episode ended in."""

from enum import StrEnum


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
