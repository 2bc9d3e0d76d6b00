"""The parts of FHIR resources that a practice's system reads; whatever else they hold is passed over."""

from datetime import date

import msgspec


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
