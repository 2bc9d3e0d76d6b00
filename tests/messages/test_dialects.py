"""The three dialects of answers: every code read alike in each, and hostile XML refused."""

from collections.abc import Callable

import pytest

from pilot.messages import AcknowledgementUnreadable, read_acknowledgement
from tests.messages.dialects import CODES, DIALECTS, itk3_xml

ID = "6b0f0c1e-0000-4000-8000-00000000000a"


@pytest.mark.parametrize("write", DIALECTS.values(), ids=DIALECTS.keys())
@pytest.mark.parametrize("code", CODES)
def test_every_code_is_read_alike_in_every_dialect(write: Callable[[str, str], bytes], code: str) -> None:
    answer = read_acknowledgement(write(ID, code))
    assert (answer.response_to, answer.itk_code, answer.words) == (ID, code, "said by a test")


@pytest.mark.parametrize("write", DIALECTS.values(), ids=DIALECTS.keys())
def test_an_answer_without_a_code_says_what_its_response_code_says(
    write: Callable[[str, str], bytes],
) -> None:
    body = write(ID, "20013")
    for part in (
        b'<coding><system value="https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1"/>'
        b'<code value="20013"/><display value="as published"/></coding>',
        b'{"system": "https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1", "code": "20013",'
        b' "display": "as published"}',
        b'{"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-ITKResponseCode", "code": "20013",'
        b' "display": "as published"}',
    ):
        body = body.replace(part, b"")
    assert read_acknowledgement(body).itk_code == "ok"


def test_an_answer_that_says_two_things_is_refused_with_what_it_answers() -> None:
    two = itk3_xml(ID, "30001").replace(b"<coding><system", b"<coding><system", 1)
    one = two[two.index(b"<coding>") : two.index(b"</coding>") + len(b"</coding>")]
    with pytest.raises(AcknowledgementUnreadable, match="two things") as caught:
        read_acknowledgement(two.replace(one, one + one.replace(b"30001", b"30002")))
    assert caught.value.response_to == ID


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/never-fetched.dtd">',
    ],
    ids=["entities in entities", "a file", "a DTD from elsewhere"],
)
def test_xml_that_defines_or_fetches_anything_is_refused(hostile: bytes) -> None:
    declaration, rest = itk3_xml(ID, "30001").split(b"?>", 1)
    with pytest.raises(AcknowledgementUnreadable, match="not XML that may be read"):
        read_acknowledgement(declaration + b"?>" + hostile + rest)


@pytest.mark.parametrize(
    "body",
    [
        b"<Bundle>",
        b'<Bundle xmlns="urn:another"/>',
        b"<" * 1000,
        b'<a xmlns="http://hl7.org/fhir">' * 5000 + b"</a>" * 5000,
        b'<?xml version="1.0" encoding="no-such"?><Bundle/>',
    ],
    ids=["cut", "another kind", "rubbish", "too deep", "unknown encoding"],
)
def test_xml_that_is_no_answer_is_refused_in_the_one_way(body: bytes) -> None:
    with pytest.raises(AcknowledgementUnreadable):
        read_acknowledgement(body)
