"""What a practice answers: each answer read for what it says, and whatever else comes in refused in one way."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pilot.messages import (
    Acknowledgement,
    AcknowledgementUnreadable,
    Disposition,
    Level,
    ResponseCode,
    read_acknowledgement,
)
from pilot.messages.acknowledgement import ITK_CODES, MAX_BYTES, MAX_WORDS, PLAIN_ANSWERS

from .examples import GOLDEN, MESSAGE_ID
from .fhir_rules import check_message

FILES = sorted((GOLDEN / "acknowledgements").glob("*.json"))
FILED = json.loads((GOLDEN / "acknowledgements" / "30001-filed.json").read_text("utf-8"))


def changed(path: str, value: Any, base: dict[str, Any] = FILED) -> bytes:
    """The `filed` acknowledgement with the value at a path (`entry.0.resource`) put in, or out where None."""
    body = copy.deepcopy(base)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    node: Any = body
    for step in parents:
        node = node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_answer_is_read_for_what_its_name_says(path: Path) -> None:
    code, _, disposition = path.stem.partition("-")
    acknowledgement = read_acknowledgement(path.read_bytes())
    assert acknowledgement.response_to == MESSAGE_ID
    assert acknowledgement.itk_code == code
    assert acknowledgement.level is (Level.BUSINESS if code.startswith("3") else Level.INFRASTRUCTURE)
    assert acknowledgement.disposition == (Disposition(disposition) if disposition else None)
    assert acknowledgement.words
    assert (acknowledgement.response_code is ResponseCode.OK) == (code in {"20013", "30001", "30004"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_are_fhir_messages(path: Path) -> None:
    assert check_message(path.read_bytes(), json.loads(path.read_bytes())) == []


def test_every_code_of_the_contract_has_an_example() -> None:
    published = {str(code) for code in (*range(10001, 10011), *range(20001, 20016), *range(30001, 30005))}
    assert set(ITK_CODES) == published - {"10006"}  # which was never given out
    assert set(ITK_CODES) == {path.stem.partition("-")[0] for path in FILES}


RESPONSE = "entry.0.resource.response"
ISSUE = "entry.1.resource.issue"
CODING = f"{ISSUE}.0.details.coding"


FILED_AND_UNKNOWN = [
    *FILED["entry"][1]["resource"]["issue"],
    {
        "details": {
            "coding": [
                {"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode", "code": "30002"}
            ]
        }
    },
]
UNKNOWN_TOO = {
    "fullUrl": "urn:uuid:another",
    "resource": {"resourceType": "OperationOutcome", "issue": FILED_AND_UNKNOWN[1:]},
}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a message Bundle"),
        (b"[" * 100_000, "not JSON|nested too deep"),
        (b" " * (MAX_BYTES + 1), "too large"),
        (changed("type", "collection"), "not a message Bundle"),
        (changed("entry", []), "not a message Bundle"),
        (changed("entry.0.resource.resourceType", "Patient"), "not a MessageHeader"),
        (changed("entry.0.resource.eventCoding.code", "breast-screening-result"), "a result, not an answer"),
        (changed(RESPONSE, None), "which message"),
        (changed(f"{RESPONSE}.identifier", "../../etc/passwd"), "which message"),
        (changed(f"{RESPONSE}.code", "banana"), "no ResponseCode that we know"),
        (changed(f"{RESPONSE}.code", "fatal-error"), "contradict"),
        (changed(f"{RESPONSE}.details.reference", "urn:uuid:elsewhere"), "details are not in it"),
        (changed(f"{CODING}.0.code", "99999"), "no response code"),
        (changed(f"{CODING}.0.code", "20013"), "before anybody could know"),
        (changed(f"{CODING}.1.code", "shredded"), "no Disposition that we know"),
        (changed(ISSUE, FILED_AND_UNKNOWN), "two things"),
        (changed("entry", [*FILED["entry"], UNKNOWN_TOO]), "two things"),
    ],
)
def test_what_does_not_mean_one_thing_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(AcknowledgementUnreadable, match=says):
        read_acknowledgement(body)


def test_filed_and_unknown_patient_at_once_is_refused() -> None:
    unknown = json.loads((GOLDEN / "acknowledgements" / "30002-not-filed.json").read_text("utf-8"))
    with pytest.raises(AcknowledgementUnreadable, match="filed and refused"):
        read_acknowledgement(changed(f"{CODING}.1.code", "filed", unknown))


def test_a_refusal_quotes_nothing_of_what_came_in() -> None:
    for path in (f"{RESPONSE}.code", f"{CODING}.0.code", f"{CODING}.1.code", f"{RESPONSE}.identifier"):
        with pytest.raises(AcknowledgementUnreadable) as caught:
            read_acknowledgement(changed(path, "ZOË DE'ATH 999 000 0018"))
        assert "999" not in str(caught.value)


def test_words_are_one_short_line_that_drives_no_terminal() -> None:
    body = changed(f"{ISSUE}.0.diagnostics", "Filed\x1b[2J\r\n\u202e" + "so " * 1000)
    words = read_acknowledgement(body).words
    assert words.startswith("Filed [2J so so")
    assert len(words) <= MAX_WORDS
    assert words.isprintable()


def test_an_answer_without_words_gets_those_of_its_code() -> None:
    assert read_acknowledgement(changed(f"{ISSUE}.0.diagnostics", None)).words == "patient known here"
    assert read_acknowledgement(changed(f"{ISSUE}.0.diagnostics", " \x00 ")).words == "patient known here"


def test_other_resources_and_unknown_elements_do_no_harm() -> None:
    body = copy.deepcopy(FILED)
    body["entry"].append({"fullUrl": "urn:uuid:x", "resource": {"resourceType": "Patient", "response": 1}})
    body["entry"][0]["resource"]["extension"] = [{"url": "urn:x"}]
    assert read_acknowledgement(json.dumps(body).encode()).disposition is Disposition.FILED


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, child in children for deeper in _paths(child, (*path, key)))]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A right acknowledgement with a part or two replaced by anything, or its bytes cut or flipped."""
    body = json.loads(draw(st.sampled_from(FILES)).read_text("utf-8"))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in _paths(body) if path]))
        node = body
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = draw(json_values)
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        position = draw(st.integers(0, len(raw) - 1))
        raw = raw[:position] + draw(st.binary(max_size=3)) + raw[position + draw(st.integers(0, 3)) :]
    return raw


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()) | mangled())
@example(b'{"resourceType": "Bundle", "type": "message", "entry": [{"fullUrl": "", "resource": null}]}')
@example(b'{"a":' * 50_000)
@example(json.dumps(FILED).replace("Filed by rule", "\\ud800").encode())
def test_whatever_comes_in_it_is_read_or_refused(body: bytes) -> None:
    try:
        acknowledgement = read_acknowledgement(body)
    except AcknowledgementUnreadable:
        return
    assert isinstance(acknowledgement, Acknowledgement)
    known = {**ITK_CODES, **PLAIN_ANSWERS}[acknowledgement.itk_code]
    assert known.positive in (None, acknowledgement.response_code is ResponseCode.OK)
