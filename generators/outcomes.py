"""Every way an episode closes: what the SIL report prints of it and what the episode extract holds.

The wordings of `normal`, `did_not_attend` and `recall_for_assessment` are those of the published sample
reports; the others are invented, since no real print of them is public (docs/interfaces.md, section 1).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """One outcome. `dated` is the label before the date of imaging, "" where the print gives none.

    `opinion` is a screened outcome's opinion; `because` is why somebody was not screened.
    """

    outcome: str
    headline: str
    end_code: str
    reason_closed: str
    final_action: str
    dated: str = ""
    opinion: str = ""
    because: str = ""

    @property
    def screened(self) -> bool:
        return bool(self.opinion)


_NOT = "NOT SCREENED"

CLOSINGS: dict[str, Closing] = {
    closing.outcome: closing
    for closing in (
        Closing(
            "normal", "SCREENED - ROUTINE RECALL", "SC", "R", "RR",
            dated="Screened on", opinion="No significant radiological abnormality",
        ),
        Closing("did_not_attend", _NOT, "DNA", "NA", "", because="DNA any screening session"),
        Closing(
            "technical_recall", "SCREENED - TECHNICAL RECALL", "SC", "TR", "EC",
            dated="Mammography on", opinion="Technically inadequate, images to be repeated",
        ),
        Closing(
            "recall_for_assessment", "SCREENED - WILL BE INVITED FOR FURTHER ATTENTION", "SC", "", "FP",
            dated="Mammography on", opinion="Abnormality present on imaging, uncertain",
        ),
        Closing("declined", _NOT, "PC", "DD", "", because="Declined invitation"),
        Closing("moved", _NOT, "WM", "MV", "", because="Moved out of area"),
        Closing("died", _NOT, "WD", "DE", "", because="Deceased"),
        Closing("under_care_elsewhere", _NOT, "WB", "CT", "", because="Under care of symptomatic service"),
        Closing("not_eligible", _NOT, "WC", "BS", "", because="Bilateral mastectomy"),
        Closing("attended_not_screened", _NOT, "PC", "NS", "", because="Attended, not screened"),
        Closing(
            "partial_mammography", "SCREENED - PARTIAL MAMMOGRAPHY", "SC", "PM", "RR",
            dated="Mammography on", opinion="Imaging incomplete, no significant abnormality in views taken",
        ),
    )
}  # fmt: skip

OUTCOMES: tuple[str, ...] = tuple(CLOSINGS)
"""The order is the code of an outcome in every numpy column."""

CODE: dict[str, int] = {outcome: code for code, outcome in enumerate(OUTCOMES)}
