"""What a practice gets: by the contract, by FHIR, and the same person, outcome, date and code that went in."""

import json
import os
import re
from base64 import b64decode
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.coding import CodeSet, load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, ScreeningResult
from pilot.messages import Organisation
from pilot.messages.pdf_page import pdf_page
from pilot.messages.result_message import result_message
from tests.printed_records import PARTICIPANT, example

from .examples import GOLDEN, MESSAGE_ID, NOW, OFFICE, PRACTICE, code_sets, results
from .fhir_rules import check_message

INTERIM = load_code_set("interim-2026-11")


def build(coded: CodedResult, message_id: str = MESSAGE_ID) -> bytes:
    return result_message(coded, message_id=message_id, sender=OFFICE, recipient=PRACTICE, now=NOW)


def resources(body: bytes) -> dict[str, dict[str, Any]]:
    """By type; the office under Organization, the practice under Recipient."""
    found: dict[str, dict[str, Any]] = {}
    for entry in json.loads(body)["entry"]:
        kind = entry["resource"]["resourceType"]
        found["Recipient" if kind in found else kind] = entry["resource"]
    return found


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_matches_its_golden_file(outcome: Outcome) -> None:
    bundle = json.loads(build(INTERIM.code(example(outcome))))
    for entry in bundle["entry"]:
        for form in entry["resource"].get("presentedForm", []):
            # The page is pinned by its text in test_pdf_page; its bytes belong to the PDF library's version.
            assert b64decode(form["data"]).startswith(b"%PDF-")
            form["data"] = "(the page)"
    text = json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / f"result-{outcome}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), "meant? then: UPDATE_GOLDEN=1 pytest tests/messages"


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code_set", code_sets(), ids=lambda code_set: code_set.id)
def test_every_message_is_a_fhir_message(code_set: Any, outcome: Outcome) -> None:
    body = build(code_set.code(example(outcome)))
    assert check_message(body, json.loads(body)) == []


@settings(max_examples=150, deadline=None)
@given(result=results(), code_set=st.sampled_from(code_sets()), message_id=st.uuids().map(str))
def test_what_goes_in_can_be_read_back(result: ScreeningResult, code_set: Any, message_id: str) -> None:
    coded = code_set.code(result)
    body = build(coded, message_id)
    found = resources(body)
    patient, observation = found["Patient"], found["Observation"]
    assert found["MessageHeader"]["id"] == json.loads(body)["identifier"]["value"] == message_id
    assert patient["identifier"][0]["value"] == result.participant.nhs_number
    assert patient["birthDate"] == result.participant.date_of_birth.isoformat()
    assert patient["name"][0]["family"] == result.participant.surname
    assert observation["meta"]["tag"][0]["code"] == result.outcome
    assert observation.get("effectiveDateTime") == (result.date and result.date.isoformat())
    codings = observation["valueCodeableConcept"].get("coding", [])
    assert [coding["code"] for coding in codings] == ([coded.concept.code] if coded.concept else [])
    assert ("DiagnosticReport" in found) == result.outcome.was_screened
    assert check_message(body, json.loads(body)) == []


@settings(max_examples=50, deadline=None)
@given(results())
def test_identifiers_and_titles_carry_no_personal_data(result: ScreeningResult) -> None:
    """Ids, URLs and references travel in logs; the person is in Patient, in the answer and on the page only."""
    bundle = json.loads(build(INTERIM.code(result)))
    traces = [
        value for key, value in _leaves(bundle) if key in {"id", "fullUrl", "reference", "endpoint", "title"}
    ]
    assert traces
    assert not [t for t in traces if result.participant.nhs_number in t or result.screening_number in t]
    others = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] != "Patient"]
    assert result.participant.nhs_number not in json.dumps(others)


def _leaves(node: Any, key: str = "") -> list[tuple[str, str]]:
    if isinstance(node, dict):
        return [leaf for name, value in node.items() for leaf in _leaves(value, name)]
    if isinstance(node, list):
        return [leaf for value in node for leaf in _leaves(value, key)]
    return [(key, node)]


def test_an_uncoded_outcome_says_so_and_invents_no_id() -> None:
    for outcome in Outcome:
        coded = INTERIM.code(example(outcome))
        value = resources(build(coded))["Observation"]["valueCodeableConcept"]
        assert value["text"] == coded.text
        if coded.concept is None:
            assert "coding" not in value
            assert value["extension"][0]["valueCode"] == outcome
        else:
            assert "extension" not in value


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code_set", code_sets(), ids=lambda code_set: code_set.id)
def test_the_question_is_the_signed_one_and_only_where_a_screening_took_place(
    code_set: CodeSet, outcome: Outcome
) -> None:
    asked = resources(build(code_set.code(example(outcome))))["Observation"]["code"]
    question = code_set.question
    codes = [(coding["code"], coding["display"]) for coding in asked.get("coding", [])]
    assert codes == ([(question.concept.code, question.concept.term)] if outcome.was_screened else [])
    assert asked["text"] == (question.concept.term if outcome.was_screened else question.otherwise)


FOR_A_CLINICIAN = (
    Outcome.RECALL_FOR_ASSESSMENT,
    Outcome.ASSESSED_CANCER,
    Outcome.SHORT_TERM_RECALL,
    Outcome.REFERRED_FOR_TREATMENT,
)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_abnormal_result_carries_the_standards_own_flag(outcome: Outcome) -> None:
    """With a concept or without one: nobody needs a tag of ours to see it."""
    observation = resources(build(INTERIM.code(example(outcome))))["Observation"]
    flags = [c["code"] for concept in observation.get("interpretation", []) for c in concept["coding"]]
    assert flags == (["A"] if outcome in FOR_A_CLINICIAN else ["N"] if outcome is Outcome.NORMAL else [])


def test_the_message_asks_for_an_answer_and_names_its_definition() -> None:
    header = resources(build(INTERIM.code(example(Outcome.NORMAL))))["MessageHeader"]
    assert header["extension"] == [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/messageheader-response-request",
            "valueCode": "always",
        }
    ]
    assert header["definition"].endswith("/MessageDefinition/breast-screening-result")


def test_a_report_keeps_its_identifier_from_message_to_message() -> None:
    def report_id(body: bytes) -> str:
        return str(resources(body)["DiagnosticReport"]["identifier"][0]["value"])

    result = example(Outcome.NORMAL)
    first, again = (build(INTERIM.code(result), str(UUID(int=n))) for n in (1, 2))
    changed = replace(result, outcome=Outcome.TECHNICAL_RECALL)
    assert report_id(first) == report_id(again) == report_id(build(INTERIM.code(changed)))
    later = replace(result, date=date(2020, 1, 1))
    assert report_id(build(INTERIM.code(later))) != report_id(first)
    assert result.screening_number not in report_id(first)


def test_a_report_is_made_of_images_only() -> None:
    assert "DiagnosticReport" not in resources(build(INTERIM.code(example(Outcome.DID_NOT_ATTEND))))
    header = resources(build(INTERIM.code(example(Outcome.DID_NOT_ATTEND))))["MessageHeader"]
    observation = resources(build(INTERIM.code(example(Outcome.DID_NOT_ATTEND))))["Observation"]
    assert header["focus"] == [{"reference": f"urn:uuid:{observation['id']}"}]


def test_the_page_travels_with_the_report() -> None:
    result = example(Outcome.NORMAL)
    form = resources(build(INTERIM.code(result)))["DiagnosticReport"]["presentedForm"][0]
    assert b64decode(form["data"]) == pdf_page(result)


def test_the_same_arguments_give_the_same_bytes_and_another_id_other_ids() -> None:
    coded = INTERIM.code(example(Outcome.NORMAL))
    assert build(coded) == build(coded)
    other = build(coded, "0c9d7a0e-6f43-49a5-8a6e-2f8de7a4a3d5")
    full_urls = re.compile(rb"urn:uuid:[0-9a-f-]{36}")
    assert not set(full_urls.findall(build(coded))) & set(full_urls.findall(other))


def test_names_travel_as_they_were_read() -> None:
    name = resources(build(INTERIM.code(example(Outcome.NORMAL))))["Patient"]["name"][0]
    assert name == {
        "use": "official",
        "family": PARTICIPANT.surname,
        "given": [PARTICIPANT.forename],
        "prefix": ["MISS"],
    }


@pytest.mark.parametrize(
    "message_id", ["", "KXX049443", "3F0C5A52-7D0E-4C5B-9A39-0F6F7F3F6A11", "{3f0c5a52}"]
)
def test_a_message_id_is_a_uuid(message_id: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        build(INTERIM.code(example(Outcome.NORMAL)), message_id)


def test_now_carries_its_time_zone() -> None:
    coded = INTERIM.code(example(Outcome.NORMAL))
    with pytest.raises(ValueError, match="time zone"):
        result_message(
            coded, message_id=MESSAGE_ID, sender=OFFICE, recipient=PRACTICE, now=datetime(2026, 11, 2)
        )


@pytest.mark.parametrize(("ods", "name"), [("", "x"), ("a81001", "x"), ("A8 1001", "x"), ("A81001", "  ")])
def test_an_organisation_has_a_code_and_a_name(ods: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"ODS code|no name"):
        Organisation(ods, name)


def test_the_source_is_the_office_by_its_code_whatever_name_the_print_has() -> None:
    printed = replace(example(Outcome.NORMAL), bso="ELSEWHERE AND DISTRICT")
    header = resources(build(load_code_set("interim-2026-11").code(printed)))["MessageHeader"]
    assert header["source"]["endpoint"] == f"urn:nhs:bso:{OFFICE.ods}"
