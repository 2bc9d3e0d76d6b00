"""One record of a SIL report: its lines as printed -> ScreeningResult, or Rejected with the reason."""

import re
from collections.abc import Iterator
from datetime import date

from pilot.domain.participant import Participant, valid_nhs_number
from pilot.domain.result import Provenance, Rejected, RejectionReason, ScreeningResult
from pilot.nbss.dates import printed_date
from pilot.nbss.fields import IDENTITY, labelled
from pilot.nbss.grid import UNREADABLE
from pilot.nbss.outcomes import NOT_SCREENED, decide, headline
from pilot.nbss.parts import Parts, parts_of

_SCREENING_NUMBER = re.compile(r"[A-Z]{3}[0-9]{6}")
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
