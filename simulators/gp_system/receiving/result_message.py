"""Read a breast screening result message. Whatever arrives is hostile until these structs have taken it."""

from datetime import date, datetime
from typing import Final, NoReturn

import msgspec
from stdnum.gb import nhs

from simulators.gp_system.outcomes import ABNORMAL, SNOMED_CT, Outcome, known_concepts


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
    id: str
    event_coding: Coding
    focus: tuple[Reference, ...] = ()
    destination: tuple[Destination, ...] = ()


class Patient(msgspec.Struct, frozen=True, rename="camel"):
    identifier: tuple[Identifier, ...]
    name: tuple[Name, ...]
    birth_date: date


class Extension(msgspec.Struct, frozen=True, rename="camel"):
    url: str
    value_uuid: str = ""


class Observation(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    identifier: tuple[Identifier, ...]
    code: CodeableConcept
    value_codeable_concept: CodeableConcept
    extension: tuple[Extension, ...] = ()
    interpretation: tuple[CodeableConcept, ...] = ()
    effective_date_time: str | None = None


class DiagnosticReport(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    result: tuple[Reference, ...] = ()
    presented_form: tuple[Attachment, ...] = ()


class Organization(msgspec.Struct, frozen=True):
    identifier: tuple[Identifier, ...] = ()


class Typed(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str


class BundleEntry(msgspec.Struct, frozen=True, rename="camel"):
    resource: msgspec.Raw
    full_url: str = ""


class Bundle(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str
    type: str
    identifier: Identifier
    entry: tuple[BundleEntry, ...]


MAX_BYTES: Final = 5 * 1024 * 1024  # a result with its one-page print is about 10 kB
RESULT_EVENT: Final = "breast-screening-result"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SCREENING_NUMBER: Final = "https://breast-screening-results-pilot.example/fhir/Id/screening-number"
REPLACES: Final = "https://breast-screening-results-pilot.example/fhir/StructureDefinition/replaces-message"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
FLAGS_ABNORMAL: Final = frozenset({"A", "AA", "POS"})


class PayloadInvalid(Exception):
    """The payload is not a result message. Text holds no patient data. `message_id` where it could be read."""

    def __init__(self, reason: str, message_id: str | None = None) -> None:
        super().__init__(reason)
        self.message_id = message_id


class Received(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result as the practice's system understood it.

    `question` and `code` are what was asked and what was found, as SNOMED CT ids; None where only words came, or
    a coding in no system that it reads. `text` is what a person is shown. `interpretation` is FHIR's own flag.
    `effective` None: the message gave no date. `replaces`: ids of the messages that it is a correction of.
    """

    message_id: str
    screening_number: str
    nhs_number: str
    surname: str
    forename: str
    date_of_birth: date
    question: str | None
    question_term: str
    code: str | None
    term: str
    text: str
    interpretation: str | None
    effective: date | None
    replaces: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What the concept says happened; None where it says nothing, or where there is none: a person reads it."""
        concept = known_concepts().get(self.code or "")
        if concept is None:
            return None
        if concept.means == ABNORMAL:
            return Outcome.RECALL_FOR_ASSESSMENT
        return Outcome(concept.means) if concept.means in set(Outcome) else None

    @property
    def abnormal(self) -> bool:
        """By its flag or by its concept: a clinician must see it."""
        outcome = self.outcome
        return self.interpretation in FLAGS_ABNORMAL or (outcome is not None and outcome.needs_a_clinician)

    @property
    def content(self) -> str:
        """What makes two messages the same result: whose it is, screening number, what it says, and date."""
        says = f"{self.code or self.text}|{self.effective or ''}"
        return f"{self.nhs_number}|{self.screening_number}|{says}{'|amended' if self.replaces else ''}"


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
    if report.status not in ("final", "amended"):
        _refuse("the DiagnosticReport is neither final nor amended")
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
    if observation.status != ("amended" if replaces else "final"):
        _refuse("the Observation is neither final nor an amendment that names what it replaces")
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
