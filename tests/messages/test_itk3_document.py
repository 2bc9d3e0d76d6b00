"""An ITK3 document message: by the published rules of Send Document, by STU3, and the same result that went in."""

import json
import os
import re
from dataclasses import replace
from datetime import datetime
from xml.etree.ElementTree import Element, fromstring

import pytest
from fhir.resources.STU3 import get_fhir_model_class
from fhir.resources.STU3.bundle import Bundle
from hypothesis import given, settings

from pilot.coding import load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, ScreeningResult
from pilot.messages import PAYLOADS
from pilot.messages.fhir import Node, read_fhir
from pilot.messages.itk3_document import itk3_document, message_bundle
from tests.printed_records import PARTICIPANT, example

from .examples import GOLDEN, MESSAGE_ID, NOW, OFFICE, PRACTICE, results

INTERIM = load_code_set("interim-2026-11")
EARLIER = "a0000000-0000-4000-8000-000000000000"
PROFILES = "https://fhir.nhs.uk/STU3/StructureDefinition/"


def build(coded: CodedResult, replaces: tuple[str, ...] = ()) -> bytes:
    return itk3_document(
        coded, message_id=MESSAGE_ID, sender=OFFICE, recipient=PRACTICE, now=NOW, replaces=replaces
    )


def built(outcome: Outcome, replaces: tuple[str, ...] = ()) -> Node:
    return read_fhir(build(INTERIM.code(example(outcome)), replaces))


def resource(bundle: Node, kind: str) -> Node:
    (found,) = (node for node in bundle.all("entry", "resource") if node.kind == kind)
    return found


def document(message: Node) -> Node:
    return resource(message, "Bundle")


@pytest.mark.parametrize("outcome", [Outcome.NORMAL, Outcome.DID_NOT_ATTEND])
def test_the_document_matches_its_golden_file(outcome: Outcome) -> None:
    # The page is pinned by its text in test_pdf_page; its bytes belong to the PDF library's version.
    whole = build(INTERIM.code(example(outcome))).decode()
    text = re.sub('content value="[^"]+"', 'content value="(the page)"', whole).replace("><", ">\n<") + "\n"
    path = GOLDEN / f"itk3-{outcome}.xml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), "meant? then: UPDATE_GOLDEN=1 pytest tests/messages"


@pytest.mark.parametrize("outcome", Outcome)
def test_the_message_is_stu3(outcome: Outcome) -> None:
    """fhir.resources as an oracle: no element that STU3 does not have, none missing that it wants."""
    tree = message_bundle(
        INTERIM.code(example(outcome)), MESSAGE_ID, OFFICE, PRACTICE, NOW.isoformat(), (EARLIER,)
    )
    Bundle.model_validate_json(json.dumps(tree))


def test_elements_come_in_the_order_that_xml_wants() -> None:
    looked_at = set()
    for resource in fromstring(build(INTERIM.code(example(Outcome.NORMAL)), (EARLIER,))).iter():
        kind = resource.tag.rpartition("}")[2]
        if kind[0].isupper():
            order = get_fhir_model_class(kind).elements_sequence()
            names = [child.tag.rpartition("}")[2] for child in resource]
            assert names == sorted(names, key=order.index), kind
            looked_at.add(kind)
    assert looked_at >= {
        "Bundle",
        "MessageHeader",
        "Composition",
        "Observation",
        "Patient",
        "Binary",
        "Device",
    }


class TestSendDocument:
    """Requirements of GP Connect Messaging's Send Document, by their published numbers."""

    def test_001_the_focus_is_the_document_bundle(self) -> None:
        message = built(Outcome.NORMAL)
        header = next(message.all("entry", "resource"))
        inner = document(message)
        assert header.kind == "MessageHeader"
        assert inner.text("meta", "profile") == f"{PROFILES}ITK-Document-Bundle-1"
        assert header.text("focus", "reference") == f"urn:uuid:{inner.text('id')}"

    def test_002_to_005_the_composition_comes_first_and_names_custodian_subject_and_author(self) -> None:
        inner = document(built(Outcome.NORMAL))
        composition = next(inner.all("entry", "resource"))
        assert composition.kind == "Composition"
        for part, kind in (("custodian", "Organization"), ("subject", "Patient"), ("author", "Device")):
            assert composition.text(part, "reference") == f"urn:uuid:{resource(inner, kind).text('id')}"

    def test_018_every_resource_has_id_and_profile(self) -> None:
        message = built(Outcome.NORMAL)
        for one in (*message.all("entry", "resource"), *document(message).all("entry", "resource")):
            assert one.text("id"), one.kind
            assert one.text("meta", "profile"), one.kind

    def test_020_to_022_the_print_is_the_first_entry_of_a_section(self) -> None:
        inner = document(built(Outcome.NORMAL))
        composition = resource(inner, "Composition")
        first = next(composition.all("section", "entry", "reference")).value
        binary = resource(inner, "Binary")
        assert first == f"urn:uuid:{binary.text('id')}"
        assert binary.text("contentType") == "application/pdf"

    def test_028_and_029_a_correction_names_what_it_replaces(self) -> None:
        composition = resource(document(built(Outcome.NORMAL, (EARLIER,))), "Composition")
        assert composition.text("status") == "amended"
        assert composition.text("relatesTo", "code") == "replaces"
        assert composition.text("relatesTo", "targetIdentifier", "value") == EARLIER

    def test_both_levels_of_answer_are_asked_for(self) -> None:
        header = next(built(Outcome.NORMAL).all("entry", "resource"))
        extension = next(header.all("extension"))
        assert [node.value for node in extension.all("extension", "valueBoolean")] == ["true", "true"]


def test_a_withdrawn_result_is_marked_as_entered_in_error() -> None:
    withdrawn = replace(example(Outcome.NORMAL), withdrawn=True)
    inner = document(read_fhir(build(INTERIM.code(withdrawn), (EARLIER,))))
    assert resource(inner, "Composition").text("status") == "entered-in-error"
    assert resource(inner, "Observation").text("status") == "entered-in-error"


@given(results())
@settings(max_examples=60)
def test_whatever_was_read_the_message_is_xml_that_says_the_same(result: ScreeningResult) -> None:
    inner = document(read_fhir(build(INTERIM.code(result))))
    patient, observation = resource(inner, "Patient"), resource(inner, "Observation")
    assert patient.text("identifier", "value") == result.participant.nhs_number
    assert patient.text("birthDate") == result.participant.date_of_birth.isoformat()
    assert observation.text("effectiveDateTime") == (result.date.isoformat() if result.date else "")
    concept = INTERIM.row(result.outcome).concept
    assert observation.text("valueCodeableConcept", "coding", "code") == (concept.code if concept else "")


def test_ids_and_titles_carry_nobody() -> None:
    message: Element = fromstring(build(INTERIM.code(example(Outcome.NORMAL))))
    said = {"name", "identifier", "birthDate", "address", "comment", "content"}
    for element in message.iter():
        if element.tag.rpartition("}")[2] in said:
            element.clear()
    left = "".join(value for element in message.iter() for value in element.attrib.values())
    for part in (PARTICIPANT.nhs_number, PARTICIPANT.surname, PARTICIPANT.forename):
        assert part not in left


def test_the_same_arguments_give_the_same_bytes_and_a_time_without_zone_is_refused() -> None:
    coded = INTERIM.code(example(Outcome.NORMAL))
    assert build(coded) == build(coded)
    with pytest.raises(ValueError, match="time zone"):
        itk3_document(
            coded, message_id=MESSAGE_ID, sender=OFFICE, recipient=PRACTICE, now=datetime(2026, 11, 2)
        )


class TestRegistry:
    """Every payload can do what whoever routes, sends and settles relies on."""

    @pytest.mark.parametrize("route", PAYLOADS)
    def test_each_builds_and_says_how_it_travels(self, route: str) -> None:
        payload = PAYLOADS[route]
        body = payload.build(
            INTERIM.code(example(Outcome.NORMAL)),
            message_id=MESSAGE_ID,
            sender=OFFICE,
            recipient=PRACTICE,
            now=NOW,
            replaces=(EARLIER,),
        )
        assert payload.route == route
        assert payload.media_type.count("/") == 1
        assert (EARLIER.encode() in body) == payload.corrects

    def test_no_workflow_is_of_two_payloads_and_none_brings_results_and_answers(self) -> None:
        workflows = [payload.workflow for payload in PAYLOADS.values()]
        assert len(set(workflows)) == len(workflows)
        assert not set(workflows) & {payload.answers for payload in PAYLOADS.values()}
