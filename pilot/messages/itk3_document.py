"""A coded result as an ITK3 document message (FHIR STU3, XML), the form that GP Connect's Send Document takes.

A message Bundle whose MessageHeader points to a document Bundle: a Composition, the print as a PDF first, then the
coded Observation. After ITK3 Messaging Distribution 2.9 and GP Connect Messaging "Send Document"; profile names are
the published ones, our own names only where there is none. What a practice's system does with the Observation is
the supplier's affair: the specification asks no more than that a person is given the document.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, Concept
from pilot.messages import fhir as systems
from pilot.messages.acknowledgement import read_acknowledgement
from pilot.messages.fhir import Ids, plain, write_xml
from pilot.messages.payload import Organisation, Payload
from pilot.messages.pdf_page import TITLE, pdf_page

Resource = dict[str, Any]

_NHS: Final = "https://fhir.nhs.uk/STU3"
_CARE_CONNECT: Final = "https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-"
# "Report of clinical encounter": the type that Send Document's own examples carry.
_DOCUMENT_TYPE: Final = Concept("371531000", "Report of clinical encounter")


def itk3_document(
    coded: CodedResult,
    *,
    message_id: str,
    sender: Organisation,
    recipient: Organisation,
    now: datetime,
    replaces: Sequence[str] = (),
) -> bytes:
    """The message as UTF-8 XML, the same for the same arguments.

    Raises ValueError where `message_id` is no UUID or `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone")
    instant = now.isoformat(timespec="milliseconds")
    return write_xml(message_bundle(coded, message_id, sender, recipient, instant, replaces))


def message_bundle(
    coded: CodedResult,
    message_id: str,
    sender: Organisation,
    recipient: Organisation,
    instant: str,
    replaces: Sequence[str],
) -> Resource:
    """The message Bundle, elements in the order that XML wants.

    `replaces` become `Composition.relatesTo`: the document carries the id of its message, so that one names the other.
    """
    ids = Ids(message_id)
    document = _bundle(
        ids.of("document"),
        "ITK-Document-Bundle-1",
        "document",
        message_id,
        [
            _composition(ids, coded, instant, replaces),
            *_attachment(ids, coded),
            _observation(ids, coded, instant),
            _patient(ids, coded),
            _organisation(ids, "custodian", f"{_CARE_CONNECT}Organization-1", sender),
            _device(ids),
        ],
    )
    header_organisation = f"{_NHS}/StructureDefinition/CareConnect-ITK-Header-Organization-1"
    return _bundle(
        ids.of("bundle"),
        "ITK-Message-Bundle-1",
        "message",
        message_id,
        [
            _header(ids, sender, instant),
            _organisation(ids, "sender", header_organisation, sender),
            _organisation(ids, "recipient", header_organisation, recipient),
            document,
        ],
    )


def _bundle(name: str, profile: str, kind: str, message_id: str, resources: list[Resource]) -> Resource:
    return {
        "resourceType": "Bundle",
        "id": name,
        "meta": {"profile": [f"{_NHS}/StructureDefinition/{profile}"]},
        "identifier": {"system": systems.MESSAGE_ID, "value": message_id},
        "type": kind,
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources],
    }


def _header(ids: Ids, sender: Organisation, instant: str) -> Resource:
    """Both levels of acknowledgement are asked for; the document is for action, since a person must look at it."""
    event = {"system": f"{_NHS}/CodeSystem/ITK-MessageEvent-2", "code": "ITK007C"}
    action = {"system": f"{_NHS}/CodeSystem/ITK-RecipientType-1", "code": "FA", "display": "For Action"}
    definition = f"{_NHS}/MessageDefinition/ITK-GPConnectSendDocument-MessageDefinition-Instance-1"
    handling = [
        {"url": "BusAckRequested", "valueBoolean": True},
        {"url": "InfAckRequested", "valueBoolean": True},
        {"url": "RecipientType", "valueCoding": action},
        {"url": "MessageDefinition", "valueReference": {"reference": definition}},
        {"url": "SenderReference", "valueString": ids.of("header")},
    ]
    return {
        "resourceType": "MessageHeader",
        "id": ids.of("header"),
        "meta": {"profile": [f"{_NHS}/StructureDefinition/ITK-MessageHeader-2"]},
        "extension": [
            {"url": f"{_NHS}/StructureDefinition/Extension-ITK-MessageHandling-2", "extension": handling}
        ],
        "event": event | {"display": "ITK GP Connect Send Document"},
        "receiver": ids.reference("recipient"),
        "sender": ids.reference("sender"),
        "timestamp": instant,
        "source": {"endpoint": f"urn:nhs-uk:addressing:ods:{sender.ods}"},
        "focus": [ids.reference("document")],
    }


def _composition(ids: Ids, coded: CodedResult, instant: str, replaces: Sequence[str]) -> Resource:
    result = coded.result
    earlier = [{"system": systems.MESSAGE_ID, "value": name} for name in replaces]
    attached = [{"title": TITLE, "entry": [ids.reference("attachment")]}] if coded.result.has_print else []
    return {
        "resourceType": "Composition",
        "id": ids.of("composition"),
        "meta": {"profile": [f"{_CARE_CONNECT}Composition-1"]},
        "text": _narrative(coded),
        "identifier": {"system": systems.MESSAGE_ID, "value": ids.of("header")},
        "status": _status(coded, replaces),
        "type": _concept(_DOCUMENT_TYPE),
        "subject": ids.reference("patient"),
        "date": instant,
        "author": [ids.reference("device")],
        "title": f"Breast screening result {plain(result.screening_number)}",
        "confidentiality": "N",
        "custodian": ids.reference("custodian"),
        "relatesTo": [{"code": "replaces", "targetIdentifier": one} for one in earlier],
        "section": [*attached, {"title": "Result", "entry": [ids.reference("observation")]}],
    }


def _status(coded: CodedResult, replaces: Sequence[str]) -> str:
    if coded.result.withdrawn:
        return "entered-in-error"
    return "amended" if replaces else "final"


def _narrative(coded: CodedResult) -> Resource:
    said = "WITHDRAWN, sent in error: " if coded.result.withdrawn else ""
    text = escape(said + plain(coded.text))
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>',
    }


def _attachment(ids: Ids, coded: CodedResult) -> list[Resource]:
    if not coded.result.has_print:
        return []
    return [
        {
            "resourceType": "Binary",
            "id": ids.of("attachment"),
            "meta": {"profile": [f"{_NHS}/StructureDefinition/ITK-Attachment-Binary-1"]},
            "contentType": "application/pdf",
            "content": b64encode(pdf_page(coded.result)).decode("ascii"),
        }
    ]


def _observation(ids: Ids, coded: CodedResult, instant: str) -> Resource:
    result = coded.result
    flag = "A" if result.outcome.abnormal else "N" if result.outcome is Outcome.NORMAL else None
    observation = {
        "resourceType": "Observation",
        "id": ids.of("observation"),
        "meta": {"profile": [f"{_CARE_CONNECT}Observation-1"]},
        "identifier": [{"system": systems.SCREENING_NUMBER, "value": plain(result.screening_number)}],
        "status": "entered-in-error" if result.withdrawn else "final",
        "code": _concept(coded.question) if coded.question else {"text": coded.asked},
        "subject": ids.reference("patient"),
        "effectiveDateTime": result.date and result.date.isoformat(),
        "issued": instant,
        "performer": [ids.reference("custodian")],
        "valueCodeableConcept": (_concept(coded.concept) if coded.concept else {})
        | {"text": plain(coded.text)},
        "interpretation": {"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": flag}]}
        if flag
        else None,
        "comment": plain(result.outcome_text),
    }
    return {name: value for name, value in observation.items() if value}


def _concept(concept: Concept) -> Resource:
    return {"coding": [{"system": systems.SNOMED_CT, "code": concept.code, "display": concept.term}]}


def _patient(ids: Ids, coded: CodedResult) -> Resource:
    person = coded.result.participant
    status = {
        "url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1",
        "valueCodeableConcept": {
            "coding": [
                {
                    "system": "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1",
                    "code": "02",
                    "display": "Number present but not traced",
                }
            ]
        },
    }
    name = {"use": "official", "family": plain(person.surname), "given": [plain(person.forename)]}
    lines = [line for line in map(plain, person.address) if line]
    return {
        "resourceType": "Patient",
        "id": ids.of("patient"),
        "meta": {"profile": [f"{_CARE_CONNECT}Patient-1"]},
        "identifier": [{"extension": [status], "system": systems.NHS_NUMBER, "value": person.nhs_number}],
        "name": [{part: value for part, value in name.items() if value not in ("", [""])}],
        "birthDate": person.date_of_birth.isoformat(),
        "address": [{"line": lines}] if lines else [],
    }


def _organisation(ids: Ids, part: str, profile: str, organisation: Organisation) -> Resource:
    resource = {
        "resourceType": "Organization",
        "id": ids.of(part),
        "meta": {"profile": [profile]},
        "identifier": [{"system": systems.ODS_CODE, "value": organisation.ods}],
    }
    # The header's profile allows no name.
    return resource | ({"name": plain(organisation.name)} if part == "custodian" else {})


def _device(ids: Ids) -> Resource:
    """Send Document wants an author who is a person or a device; an office's machine is the latter."""
    return {
        "resourceType": "Device",
        "id": ids.of("device"),
        "meta": {"profile": [f"{_NHS}/StructureDefinition/ITK-Device-1"]},
        "type": {"text": systems.SOFTWARE},
        "owner": ids.reference("custodian"),
    }


PAYLOAD = Payload(
    route="itk3_document",
    workflow="GPCONNECT_SEND_DOCUMENT",
    answers="GPCONNECT_SEND_DOCUMENT_ACK",
    media_type="application/fhir+xml",
    build=itk3_document,
    read_answer=read_acknowledgement,
    corrects=True,
)
