"""What a practice's system takes for a result message, and what it refuses, however it is spoiled."""

import base64
import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.gp_system.receiving.payload import PayloadInvalid, Received
from simulators.gp_system.receiving.result_message import read_bundle
from tests.simulators.gp_system.gp_office import SNOMED, body, result
from tests.simulators.gp_system.gp_world import ODS

AS_SENT = Path(__file__).parents[2] / "golden" / "messages"  # what the pipeline's own golden files pin
AS_READ = Path(__file__).parents[2] / "golden" / "gp_system" / "received"


@pytest.mark.parametrize("sent", sorted(AS_SENT.glob("result-*.json")), ids=lambda path: path.stem)
def test_what_the_pipeline_sends_is_read_as_written_down(sent: Path) -> None:
    page = base64.b64encode(b"%PDF-1.4").decode()
    received, document = read_bundle(sent.read_text("utf-8").replace("(the page)", page).encode(), ODS)
    expected = json.loads((AS_READ / sent.name).read_bytes())
    screened = expected.pop("has_print")
    assert msgspec.to_builtins(received) == expected
    assert document.startswith(b"%PDF") == screened


SPOILED: dict[str, tuple[list[str | int], Any]] = {
    "another kind of Bundle": (["type"], "collection"),
    "no identifier": (["identifier", "value"], ""),
    "no entries": (["entry"], []),
    "entries of the wrong type": (["entry"], {"0": {}}),
    "no header first": (["entry", 0, "resource", "resourceType"], "Patient"),
    "a header of another message": (["entry", 0, "resource", "id"], "f00"),
    "another event": (["entry", 0, "resource", "eventCoding", "code"], "new-baby"),
    "a focus that is not there": (["entry", 0, "resource", "focus", 0, "reference"], "urn:uuid:x"),
    "addressed to nobody": (["entry", 0, "resource", "destination"], []),
    "two patients": (["entry", 3, "resource", "resourceType"], "Patient"),
    "no number": (["entry", 1, "resource", "identifier"], []),
    "a number with a wrong check digit": (["entry", 1, "resource", "identifier", 0, "value"], "9990000019"),
    "a number that is none": (["entry", 1, "resource", "identifier", 0, "value"], 9990000018),
    "no name": (["entry", 1, "resource", "name"], []),
    "a birthday that is none": (["entry", 1, "resource", "birthDate"], "1965-13-40"),
    "not final": (["entry", 2, "resource", "status"], "preliminary"),
    "no screening number": (["entry", 2, "resource", "identifier"], []),
    "no value": (["entry", 2, "resource", "valueCodeableConcept"], {}),
    "a date that is none": (["entry", 2, "resource", "effectiveDateTime"], "last week"),
    "a report of something else": (["entry", 4, "resource", "result"], []),
    "a report that is not final": (["entry", 4, "resource", "status"], "partial"),
    "a print that is not base64": (["entry", 4, "resource", "presentedForm", 0, "data"], "%%%"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_message_is_refused_and_still_answered_by_its_identifier(what: str) -> None:
    message = result(0, message_id="11111111-2222-4333-8444-555555555555")
    assert read_bundle(body(message), ODS)
    path, value = SPOILED[what]
    with pytest.raises(PayloadInvalid) as refused:
        read_bundle(body(_with(message, path, value)), ODS)
    has_identifier = what not in ("no identifier", "no entries", "entries of the wrong type")
    assert (refused.value.message_id is not None) == has_identifier or what == "no entries"
    assert "FEATHER" not in str(refused.value)
    assert "9990000018" not in str(refused.value)


def _with(message: dict[str, Any], path: list[str | int], value: Any) -> dict[str, Any]:
    spoiled = deepcopy(message)
    part: Any = spoiled
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return spoiled


def test_a_message_for_another_practice_is_refused() -> None:
    with pytest.raises(PayloadInvalid, match="another practice"):
        read_bundle(body(result(0)), "Z99002")


@pytest.mark.parametrize("payload", [b"", b"[" * 200_000, b'{"a":' * 200_000, b"\xff\xfe\x00", b"null", b"7"])
def test_hostile_payloads_are_refused_like_any_other(payload: bytes) -> None:
    with pytest.raises(PayloadInvalid):
        read_bundle(payload, ODS)


def test_deep_nesting_inside_a_resource_is_refused_or_passed_over() -> None:
    deep = body(result(0)).replace(b'"status": "final"', b'"x": ' + b"[" * 50_000 + b"]" * 50_000, 1)
    with pytest.raises(PayloadInvalid):
        read_bundle(deep, ODS)


@given(data=st.binary(max_size=300), cut=st.integers(0, 2000), at=st.integers(0, 2000))
@settings(max_examples=300, deadline=None)
def test_whatever_happens_to_the_bytes_it_is_a_result_or_a_refusal(data: bytes, cut: int, at: int) -> None:
    whole = body(result(0))
    try:
        received, _ = read_bundle(whole[:at] + data + whole[at + cut :], ODS)
    except PayloadInvalid:
        return
    assert isinstance(received, Received)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON, data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_stands_anywhere_it_is_a_result_or_a_refusal(value: Any, data: st.DataObject) -> None:
    message = result(0)
    path = data.draw(st.sampled_from(list(_paths(message))))
    try:
        received, _ = read_bundle(body(_with(message, path, value)), ODS)
    except PayloadInvalid:
        return
    assert received.nhs_number.startswith("999")
    assert isinstance(received.date_of_birth, date)


def _paths(part: Any, to: tuple[str | int, ...] = ()) -> Any:
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in steps:
        yield [*to, step]
        yield from _paths(inner, (*to, step))


def test_no_tag_of_ours_is_needed_and_none_is_believed() -> None:
    """A supplier reads the standard: what the office writes beside it, for itself, changes nothing."""
    message = result(0)
    plain, _ = read_bundle(body(message), ODS)
    tag = {"system": "https://breast-screening-results-pilot.example/fhir/CodeSystem/outcome", "code": "died"}
    message["entry"][2]["resource"]["meta"] = {"tag": [tag]}
    assert read_bundle(body(message), ODS)[0] == plain
    assert plain.outcome == "normal"


def test_the_standards_flag_makes_a_result_abnormal_without_a_code() -> None:
    received, _ = read_bundle(body(result(0, "recall_for_assessment", code=None)), ODS)
    assert (received.code, received.interpretation, received.abnormal) == (None, "A", True)


def test_a_code_of_another_system_is_not_taken_for_one_of_ours() -> None:
    message = result(0)
    message["entry"][2]["resource"]["valueCodeableConcept"]["coding"][0]["system"] = (
        "http://example.org/read-codes"
    )
    received, _ = read_bundle(body(message), ODS)
    assert received.code is None
    message["entry"][2]["resource"]["valueCodeableConcept"]["coding"].append(
        {"system": SNOMED, "code": "171175005"}
    )
    received, _ = read_bundle(body(message), ODS)
    assert received.code == "171175005"
