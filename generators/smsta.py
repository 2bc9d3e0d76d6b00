"""SMSTA: the participants' own letters of a day, one a page. From the same episode as the SIL report."""

from datetime import date
from textwrap import wrap

from generators.entry import Entry
from generators.office import Office
from generators.outcomes import CLOSINGS
from generators.page import Mark, Page, Style
from generators.sil import COLUMNS, spaced

SUBJECT = "YOUR BREAST SCREENING RESULT"

TEXTS: dict[str, str] = {
    "normal": "Your mammogram has been looked at by experts and no signs of breast cancer were found.",
    "recall_for_assessment": "Your mammogram shows an area that we want to look at again: "
    "you need to come back for further tests.",
    "technical_recall": "Your mammogram has been looked at, but the images were not clear enough. "
    "We will write to you with a date to take them again.",
    "partial_mammography": "At your appointment we could not take all of the images. "
    "Those that we took have been looked at.",
    "did_not_attend": "Our records show that you did not come to your appointment. You can still book one.",
}
"""What each outcome's letter says, with its phrase of docs/interfaces.md; the other outcomes have no letter."""


def writes_to(outcome: str) -> bool:
    return outcome in TEXTS


def letter(office: Office, entry: Entry, printed: date) -> Page:
    """One participant's letter."""
    name = office.name.upper()
    who = " ".join(part for part in (entry.title, entry.forename, entry.surname) if part)
    closing = CLOSINGS[entry.outcome]
    marks = [
        Mark(0, 0, "NHS BREAST SCREENING PROGRAMME"),
        Mark(0, COLUMNS - len(name), name),
        Mark(3, 0, who),
        *(Mark(4 + n, 0, line) for n, line in enumerate(entry.address)),
        Mark(10, 59, f"Date: {printed:%d-%b-%Y}"),
        Mark(12, 0, f"Screening Number: {entry.screening_number}"),
        Mark(13, 0, f"      NHS Number: {spaced(entry.nhs_number)}".rstrip()),
        Mark(16, 0, f"Dear {entry.title} {entry.surname}"),
        Mark(18, 0, SUBJECT, Style.BOLD),
        *(Mark(20 + n, 0, line) for n, line in enumerate(wrap(TEXTS[entry.outcome], COLUMNS))),
    ]
    if closing.screened:
        marks.append(Mark(23, 0, f"You were screened on: {entry.seen_on:%d-%b-%Y}"))
    marks.append(Mark(25, 0, f"If you have questions, call {office.telephone}."))
    return Page(tuple(marks))
