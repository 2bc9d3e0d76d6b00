"""A coded result arrives over MESH: filed by rule, put before a person, or refused; answered at two levels."""

import base64
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from mesh_client import MeshClient

from tests.simulators.gp_system.gp_office import Answer, body, result, waiting_in
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import NUMBERS, desk, patient, practice

NHS = "https://fhir.nhs.uk/Id/nhs-number"
REPLACES = "https://breast-screening-results-pilot.example/fhir/StructureDefinition/replaces-message"


def patient_query(place: int) -> dict[str, str]:
    return {"patient.identifier": f"{NHS}|{NUMBERS[place]}"}


def said(world: World) -> list[tuple[str, str | None]]:
    return [(answer.code, answer.disposition) for answer in world.office.answers()]


def test_a_normal_result_is_filed_by_rule_and_answered_twice(world: Callable[..., World]) -> None:
    here = world(practice())
    message = result(0)
    here.office.send(body(message))

    here.gp.admin("collect")

    answers = here.office.answers()
    message_id = message["identifier"]["value"]
    assert answers == [Answer(message_id, "20013", None), Answer(message_id, "30001", "filed")]
    (entry,) = here.gp.observations(**patient_query(0))
    assert entry["valueCodeableConcept"]["coding"][0]["code"] == "171175005"
    assert entry["meta"]["tag"][0]["code"] == "rule:file-normal"
    assert entry["meta"]["source"] == f"mesh:{message_id}"
    assert entry["issued"] == "2026-11-02T09:00:00+00:00"
    assert entry["effectiveDateTime"] == "2026-10-19"
    assert entry["identifier"][0]["value"] == "KXX000000"


def test_an_abnormal_result_waits_for_a_clinician_even_where_a_rule_names_it(
    world: Callable[..., World],
) -> None:
    here = world(practice(rules=["normal", "recall_for_assessment"]))
    here.office.send(body(result(0, "recall_for_assessment", code="171176006")))

    here.gp.admin("collect")
    assert said(here) == [("20013", None), ("30001", "awaiting-review")]
    assert here.gp.observations() == []
    assert here.gp.counts()["awaiting_review"] == 1

    here.gp.at("2026-11-02T12:01", "work")
    assert here.gp.observations() == [], "the clinician has only begun to read it"

    here.gp.at("2026-11-02T13:00", "work")
    (entry,) = here.gp.observations()
    assert entry["meta"]["tag"][0]["code"] == "person:clinician"
    assert entry["issued"] == "2026-11-02T12:02:00+00:00"
    assert said(here) == [("30001", "filed")]
    assert here.gp.counts()["minutes"]["review"] == 2


def test_an_uncoded_outcome_is_neither_lost_nor_guessed(world: Callable[..., World]) -> None:
    here = world(practice(rules=["normal", "declined"]))
    here.office.send(body(result(0, "declined", code=None)))
    here.gp.admin("collect")
    here.gp.at("2026-11-02T10:00", "work")

    (entry,) = here.gp.observations()
    value = entry["valueCodeableConcept"]
    assert "coding" not in value
    assert value["text"] == "Breast screening: declined"
    assert "extension" not in value
    assert entry["meta"]["tag"][0]["code"] == "person:coder"
    assert said(here) == [("20013", None), ("30001", "awaiting-review"), ("30001", "filed")]


def test_a_practice_that_is_not_ready_asks_for_the_pdf(world: Callable[..., World]) -> None:
    here = world(practice(ready=False, rules=[]))
    here.office.send(body(result(0)))
    here.gp.admin("collect")
    assert said(here) == [("20010", None)]
    assert here.gp.observations() == []


def test_a_duplicate_is_not_filed_again_and_is_told_what_became_of_the_first(
    world: Callable[..., World],
) -> None:
    here = world(practice())
    first, again = result(0), result(0)
    here.office.send(body(first))
    here.office.send(body(first))
    here.office.send(body(again))
    here.gp.admin("collect")

    assert len(here.gp.observations()) == 1
    one, other = (message["identifier"]["value"] for message in (first, again))
    assert here.office.answers() == [
        Answer(one, "20013", None),
        Answer(one, "30001", "filed"),
        Answer(one, "20007", None),
        Answer(one, "30001", "filed"),
        Answer(other, "20007", None),
        Answer(other, "30001", "filed"),
    ]


def test_the_same_words_about_another_person_are_no_duplicate(world: Callable[..., World]) -> None:
    """A result that went into a namesake's record comes again under the right number: it is filed."""
    here = world(practice())
    here.office.send(body(result(0)))
    here.office.send(body(result(1, screening_number="KXX000000")))
    here.gp.admin("collect")
    numbers = [entry["subject"]["identifier"]["value"] for entry in here.gp.observations()]
    assert len(set(numbers)) == len(numbers) == 2


def amended(first: dict[str, Any], corrected: dict[str, Any]) -> dict[str, Any]:
    for entry in corrected["entry"]:
        if entry["resource"]["resourceType"] in ("Observation", "DiagnosticReport"):
            entry["resource"]["status"] = "amended"
        if entry["resource"]["resourceType"] == "Observation":
            name = f"urn:uuid:{first['identifier']['value']}"
            entry["resource"]["extension"] = [{"url": REPLACES, "valueUuid": name}]
    return corrected


def test_a_correction_is_filed_over_the_old_entry(world: Callable[..., World]) -> None:
    here = world(practice())
    first = result(0)
    here.office.send(body(first))
    here.office.send(body(amended(first, result(0, effective="2026-10-20"))))
    here.gp.admin("collect")
    assert [entry["effectiveDateTime"] for entry in here.gp.observations()] == ["2026-10-20"]
    assert [answer.code for answer in here.office.answers()] == ["20013", "30001", "20013", "30001"]


def withdrawn(first: dict[str, Any], again: dict[str, Any]) -> dict[str, Any]:
    for entry in amended(first, again)["entry"]:
        if "status" in entry["resource"]:
            entry["resource"]["status"] = "entered-in-error"
    return again


def test_a_withdrawn_result_is_out_of_the_record_and_nothing_takes_its_place(
    world: Callable[..., World],
) -> None:
    here = world(practice())
    first = result(0)
    here.office.send(body(first))
    here.office.send(body(withdrawn(first, result(0))))
    here.gp.admin("collect")
    assert here.gp.observations() == []
    (old,) = here.gp.observations(status="entered-in-error")
    assert old["meta"]["source"] == f"mesh:{first['identifier']['value']}"
    assert said(here) == [("20013", None), ("30001", "filed")] * 2


def test_a_withdrawal_that_names_nothing_is_refused(world: Callable[..., World]) -> None:
    here = world(practice())
    bare = withdrawn(result(0), result(0))
    for entry in bare["entry"]:
        entry["resource"].pop("extension", None)
    here.office.send(body(bare))
    here.gp.admin("collect")
    assert said(here) == [("20009", None)]


def test_a_recall_that_waits_and_is_withdrawn_is_filed_by_nobody(world: Callable[..., World]) -> None:
    here = world(practice())
    first = result(0, "recall_for_assessment", code="168750009")
    here.office.send(body(first))
    here.office.send(body(withdrawn(first, result(0, "recall_for_assessment", code="168750009"))))
    here.gp.admin("collect")
    here.gp.at("2026-11-30T17:00", "work")
    assert here.gp.observations() == []
    assert here.gp.observations(status="preliminary") == []


def test_a_recall_that_waits_and_is_corrected_is_filed_once(world: Callable[..., World]) -> None:
    here = world(practice())
    first = result(0, "recall_for_assessment", code="168750009")
    here.office.send(body(first))
    here.office.send(
        body(amended(first, result(0, "recall_for_assessment", code="168750009", effective="2026-10-20")))
    )
    here.gp.admin("collect")
    here.gp.at("2026-11-30T17:00", "work")
    assert [entry["effectiveDateTime"] for entry in here.gp.observations()] == ["2026-10-20"]


def test_a_later_result_of_the_same_participant_is_no_duplicate(world: Callable[..., World]) -> None:
    here = world(practice())
    here.office.send(body(result(0, "did_not_attend", effective="2026-09-01")))
    here.office.send(body(result(0, "normal")))
    here.gp.admin("collect")
    assert len(here.gp.observations()) == 2


def test_people_who_left_died_or_were_never_here(world: Callable[..., World]) -> None:
    people = [
        patient(0, registered_to="2026-10-01"),
        patient(1, died_on="2026-10-20"),
        patient(2, registered_from="2026-12-01"),
    ]
    here = world(practice(patients=people))
    for place in range(4):
        here.office.send(body(result(place)))
    here.gp.admin("collect")
    assert said(here) == [
        ("20013", None),
        ("30003", "not-filed"),
        ("20013", None),
        ("30004", "awaiting-review"),
        ("20013", None),
        ("30002", "not-filed"),
        ("20013", None),
        ("30002", "not-filed"),
    ]
    here.gp.at("2026-11-02T12:00", "work")
    assert [entry["subject"]["identifier"]["value"] for entry in here.gp.observations()] == [NUMBERS[1]]
    assert here.gp.counts()["minutes"]["unmatched"] == 15, "EMIS-like: a person looks at each unmatched one"


def test_a_new_surname_is_compared_by_a_person_and_somebody_else_is_not_filed(
    world: Callable[..., World],
) -> None:
    here = world(practice())
    here.office.send(body(result(0, who={"surname": "MARRIED"})))
    here.office.send(body(result(1, who={"surname": "OTHER", "forename": "BERTA"})))
    here.office.send(body(result(2, who={"surname": "OTHER", "date_of_birth": "1950-01-01"})))
    here.gp.admin("collect")
    assert [code for code, _ in said(here)] == ["20013", "30001", "20013", "30001", "20013", "30002"]

    here.gp.at("2026-11-02T12:00", "work")
    assert said(here) == [("30001", "filed"), ("30002", "not-filed")]
    assert [entry["subject"]["identifier"]["value"] for entry in here.gp.observations()] == [NUMBERS[0]]


def test_bad_payloads_are_refused_and_harm_nothing_else(world: Callable[..., World]) -> None:
    here = world(practice())
    whole = body(result(0))
    local_ids = [
        here.office.send(spoiled)
        for spoiled in (
            whole[: len(whole) // 2],
            b"[" * 100_000,
            b"\xff\xfe not text",
            b'{"resourceType": "Bundle"}',
            b" " * (5 * 1024 * 1024 + 1) + whole,
        )
    ]
    here.office.send(whole)
    here.gp.admin("collect")
    answers = here.office.answers()
    assert [answer.code for answer in answers] == ["20009"] * 5 + ["20013", "30001"]
    assert [answer.answers for answer in answers[:5]] == local_ids
    assert len(here.gp.observations()) == 1


def test_other_workflows_in_the_mailbox_are_left_alone_or_kept_apart(
    world: Callable[..., World], mesh: str
) -> None:
    here = world(practice(), practice("Z99002", supplier="systmone"))
    for to in ("Z99001OT001", "Z99002OT001"):
        here.office.send(b"ISA*00*", "PATHOLOGY_RESULT", to)
    here.office.send(body(result(0)))
    here.gp.admin("collect")
    assert [code for code, _ in said(here)] == ["20013", "30001"]
    left = [waiting_in(mesh, mailbox) for mailbox in ("Z99001OT001", "Z99002OT001")]
    assert left == [1, 0]

    here.gp.clock("2026-11-02T10:00")
    here.office.send(body(result(1)))
    here.gp.admin("collect")
    assert len(here.gp.observations()) == 2, "what is left for others does not stand in the way"


def test_systmone_files_on_arrival_for_review(world: Callable[..., World]) -> None:
    here = world(practice(supplier="systmone", rules=["normal"]))
    here.office.send(body(result(0, "recall_for_assessment", code="171176006")))
    here.gp.admin("collect")
    assert here.gp.observations() == []
    (waiting,) = here.gp.observations(status="preliminary")
    assert waiting["status"] == "preliminary"

    here.gp.at("2026-11-02T13:00", "work")
    (reviewed,) = here.gp.observations()
    assert reviewed["id"] == waiting["id"]
    assert reviewed["issued"] == "2026-11-02T12:02:00+00:00"
    assert here.gp.observations(status="preliminary") == []


def test_the_print_is_kept_with_the_patient(world: Callable[..., World]) -> None:
    here = world(practice())
    here.office.send(body(result(0)))
    here.office.send(body(result(1, "recall_for_assessment", code="171176006")))
    here.gp.admin("collect")

    def documents(place: int) -> list[dict[str, object]]:
        found = here.gp.get("/fhir/Z99001/DocumentReference", **patient_query(place))
        return [entry["resource"] for entry in found.get("entry", [])]

    (print_,) = documents(0)
    data = print_["content"][0]["attachment"]["data"]  # type: ignore[index]
    assert base64.b64decode(data).startswith(b"%PDF")
    assert documents(1) == [], "not hers before somebody has looked"
    here.gp.at("2026-11-02T13:00", "work")
    assert len(documents(1)) == 1


def test_practices_poll_no_more_often_than_their_system_does(world: Callable[..., World]) -> None:
    here = world(practice())
    here.gp.admin("collect")
    here.office.send(body(result(0)))
    here.gp.clock("2026-11-02T09:09")
    assert here.gp.admin("collect")["polled"] == 0
    here.gp.clock("2026-11-02T09:10")
    assert here.gp.admin("collect")["collected"] == 1


def test_a_supplier_that_shows_results_on_arrival_shows_them_before_anybody_has_looked(
    world: Callable[..., World], tmp_path: Path
) -> None:
    emis = (files("simulators.gp_system") / "suppliers" / "emis.toml").read_text("utf-8")
    third = emis.replace('name = "emis"', 'name = "open"').replace("on_arrival = false", "on_arrival = true")
    (tmp_path / "open.toml").write_text(third, "utf-8")
    here = world(practice(supplier="open"), practice("Z99002", supplier="systmone"), suppliers=tmp_path)
    for ods in ("Z99001", "Z99002"):
        here.office.send(body(result(0, "recall_for_assessment", ods=ods)), to=f"{ods}OT001")
        here.office.send(body(result(1, ods=ods)), to=f"{ods}OT001")
    here.gp.admin("collect")
    here.gp.at("2026-11-02T13:00", "work")
    seen = {
        ods: here.gp.get(f"/reports/{ods}/seen-before-review", on="2026-11-02")
        for ods in ("Z99001", "Z99002")
    }
    assert [person["nhs_number"] for person in seen["Z99001"]["patients"]] == [NUMBERS[0]]
    assert seen["Z99002"]["patients"] == []
    (recalled,) = here.gp.observations(**patient_query(0))
    assert recalled["extension"][0]["valueDateTime"] < recalled["issued"]


def test_a_message_that_mesh_will_not_hand_over_does_not_hold_up_the_others(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world(practice())
    for place in range(3):
        here.office.send(body(result(place)))
    real, asked = MeshClient.retrieve_message, []

    def refuses_the_first(self: MeshClient, message_id: str) -> Any:
        asked.append(message_id)
        if message_id == asked[0]:
            raise requests.HTTPError(response=SimpleNamespace(status_code=410))  # type: ignore[arg-type]
        return real(self, message_id)

    monkeypatch.setattr(MeshClient, "retrieve_message", refuses_the_first)
    done = here.gp.admin("collect")
    assert (done["collected"], done["failed"]) == (2, {"Z99001": "MESH answered 410"})
    assert len(here.gp.observations()) == 2


def test_a_poll_takes_no_more_than_the_supplier_s_cap(world: Callable[..., World], tmp_path: Path) -> None:
    emis = (files("simulators.gp_system") / "suppliers" / "emis.toml").read_text("utf-8")
    (tmp_path / "small.toml").write_text(
        emis.replace('"emis"', '"small"').replace("cap = 500", "cap = 10"), "utf-8"
    )
    here = world(practice(supplier="small"), suppliers=tmp_path)
    for number in range(13):
        here.office.send(body(result(number % 6, screening_number=f"KXX{number:06}")))
    here.office.send(b"ISA*00*", "PATHOLOGY_RESULT")
    assert here.gp.admin("collect")["collected"] == 10
    here.gp.at("2026-11-02T09:10", "collect")
    assert len(here.gp.observations()) == 13


def test_what_the_record_answers_is_fhir(world: Callable[..., World]) -> None:
    here = world(practice())
    here.office.send(body(result(0)))
    here.office.send(body(result(1, "declined", code=None)))
    here.gp.admin("collect")
    here.gp.at("2026-11-02T12:00", "work")
    for path in ("Observation", "Patient", "DocumentReference"):
        found = here.gp.get(f"/fhir/Z99001/{path}", **(patient_query(0) if path.startswith("Doc") else {}))
        assert found["entry"]
        Bundle.model_validate(found)
    CapabilityStatement.model_validate(here.gp.get("/metadata"))


def test_a_reviewer_who_slips_closes_it_without_an_entry_and_says_that_it_is_filed(
    world: Callable[..., World],
) -> None:
    here = world(practice(desk=desk(review_slip_rate=1.0)))
    here.office.send(body(result(0, "recall_for_assessment", code="171176006")))
    here.gp.admin("collect")
    here.gp.at("2026-11-02T13:00", "work")
    assert here.gp.observations() == []
    assert said(here)[-1] == ("30001", "filed")
    assert here.gp.counts()["minutes"]["review"] == 2


def test_where_nobody_reviews_messages_a_coders_lies_and_a_clinicians_does_not(
    world: Callable[..., World],
) -> None:
    here = world(practice(rules=[], desk=desk(reviews_messages=False)))
    here.office.send(body(result(0)))
    here.office.send(body(result(1, "recall_for_assessment", code="171176006")))
    here.gp.admin("collect")
    here.gp.at("2026-11-02T17:00", "work")
    (entry,) = here.gp.observations()
    assert entry["meta"]["tag"][0]["code"] == "person:clinician"
    assert here.gp.counts()["awaiting_review"] == 1
