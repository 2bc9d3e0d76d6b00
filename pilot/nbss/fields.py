"""Labels on a print and the values behind them, whatever the office calls a label and wherever it stands."""

import re

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
        (_FIELD_OF[re.sub(r"[\s.]", "", match[1]).lower()], tidy(line[match.end() : end]))
        for match, end in zip(found, ends, strict=False)
    ]


def unlabelled(line: str, fields: tuple[str, ...]) -> str:
    """What stands before the first label of a line that has one; a continuation's colon aside."""
    first = _PATTERNS[fields].search(line) if ":" in line else None
    return tidy(line[: first.start()]).removeprefix(":").strip() if first else ""


def continued(line: str) -> str:
    """The value of a line that goes on where the last label left off: `: FEATHERING`, or without the colon."""
    return tidy(line.strip().removeprefix(":"))
