"""What the office says that a practice should hold, answered from the record and the piles alone."""

from typing import Final

import msgspec

from simulators.gp_system.record import FINAL
from simulators.gp_system.store import Store
from simulators.gp_system.whereabouts import open_results

RECONCILIATION: Final = "BREAST_SCREENING_RECONCILIATION"
RECONCILIATION_ANSWER: Final = "BREAST_SCREENING_RECONCILIATION_ANSWER"

_NOT_HERE: Final = frozenset({"in_the_post", "lost", "closed"})


class _Asked(msgspec.Struct):
    screening_number: str


class _Question(msgspec.Struct):
    reconciliation: str
    results: list[_Asked]


def answer_question(store: Store, practice: str, body: bytes) -> bytes | None:
    """The answer to a reconciliation message, as JSON; None where it cannot be read."""
    try:
        question = msgspec.json.decode(body, type=_Question)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    said = holds(store, practice, [asked.screening_number for asked in question.results])
    return msgspec.json.encode({"reconciliation": question.reconciliation, **said})


def holds(store: Store, practice: str, numbers: list[str]) -> dict[str, list[str]]:
    """`held`: final in a record here; `waiting`: lies here for somebody to deal with; `not_held`: neither."""
    rows = store.rows(
        "SELECT DISTINCT screening_number FROM entries WHERE practice = ? AND status = ?", (practice, FINAL)
    )
    held = {row["screening_number"] for row in rows}
    waiting = {
        row["screening_number"]
        for row in open_results(store, float("inf"))["open"]
        if row["practice"] == practice and row["where"] not in _NOT_HERE
    } - held
    return {
        "held": [number for number in numbers if number in held],
        "waiting": [number for number in numbers if number in waiting],
        "not_held": [number for number in numbers if number not in held | waiting],
    }
