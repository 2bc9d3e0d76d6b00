"""A result that changed after it was sent: it goes out as amended and is filed over the old entry, not beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pilot.coding import load_code_set
from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason
from pilot.messages import Organisation
from pilot.pipeline.dispatch import dispatch
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings, Settings
from pilot.pipeline.settle import settle
from pilot.pipeline.worklist import Worklist
from tests.pipeline.mesh_in_memory import MeshInMemory, acknowledgement
from tests.pipeline.people import result

CODE_SET = load_code_set("interim-2026-11")
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
MESH = MeshSettings("http://127.0.0.1:1", "KXXOT001", "p", "k")
SETTINGS = Settings(Organisation(ods="KXX", name="KELDERBY"), MESH, CODE_SET.id)


def go(ledger: Ledger, mesh: MeshInMemory) -> None:
    dispatch(ledger, mesh, SETTINGS, CODE_SET, lambda: NOW)  # type: ignore[arg-type]
    settle(ledger, mesh, SETTINGS.deadlines, lambda: NOW)  # type: ignore[arg-type]


def observation(body: bytes) -> dict[str, Any]:
    resources: list[dict[str, Any]] = [entry["resource"] for entry in json.loads(body)["entry"]]
    return next(resource for resource in resources if resource["resourceType"] == "Observation")


def replaced(body: bytes) -> list[str]:
    extensions = observation(body).get("extension", [])
    return [extension["valueUuid"].removeprefix("urn:uuid:") for extension in extensions]


def test_what_a_person_put_right_after_it_was_sent_goes_out_as_amended(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        recall = result(1, Outcome.RECALL_FOR_ASSESSMENT)
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", recall)], b"{}", NOW)
        go(ledger, mesh)
        (first,) = mesh.taken
        mesh.put(acknowledgement(first.local_id, "20009"))
        go(ledger, mesh)
        Worklist(ledger, lambda: NOW).fix(1, {"date": "2026-11-01"}, "A. Person", "the day was wrong")
        go(ledger, mesh)
    assert (observation(first.body)["status"], replaced(first.body)) == ("final", [])
    second = mesh.taken[-1]
    assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])
    assert observation(second.body)["effectiveDateTime"] == "2026-11-01"


def test_what_is_sent_again_as_it_was_is_no_correction(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
        go(ledger, mesh)
        mesh.put(acknowledgement(mesh.taken[0].local_id, "20009"))
        go(ledger, mesh)
        Worklist(ledger, lambda: NOW).resend(1, "A. Person", "their system is mended")
        go(ledger, mesh)
    assert [observation(message.body)["status"] for message in mesh.taken] == ["final", "final"]


def test_a_later_print_that_a_person_decided_for_takes_the_place_of_the_first(tmp_path: Path) -> None:
    mesh = MeshInMemory()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.take_in([EmittedFile("f", "x", "sil")], [NewEntry("f", result(1))], b"{}", NOW)
        go(ledger, mesh)
        mesh.put(acknowledgement(mesh.taken[0].local_id, "30001", "filed"))
        go(ledger, mesh)
        later = NewEntry(
            "g", result(1, Outcome.RECALL_FOR_ASSESSMENT), State.WITH_A_PERSON, DisputeReason.DUPLICATE
        )
        ledger.take_in([EmittedFile("g", "y", "sil")], [later], b"{}", NOW)
        Worklist(ledger, lambda: NOW).resend(2, "A. Person", "NBSS was corrected")
        go(ledger, mesh)
        first, second = mesh.taken
        assert (observation(second.body)["status"], replaced(second.body)) == ("amended", [first.local_id])
        assert [entry.state for entry in ledger.entries()] == [State.FILED, State.SENT]
        mesh.put(acknowledgement(second.local_id, "30001", "filed"))
        go(ledger, mesh)
        assert [(entry.state, entry.reason) for entry in ledger.entries()] == [
            (State.RETURNED, Reason.REPLACED),
            (State.FILED, Reason.FILED_AT_PRACTICE),
        ]
