"""Read a printed result as a person would: by its labels and its headline, however it is spaced."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from simulators.gp_system.outcome import Outcome

# The beginning of each headline without its spaces: real prints cut the rest at the page's edge.
_SCREENED: Final = {
    "SCREENED-ROUTINERECALL": Outcome.NORMAL,
    "SCREENED-WILLBEINVITED": Outcome.RECALL_FOR_ASSESSMENT,
    "SCREENED-TECHNICALRECALL": Outcome.TECHNICAL_RECALL,
    "SCREENED-PARTIALMAMMO": Outcome.PARTIAL_MAMMOGRAPHY,
}
_NOT_SCREENED: Final = "NOTSCREENED"
_BECAUSE: Final = {
    "DNA": Outcome.DID_NOT_ATTEND,
    "DECLINED": Outcome.DECLINED,
    "MOVED": Outcome.MOVED,
    "DECEASED": Outcome.DIED,
    "UNDERCARE": Outcome.UNDER_CARE_ELSEWHERE,
    "BILATERALMASTECTOMY": Outcome.NOT_ELIGIBLE,
    "ATTENDED,NOTSCREENED": Outcome.ATTENDED_NOT_SCREENED,
}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"NHS\s*N(?:umber|o)\.?\s*:\s*([\d ]+)", re.IGNORECASE)
_SCREENING = re.compile(r"Screening\s*N(?:umber|o)\.?\s*:\s*(\S+)", re.IGNORECASE)
_BORN = re.compile(r"Date\s*of\s*Birth\s*:\s*(\d{1,2}-\w{3}-\d{4})", re.IGNORECASE)
_DATED = re.compile(r"(?:Screened|Mammography)\s*on\s*:\s*(\d{1,2}-\w{3}-\d{4})", re.IGNORECASE)
_NAME = re.compile(r"^\s*([^,:]+),\s*([^,:]+)(?:,\s*([^,:]+))?\s*$")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person takes in from one record on paper. None: not there, or not legible."""

    screening_number: str | None
    nhs_number: str | None
    surname: str | None
    forename: str | None
    date_of_birth: date | None
    outcome: Outcome | None
    headline: str
    screened_on: date | None


def read_letter(lines: Sequence[str]) -> Letter:
    """Never fails: what cannot be read is None."""
    text = "\n".join(lines)
    number = _found(_NUMBER, text)
    name = next((match for line in lines if (match := _NAME.match(line))), None)
    headline, outcome = _outcome(lines)
    return Letter(
        screening_number=_found(_SCREENING, text),
        nhs_number="".join(number.split()) if number else None,
        surname=name.group(1).strip() if name else None,
        forename=name.group(2).strip() if name else None,
        date_of_birth=_date(_found(_BORN, text)),
        outcome=outcome,
        headline=headline,
        screened_on=_date(_found(_DATED, text)),
    )


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match.group(1).strip() if match else None


def _date(text: str | None) -> date | None:
    """A date as NBSS prints it, `04-May-1965`; by hand, since strptime takes ten times as long."""
    if not text:
        return None
    day, month, year = text.split("-")
    try:
        return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def _outcome(lines: Sequence[str]) -> tuple[str, Outcome | None]:
    """The headline, made readable, and what it means."""
    for place, line in enumerate(lines):
        if line.lstrip()[:1].upper() not in ("S", "N"):
            continue
        squeezed = _squeezed(line)
        for beginning, outcome in _SCREENED.items():
            if squeezed.startswith(beginning):
                return " ".join(line.split()), outcome
        if squeezed.startswith(_NOT_SCREENED):
            return " ".join(line.split()), _reason(lines[place + 1 :])
    return "", None


def _reason(below: Sequence[str]) -> Outcome | None:
    for line in below:
        squeezed = _squeezed(line).removeprefix("BECAUSE:")
        for beginning, outcome in _BECAUSE.items():
            if squeezed.startswith(beginning):
                return outcome
    return None


def _squeezed(line: str) -> str:
    return "".join(line.split()).upper()
