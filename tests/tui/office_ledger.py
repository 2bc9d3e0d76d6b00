"""A ledger such as a run leaves it: real file, real moves, invented people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import (
    DisputeReason,
    Participant,
    Provenance,
    Rejected,
    RejectionReason,
    ScreeningResult,
    Version,
)
from pilot.pipeline.entry import Owner
from pilot.pipeline.ledger import Columns, EmittedFile, Ledger, NewEntry
from pilot.pipeline.print_queue import put_on_paper
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import Deadlines
from tests.pipeline.ledgers import needed

BEGAN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SURNAME = "QUILLFEATHER"
PRACTICES = ("Z81001", "Z81002", "Z81003")
# Synthetic numbers of the range kept for tests, with right check digits.
NHS_NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069")


def result(number: int, outcome: Outcome = Outcome.NORMAL) -> ScreeningResult:
    """One readable result."""
    participant = Participant(NHS_NUMBERS[number], SURNAME, "IVY", "MS", date(1960, 5, 4), ("1 THE STREET",))
    return ScreeningResult(
        screening_number=f"KXX{number:06}",
        participant=participant,
        bso="KXX",
        practice=PRACTICES[number % 3],
        outcome=outcome,
        outcome_text="SCREENED - ROUTINE RECALL",
        date=date(2026, 10, 28),
        printed_on=BEGAN.date(),
        provenance=Provenance("SIL-KXX-20261102-117.pdf", 1 + number // 2, 1 + number % 2),
        lines=(f"{SURNAME}, IVY, MS", f"Screening Number: KXX{number:06}", "SCREENED - ROUTINE RECALL"),
    )


def write_ledger(folder: Path) -> None:
    """Six results: filed, on the way, with the practice, two that need the office, and one returned.

    1 filed; 2 in MESH; 3 with the practice for review; 4 patient unknown (office); 5 outcome disputed (office);
    6 not readable (returned).
    """
    folder.mkdir(parents=True, exist_ok=True)
    versions = (
        Version("SIL-KXX-20261102-117.pdf page 3 record 1", "normal"),
        Version("EPISODES-KXX-20261102.csv row 12", "did not attend"),
    )
    rejected = Rejected(
        RejectionReason.NHS_NUMBER_INVALID,
        "The NHS number fails its check digit.",
        Provenance("SIL-KXX-20261102-118.pdf", 2, 1),
        screening_number="KXX000099",
        lines=("NHS Number: 999 000 0011",),
    )
    entries = [
        *(NewEntry("f1", result(number)) for number in range(3)),
        NewEntry("f1", result(3)),
        NewEntry("f1", result(4), State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS, versions),
        NewEntry("f2", rejected, State.RETURNED, RejectionReason.NHS_NUMBER_INVALID),
    ]
    with Ledger(folder / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f1", "SIL-KXX-20261102-117.pdf", "sil")], entries, b"{}", BEGAN)
        _move(ledger, 1, State.READY, State.SENDING, State.SENT, State.DELIVERED, State.FILED)
        _move(ledger, 2, State.READY, State.SENDING, State.SENT)
        _move(ledger, 3, State.READY, State.SENDING, State.SENT, State.DELIVERED)
        _move(ledger, 3, State.WITH_A_PERSON, reason=Reason.PRACTICE_REVIEW, owner=Owner.PRACTICE)
        _move(ledger, 4, State.READY, State.SENDING, State.SENT, State.DELIVERED)
        _move(ledger, 4, State.WITH_A_PERSON, reason=Reason.PATIENT_UNKNOWN, owner=Owner.OFFICE)


_REASONS = {
    State.READY: Reason.CODED,
    State.SENDING: Reason.SENDING,
    State.SENT: Reason.ACCEPTED_BY_MESH,
    State.DELIVERED: Reason.RECEIVED_BY_PRACTICE,
    State.FILED: Reason.FILED_AT_PRACTICE,
}


def _move(
    ledger: Ledger, number: int, *states: State, reason: Reason | None = None, owner: Owner | None = None
) -> None:
    for hours, state in enumerate(states, start=1):
        entry = ledger.entry(number)
        assert entry is not None
        at = entry.since + timedelta(hours=hours)
        with ledger.transaction():
            columns: Columns = {"owner": owner, **needed(number, state, at)}
            assert ledger.move(entry, state, reason or _REASONS[state], at, **columns)


def more_of_a_kind(folder: Path, number: int) -> None:
    """So many more that nobody answered for."""
    some = [
        NewEntry(
            "f3",
            replace(
                result(at % 6),
                screening_number=f"KXX{1000 + at:06}",
                provenance=Provenance("SIL-3.pdf", 1 + at),
            ),
            State.WITH_A_PERSON,
            Reason.NO_ANSWER,
        )
        for at in range(number)
    ]
    with Ledger(folder / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f3", "SIL-3.pdf", "sil")], some, b"{}", BEGAN)


def post_some(folder: Path) -> None:
    """One more, which goes on paper."""
    with Ledger(folder / "ledger.sqlite") as ledger:
        line = replace(result(1), screening_number="KXX002000", provenance=Provenance("SIL-4.pdf", 1, 1))
        ledger.take_in([EmittedFile("f4", "SIL-4.pdf", "sil")], [NewEntry("f4", line)], b"{}", BEGAN)
        entry = ledger.entry(7)
        assert entry is not None
        with ledger.transaction():
            put_on_paper(ledger, entry, Deadlines(), BEGAN)
