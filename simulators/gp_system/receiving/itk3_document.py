"""Take a result as an ITK3 document message (FHIR STU3, XML) and answer it in ITK3's own words.

As GP Connect's Send Document has it: the document is put before a person with its codes ready to file; no rule looks
into it. ITK3 can say that the patient is known, and has no word for what became of the document.
"""

from base64 import b64decode
from datetime import date, datetime
from typing import Final, NoReturn
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from stdnum.gb import nhs

from simulators.gp_system.outcomes import SNOMED_CT
from simulators.gp_system.receiving.payload import (
    FLAGS_ABNORMAL,
    MAX_BYTES,
    NHS_NUMBER,
    ODS_CODE,
    SCREENING_NUMBER,
    Acknowledgement,
    Payload,
    PayloadInvalid,
    Received,
)

FHIR: Final = "{http://hl7.org/fhir}"
INTERPRETATION: Final = "http://hl7.org/fhir/v2/0078"
RESPONSE_CODE: Final = "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"
PROFILES: Final = "https://fhir.nhs.uk/STU3/StructureDefinition"
_EVENT: Final = "https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2"
_POSITIVE: Final = frozenset({20013, 30001, 30004})


def read_document(body: bytes, practice: str) -> tuple[Received, bytes]:
    """The result in a document message for `practice` (ODS code), and its attached print (PDF; empty where none is).

    Raises PayloadInvalid where it is not one.
    """
    if len(body) > MAX_BYTES:
        raise PayloadInvalid(f"the payload is larger than {MAX_BYTES} bytes")
    try:
        message = fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, ParseError, LookupError, ValueError, RecursionError):
        raise PayloadInvalid("not XML that may be read") from None
    message_id = _value(message, "identifier/value")
    try:
        return _read(message, message_id, practice)
    except PayloadInvalid as error:
        raise PayloadInvalid(str(error), message_id or None) from None


def _refuse(reason: str) -> NoReturn:
    raise PayloadInvalid(reason)


def _find(element: Element, path: str) -> list[Element]:
    return element.findall("/".join(FHIR + step for step in path.split("/")))


def _value(element: Element, path: str) -> str:
    """What the first element there holds; empty where there is none."""
    found = _find(element, path)
    return found[0].get("value", "") if found else ""


def _one(bundle: Element, kind: str) -> Element:
    found = _find(bundle, f"entry/resource/{kind}")
    if len(found) != 1:
        _refuse(f"the Bundle must hold exactly one {kind}")
    return found[0]


def _read(message: Element, message_id: str, practice: str) -> tuple[Received, bytes]:
    if message.tag != f"{FHIR}Bundle" or _value(message, "type") != "message" or not message_id:
        _refuse("not a Bundle of type message with an identifier")
    header = _one(message, "MessageHeader")
    if _value(header, "event/code") != "ITK007C":
        _refuse("the MessageHeader is not that of a document")
    _check_receiver(message, header, practice)
    document = _one(message, "Bundle")
    if _value(document, "type") != "document":
        _refuse("the message holds no document")
    if _value(header, "focus/reference").rpartition(":")[2] != _value(document, "id"):
        _refuse("the MessageHeader's focus is not the document")
    composition, observation = _one(document, "Composition"), _one(document, "Observation")
    entries = [reference.get("value") for reference in _find(composition, "section/entry/reference")]
    if f"urn:uuid:{_value(observation, 'id')}" not in entries:
        _refuse("the document's Observation is in none of its sections")
    received = _received(message_id, _one(document, "Patient"), composition, observation)
    return received, _attachment(document, entries)


def _check_receiver(message: Element, header: Element, practice: str) -> None:
    to = _value(header, "receiver/reference").rpartition(":")[2]
    for organisation in _find(message, "entry/resource/Organization"):
        if _value(organisation, "id") == to and practice in _identifiers(organisation, ODS_CODE):
            return
    _refuse("the message is addressed to another practice")


def _identifiers(element: Element, system: str) -> list[str]:
    found = [one for one in _find(element, "identifier") if _value(one, "system") == system]
    return [value for one in found if (value := _value(one, "value"))]


def _received(message_id: str, patient: Element, composition: Element, observation: Element) -> Received:
    withdrawn = _value(composition, "status") == "entered-in-error"
    earlier = [one for one in _find(composition, "relatesTo") if _value(one, "code") == "replaces"]
    replaces = tuple(_value(one, "targetIdentifier/value") for one in earlier)
    if _value(composition, "status") not in ("final", "amended", "entered-in-error"):
        _refuse("the document is neither final, amended nor withdrawn")
    if withdrawn and not replaces:
        _refuse("the document is withdrawn and does not name what it withdraws")
    numbers, screening = _identifiers(patient, NHS_NUMBER), _identifiers(observation, SCREENING_NUMBER)
    if len(numbers) != 1 or not nhs.is_valid(numbers[0]):
        _refuse("the Patient has no valid NHS number")
    if len(screening) != 1:
        _refuse("the Observation has no screening number")
    surname = _value(patient, "name/family")
    if not surname:
        _refuse("the Patient has no surname")
    question, concept = _snomed(observation, "code"), _snomed(observation, "valueCodeableConcept")
    text = _value(observation, "valueCodeableConcept/text")
    if not concept[0] and not text:
        _refuse("the Observation says no outcome")
    born = _day(_value(patient, "birthDate"))
    if born is None:
        _refuse("the Patient has no date of birth")
    return Received(
        message_id=message_id,
        screening_number=screening[0],
        nhs_number=nhs.compact(numbers[0]),
        surname=surname,
        forename=" ".join(one.get("value", "") for one in _find(patient, "name/given")),
        date_of_birth=born,
        question=question[0] or None,
        question_term=question[1],
        code=concept[0] or None,
        term=concept[1],
        text=text,
        interpretation=_flag(observation),
        effective=_day(_value(observation, "effectiveDateTime")),
        replaces=replaces,
        withdrawn=withdrawn,
        document=True,
    )


def _snomed(observation: Element, name: str) -> tuple[str, str]:
    """Code and term; empty where there are none in SNOMED CT."""
    for coding in _find(observation, f"{name}/coding"):
        if _value(coding, "system") == SNOMED_CT:
            return _value(coding, "code"), _value(coding, "display")
    return "", ""


def _flag(observation: Element) -> str | None:
    codings = _find(observation, "interpretation/coding")
    flags = [_value(coding, "code") for coding in codings if _value(coding, "system") == INTERPRETATION]
    return next((flag for flag in flags if flag in FLAGS_ABNORMAL), flags[0] if flags else None)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        _refuse("a date is none")


def _attachment(document: Element, entries: list[str | None]) -> bytes:
    """The primary attachment: the first that a section names."""
    binaries = {f"urn:uuid:{_value(one, 'id')}": one for one in _find(document, "entry/resource/Binary")}
    first = next((binaries[name] for name in entries if name in binaries), None)
    if first is None:
        return b""
    if _value(first, "contentType") != "application/pdf":
        _refuse("the attachment is no PDF")
    try:
        return b64decode(_value(first, "content"), validate=True)
    except ValueError:
        _refuse("the attachment is not base64")


def write_response(answer: Acknowledgement, now: datetime) -> bytes:
    """ITK3's response as STU3 XML. What became of the document is not in it: ITK3 has no place for that."""
    outcome, sender = (str(uuid5(NAMESPACE_URL, answer.id + part)) for part in ("o", "s"))
    positive = answer.code in _POSITIVE
    bundle = Element("Bundle", xmlns="http://hl7.org/fhir")
    _write(bundle, "meta/profile", f"{PROFILES}/ITK-Message-Bundle-1")
    _write(bundle, "identifier/value", answer.id)
    _write(bundle, "type", "message")
    header = _entry(bundle, answer.id, "MessageHeader")
    event = SubElement(header, "event")
    _write(event, "system", _EVENT)
    _write(event, "code", "ITK008M")
    _write(event, "display", "ITK Response")
    _write(header, "sender/reference", f"urn:uuid:{sender}")
    _write(header, "timestamp", now.isoformat())
    _write(header, "source/endpoint", f"urn:nhs-uk:addressing:ods:{answer.practice}")
    response = SubElement(header, "response")
    _write(response, "identifier", answer.answers)
    _write(response, "code", "ok" if positive else "fatal-error")
    _write(response, "details/reference", f"urn:uuid:{outcome}")
    issue = SubElement(_entry(bundle, outcome, "OperationOutcome"), "issue")
    _write(issue, "severity", "information" if positive else "error")
    _write(issue, "code", "informational" if positive else "processing")
    coding = SubElement(SubElement(issue, "details"), "coding")
    _write(coding, "system", RESPONSE_CODE)
    _write(coding, "code", str(answer.code))
    _write(issue, "diagnostics", answer.words)
    identifier = SubElement(_entry(bundle, sender, "Organization"), "identifier")
    _write(identifier, "system", ODS_CODE)
    _write(identifier, "value", answer.practice)
    return bytes(tostring(bundle, encoding="UTF-8", xml_declaration=True))


def _entry(bundle: Element, name: str, kind: str) -> Element:
    entry = SubElement(bundle, "entry")
    _write(entry, "fullUrl", f"urn:uuid:{name}")
    resource = SubElement(SubElement(entry, "resource"), kind)
    _write(resource, "id", name)
    return resource


def _write(element: Element, path: str, value: str) -> None:
    for step in path.split("/"):
        element = SubElement(element, step)
    element.set("value", value)


DOCUMENT: Final = Payload(
    workflow="GPCONNECT_SEND_DOCUMENT",
    answers="GPCONNECT_SEND_DOCUMENT_ACK",
    media_type="application/fhir+xml",
    read=read_document,
    write=write_response,
    says_filed=False,
)
