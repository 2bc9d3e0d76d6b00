"""What GET /admin/counts answers: per practice, what came in, what was done with it and how long that took."""

from typing import Any

from simulators.gp_system.decision import TaskKind
from simulators.gp_system.store import Store

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
    if kind is TaskKind.LETTER:
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
