"""What FHIR R4 asks of a message Bundle and fhir.resources does not check."""

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B.bundle import Bundle

# Required bindings (R4B): fhir.resources takes any string for them.
_REQUIRED = {
    ("Bundle", "type"): {"message"},
    ("Observation", "status"): {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
    },
    ("DiagnosticReport", "status"): {
        "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled",
        "entered-in-error", "unknown",
    },
    ("name", "use"): {"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"},
    ("address", "use"): {"home", "work", "temp", "old", "billing"},
    ("response", "code"): {"ok", "transient-error", "fatal-error"},
    ("issue", "severity"): {"fatal", "error", "warning", "information"},
    ("presentedForm", "contentType"): {"application/pdf"},
}  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_FORMS = {
    "timestamp": _INSTANT,
    "issued": _INSTANT,
    "birthDate": _DATE,
    "effectiveDateTime": _DATE,
    "id": _ID,
    "fullUrl": re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}


def check_message(body: bytes, bundle: dict[str, Any]) -> list[str]:
    """What is wrong with the message; raises what fhir.resources finds."""
    Bundle.model_validate_json(body)
    return [*_bundle_faults(bundle), *_node_faults(bundle, "Bundle")]


def _bundle_faults(bundle: dict[str, Any]) -> Iterator[str]:
    entries = bundle["entry"]
    urls = [entry["fullUrl"] for entry in entries]
    if len(set(urls)) != len(urls):
        yield "two entries have one fullUrl"
    if entries[0]["resource"]["resourceType"] != "MessageHeader":
        yield "the first entry is no MessageHeader"
    for entry in entries:
        if entry["fullUrl"] != f"urn:uuid:{entry['resource']['id']}":
            yield f"fullUrl and id differ: {entry['fullUrl']}"
    by_url = dict(zip(urls, entries, strict=True))
    if lost := {reference for entry in entries for reference in _references(entry)} - set(urls):
        yield f"references out of the bundle: {lost}"
    reached, frontier = set(), [urls[0]]
    while frontier:
        if (url := frontier.pop()) not in reached:
            reached.add(url)
            frontier.extend(_references(by_url[url]))
    if unreached := set(urls) - reached:
        yield f"not reachable from the header: {unreached}"


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _node_faults(node: Any, name: str) -> Iterator[str]:
    if node is None or (node in ("", [], {})):
        yield f"{name} is empty"
    elif isinstance(node, str) and not node.strip():
        yield f"{name} is blank"
    elif isinstance(node, list):
        for value in node:
            yield from _node_faults(value, name)
    elif isinstance(node, dict):
        kind = node.get("resourceType", name)
        for key, value in node.items():
            allowed = _REQUIRED.get((kind, key))
            if allowed is not None and value not in allowed:
                yield f"{kind}.{key} is {value!r}"
            if key in _FORMS and not _FORMS[key].fullmatch(value):
                yield f"{kind}.{key} has not its form: {value!r}"
            yield from _node_faults(value, key)
