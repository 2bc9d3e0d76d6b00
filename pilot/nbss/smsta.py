"""The participants' letters (SMSTA), one a page: what each tells her, for holding against the practice's print."""

import re
from collections.abc import Iterable

from pilot.domain.result import Provenance, Rejected, RejectionReason, valid_nhs_number
from pilot.nbss.batch import Letter
from pilot.nbss.fields import IDENTITY, labelled, printed_date
from pilot.nbss.outcomes import outcome_in
from pilot.nbss.pdf import Page

_DATE = re.compile(r"\bDate:\s*(\S.*)", re.IGNORECASE)
_DEAR = re.compile(r"\s*Dear\b", re.IGNORECASE)


def is_letter(lines: tuple[str, ...]) -> bool:
    """Whether a page is a participant's letter."""
    return any(_DEAR.match(line) for line in lines)


def read_letters(pages: Iterable[Page], file: str) -> tuple[tuple[Letter, ...], tuple[Rejected, ...]]:
    """Each page once: as a letter, or as rejected."""
    letters: list[Letter] = []
    rejected: list[Rejected] = []
    for page in pages:
        where = Provenance(file, page.number, 1)
        if not page.lines:
            if page.drawn:
                what = "the page is a picture without text"
                rejected.append(
                    Rejected(RejectionReason.IMAGE_ONLY_PAGE, what, Provenance(file, page.number))
                )
        elif not is_letter(page.lines):
            what = "the page is not a participant's letter"
            rejected.append(Rejected(RejectionReason.UNREADABLE_RECORD, what, where, lines=page.lines))
        else:
            letters.append(_letter(page.lines, where))
    return tuple(letters), tuple(rejected)


def _letter(lines: tuple[str, ...], where: Provenance) -> Letter:
    values: dict[str, str] = {}
    for line in lines:
        for name, value in labelled(line, IDENTITY):
            values.setdefault(name, value)
    number = values.get("nhs_number", "").replace(" ", "")
    days = (printed_date(match[1], short_year=True) for line in lines if (match := _DATE.search(line)))
    return Letter(
        where,
        number if valid_nhs_number(number) else None,
        values.get("screening_number", "").replace(" ", "").upper() or None,
        printed_date(values.get("date_of_birth", "")),
        outcome_in(" ".join(lines)),
        next(days, None),
    )
