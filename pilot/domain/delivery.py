"""Where a result is on its way, and which moves are legal. The coarse state drives; the reason only reports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pilot.domain.result import Provenance


class State(StrEnum):
    """One result is in exactly one of these.

    `FILED`, `WITH_A_PERSON` and `RETURNED` are the only ends: in the right record, on a named worklist
    with a reason and an age, or back at the office as unfit to send.
    """

    RECEIVED = "received"
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FILED = "filed"
    WITH_A_PERSON = "with_a_person"
    RETURNED = "returned"

    @property
    def settled(self) -> bool:
        return self in ENDS


ENDS = frozenset({State.FILED, State.WITH_A_PERSON, State.RETURNED})

# From each state, the states that may follow. Nothing else is written to the ledger.
# An answer may overtake our own book-keeping, so that FILED may follow from anywhere but the other ends.
LEGAL: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.READY, State.FILED, State.WITH_A_PERSON, State.RETURNED}),
    State.READY: frozenset({State.SENDING, State.FILED, State.WITH_A_PERSON, State.RETURNED}),
    # A send whose reply was lost stays SENDING until tracking decides; READY only where MESH says it has nothing.
    State.SENDING: frozenset({State.SENT, State.READY, State.FILED, State.WITH_A_PERSON}),
    # Back to READY only after a refusal that allows another way (20010): then the first message files nothing.
    State.SENT: frozenset({State.DELIVERED, State.READY, State.FILED, State.WITH_A_PERSON}),
    State.DELIVERED: frozenset({State.FILED, State.WITH_A_PERSON}),
    # A late answer says filed, or a person decides: mended or sent again (from the start, through every check),
    # or given back to the office. From one list to another, by an answer, its absence or along the print queue.
    State.WITH_A_PERSON: frozenset({State.WITH_A_PERSON, State.RECEIVED, State.FILED, State.RETURNED}),
    # Not the last word: a later answer, or one to what the practice holds, may contradict it,
    # and a correction takes its place. A person who corrects or withdraws it sends it from the start.
    State.FILED: frozenset({State.WITH_A_PERSON, State.RETURNED, State.RECEIVED}),
    # To itself: a person has taken it up in NBSS, or thinks better of having said so.
    State.RETURNED: frozenset({State.WITH_A_PERSON, State.RETURNED}),
}


@dataclass(frozen=True, slots=True)
class LastState:
    """Where the pipeline left one result when the run ended, for measures to hold against the truth.

    `screening_number` and `nhs_number` are None where the print could not be read that far. `owner` is whose
    list it is on (`office`, `practice`, or nobody's: empty), `assigned_to` the name on it, if any; `since` when it
    came to this state, `due` the day by which somebody should have dealt with it (None where nobody need do
    anything), `touched` when a person last did something to it (None: nobody ever did). `believed_filed` is when it
    was first taken to be in the record (None: never), `doubted` when after that it was first put before somebody.
    """

    state: State
    reason: str
    provenance: Provenance
    screening_number: str | None = None
    nhs_number: str | None = None
    owner: str = ""
    assigned_to: str = ""
    since: datetime | None = None
    due: datetime | None = None
    touched: datetime | None = None
    message_id: str | None = None
    believed_filed: datetime | None = None
    doubted: datetime | None = None
