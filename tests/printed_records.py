"""Records as an office prints them, and the results they are read as, for the tests of more than one room."""

from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import Participant, Provenance, ScreeningResult

# What the office prints for each outcome (docs/interfaces.md, section 1): the headline, then the details.
PRINTED: dict[Outcome, tuple[str, ...]] = {
    Outcome.NORMAL: (
        "SCREENED - ROUTINE RECALL",
        "         Screened on: 19-Feb-2026",
        "             Opinion: No significant radiological abnormality",
    ),
    Outcome.RECALL_FOR_ASSESSMENT: (
        "SCREENED - WILL BE INVITED FOR FURTHER A",
        "      Mammography on: 19-Feb-2026",
        "           Opinion R: Abnormality present on imaging, uncertain",
    ),
    Outcome.TECHNICAL_RECALL: (
        "SCREENED - TECHNICAL RECALL",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Technically inadequate, images to be repeated",
    ),
    Outcome.PARTIAL_MAMMOGRAPHY: (
        "SCREENED - PARTIAL MAMMOGRAPHY",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Imaging incomplete, no significant abnormality in views taken",
    ),
    Outcome.ASSESSED_BENIGN: (
        "SCREENED - ASSESSED, BENIGN",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Assessed, benign",
    ),
    Outcome.ASSESSED_CANCER: (
        "SCREENED - ASSESSED, CANCER",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Assessed, cancer diagnosed",
    ),
    Outcome.SHORT_TERM_RECALL: (
        "SCREENED - ASSESSED, SHORT TERM RECALL",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Assessed, to be seen again in a year",
    ),
    Outcome.REFERRED_FOR_TREATMENT: (
        "SCREENED - ASSESSED, REFERRED FOR TREATMENT",
        "      Mammography on: 19-Feb-2026",
        "             Opinion: Assessed, to be treated",
    ),
    Outcome.DID_NOT_ATTEND: ("NOT SCREENED", "Because :", "DNA any screening session"),
    Outcome.DECLINED: ("NOT SCREENED", "Because :", "Declined invitation"),
    Outcome.MOVED: ("NOT SCREENED", "Because :", "Moved out of area"),
    Outcome.DIED: ("NOT SCREENED", "Because :", "Deceased"),
    Outcome.UNDER_CARE_ELSEWHERE: ("NOT SCREENED", "Because :", "Under care of symptomatic service"),
    Outcome.NOT_ELIGIBLE: ("NOT SCREENED", "Because :", "Bilateral mastectomy"),
    Outcome.ATTENDED_NOT_SCREENED: ("NOT SCREENED", "Because :", "Attended, not screened"),
}

PARTICIPANT = Participant(
    nhs_number="9990000018",
    surname="DE'ATH-O'NEIL",
    forename="ZOË ŁUCJA",
    title="MISS",
    date_of_birth=date(1961, 5, 4),
    address=("1 THE STREET", "FEATHERING", "ZZ9 9ZZ"),
)


def printed(outcome: Outcome, participant: Participant = PARTICIPANT) -> tuple[str, ...]:
    """The record as the office prints it."""
    return (
        "NHS BREAST SCREENING PROGRAMME                                        FEATHERING",
        "",
        f"{participant.surname}, {participant.forename}, {participant.title}",
        "",
        "Screening Number: KXX049443                Date of Birth: 04-May-1961",
        "      NHS Number: 999 000 0018                       Age: 65",
        "         Address: 1 THE STREET",
        "_" * 80,
        *PRINTED[outcome],
    )


def example(outcome: Outcome, participant: Participant = PARTICIPANT) -> ScreeningResult:
    """One whole result of that outcome."""
    return ScreeningResult(
        screening_number="KXX049443",
        participant=participant,
        bso="KXX",
        practice="Z99001",
        outcome=outcome,
        outcome_text=" ".join(line.strip() for line in PRINTED[outcome]),
        date=date(2026, 2, 19),
        printed_on=date(2026, 2, 23),
        provenance=Provenance("SIL-KXX-20260223-123.pdf", 2, 1),
        lines=printed(outcome, participant),
    )
