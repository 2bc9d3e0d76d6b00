"""What practices hold: each result that is in no record yet and where it lies, what they answer to the office, and
how much of everything there is.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from simulators.gp_system.desk.pile import moment_of
from simulators.gp_system.desk.typist import LetterEnd, read_letter
from simulators.gp_system.receiving.filing_decision import TaskKind
from simulators.gp_system.record.record import FINAL
from simulators.gp_system.store import Row, Store

# A letter or a review that somebody was done with, and of which nothing stands in the record.
CLOSED: Final = (LetterEnd.MISSED, LetterEnd.NOT_UNDERSTOOD, LetterEnd.NOBODY_HERE, "closed without an entry")


def open_results(store: Store, now: float) -> dict[str, Any]:
    """One row a letter, review or unmatched message that nobody has finished, or that was closed with nothing entered.

    `where`: `in_the_post` (not there yet), `on_the_desk`, `in_hand`, `ignored` (a practice that does nothing
    with results), `lost` (in the post, for good) or `closed` (somebody was done with it and entered nothing).
    `source` is the entry's own, were it entered; `message_id` the message's, null for a letter. `arrived` is when
    it came, or comes, to the practice.
    """
    rows = store.rows(
        "SELECT t.*, m.message_id AS message_id, m.received AS received FROM tasks AS t"
        " LEFT JOIN messages AS m ON t.source = 'mesh:' || m.mesh_id AND t.kind NOT IN (?, ?)"
        " WHERE t.kind <> ? AND (t.state <> 'done' OR t.ending IN (?, ?, ?, ?)) ORDER BY t.id",
        (*TYPED, TaskKind.RULES, *CLOSED),
    )
    return {"open": [_row(row, now) for row in rows]}


def sent_back(store: Store) -> dict[str, Any]:
    """Letters that were opened and are for nobody on that practice's list, and when: what it may send back."""
    rows = store.rows(
        "SELECT practice, source, subject, finishes FROM tasks WHERE kind IN (?, ?) AND ending = ? ORDER BY id",
        (*TYPED, LetterEnd.NOBODY_HERE),
    )
    return {"letters": [_for_nobody(row) for row in rows]}


def _for_nobody(row: Row) -> dict[str, Any]:
    lines = msgspec.json.decode(row["subject"])["lines"]
    letter = read_letter(lines)
    return {
        "practice": row["practice"],
        "source": row["source"],
        "screening_number": letter.screening_number,
        "nhs_number": letter.nhs_number,
        "lines": lines,
        "at": moment_of(row["finishes"]).isoformat(),
    }


def worked(store: Store) -> dict[str, Any]:
    """The time sheet line by line: every piece of work that is done, on which result, and how long it took.

    `screening_number` is null where it was about no result (rules that were set up), or is not legible.
    """
    rows = store.rows(
        "SELECT t.*, m.received AS received FROM tasks AS t"
        " LEFT JOIN messages AS m ON t.source = 'mesh:' || m.mesh_id AND t.kind NOT IN (?, ?)"
        " WHERE t.state = 'done' ORDER BY t.id",
        TYPED,
    )
    return {
        "worked": [
            {
                "practice": row["practice"],
                "kind": row["kind"],
                "minutes": row["minutes"],
                "at": moment_of(row["finishes"]).isoformat(),
                "screening_number": _about(row)[0],
            }
            for row in rows
        ]
    }


def _about(row: Row) -> tuple[str | None, str | None]:
    """The result that a piece of work is about: its screening number and the day she was seen."""
    if row["kind"] in TYPED:
        letter = read_letter(msgspec.json.decode(row["subject"])["lines"])
        return letter.screening_number, letter.screened_on.isoformat() if letter.screened_on else None
    received = msgspec.json.decode(row["received"]) if row["received"] else {}
    return received.get("screening_number"), received.get("effective")


def _row(row: Row, now: float) -> dict[str, Any]:
    message_id, source = row["message_id"], row["source"]
    number, day = _about(row)
    if row["kind"] in TYPED:
        message_id = source.removeprefix("mesh:") if source.startswith("mesh:") else None
    else:
        source = f"mesh:{message_id}" if message_id else source
    return {
        "practice": row["practice"],
        "kind": row["kind"],
        "role": row["role"],
        "where": _where(row, now),
        "source": source,
        "message_id": message_id,
        "screening_number": number,
        "seen_on": day,
        "arrived": moment_of(row["arrived"]).isoformat(),
    }


def _where(row: Row, now: float) -> str:
    match row["state"]:
        case "waiting":
            return "in_the_post" if row["arrived"] > now else "on_the_desk"
        case "on_pile":
            return "on_the_desk"
        case "done":
            return "closed"
    return str(row["state"])


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


def holds(store: Store, practice: str, asked: list[str]) -> dict[str, list[str]]:
    """`held`: final in a record here; `waiting`: lies here for somebody to deal with; `not_held`: neither.

    A result is asked about by its screening number, or by that and the day she was seen, `KXX049443 2026-02-19`, where
    she has several: what is known to be of another day is another result of hers. For a practice that has merged,
    whoever took it over looks too: its open work is done there.
    """
    rows = store.rows(
        "SELECT DISTINCT screening_number, effective FROM entries WHERE practice IN (?, ?) AND status = ?",
        (*_answering(store, practice), FINAL),
    )
    held = _Results((row["screening_number"], row["effective"]) for row in rows)
    waiting = _lying(store, practice)
    return {
        "held": [name for name in asked if name in held],
        "waiting": [name for name in asked if name not in held and name in waiting],
        "not_held": [name for name in asked if name not in held and name not in waiting],
    }


class _Results:
    """Screening numbers with the days, where those are known, of what a practice has; asked of by name."""

    def __init__(self, found: Iterable[tuple[str | None, str | None]]) -> None:
        self._days: dict[str | None, set[str | None]] = defaultdict(set)
        for number, day in found:
            self._days[number].add(day)

    def __contains__(self, name: str) -> bool:
        number, _, day = name.partition(" ")
        days = self._days.get(number, set())
        return bool(days) and (not day or day in days or None in days)


def rung(store: Store, practice: str, nhs_number: str, name: str) -> str:
    """What a practice says that is rung about one result: it looks into her record, then at what lies there.

    `held`, `waiting` or `not_held`, and its name, as `holds` has them; `held` of this patient's own record alone.
    """
    rows = store.rows(
        "SELECT screening_number, effective FROM entries WHERE practice IN (?, ?) AND nhs_number = ? AND status = ?",
        (*_answering(store, practice), nhs_number, FINAL),
    )
    if name in _Results((row["screening_number"], row["effective"]) for row in rows):
        return "held"
    return "waiting" if name in _lying(store, practice) else "not_held"


def _lying(store: Store, practice: str) -> _Results:
    """What lies at a practice, or at its successor, and nobody there has done with."""
    answering = _answering(store, practice)
    return _Results(
        (row["screening_number"], row["seen_on"])
        for row in open_results(store, float("inf"))["open"]
        if row["practice"] in answering and row["where"] not in _NOT_HERE
    )


def _answering(store: Store, practice: str) -> tuple[str, str]:
    """A practice and the one that took it over; where none did, itself twice."""
    row = store.row("SELECT successor FROM mergers WHERE ods = ?", (practice,))
    return practice, practice if row is None else row["successor"]


TYPED = (TaskKind.LETTER, TaskKind.DOCUMENT)  # what a person reads and types, on paper or on a screen
_OPEN = ("waiting", "on_pile", "in_hand")


def counts(store: Store) -> dict[str, Any]:
    """`minutes` are working minutes of what is done. `letters_lost` never arrived; `letters_ignored` never opened."""
    practices = {row["ods"]: _nothing_yet() for row in store.rows("SELECT ods FROM practices ORDER BY ods")}
    for row in store.rows("SELECT practice, state, count(*) AS n FROM messages GROUP BY practice, state"):
        practice = practices[row["practice"]]
        practice["collected"] += row["n"]
        if row["state"] in practice["messages"]:
            practice["messages"][row["state"]] += row["n"]
        if row["state"] == "awaiting_review":
            practice["awaiting_review"] += row["n"]
    for row in store.rows(
        "SELECT practice, count(*) AS n FROM entries WHERE status = 'final' GROUP BY practice"
    ):
        practices[row["practice"]]["filed"] = row["n"]
    totals = store.rows(
        "SELECT practice, kind, state, count(*) AS n, total(CASE WHEN state = 'done' THEN minutes END) AS minutes"
        " FROM tasks GROUP BY practice, kind, state"
    )
    for row in totals:
        _count_tasks(
            practices[row["practice"]], TaskKind(row["kind"]), row["state"], row["n"], row["minutes"]
        )
    return {"practices": practices}


def _count_tasks(practice: dict[str, Any], kind: TaskKind, state: str, n: int, minutes: float) -> None:
    practice["minutes"][kind] += minutes
    if kind is TaskKind.UNMATCHED and state in _OPEN:
        practice["unmatched"] += n
    if kind in TYPED:
        practice["letters_arrived"] += n if state != "lost" else 0
        practice["letters_open"] += n if state in _OPEN else 0
        if state in ("lost", "ignored"):
            practice[f"letters_{state}"] += n


def _nothing_yet() -> dict[str, Any]:
    states = ("filed", "archived", "not_filed", "refused", "duplicate", "document", "apart")
    return {
        "collected": 0,
        "filed": 0,
        "awaiting_review": 0,
        "unmatched": 0,
        "letters_arrived": 0,
        "letters_open": 0,
        "letters_lost": 0,
        "letters_ignored": 0,
        "messages": dict.fromkeys(states, 0),
        "minutes": {kind.value: 0.0 for kind in TaskKind},
    }
