"""Labels on a print and the values behind them, whatever the office calls a label and wherever it stands; dates.

A date is as NBSS prints it and extracts write it; what is not certainly one is None.
"""

import re
from datetime import date, datetime

# The field, and what offices print before it. Compared without case, stops and repeated spaces.
_LABELS: dict[str, tuple[str, ...]] = {
    "screening_number": (
        "Screening Number",
        "Screening No",
        "Screening Num",
        "Screening ID",
        "SX Number",
        "SX No",
    ),
    "nhs_number": ("NHS Number", "NHS No", "NHS Num", "New NHS Number"),
    "date_of_birth": ("Date of Birth", "Birth Date", "DOB", "D.O.B"),
    "age": ("Age",),
    "address": ("Address", "Addr"),
    "telephone": ("Telephone", "Telephone No", "Tel", "Tel No", "Phone"),
    "screened_on": (
        "Screened on",
        "Date screened",
        "Mammography on",
        "Date of mammography",
        "Screening date",
    ),
    "opinion": ("Opinion R", "Opinion L", "Opinion", "Result R", "Result L", "Result"),
    "because": ("Because", "Reason"),
}
IDENTITY = ("screening_number", "nhs_number", "date_of_birth", "age", "address", "telephone")
DETAIL = ("screened_on", "opinion", "because")

_FIELD_OF = {
    label.lower().replace(".", "").replace(" ", ""): field
    for field, labels in _LABELS.items()
    for label in labels
}


def _pattern(fields: tuple[str, ...]) -> re.Pattern[str]:
    labels = sorted((label for field in fields for label in _LABELS[field]), key=len, reverse=True)
    spelled = "|".join(
        r"\.?\s*".join(re.escape(word) for word in label.split()).replace(r"\.", r"\.?") for label in labels
    )
    return re.compile(rf"(?:^|(?<=\s))({spelled})\.?\s*:", re.IGNORECASE)


_PATTERNS = {IDENTITY: _pattern(IDENTITY), DETAIL: _pattern(DETAIL)}
_EVERY = _pattern((*IDENTITY, *DETAIL))


def tidy(text: str) -> str:
    """One space between words: how many a print has depends on its type."""
    return " ".join(text.split())


def labelled(line: str, fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each (field, value) on a line, from left to right; an empty value is ""."""
    if ":" not in line:
        return []
    found = list(_PATTERNS[fields].finditer(line))
    ends = [*(match.start() for match in found[1:]), len(line)]
    return [
        (field_of(match[1]), tidy(line[match.end() : end])) for match, end in zip(found, ends, strict=False)
    ]


def field_of(label: str) -> str:
    """The field that a label stands for, however it is spelt. Raises KeyError for what is none."""
    return _FIELD_OF[re.sub(r"[\s.]", "", label).lower()]


def labels_of(line: str) -> list[str]:
    """The labels on a line as they are spelt, from left to right."""
    return [tidy(match[1]) for match in _EVERY.finditer(line)] if ":" in line else []


def unlabelled(line: str, fields: tuple[str, ...]) -> str:
    """What stands before the first label of a line that has one; a continuation's colon aside."""
    first = _PATTERNS[fields].search(line) if ":" in line else None
    return tidy(line[: first.start()]).removeprefix(":").strip() if first else ""


def continued(line: str) -> str:
    """The value of a line that goes on where the last label left off: `: FEATHERING`, or without the colon."""
    return tidy(line.strip().removeprefix(":"))


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_NAMED = re.compile(r"(\d{1,2})[- /.]?([A-Za-z]{3,9})[- /.]?(\d{4}|\d{2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_SAVED_BY_EXCEL = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}:\d{2}(?::\d{2})?)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def printed_date(text: str, *, short_year: bool = False) -> date | None:
    """A date on paper: `04-May-1951`, `4 May 1951`, `04/05/1951` (day first: the office is British).

    A two-digit year is taken as 20yy, and only where the caller knows that it cannot be a birth
    (`short_year`), as on a cover: `Printed: 15 Jan 25`.
    """
    text = " ".join(text.split())
    if match := _NAMED.fullmatch(text):
        day, name, year = match.groups()
        month = _MONTHS.get(name[:3].lower())
        if month is None or (len(year) == 2 and not short_year):
            return None
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, int(day))
    if match := _NUMERIC.fullmatch(text):
        day, number, year = match.groups()
        return _date(int(year), int(number), int(day))
    return iso_date(text)


def iso_date(text: str) -> date | None:
    """`2026-11-02`, or None."""
    match = _ISO.fullmatch(text.strip())
    return _date(*(int(part) for part in match.groups())) if match else None


def extract_date(text: str) -> date | None:
    """A day in an extract, in the four forms that NHS England's receiver takes: `2022-08-17`, `2022/08/17`,
    `17/08/2022`, `17-08-2022` (day first); a moment's day too.
    """
    text = text.strip()
    if match := _NUMERIC.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
        return _date(year, month, day)
    return iso_date(text[:10].replace("/", "-"))


def extract_moment(text: str) -> datetime | None:
    """A moment in an extract, in any of the forms seen: ISO 8601, with `T` or a space, with or without a zone.

    Zones are folded into UTC; a moment without one is taken as UTC, since extracts are written in one zone
    and only their order matters. `2020-03-31 12:52:13.463901+01` (hours alone) is one of the forms, and
    `31/03/2020 12:52`, which Excel makes of it when it saves a copy, another.
    """
    text = text.strip()
    if match := _SAVED_BY_EXCEL.fullmatch(text):
        day, month, year, clock = match.groups()
        text = f"{year}-{month:0>2}-{day:0>2} {clock if clock[2] == ':' else '0' + clock}"
    if re.search(r"[+-]\d{2}$", text) and ":" in text:
        text += ":00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment
    offset = moment.utcoffset()
    try:
        return moment.replace(tzinfo=None) - offset if offset else moment.replace(tzinfo=None)
    except OverflowError:
        return None


def age_on(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
