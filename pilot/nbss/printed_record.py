"""One record of a SIL report: its lines taken apart, and the ScreeningResult they make, or Rejected with the reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pilot.domain.result import (
    Participant,
    Provenance,
    Rejected,
    RejectionReason,
    ScreeningResult,
    valid_nhs_number,
)
from pilot.nbss.fields import DETAIL, IDENTITY, continued, labelled, printed_date, tidy, unlabelled
from pilot.nbss.grid import UNREADABLE
from pilot.nbss.outcomes import NOT_SCREENED, decide, headline, is_headline_like, is_known_detail

_HEADING = re.compile(r"\s*NHS\s+BREAST\s+SCREENING\s+PROGRAMME\b", re.IGNORECASE)
_RULE = re.compile(r"\s*[_\-=─━]{10,}\s*")


@dataclass(slots=True)
class Parts:
    """What was found of a record. Of the texts, None is not found and "" is printed empty.

    `values` holds the labelled fields that have one value; `twice` names one that has two. `strange` are lines, or
    words before a label, that are no known part of a record. `office` is the name that the heading ends in.
    """

    name: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    address: list[str] = field(default_factory=list)
    headline: str | None = None
    opinions: list[str] = field(default_factory=list)
    because: str | None = None
    strange: list[str] = field(default_factory=list)
    twice: str | None = None
    office: str = ""

    @property
    def nhs_number(self) -> str:
        """Without its spaces."""
        return re.sub(r"[\s-]", "", self.values.get("nhs_number", ""))

    @property
    def screening_number(self) -> str:
        """As printed, without spaces, in capitals; empty where there is none."""
        return self.values.get("screening_number", "").replace(" ", "").upper()

    @property
    def said(self) -> str:
        """What the print says of the outcome, for a person; not what stands there unannounced, it may be a name."""
        said = [self.headline or "", *self.opinions, self.because or ""]
        return "; ".join(text for text in said if text)

    def take(self, name: str, value: str) -> None:
        """Note a labelled value; the same one twice is one."""
        if self.values.setdefault(name, value) != value:
            self.twice = name


def is_heading(line: str) -> bool:
    """Whether a line is the one that every record, cover and letter begins with."""
    return _HEADING.match(line) is not None


def heading_names(line: str) -> str:
    """The office that a heading names."""
    return tidy(_HEADING.sub("", line))


def is_known_line(line: str) -> bool:
    """Whether a line is of a kind that records and covers have, wherever it stands."""
    return bool(
        is_heading(line)
        or is_headline_like(line)
        or _RULE.fullmatch(line)
        or line.strip().startswith(":")
        or labelled(line, IDENTITY)
        or labelled(line, DETAIL)
        or is_known_detail(line)
    )


def has_identity(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says who it is about."""
    return any(name == "screening_number" for line in lines for name, _ in labelled(line, IDENTITY))


def has_outcome(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says how an episode ended."""
    return any(is_headline_like(line) for line in lines)


def parts_of(lines: tuple[str, ...]) -> Parts:
    """Walk a record's lines from top to bottom; blank ones do not matter."""
    parts = Parts()
    last = ""
    for line in lines:
        if is_heading(line):
            parts.office = heading_names(line)
        elif last == "address" or not parts.office or tidy(line) != parts.office:
            take = _identity if parts.headline is None else _detail
            last = take(parts, line, last)
    return parts


def _identity(parts: Parts, line: str, last: str) -> str:
    """Take one line above the headline; returns the field that a continuation line would belong to."""
    found = labelled(line, IDENTITY)
    if before := unlabelled(line, IDENTITY):
        parts.strange.append(before)
    for name, value in found:
        if name == "address":
            parts.address.append(value)
        else:
            parts.take(name, value)
    if found:
        return found[0][0]
    if _RULE.fullmatch(line):
        return "rule"
    if last == "address" and not is_headline_like(line):
        parts.address.append(continued(line))
        return last
    if "screening_number" not in parts.values and parts.name is None and "," in line:
        parts.name = tidy(line)
    elif "screening_number" in parts.values and (last == "rule" or is_headline_like(line)):
        parts.headline = tidy(line)
    else:
        parts.strange.append(tidy(line))
    return ""


def _detail(parts: Parts, line: str, last: str) -> str:
    """Take one line below the headline; returns the field that the next line may go on with."""
    for name, value in labelled(line, IDENTITY):
        # Another record that runs into this one shows in a second number.
        parts.take(name, value)
    found = labelled(line, DETAIL)
    for name, value in found:
        if name == "opinion":
            parts.opinions.append(value)
        elif name == "because":
            parts.because = tidy(f"{parts.because or ''} {value}")
        else:
            parts.take(name, value)
    if found:
        return found[-1][0]
    more = tidy(line)
    if last == "because":
        parts.because = f"{parts.because} {more}".strip()
    elif last == "opinion":
        parts.opinions[-1] = f"{parts.opinions[-1]} {more}".strip()
    else:
        parts.strange.append(more)
    return last


_SCREENING_NUMBER = re.compile(r"[A-Z]{3}[0-9]{6}")
_TAKEN_BACK = "RESULTWITHDRAWN"
_TITLES = frozenset({"MR", "MRS", "MISS", "MS", "MX", "DR", "PROF", "REV", "LADY", "DAME", "SISTER", "SR"})

Problem = tuple[RejectionReason, str]


def read_record(
    lines: tuple[str, ...], provenance: Provenance, printed_on: date | None
) -> ScreeningResult | Rejected:
    """Read one record, `lines` from its heading on; the first problem found is the reason given."""
    parts = parts_of(lines)
    name = _name(parts.name)
    born = printed_date(parts.values.get("date_of_birth", ""))
    outcome = decide(parts.headline or "", tuple(parts.opinions), parts.because)
    problem = next(_problems(lines, parts), None)
    if problem is not None or name is None or born is None or outcome is None:
        reason, detail = problem or (RejectionReason.OUTCOME_NOT_RECOGNISED, f"the print says: {parts.said}")
        numbers = parts.screening_number or None, parts.nhs_number or None
        return Rejected(reason, detail, provenance, *numbers, None, lines)
    surname, forename, title = name
    address = tuple(line for line in parts.address if line)
    telephone = parts.values.get("telephone") or None
    participant = Participant(parts.nhs_number, surname, forename, title, born, address, telephone)
    text = " ".join(filter(None, (headline(parts.headline or ""), parts.because)))
    day = printed_date(parts.values.get("screened_on", ""))
    office = parts.screening_number[:3]
    return ScreeningResult(
        parts.screening_number, participant, office, None, outcome, text, day, printed_on, provenance, lines
    )


def printed_age(result: ScreeningResult) -> int | None:
    """The age that the print gives, for holding against the date of birth."""
    fields = (pair for line in result.lines for pair in labelled(line, IDENTITY))
    text = next((value for name, value in fields if name == "age"), "")
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else None


def _problems(lines: tuple[str, ...], parts: Parts) -> Iterator[Problem]:
    """Everything that keeps a record from being a result, but for an outcome outside our words."""
    if any("".join(line.split()).upper().startswith(_TAKEN_BACK) for line in parts.strange):
        yield RejectionReason.WITHDRAWN_IN_PRINT, "the print says that the result is withdrawn"
    if any(UNREADABLE in line for line in lines):
        yield RejectionReason.UNREADABLE_RECORD, "some characters of the record cannot be read"
    if parts.twice:
        label = parts.twice.replace("_", " ")
        yield RejectionReason.UNREADABLE_RECORD, f"the record gives the {label} twice, differently"
    if not _SCREENING_NUMBER.fullmatch(parts.screening_number):
        yield RejectionReason.UNREADABLE_RECORD, "no screening number of three letters and six digits"
    yield from _outcome_missing(parts)
    yield from _person_missing(parts)
    if parts.strange:
        yield RejectionReason.OUTCOME_NOT_RECOGNISED, "a line stands in the record that we do not know"
    if (day := parts.values.get("screened_on")) and printed_date(day) is None:
        yield RejectionReason.UNREADABLE_RECORD, "the date of screening is not a date"


def _outcome_missing(parts: Parts) -> Iterator[Problem]:
    if parts.headline is None:
        yield RejectionReason.RECORD_CUT_SHORT, "the record ends before it says how the episode ended"
        return
    known = headline(parts.headline)
    if known == NOT_SCREENED and not parts.because:
        yield RejectionReason.RECORD_CUT_SHORT, "the record ends before it says why she was not screened"
    elif known not in (None, NOT_SCREENED) and not any(parts.opinions):
        yield RejectionReason.RECORD_CUT_SHORT, "the record ends before it says what was seen"


def _person_missing(parts: Parts) -> Iterator[Problem]:
    if not parts.nhs_number:
        yield RejectionReason.NHS_NUMBER_MISSING, "the print has no NHS number"
    elif not valid_nhs_number(parts.nhs_number):
        yield (
            RejectionReason.NHS_NUMBER_INVALID,
            "the NHS number has not ten digits, or its check digit is wrong",
        )
    if printed_date(parts.values.get("date_of_birth", "")) is None:
        yield RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE, "the date of birth is missing or is not a date"
    name = _name(parts.name)
    if name is None:
        yield RejectionReason.NAME_UNREADABLE, "the name is not SURNAME, FORENAME, TITLE"
    elif "?" in "".join(name):
        yield RejectionReason.NAME_UNREADABLE, "the printer has put ? for letters of the name"


def _name(text: str | None) -> tuple[str, str, str] | None:
    """Surname, forename and title; the title may be missing, but not the forename."""
    parts = [part.strip() for part in (text or "").split(",")]
    if len(parts) == 2 and parts[1].upper().rstrip(".") not in _TITLES:
        parts.append("")
    if len(parts) != 3 or not parts[0] or not parts[1]:
        return None
    return parts[0], parts[1], parts[2]
