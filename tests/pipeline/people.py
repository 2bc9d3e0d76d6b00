"""Invented results for the pipeline's tests."""

from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import Participant, Provenance, ScreeningResult

# Numbers of the range kept for tests, with right check digits.
NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077")


def result(
    number: int, outcome: Outcome = Outcome.NORMAL, practice: str | None = "A91001"
) -> ScreeningResult:
    """The result of the nth invented person."""
    nhs_number = NUMBERS[number % len(NUMBERS)]
    return ScreeningResult(
        screening_number=f"KXX{number:06d}",
        participant=Participant(nhs_number, "TESTER", f"N{number}", "MRS", date(1960, 1, 1 + number % 28)),
        bso="KELDERBY",
        practice=practice,
        outcome=outcome,
        outcome_text=_TEXT[outcome],
        date=date(2026, 11, 2),
        printed_on=date(2026, 11, 3),
        provenance=Provenance("SIL-KXX-20261103-123.pdf", 1 + number // 2, 1 + number % 2),
        lines=("TESTER", _TEXT[outcome]),
    )


_TEXT = {
    Outcome.NORMAL: "SCREENED - ROUTINE RECALL Opinion: No significant radiological abnormality",
    Outcome.DID_NOT_ATTEND: "NOT SCREENED Because : DNA any screening session",
    Outcome.RECALL_FOR_ASSESSMENT: "SCREENED - WILL BE INVITED FOR FURTHER ATTENT",
}
