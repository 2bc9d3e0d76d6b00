"""What GET /admin/open answers: every result that lies at a practice and is in no record yet, and where it lies."""

from typing import Any, Final

import msgspec

from simulators.gp_system.decision import TaskKind
from simulators.gp_system.letter import read_letter
from simulators.gp_system.minutes import moment_of
from simulators.gp_system.store import Row, Store
from simulators.gp_system.typist import Ending

# A letter or a review that somebody was done with, and of which nothing stands in the record.
CLOSED: Final = (Ending.MISSED, Ending.NOT_UNDERSTOOD, Ending.NOBODY_HERE, "closed without an entry")


def open_results(store: Store, now: float) -> dict[str, Any]:
    """One row a letter, review or unmatched message that nobody has finished, or that was closed with nothing entered.

    `where`: `in_the_post` (not there yet), `on_the_desk`, `in_hand`, `ignored` (a practice that does nothing
    with results), `lost` (in the post, for good) or `closed` (somebody was done with it and entered nothing).
    `source` is the entry's own, were it entered; `message_id` the message's, null for a letter. `arrived` is when
    it came, or comes, to the practice.
    """
    rows = store.rows(
        "SELECT t.*, m.message_id AS message_id, m.received AS received FROM tasks AS t"
        " LEFT JOIN messages AS m ON t.source = 'mesh:' || m.mesh_id AND t.kind <> ?"
        " WHERE t.kind <> ? AND (t.state <> 'done' OR t.ending IN (?, ?, ?, ?)) ORDER BY t.id",
        (TaskKind.LETTER, TaskKind.RULES, *CLOSED),
    )
    return {"open": [_row(row, now) for row in rows]}


def sent_back(store: Store) -> dict[str, Any]:
    """Letters that were opened and are for nobody on that practice's list, and when: what it may send back."""
    rows = store.rows(
        "SELECT practice, source, subject, finishes FROM tasks WHERE kind = ? AND ending = ? ORDER BY id",
        (TaskKind.LETTER, Ending.NOBODY_HERE),
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


def _row(row: Row, now: float) -> dict[str, Any]:
    message_id, source = row["message_id"], row["source"]
    if row["kind"] == TaskKind.LETTER:
        number = read_letter(msgspec.json.decode(row["subject"])["lines"]).screening_number
        message_id = source.removeprefix("mesh:") if source.startswith("mesh:") else None
    else:
        number = msgspec.json.decode(row["received"])["screening_number"] if row["received"] else None
        source = f"mesh:{message_id}" if message_id else source
    return {
        "practice": row["practice"],
        "kind": row["kind"],
        "role": row["role"],
        "where": _where(row, now),
        "source": source,
        "message_id": message_id,
        "screening_number": number,
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
