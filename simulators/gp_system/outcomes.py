"""The outcomes a result can have, in the words that cross the boundary, and the concepts that stand for them."""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec


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
    ASSESSED_BENIGN = "assessed_benign"
    ASSESSED_CANCER = "assessed_cancer"
    SHORT_TERM_RECALL = "short_term_recall"
    REFERRED_FOR_TREATMENT = "referred_for_treatment"

    @property
    def needs_a_clinician(self) -> bool:
        """An abnormal result is never filed without one, whatever a rule says."""
        return self in _NEEDS_A_CLINICIAN


_NEEDS_A_CLINICIAN: Final = frozenset(
    {
        Outcome.RECALL_FOR_ASSESSMENT,
        Outcome.ASSESSED_CANCER,
        Outcome.SHORT_TERM_RECALL,
        Outcome.REFERRED_FOR_TREATMENT,
    }
)


# The beginning of each headline without its spaces: real prints cut the rest at the page's edge.
SCREENED_HEADLINES: Final = {
    "SCREENED-ROUTINERECALL": Outcome.NORMAL,
    "SCREENED-WILLBEINVITED": Outcome.RECALL_FOR_ASSESSMENT,
    "SCREENED-TECHNICALRECALL": Outcome.TECHNICAL_RECALL,
    "SCREENED-PARTIALMAMMO": Outcome.PARTIAL_MAMMOGRAPHY,
    "SCREENED-ASSESSED,BENIGN": Outcome.ASSESSED_BENIGN,
    "SCREENED-ASSESSED,CANCER": Outcome.ASSESSED_CANCER,
    "SCREENED-ASSESSED,SHORT": Outcome.SHORT_TERM_RECALL,
    "SCREENED-ASSESSED,REFERRED": Outcome.REFERRED_FOR_TREATMENT,
}
NOT_SCREENED: Final = "NOTSCREENED"
NOT_SCREENED_BECAUSE: Final = {
    "DNA": Outcome.DID_NOT_ATTEND,
    "DECLINED": Outcome.DECLINED,
    "MOVED": Outcome.MOVED,
    "DECEASED": Outcome.DIED,
    "UNDERCARE": Outcome.UNDER_CARE_ELSEWHERE,
    "BILATERALMASTECTOMY": Outcome.NOT_ELIGIBLE,
    "ATTENDED,NOTSCREENED": Outcome.ATTENDED_NOT_SCREENED,
}

SNOMED_CT: Final = "http://snomed.info/sct"
ABNORMAL: Final = "abnormal"
ATTENDED: Final = "attended"


class KnownConcept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A concept the system can show and count. `means` is an outcome, `abnormal` or `attended`."""

    code: str
    term: str
    means: str


@cache
def known_concepts() -> dict[str, KnownConcept]:
    """Every known concept by its id."""
    text = files(__package__).joinpath("codes.toml").read_text(encoding="utf-8")
    concepts = msgspec.convert(tomllib.loads(text)["concept"], list[KnownConcept])
    return {concept.code: concept for concept in concepts}
