"""Small truths, entries and records for tests: one keyword for what matters, the rest plain."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pilot.domain.delivery import LastState, State
from pilot.domain.outcome import Outcome
from pilot.domain.result import Provenance
from pilot.measures import Entry, Lying, Print, Record, RecordedPractice, TruthLine

EMITTED = date(2026, 11, 2)
NORMAL = "171175005"
NORMAL_TOO = "168749009"
ABNORMAL = "171176006"
SCREENED = "268547008"
ABSENT = "281399006"


def line(number: int = 1, outcome: Outcome = Outcome.NORMAL, **other: Any) -> TruthLine:
    plain: dict[str, Any] = {
        "screening_number": f"KXX{number:06}",
        "nhs_number": f"999{number:07}",
        "date_of_birth": date(1960, 5, 4),
        "practice": "Z90001",
        "outcome": outcome,
        "seen_on": EMITTED - timedelta(days=7),
        "emitted_on": EMITTED,
        "registered_practice": "Z90001",
        "file": "SIL-KXX-20261102-1.pdf",
        "page": 1 + number // 2,
        "record": 1 + number % 2,
    }
    return TruthLine(**plain | other)


def words(outcome: Outcome) -> str:
    return f"Breast screening {outcome.replace('_', ' ')}"


USUAL = {Outcome.NORMAL: NORMAL, Outcome.DID_NOT_ATTEND: ABSENT, Outcome.RECALL_FOR_ASSESSMENT: ABNORMAL}


def entry(of: TruthLine, code: str | None = "usual", days: int = 3, **other: Any) -> Entry:
    """An entry of that result: with the code usual for it, `days` after emission, unless said otherwise."""
    code = USUAL.get(of.outcome) if code == "usual" else code
    plain: dict[str, Any] = {
        "practice": of.practice,
        "nhs_number": of.nhs_number,
        "screening_number": of.screening_number,
        "codes": (code,) if code else (),
        "text": "" if code or other.get("codes") else words(of.outcome),
        "issued": datetime.combine(of.emitted_on, datetime.min.time(), UTC) + timedelta(days=days, hours=11),
        "seen_on": of.seen_on,
        "source": f"post:{of.file}#{of.page}/{of.record}",
        "entered_by": "person:coder",
    }
    return Entry(**plain | other)


def record(*entries: Entry, lying: tuple[Lying, ...] = (), **practice: Any) -> Record:
    """One practice's record. Its desk has worked letters unless said otherwise."""
    plain: dict[str, Any] = {"ods": "Z90001", "name": "Feathering Surgery", "minutes": {"letters": 100.0}}
    return Record((RecordedPractice(**plain | practice),), entries, lying)


def lying(of: TruthLine, where: str = "on_the_desk", kind: str = "letters", **other: Any) -> Lying:
    """A result that nobody at its practice has finished."""
    plain: dict[str, Any] = {
        "practice": of.practice,
        "kind": kind,
        "where": where,
        "source": f"post:{of.file}#{of.page}/{of.record}",
        "arrived": datetime.combine(of.emitted_on, datetime.min.time(), UTC) + timedelta(days=2),
        "screening_number": of.screening_number,
    }
    return Lying(**plain | other)


def printed_at(of: TruthLine) -> Provenance:
    """Where it was printed, as the pipeline would say it."""
    return Provenance(of.file or "", of.page or 0, of.record or 0)


def prints(*lines: TruthLine) -> tuple[Print, ...]:
    """What the office printed of them."""
    return tuple(
        Print(one.practice, one.emitted_on, str(one.file), one.page or 0, one.record or 0) for one in lines
    )


def ending(of: TruthLine, state: State, reason: str = "because", **other: Any) -> LastState:
    plain: dict[str, Any] = {
        "provenance": printed_at(of),
        "screening_number": of.screening_number,
        "nhs_number": of.nhs_number,
    }
    return LastState(state, reason, **plain | other)
