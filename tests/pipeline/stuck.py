"""A worklist with one of each kind on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, Provenance, Rejected, RejectionReason, Version
from pilot.messages import Organisation
from pilot.pipeline.entry import LedgerEntry
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings
from tests.pipeline.people import result

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
WHO, WHY = "A. Person", "looked into it"
CODE_SET = load_code_set("interim-2026-11")
SETTINGS = Settings(
    Organisation(ods="KXX", name="KELDERBY"),
    MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k"),
    CODE_SET.id,
)

DISPUTED, UNREADABLE, RETURNED, ON_ITS_WAY, NOWHERE = 1, 2, 3, 4, 5


@contextmanager
def stuck_ledger(folder: Path) -> Iterator[Ledger]:
    """One of each: disputed, unreadable with a person, returned, on its way, and without a practice."""
    versions = (Version("SIL page 1", "normal"), Version("EPISODES row 7", "did not attend"))
    cover = Rejected(
        RejectionReason.COUNT_DIFFERS_FROM_COVER, "57 on the cover, 56 read", Provenance("a.pdf", 1)
    )
    unfit = Rejected(RejectionReason.NHS_NUMBER_INVALID, "fails", Provenance("a.pdf", 2, 1))
    with Ledger(folder / "ledger.sqlite") as book:
        entries = [
            NewEntry("f", result(1), State.WITH_A_PERSON, DisputeReason.OUTCOME_DIFFERS, versions),
            NewEntry("f", cover, State.WITH_A_PERSON, cover.reason),
            NewEntry("f", unfit, State.RETURNED, unfit.reason),
            NewEntry("f", result(4)),
            NewEntry("f", result(5, practice=None), State.WITH_A_PERSON, Reason.NO_WAY_TO_PRACTICE),
        ]
        book.take_in([EmittedFile("f" * 64, "a.pdf", "sil")], entries, b"{}", NOW)
        yield book


def entry(ledger: Ledger, number: int) -> LedgerEntry:
    found = ledger.entry(number)
    assert found is not None
    return found
