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
_ALL_SCREENED: Final = tuple(_SCREENED)
_INITIALS: Final = frozenset("SsNn")
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
# A label, however it is spelt, and its value: one word, or a number in groups; of a text in small letters.
_LABELLED = re.compile(
    r"(screening\s*n|nhs\s*n|date\s*of\s*birth|screened\s*on|mammography\s*on)[^:\n]*:\s*(\S+(?: \d+)*)"
)
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
    text = "\n".join(line for line in lines if ":" in line).lower()
    found = {"".join(label.split()): value.upper() for label, value in _LABELLED.findall(text)}
    digits = "".join(found.get("nhsn", "").split())
    name = next((match for line in lines if "," in line and (match := _NAME.match(line))), None)
    headline, outcome = _outcome(lines)
    return Letter(
        screening_number=found.get("screeningn"),
        nhs_number=digits if digits.isdecimal() else None,
        surname=name.group(1).strip() if name else None,
        forename=name.group(2).strip() if name else None,
        date_of_birth=_date(found.get("dateofbirth")),
        outcome=outcome,
        headline=headline,
        screened_on=_date(found.get("screenedon") or found.get("mammographyon")),
    )


def _date(text: str | None) -> date | None:
    """A date as NBSS prints it, `04-May-1965`; by hand, since strptime takes ten times as long."""
    try:
        day, month, year = (text or "").split("-")
        return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def _outcome(lines: Sequence[str]) -> tuple[str, Outcome | None]:
    """The headline, made readable, and what it means."""
    for place, line in enumerate(lines):
        if line.lstrip()[:1] not in _INITIALS:
            continue
        squeezed = _squeezed(line)
        if squeezed.startswith(_NOT_SCREENED):
            return " ".join(line.split()), _reason(lines[place + 1 :])
        if squeezed.startswith(_ALL_SCREENED):
            means = next(outcome for words, outcome in _SCREENED.items() if squeezed.startswith(words))
            return " ".join(line.split()), means
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
