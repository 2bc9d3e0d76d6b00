"""Read a breast screening result message, and answer it. What arrives is hostile until these structs have taken it."""

from datetime import date, datetime
from typing import Final, NoReturn
from uuid import NAMESPACE_URL, uuid5

import msgspec
import orjson
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


class Coding(msgspec.Struct, frozen=True):
    system: str = ""
    code: str = ""
    display: str = ""


class CodeableConcept(msgspec.Struct, frozen=True):
    coding: tuple[Coding, ...] = ()
    text: str = ""


class Identifier(msgspec.Struct, frozen=True):
    system: str = ""
    value: str = ""


class Reference(msgspec.Struct, frozen=True):
    reference: str = ""


class Destination(msgspec.Struct, frozen=True):
    receiver: Reference = Reference()


class Name(msgspec.Struct, frozen=True):
    family: str = ""
    given: tuple[str, ...] = ()


class Attachment(msgspec.Struct, frozen=True, rename="camel"):
    content_type: str = ""
    data: bytes = b""


class MessageHeader(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the message's header."""

    id: str
    event_coding: Coding
    focus: tuple[Reference, ...] = ()
    destination: tuple[Destination, ...] = ()


class Patient(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the patient."""

    identifier: tuple[Identifier, ...]
    name: tuple[Name, ...]
    birth_date: date


class Extension(msgspec.Struct, frozen=True, rename="camel"):
    url: str
    value_uuid: str = ""


class Observation(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the observation."""

    status: str
    identifier: tuple[Identifier, ...]
    code: CodeableConcept
    value_codeable_concept: CodeableConcept
    extension: tuple[Extension, ...] = ()
    interpretation: tuple[CodeableConcept, ...] = ()
    effective_date_time: str | None = None


class DiagnosticReport(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the report, with the page as a person reads it."""

    status: str
    result: tuple[Reference, ...] = ()
    presented_form: tuple[Attachment, ...] = ()


class Organization(msgspec.Struct, frozen=True):
    identifier: tuple[Identifier, ...] = ()


class Typed(msgspec.Struct, frozen=True, rename="camel"):
    """A resource, of which only the type is read."""

    resource_type: str


class BundleEntry(msgspec.Struct, frozen=True, rename="camel"):
    resource: msgspec.Raw
    full_url: str = ""


class Bundle(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of FHIR R4's Bundle; the resources stay as bytes until their type is known."""

    resource_type: str
    type: str
    identifier: Identifier
    entry: tuple[BundleEntry, ...]


RESULT_EVENT: Final = "breast-screening-result"
REPLACES: Final = "https://breast-screening-results-pilot.example/fhir/StructureDefinition/replaces-message"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def read_bundle(body: bytes, practice: str) -> tuple[Received, bytes]:
    """The result in a message for `practice` (ODS code), and the record as printed (PDF; empty where none came).

    Raises PayloadInvalid where it is not one.
    """
    if len(body) > MAX_BYTES:
        raise PayloadInvalid(f"the payload is larger than {MAX_BYTES} bytes")
    try:
        bundle = msgspec.json.decode(body, type=Bundle)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise PayloadInvalid(f"not a FHIR message Bundle: {_shape_only(error)}") from error
    message_id = bundle.identifier.value or None
    try:
        return _read(bundle, practice)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise PayloadInvalid(f"a resource is malformed: {_shape_only(error)}", message_id) from error
    except PayloadInvalid as error:
        raise PayloadInvalid(str(error), message_id) from error


def _shape_only(error: Exception) -> str:
    """The kind of fault and the place, without the value that was there."""
    text = str(error)
    return text.rsplit(" - at ", maxsplit=1)[-1].strip("`") if " - at " in text else type(error).__name__


def _refuse(reason: str) -> NoReturn:
    raise PayloadInvalid(reason)


def _read(bundle: Bundle, practice: str) -> tuple[Received, bytes]:
    if bundle.resource_type != "Bundle" or bundle.type != "message":
        _refuse("not a Bundle of type message")
    if not bundle.identifier.value or not bundle.entry:
        _refuse("the Bundle has no identifier or no entry")
    kinds = [msgspec.json.decode(entry.resource, type=Typed).resource_type for entry in bundle.entry]
    if kinds[0] != "MessageHeader":
        _refuse("the first entry is not a MessageHeader")
    header = msgspec.json.decode(bundle.entry[0].resource, type=MessageHeader)
    if header.id != bundle.identifier.value or header.event_coding.code != RESULT_EVENT:
        _refuse("the MessageHeader is not that of a breast screening result, or differs from the Bundle")
    patient = msgspec.json.decode(_only(bundle, kinds, "Patient").resource, type=Patient)
    entry = _only(bundle, kinds, "Observation")
    observation = msgspec.json.decode(entry.resource, type=Observation)
    report = _report(bundle, kinds, entry)
    _check_focus(bundle, header, kinds, report is not None)
    _check_destination(bundle, header, practice)
    document = next((form.data for form in report.presented_form), b"") if report else b""
    return _received(header.id, patient, observation), document


def _only(bundle: Bundle, kinds: list[str], kind: str) -> BundleEntry:
    if kinds.count(kind) != 1:
        _refuse(f"the Bundle must hold exactly one {kind}")
    return bundle.entry[kinds.index(kind)]


def _report(bundle: Bundle, kinds: list[str], observation: BundleEntry) -> DiagnosticReport | None:
    if "DiagnosticReport" not in kinds:
        return None
    report = msgspec.json.decode(_only(bundle, kinds, "DiagnosticReport").resource, type=DiagnosticReport)
    if report.status not in ("final", "amended", "entered-in-error"):
        _refuse("the DiagnosticReport is neither final, amended nor withdrawn")
    if [result.reference for result in report.result] != [observation.full_url]:
        _refuse("the DiagnosticReport's result is not the Observation")
    return report


def _check_focus(bundle: Bundle, header: MessageHeader, kinds: list[str], has_report: bool) -> None:
    wanted = bundle.entry[kinds.index("DiagnosticReport" if has_report else "Observation")].full_url
    if not wanted or wanted not in [focus.reference for focus in header.focus]:
        _refuse("the MessageHeader's focus is not the result")


def _check_destination(bundle: Bundle, header: MessageHeader, practice: str) -> None:
    receivers = {destination.receiver.reference for destination in header.destination}
    for entry in bundle.entry:
        if entry.full_url and entry.full_url in receivers:
            organization = msgspec.json.decode(entry.resource, type=Organization)
            if practice in _values(organization.identifier, ODS_CODE):
                return
    _refuse("the message is addressed to another practice")


def _values(identifiers: tuple[Identifier, ...], system: str) -> list[str]:
    return [
        identifier.value for identifier in identifiers if identifier.system == system and identifier.value
    ]


def _received(message_id: str, patient: Patient, observation: Observation) -> Received:
    replaces = tuple(
        e.value_uuid.removeprefix("urn:uuid:") for e in observation.extension if e.url == REPLACES
    )
    withdrawn = observation.status == "entered-in-error"
    if not withdrawn and observation.status != ("amended" if replaces else "final"):
        _refuse("the Observation is neither final nor an amendment that names what it replaces")
    if withdrawn and not replaces:
        _refuse("the Observation is withdrawn and does not name what it withdraws")
    numbers = _values(patient.identifier, NHS_NUMBER)
    if len(numbers) != 1 or not nhs.is_valid(numbers[0]):
        _refuse("the Patient has no valid NHS number")
    screening = _values(observation.identifier, SCREENING_NUMBER)
    if len(screening) != 1:
        _refuse("the Observation has no screening number")
    if not patient.name or not patient.name[0].family:
        _refuse("the Patient has no surname")
    value = observation.value_codeable_concept
    concept, question = _snomed(value), _snomed(observation.code)
    if concept is None and not value.text:
        _refuse("the Observation says no outcome")
    return Received(
        message_id=message_id,
        screening_number=screening[0],
        nhs_number=nhs.compact(numbers[0]),
        surname=patient.name[0].family,
        forename=" ".join(patient.name[0].given),
        date_of_birth=patient.birth_date,
        question=question.code if question else None,
        question_term=question.display if question else "",
        code=concept.code if concept else None,
        term=concept.display if concept else "",
        text=value.text,
        interpretation=_interpretation(observation),
        effective=_day(observation.effective_date_time),
        replaces=replaces,
        withdrawn=withdrawn,
    )


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else datetime.fromisoformat(text).date()
    except ValueError:
        _refuse("the Observation's date is not one")


def _snomed(concept: CodeableConcept) -> Coding | None:
    return next((coding for coding in concept.coding if coding.system == SNOMED_CT and coding.code), None)


def _interpretation(observation: Observation) -> str | None:
    """The flag that came; an abnormal one before any other."""
    flags = [
        coding.code
        for concept in observation.interpretation
        for coding in concept.coding
        if coding.system == INTERPRETATION and coding.code
    ]
    return next((flag for flag in flags if flag in FLAGS_ABNORMAL), flags[0] if flags else None)


RESPONSE_CODE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
DISPOSITION: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/disposition"
MESSAGE_EVENT: Final = "https://breast-screening-results-pilot.example/fhir/CodeSystem/message-event"
ACK_EVENT: Final = "breast-screening-result-ack"

# code -> (MessageHeader.response.code, OperationOutcome issue severity, issue code)
_MEANING: Final = {
    20013: ("ok", "information", "informational"),
    20001: ("fatal-error", "error", "processing"),
    20007: ("fatal-error", "error", "duplicate"),
    20009: ("fatal-error", "error", "invalid"),
    20010: ("fatal-error", "error", "not-supported"),
    30001: ("ok", "information", "informational"),
    30002: ("fatal-error", "error", "not-found"),
    30003: ("fatal-error", "error", "not-found"),
    30004: ("ok", "information", "informational"),
}


def write_answer(answer: Acknowledgement, now: datetime) -> bytes:
    """The message Bundle as JSON."""
    response, severity, issue = _MEANING[answer.code]
    coding = [{"system": RESPONSE_CODE, "code": str(answer.code)}]
    if answer.disposition is not None:
        coding.append({"system": DISPOSITION, "code": answer.disposition})
    outcome_url, sender_url = (f"urn:uuid:{uuid5(NAMESPACE_URL, answer.id + part)}" for part in "os")
    header = {
        "resourceType": "MessageHeader",
        "id": answer.id,
        "eventCoding": {"system": MESSAGE_EVENT, "code": ACK_EVENT},
        "source": {"endpoint": f"urn:nhs:gp:{answer.practice}"},
        "sender": {"reference": sender_url},
        "response": {
            "identifier": answer.answers,
            "code": response,
            "details": {"reference": outcome_url},
        },
    }
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": severity,
                "code": issue,
                "details": {"coding": coding},
                "diagnostics": answer.words,
            }
        ],
    }
    sender = {
        "resourceType": "Organization",
        "identifier": [{"system": ODS_CODE, "value": answer.practice}],
    }
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "type": "message",
            "identifier": {"system": "https://tools.ietf.org/html/rfc4122", "value": answer.id},
            "timestamp": now.isoformat(),
            "entry": [
                {"fullUrl": f"urn:uuid:{answer.id}", "resource": header},
                {"fullUrl": outcome_url, "resource": outcome},
                {"fullUrl": sender_url, "resource": sender},
            ],
        }
    )


RESULT: Final = Payload(
    workflow="BREAST_SCREENING_RESULT",
    answers="BREAST_SCREENING_RESULT_ACK",
    media_type="application/fhir+json",
    read=read_bundle,
    write=write_answer,
    says_filed=True,
)
