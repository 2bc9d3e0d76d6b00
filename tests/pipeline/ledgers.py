"""A ledger and a batch for it."""

from datetime import UTC, datetime

from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from tests.pipeline.people import result

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
FILE = EmittedFile("f" * 64, "SIL-KXX-20261103-123.pdf", "sil")


def take(ledger: Ledger, *numbers: int, file: EmittedFile = FILE) -> None:
    """Take the results of these invented people in, as one file."""
    ledger.take_in([file], [NewEntry(file.sha256, result(number)) for number in numbers], b"{}", NOW)
