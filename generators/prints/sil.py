"""What is printed: the SIL report (a practice's results of one day) and the participants' own letters (SMSTA).

The report is laid out as in the published samples; letters come from the same episodes, one a page.
Rows and columns were measured on the two sample pictures: 80 columns, 34 rows a record, the cover as high
as one record.
"""

from dataclasses import dataclass
from datetime import date
from textwrap import wrap

from generators.people.episodes import CLOSINGS
from generators.people.people import Office
from generators.prints.case import ShownRecord
from generators.prints.page import Layout, Mark, Page, Style, text_lines

COLUMNS = 80
ROWS = 34
"""Of a cover, and of a record: two to a page."""

_COLON = 16  # labels on the left end here
_DATE_COLON = 57  # and those on the right here
_DETAIL_COLON = 20
_HEADLINE_EDGE = {"cut": 45, "overrun": 99, "short": 32}  # wide characters

_PROGRAMME = "NHS BREAST SCREENING PROGRAMME"
# No print that takes another back is public: these words are ours.
_WITHDRAWN = "RESULT WITHDRAWN - DO NOT FILE"
_NOTE = (
    "Although imaging in the best method for detecting breast cancer,",
    "it cannot detect all cases.  New symptoms warrant re-assessment.",
)


@dataclass(frozen=True, slots=True)
class PracticePrint:
    """A cover and the entries under it; `name` and `address` are whom the cover is to."""

    name: str
    address: tuple[str, ...]
    local_number: str
    entries: tuple[ShownRecord, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record was printed: page and record on that page, both from 1, counted where it begins.

    `last_page` is the page it ends on, another one where a page break falls into the record.
    """

    page: int
    record: int
    last_page: int


@dataclass(frozen=True, slots=True)
class Report:
    """A laid-out report: its pages, and for each record, in order, its place and its text as people read it."""

    pages: tuple[Page, ...]
    places: tuple[Place, ...]
    texts: tuple[tuple[str, ...], ...]


def report(office: Office, printed: date, sheaves: tuple[PracticePrint, ...], layout: Layout) -> Report:
    """Covers and records, each cover on a new page; the first record shares its page where two go on one."""
    length = layout.page_rows if layout.breaks or layout.records_a_page == 1 else 2 * ROWS
    stride = layout.page_rows if layout.records_a_page == 1 else ROWS
    sheet: list[Mark] = []
    spans: list[tuple[int, int]] = []
    texts: list[tuple[str, ...]] = []
    start = 0
    for sheaf in sheaves:
        start = -(-start // length) * length
        sheet += [mark.moved(start) for mark in cover(office, sheaf, printed, layout)]
        for entry in sheaf.entries:
            start += stride
            marks = record(office, entry, layout)
            sheet += [mark.moved(start) for mark in marks]
            spans.append((start, start + max(mark.row for mark in marks)))
            texts.append(tuple(text_lines(marks)))
        start += stride
    return Report(_pages(sheet, length), _places(spans, length), tuple(texts))


def _pages(sheet: list[Mark], length: int) -> tuple[Page, ...]:
    """One endless sheet cut into pages of `length` rows; a page on which nothing falls is blank, and counts."""
    pages: dict[int, list[Mark]] = {}
    for mark in sheet:
        page = mark.row // length
        pages.setdefault(page, []).append(mark.moved(-page * length))
    return tuple(Page(tuple(pages.get(number, ()))) for number in range(max(pages) + 1))


def _places(spans: list[tuple[int, int]], length: int) -> tuple[Place, ...]:
    places: list[Place] = []
    for first, last in spans:
        page = first // length + 1
        nth = places[-1].record + 1 if places and places[-1].page == page else 1
        places.append(Place(page, nth, last // length + 1))
    return tuple(places)


def cover(office: Office, sheaf: PracticePrint, printed: date, layout: Layout) -> tuple[Mark, ...]:
    """The top half of a sheaf's first page."""
    marks = [Mark(0, 0, _PROGRAMME), Mark(0, 39, "GP REPORTS")]
    if layout.printed_date:
        marks.append(Mark(0, 59, f"Printed: {printed:%d %b %y}"))
    marks += [Mark(4, 4, "To:"), Mark(4, 8, f"c/o {sheaf.name}"[:36], Style.WIDE_BOLD)]
    marks += [Mark(6 + n, 8, line, Style.BOLD) for n, line in enumerate(sheaf.address)]
    marks += [
        Mark(13, 8, f"({sheaf.local_number})"),
        Mark(16, 29, "From:"),
        Mark(16, 35, office.name.upper()),
    ]
    marks += [Mark(17 + n, 35, line) for n, line in enumerate(office.address)]
    marks.append(Mark(23, 30, f"Tel: {office.telephone}"))
    if layout.count_on_cover:
        marks.append(Mark(25, 0, f"Number of reports: {len(sheaf.entries)}"))
    marks.append(Mark(27, 0, "PLEASE NOTE:"))
    marks += [Mark(27 + n, 13, line) for n, line in enumerate(_NOTE)]
    return tuple(marks)


def record(office: Office, entry: ShownRecord, layout: Layout) -> tuple[Mark, ...]:
    """One record, rows from 0."""
    name = office.name.upper()
    title = _title(entry.title, layout)
    marks = [
        Mark(0, 0, _PROGRAMME),
        Mark(0, COLUMNS - len(name), name),
        *([Mark(2, 0, _WITHDRAWN)] if entry.withdrawn else []),
        Mark(4, 0, f"{entry.surname}, {entry.forename}, {title}"),
        _labelled(6, _COLON, layout.label("Screening Number"), entry.screening_number),
        _labelled(6, _DATE_COLON, layout.label("Date of Birth"), _day(entry.date_of_birth, layout)),
        _labelled(7, _COLON, layout.label("NHS Number"), spaced(entry.nhs_number)),
        _labelled(7, _DATE_COLON, layout.label("Age"), str(entry.age)),
        _labelled(8, _COLON, layout.label("Address"), entry.address[0] if entry.address else ""),
    ]
    marks += [_labelled(9 + n, _COLON, "", line) for n, line in enumerate(entry.address[1:5])]
    marks += [
        _labelled(13, _COLON, layout.label("Telephone"), entry.telephone if layout.telephone else ""),
        Mark(14, 0, "_" * COLUMNS),
    ]
    return tuple(marks) if entry.cut_short else tuple(marks + _closing(entry, layout))


def _closing(entry: ShownRecord, layout: Layout) -> list[Mark]:
    closing = CLOSINGS[entry.outcome]
    headline = (entry.wording or closing.headline)[: _HEADLINE_EDGE[layout.headline]]
    marks = [Mark(16, 0, headline, Style.WIDE)]
    if entry.wording:
        return marks
    if not closing.screened:
        return [*marks, Mark(18, 0, "Because :"), Mark(19, 0, closing.because)]
    dated = f"{layout.label(closing.dated)}: {_day(entry.seen_on, layout)}"
    opinion = layout.label("Opinion")
    if entry.outcome == "recall_for_assessment":
        opinion = f"{opinion}  {entry.side}"
    return [*marks, Mark(18, 9, dated), _labelled(20, _DETAIL_COLON, opinion, closing.opinion)]


def _labelled(row: int, colon: int, label: str, value: str) -> Mark:
    """A label that ends in a colon at its column, and its value two columns on."""
    return Mark(row, colon - len(label), f"{label}: {value}".rstrip())


def spaced(nhs_number: str) -> str:
    """As printed: 999 822 8999; what has not ten characters is printed as it is."""
    if len(nhs_number) != 10:
        return nhs_number
    return f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"


def _day(day: date, layout: Layout) -> str:
    return day.strftime(layout.date_format)


def _title(title: str, layout: Layout) -> str:
    if layout.titles == "upper":
        return title
    return title.capitalize() + ("." if layout.titles == "dotted" else "")


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
    """Whether NBSS writes a letter to whoever had this outcome."""
    return outcome in TEXTS


def letter(office: Office, entry: ShownRecord, printed: date) -> Page:
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
