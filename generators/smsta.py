"""SMSTA: the participants' own letters of a day, one a page. From the same episode as the SIL report."""

from datetime import date
from textwrap import wrap

from generators.entry import Entry
from generators.office import Office
from generators.outcomes import CLOSINGS
from generators.page import Mark, Page, Style
from generators.sil import COLUMNS, spaced

SUBJECT = "YOUR BREAST SCREENING RESULT"

SENTENCES: dict[str, str] = {
    "normal": "Your mammogram shows no signs of breast cancer.",
    "did_not_attend": "You did not come to your breast screening appointment.",
    "technical_recall": "Some of your images were not clear enough. They need to be taken again.",
    "recall_for_assessment": "Your mammogram shows a change. You need some more tests.",
    "declined": "You told us that you do not want breast screening this time.",
    "under_care_elsewhere": "You are already being looked after by a breast clinic.",
    "not_eligible": "You no longer need breast screening after your operation.",
    "attended_not_screened": "You came to your appointment, but no images were taken.",
    "partial_mammography": "Not all of the usual images could be taken. "
    "Those taken show no signs of breast cancer.",
}
"""One sentence an outcome (docs/interfaces.md); nobody writes to somebody who `moved` or `died`."""


def writes_to(outcome: str) -> bool:
    return outcome in SENTENCES


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
        Mark(10, 59, f"Date: {printed:%d %b %y}"),
        Mark(12, 0, f"Screening Number: {entry.screening_number}"),
        Mark(13, 0, f"      NHS Number: {spaced(entry.nhs_number)}".rstrip()),
        Mark(16, 0, f"Dear {entry.title} {entry.surname}"),
        Mark(18, 0, SUBJECT, Style.BOLD),
        *(Mark(20 + n, 0, line) for n, line in enumerate(wrap(SENTENCES[entry.outcome], COLUMNS))),
    ]
    if closing.screened:
        marks.append(Mark(23, 0, f"You were screened on: {entry.seen_on:%d-%b-%Y}"))
    marks.append(Mark(25, 0, f"If you have questions, call {office.telephone}."))
    return Page(tuple(marks))
