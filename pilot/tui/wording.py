"""How numbers, times and the machine's words are said to a person."""

from datetime import timedelta
from typing import Final

from pilot.domain.delivery import State
from pilot.domain.result import Provenance
from pilot.pipeline.worklist import Action

STATES: Final = {
    State.RECEIVED: "read",
    State.READY: "ready to send",
    State.SENDING: "being sent",
    State.SENT: "in MESH",
    State.DELIVERED: "at the practice",
    State.FILED: "in the record",
    State.WITH_A_PERSON: "with a person",
    State.RETURNED: "returned",
}

ACTIONS: Final = {
    Action.FIX: "Fix",
    Action.RESEND: "Send again",
    Action.PAPER: "Send on paper",
    Action.RETURN: "Return",
    Action.FILED: "Filed",
    Action.ASSIGN: "Assign",
    Action.CORRECT: "Correct",
    Action.WITHDRAW: "Withdraw",
}


def whole(number: float) -> str:
    """1234.4 as 1,234."""
    return f"{number:,.0f}"


def tenth(number: float) -> str:
    """1234.44 as 1,234.4."""
    return f"{number:,.1f}"


def plural(number: int, one: str, many: str = "") -> str:
    """3, "result" as 3 results."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def age(waited: timedelta) -> str:
    """How long something waits, in the largest unit that says it: 3 d, 5 h, 12 min."""
    minutes = max(int(waited.total_seconds()) // 60, 0)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60):,} d"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


def short_place(provenance: Provenance) -> str:
    """Where a result was printed, short enough for a column: SIL-KXX-20261104-117 p2 r1."""
    stem = provenance.file.partition(".")[0]
    page = f" p{provenance.page}" if provenance.page else ""
    return stem + page + (f" r{provenance.record}" if page and provenance.record else "")
