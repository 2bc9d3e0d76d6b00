"""FHIR as it is read and written: as a tree, from JSON or XML alike, so that what reads a message need not know how
it was written; text made fit for a FHIR string; and the systems and ids that our messages use.

Bytes from outside. XML is read without entities, DTDs or anything fetched (defusedxml); both are read to a
limited depth. The only error is NotFhir, and it quotes nothing of what came in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

# Our own names: a domain that RFC 2606 reserves, so that nobody can own it and no name of ours passes for HL7 UK's
# or NHS England's. What stands behind each is in definitions/. A live service puts its own base here.
BASE: Final = "https://breast-screening-results-pilot.example/fhir"

SNOMED_CT: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SCREENING_NUMBER: Final = f"{BASE}/Id/screening-number"
REPORT_ID: Final = f"{BASE}/Id/report"
MESSAGE_ID: Final = "https://tools.ietf.org/html/rfc4122"
REPORT_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"

OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
RESPONSE_REQUEST: Final = "http://hl7.org/fhir/StructureDefinition/messageheader-response-request"

MESSAGE_EVENT: Final = f"{BASE}/CodeSystem/message-event"
EVENT_RESULT: Final = "breast-screening-result"
EVENT_ACKNOWLEDGEMENT: Final = "breast-screening-result-ack"

ITK_RESPONSE_CODE: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode"
# And the names that it may come under: UK Core's (R4), ITK3's own (STU3), and the one this pilot began with.
ITK_RESPONSE_CODES: Final = frozenset(
    {
        ITK_RESPONSE_CODE,
        "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1",
        "https://fhir.nhs.uk/CodeSystem/itk-response-code",
    }
)
DISPOSITION: Final = f"{BASE}/CodeSystem/disposition"
OUTCOME: Final = f"{BASE}/CodeSystem/outcome"
CODE_SET: Final = f"{BASE}/CodeSystem/code-set"
UNCODED_OUTCOME: Final = f"{BASE}/StructureDefinition/uncoded-outcome"
REPLACES_MESSAGE: Final = f"{BASE}/StructureDefinition/replaces-message"

VERIFICATION_EXTENSION: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
)
VERIFICATION_SYSTEM: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"

SOFTWARE: Final = "Breast screening results pilot"

# The report code of the UK Core examples.
IMAGING_REPORT: Final = {"system": SNOMED_CT, "code": "722124004"}


def uk_core(resource: str) -> str:
    """The UK Core profile of a resource type."""
    return f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource}"


def message_definition(event: str) -> str:
    """The published definition of a message of ours, by its event."""
    return f"{BASE}/MessageDefinition/{event}"


FHIR: Final = "{http://hl7.org/fhir}"
_DEEPEST: Final = 60

# FHIR strings hold no control characters but tab, CR and LF; a terminal must not be driven by what came in.
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def plain(text: str) -> str:
    """One line without control or direction characters, runs of white space made one."""
    return " ".join(CONTROL.sub(" ", text).split())


class NotFhir(ValueError):
    """Neither FHIR JSON nor FHIR XML. Carries none of its content."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element. `kind` is a resource's type; `value` what a primitive holds, as text."""

    kind: str = ""
    value: str = ""
    parts: Mapping[str, tuple["Node", ...]] = field(default_factory=dict)

    def all(self, *path: str) -> Iterator["Node"]:
        """Every element at the end of that path."""
        if not path:
            yield self
            return
        for part in self.parts.get(path[0], ()):
            yield from part.all(*path[1:])

    def text(self, *path: str) -> str:
        """What the one element there holds; empty where there is none, or several."""
        found = [node.value for node in self.all(*path)]
        return found[0] if len(found) == 1 else ""


def read_fhir(body: bytes) -> Node:
    """The resource in `body`. Raises NotFhir, and nothing else."""
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return _resource(fromstring(body, forbid_dtd=True), 0)
        return _from_json(msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf")), 0)
    except (DefusedXmlException, ParseError, LookupError):
        raise NotFhir("not XML that may be read") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotFhir("not JSON") from None
    except (RecursionError, ValueError) as error:
        raise NotFhir(str(error) if isinstance(error, NotFhir) else "nested too deep") from None


def _from_json(value: object, depth: int) -> Node:
    if depth > _DEEPEST:
        raise NotFhir("nested too deep")
    if isinstance(value, dict):
        kind = value.get("resourceType", "")
        parts = {
            name: tuple(_from_json(item, depth + 1) for item in (part if isinstance(part, list) else [part]))
            for name, part in value.items()
            if name != "resourceType"
        }
        return Node(kind if isinstance(kind, str) else "", "", parts)
    return Node(value=value if isinstance(value, str) else "")


def _resource(element: Element, depth: int) -> Node:
    if not element.tag.startswith(FHIR):
        raise NotFhir("XML of another kind")
    node = _element(element, depth)
    return Node(element.tag.removeprefix(FHIR), "", node.parts)


def _element(element: Element, depth: int) -> Node:
    if depth > _DEEPEST:
        raise NotFhir("nested too deep")
    parts: dict[str, tuple[Node, ...]] = {}
    for child in element:
        name = str(child.tag).removeprefix(FHIR)
        if name in ("resource", "contained"):
            made = tuple(_resource(inner, depth + 1) for inner in child)
        else:
            made = (_element(child, depth + 1),)
        parts[name] = (*parts.get(name, ()), *made)
    return Node("", element.get("value", ""), parts)


class Ids:
    """Resource ids of one message: the header has the message's own, the rest derive from it by their part.

    Raises ValueError where `message_id` is not a UUID in its usual lower-case form.
    """

    def __init__(self, message_id: str) -> None:
        self._message = UUID(message_id)
        if str(self._message) != message_id:
            raise ValueError("a message id is a UUID in its usual lower-case form")

    def of(self, part: str) -> str:
        """The id of one resource, a UUID; the header's is the message's own."""
        return str(self._message) if part == "header" else str(uuid5(self._message, part))

    def reference(self, part: str) -> dict[str, str]:
        """A FHIR reference to that resource within the message."""
        return {"reference": f"urn:uuid:{self.of(part)}"}


# What FHIR's JSON has and no XML document may hold.
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")


def write_xml(resource: Mapping[str, Any]) -> bytes:
    """A resource as FHIR XML, from what its JSON would be; elements in the order given, which in XML matters."""
    root = Element(resource["resourceType"], xmlns="http://hl7.org/fhir")
    _fill(root, resource)
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))


def _fill(element: Element, parts: Mapping[str, Any]) -> None:
    for name, value in parts.items():
        if name == "url":  # of an extension
            element.set("url", value)
        elif name == "div":
            element.append(_xhtml(_NOT_XML.sub("\ufffd", value)))
        elif name != "resourceType" and value is not None:
            for one in value if isinstance(value, Sequence) and not isinstance(value, str) else [value]:
                _append(element, name, one)


def _xhtml(text: str) -> Element:
    """A narrative's div, its namespace declared on it and not by a prefix, which some readers do not expect."""
    div = fromstring(text)
    for node in div.iter():
        node.tag = node.tag.rpartition("}")[2]
    div.set("xmlns", "http://www.w3.org/1999/xhtml")
    return div


def _append(element: Element, name: str, value: Any) -> None:
    child = SubElement(element, name)
    if isinstance(value, Mapping):
        inner = SubElement(child, value["resourceType"]) if "resourceType" in value else child
        _fill(inner, value)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        child.set("value", _NOT_XML.sub("\ufffd", text))
