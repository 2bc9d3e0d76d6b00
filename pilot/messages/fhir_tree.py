"""FHIR as a tree, from JSON or XML alike: so that what reads a message need not know how it was written.

Bytes from outside. XML is read without entities, DTDs or anything fetched (defusedxml); both are read to a
limited depth. The only error is NotFhir, and it quotes nothing of what came in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

FHIR: Final = "{http://hl7.org/fhir}"
_DEEPEST: Final = 60


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
