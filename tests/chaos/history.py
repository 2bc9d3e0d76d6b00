"""The history of a run's operations, checked by rules that know nothing of the ledger.

What was sent, answered and reported is read from MESH's own store, what was filed and posted from the practices',
and who had which result from the truth. Each rule broken is one line.
"""

import itertools
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULT, ACKNOWLEDGEMENT = "BREAST_SCREENING_RESULT", "BREAST_SCREENING_RESULT_ACK"


@dataclass(frozen=True)
class Operation:
    """One message that MESH took, in the order in which it took them."""

    at: int
    mesh_id: str
    kind: str
    workflow: str
    local_id: str
    linked: str
    body: Any


def check_history(folder: Path, *, answers_are_true: bool = True) -> list[str]:
    """What is wrong with the history of one run, in words that name nobody. `answers_are_true`: no practice lies."""
    operations = list(_operations(folder / "mesh.sqlite"))
    truth = {
        line["screening_number"]: line
        for line in map(json.loads, (folder / "truth.jsonl").read_text("utf-8").splitlines())
    }
    sent = [one for one in operations if one.workflow == RESULT and one.kind == "DATA"]
    wrong = list(_about_sends(sent, truth))
    wrong += _sent_again(operations, sent)
    if answers_are_true:
        wrong += _about_answers(operations)
    wrong += _about_records(folder / "gp-coded.sqlite", sent)
    return wrong


def _about_sends(sent: list[Operation], truth: dict[str, Any]) -> Iterator[str]:
    """Each message goes out under an id of its own and is about the person whose result it was."""
    seen: set[str] = set()
    for one in sent:
        if one.local_id in seen:
            yield f"operation {one.at}: the message id went out twice"
        seen.add(one.local_id)
        line = truth.get(_screening_number(one.body))
        if line is None:
            yield f"operation {one.at}: a result that nobody had"
        elif _nhs_number(one.body) != line["nhs_number"]:
            yield f"operation {one.at}: a result goes out under another person's number"


def _sent_again(operations: list[Operation], sent: list[Operation]) -> Iterator[str]:
    """A result goes out again only after its last message was refused, or MESH reported that it did not arrive."""
    failed: dict[str, int] = {}
    for one in operations:
        if one.kind == "REPORT":
            failed[one.linked] = one.at
        elif one.workflow == ACKNOWLEDGEMENT and _response(one.body).get("code") == "fatal-error":
            failed[_answers(one)] = one.at
    by_result: dict[str, list[Operation]] = defaultdict(list)
    for one in sent:
        by_result[_screening_number(one.body)].append(one)
    for messages in by_result.values():
        for before, again in itertools.pairwise(messages):
            why = min(failed.get(before.local_id, again.at), failed.get(before.mesh_id, again.at))
            if why >= again.at:
                yield f"operation {again.at}: sent again though operation {before.at} had not failed"


def _about_answers(operations: list[Operation]) -> Iterator[str]:
    """An answer is to something that was sent before it."""
    sent: set[str] = set()
    for one in operations:
        if one.workflow == RESULT:
            sent.add(one.local_id)
        elif one.workflow == ACKNOWLEDGEMENT and one.kind == "DATA" and _answers(one) not in sent:
            yield f"operation {one.at}: an answer to nothing that was sent"


def _about_records(store: Path, sent: list[Operation]) -> Iterator[str]:
    """What came into a record by message is what that message said, and came into it once."""
    by_id = {one.local_id: one for one in sent}
    entered: set[tuple[str, str]] = set()
    with sqlite3.connect(store) as db:
        rows = db.execute(
            "SELECT nhs_number, screening_number, source FROM entries WHERE source LIKE 'mesh:%' AND status = 'final'"
        ).fetchall()
    for nhs_number, screening_number, source in rows:
        message = by_id.get(source.removeprefix("mesh:"))
        if message is None:
            yield "an entry that no message brought"
        elif (_nhs_number(message.body), _screening_number(message.body)) != (nhs_number, screening_number):
            yield f"operation {message.at}: entered as somebody's or something else"
        if (screening_number, nhs_number) in entered:
            yield "a result was entered from messages twice"
        entered.add((screening_number, nhs_number))


def _operations(store: Path) -> Iterator[Operation]:
    with sqlite3.connect(store) as db:
        rows = db.execute(
            "SELECT seq, message_id, kind, workflow_id, local_id, linked_message_id, content_encoding FROM message"
            " WHERE accepted_at IS NOT NULL ORDER BY seq"
        ).fetchall()
        for seq, mesh_id, kind, workflow, local_id, linked, encoding in rows:
            chunks = db.execute("SELECT body FROM chunk WHERE seq = ? ORDER BY number", (seq,)).fetchall()
            body = b"".join(chunk[0] for chunk in chunks)
            if encoding == "gzip":
                body = zlib.decompress(body, wbits=47)
            read = json.loads(body) if workflow in (RESULT, ACKNOWLEDGEMENT) and kind == "DATA" else None
            yield Operation(seq, mesh_id, kind, workflow, local_id or "", linked or "", read)


def _answers(one: Operation) -> str:
    return str(_response(one.body).get("identifier"))


def _resources(body: Any, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in body["entry"] if e["resource"]["resourceType"] == kind]


def _screening_number(body: Any) -> str:
    return str(_resources(body, "Observation")[0]["identifier"][0]["value"])


def _nhs_number(body: Any) -> str:
    return str(_resources(body, "Patient")[0]["identifier"][0]["value"])


def _response(body: Any) -> dict[str, Any]:
    response: dict[str, Any] = _resources(body, "MessageHeader")[0].get("response", {}) if body else {}
    return response
