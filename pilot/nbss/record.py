"""One record of a SIL report: its lines as printed -> ScreeningResult, or Rejected with the reason."""

import re
from dataclasses import dataclass, field
from datetime import date

from pilot.domain.participant import Participant, valid_nhs_number
from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.dates import printed_date
from pilot.nbss.fields import DETAIL, IDENTITY, continues, labelled
from pilot.nbss.grid import UNREADABLE
from pilot.nbss.outcomes import NOT_SCREENED, decide, headline, is_headline_like

_HEADING = re.compile(r"\s*NHS\s+BREAST\s+SCREENING\s+PROGRAMME\b", re.IGNORECASE)
_RULE = re.compile(r"\s*[_\-=─━]{10,}\s*")
_SPACED_OUT = re.compile(r"\s*\S(?: \S| {3}\S)+\s*")
_SCREENING_NUMBER = re.compile(r"[A-Z]{3}\d{6}")


@dataclass(slots=True)
class _Parts:
    """What was found of a record while its lines are walked; `None` is not found, "" is printed empty."""

    name: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    address: list[str] = field(default_factory=list)
    headline: str | None = None
    opinions: list[str] = field(default_factory=list)
    because: str | None = None
    twice: str | None = None

    def set(self, name: str, value: str) -> None:
        if self.values.setdefault(name, value) != value:
            self.twice = name


def is_heading(line: str) -> bool:
    """Whether a line is the one that every record, cover and letter begins with."""
    return _HEADING.match(line) is not None


def has_identity(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says who it is about."""
    return any(name == "screening_number" for line in lines for name, _ in labelled(line, IDENTITY))


def has_outcome(lines: tuple[str, ...]) -> bool:
    """Whether a piece of print says how an episode ended."""
    return any(is_headline_like(_closed_up(line)) for line in lines)


def read_record(
    lines: tuple[str, ...], provenance: Provenance, printed_on: date | None
) -> ScreeningResult | Rejected:
    """Read one record. `lines` start at its heading; blank lines do not matter."""
    parts = _walk(lines)
    number = parts.values.get("nhs_number", "").replace(" ", "").replace("-", "")
    screening_number = parts.values.get("screening_number", "").replace(" ", "").upper()

    def reject(reason: RejectionReason, detail: str) -> Rejected:
        return Rejected(reason, detail, provenance, screening_number or None, number or None, None, lines)

    if any(UNREADABLE in line for line in lines):
        return reject(RejectionReason.UNREADABLE_RECORD, "some characters of the record cannot be read")
    if parts.twice:
        words = parts.twice.replace("_", " ")
        return reject(RejectionReason.UNREADABLE_RECORD, f"the record gives {words} twice, differently")
    if "screening_number" not in parts.values:
        return reject(RejectionReason.UNREADABLE_RECORD, "the record has no screening number: whose is it?")
    if not _SCREENING_NUMBER.fullmatch(screening_number):
        return reject(
            RejectionReason.UNREADABLE_RECORD, "the screening number is not three letters and six digits"
        )
    if parts.headline is None:
        return reject(
            RejectionReason.RECORD_CUT_SHORT, "the record ends before it says how the episode ended"
        )
    if not number:
        return reject(RejectionReason.NHS_NUMBER_MISSING, "the print has no NHS number")
    if not valid_nhs_number(number):
        return reject(
            RejectionReason.NHS_NUMBER_INVALID, "the NHS number is not one: its check digit is wrong"
        )
    born = printed_date(parts.values.get("date_of_birth", ""))
    if born is None:
        return reject(
            RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE, "the date of birth is missing or is not a date"
        )
    name = _name(parts.name)
    if name is None:
        return reject(RejectionReason.UNREADABLE_RECORD, "the name is not SURNAME, FORENAME, TITLE")
    if "?" in "".join(name):
        return reject(RejectionReason.NAME_UNREADABLE, "the printer has put ? for letters of the name")
    screened = parts.values.get("screened_on")
    day = printed_date(screened) if screened else None
    if screened and day is None:
        return reject(RejectionReason.UNREADABLE_RECORD, "the date of screening is not a date")
    known = headline(parts.headline)
    if known is not None and not (parts.because if known == NOT_SCREENED else parts.opinions):
        what = "why she was not screened" if known == NOT_SCREENED else "what was seen"
        return reject(RejectionReason.RECORD_CUT_SHORT, f"the record ends before it says {what}")
    outcome = decide(parts.headline, tuple(parts.opinions), parts.because)
    if outcome is None:
        said = "; ".join([parts.headline, *parts.opinions, *([parts.because] if parts.because else [])])
        return reject(RejectionReason.OUTCOME_NOT_RECOGNISED, f"the print says: {said}")
    surname, forename, title = name
    participant = Participant(
        number, surname, forename, title, born, tuple(parts.address), parts.values.get("telephone") or None
    )
    text = " ".join([headline(parts.headline) or parts.headline, *([parts.because] if parts.because else [])])
    return ScreeningResult(
        screening_number,
        participant,
        screening_number[:3],
        None,
        outcome,
        text,
        day,
        printed_on,
        provenance,
        lines,
    )


def printed_age(result: ScreeningResult) -> int | None:
    """The age that the print gives, for holding against the date of birth."""
    text = next(
        (value for line in result.lines for name, value in labelled(line, IDENTITY) if name == "age"), ""
    )
    return int(text) if re.fullmatch(r"\d{1,3}", text) else None


def _walk(lines: tuple[str, ...]) -> _Parts:
    parts = _Parts()
    last = ""
    for raw in lines:
        if is_heading(raw):
            continue
        line = _closed_up(raw)
        take = _identity if parts.headline is None else _detail
        last = take(parts, line, last)
    return parts


def _identity(parts: _Parts, line: str, last: str) -> str:
    """Take one line above the rule; returns the field that a continuation line would belong to."""
    found = labelled(line, IDENTITY)
    for name, value in found:
        if name == "address":
            parts.address.append(value)
        else:
            parts.set(name, value)
    if found:
        return "address" if found[0][0] == "address" else found[-1][0]
    more = continues(line)
    if more is not None and last == "address":
        if more:
            parts.address.append(more)
        return last
    if _RULE.fullmatch(line) or not line.strip():
        return "rule" if line.strip() else last
    if "screening_number" not in parts.values:
        if "," in line:
            parts.name = line.strip()
    elif last == "rule" or is_headline_like(line):
        parts.headline = line.strip()
        return ""
    return last


def _detail(parts: _Parts, line: str, last: str) -> str:
    """Take one line below the headline; returns the field that the next line may go on with."""
    found = labelled(line, DETAIL)
    for name, value in found:
        if name == "opinion":
            parts.opinions.append(value)
        elif name == "because":
            parts.because = value
        else:
            parts.set(name, value)
    if found:
        return found[-1][0]
    more = line.strip()
    if more and last == "because":
        parts.because = f"{parts.because} {more}".strip()
    elif more and last == "opinion":
        parts.opinions[-1] = f"{parts.opinions[-1]} {more}".strip()
    return last


def _name(text: str | None) -> tuple[str, str, str] | None:
    """Surname, forename, title; the title may be missing."""
    parts = [part.strip() for part in (text or "").split(",")]
    if len(parts) == 2:
        parts.append("")
    if len(parts) != 3 or not parts[0] or not parts[1]:
        return None
    return parts[0], parts[1], parts[2]


def _closed_up(line: str) -> str:
    """`S C R E E N E D   -   R O U T I N E`, as some drivers write wide type, without the spaces between."""
    stripped = line.strip()
    if len(stripped) > 10 and _SPACED_OUT.fullmatch(stripped):
        return stripped[::2]
    return line
