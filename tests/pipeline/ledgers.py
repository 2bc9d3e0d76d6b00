"""A ledger and a batch for it."""

from datetime import UTC, datetime

from pilot.domain.delivery import State
from pilot.pipeline.ledger import Columns, EmittedFile, Ledger, NewEntry
from tests.pipeline.people import result

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
FILE = EmittedFile("f" * 64, "SIL-KXX-20261103-123.pdf", "sil")


def needed(number: int, state: State, at: datetime = NOW) -> Columns:
    """What a result cannot be without in that state."""
    if state is State.READY:
        return {"ready_at": at}
    return {"message_id": f"message-{number}"} if state is State.SENDING else {}


def take(ledger: Ledger, *numbers: int, file: EmittedFile = FILE) -> None:
    """Take the results of these invented people in, as one file."""
    ledger.take_in([file], [NewEntry(file.sha256, result(number)) for number in numbers], b"{}", NOW)
