"""An ITK3 document arrives over MESH: matched, put before a person, filed with its codes, answered in ITK3's words."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.messages import read_acknowledgement
from simulators.gp_system.receiving.itk3_document import read_document, write_response
from simulators.gp_system.receiving.payload import Acknowledgement, Disposition, PayloadInvalid, Received
from tests.simulators.gp_system.gp_running import World
from tests.simulators.gp_system.gp_world import ODS, patient, practice

AS_SENT = Path(__file__).parents[2] / "golden" / "messages"  # what the pipeline's own golden files pin
WORKFLOW = "GPCONNECT_SEND_DOCUMENT"
MESSAGE = "3f0c5a52-7d0e-4c5b-9a39-0f6f7f3f6a11"
PAGE = b"%PDF-1.4"
SHE = patient(0, "DE'ATH-O'NEIL", "ZOË ŁUCJA", date_of_birth="1961-05-04")


def sent(outcome: str = "normal", **changes: str) -> bytes:
    """What the pipeline sends, with texts of it changed."""
    text = (AS_SENT / f"itk3-{outcome}.xml").read_text("utf-8")
    text = text.replace("(the page)", base64.b64encode(PAGE).decode())
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def under(message_id: str, *, status: str, replaces: str) -> bytes:
    """The same result in another message that takes the place of an earlier one."""
    relation = (
        f'<relatesTo><code value="replaces"/><targetIdentifier><value value="{replaces}"/></targetIdentifier>'
    )
    return sent(
        **{
            MESSAGE: message_id,
            '<status value="final" />\n<type>': f'<status value="{status}" />\n<type>',
            "</custodian>\n<section>": f"</custodian>\n{relation}</relatesTo>\n<section>",
        }
    )


def test_what_the_pipeline_sends_is_read_as_written_down() -> None:
    received, page = read_document(sent(), ODS)
    assert page == PAGE
    assert received == Received(
        message_id=MESSAGE,
        screening_number="KXX049443",
        nhs_number="9990000018",
        surname="DE'ATH-O'NEIL",
        forename="ZOË ŁUCJA",
        date_of_birth=date(1961, 5, 4),
        question="268547008",
        question_term="Screening for malignant neoplasm of breast",
        code="171175005",
        term="Breast neoplasm screening normal",
        text="Breast screening: normal, routine recall",
        interpretation="N",
        effective=date(2026, 2, 19),
        document=True,
    )


SPOILED = {
    "another event": ("ITK007C", "ITK003D"),
    "another practice": (f'value="{ODS}"', 'value="Z99009"'),
    "no patient": ("<Patient>", "<Person>"),
    "a number with a wrong check digit": ("9990000018", "9990000019"),
    "no date of birth": ("<birthDate", "<birthDay"),
    "a date that is none": ("1961-05-04", "1961-13-40"),
    "no screening number": ("Id/screening-number", "Id/another-number"),
    "a draft": ('<status value="final" />\n<type>', '<status value="preliminary" />\n<type>'),
    "an attachment that is none": ("application/pdf", "image/tiff"),
    "a focus that is not there": ("<focus>\n<reference value=", "<focus>\n<reference x="),
    "a withdrawal of nothing": (
        '<status value="final" />\n<type>',
        '<status value="entered-in-error" />\n<type>',
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_document_is_refused_by_its_identifier(what: str) -> None:
    old, new = SPOILED[what]
    text = sent(**{old: new}).decode()
    text = re.sub("</Patient>", "</Person>", text) if "<Person>" in text else text
    text = text.replace("</birthDate", "</birthDay")
    with pytest.raises(PayloadInvalid) as refused:
        read_document(text.encode(), ODS)
    assert refused.value.message_id == MESSAGE
    assert "9990000018" not in str(refused.value)


@given(st.binary(max_size=200) | st.integers(0, 4000).map(lambda at: sent()[:at] + sent()[at + 7 :]))
def test_whatever_comes_is_a_result_or_a_refusal(body: bytes) -> None:
    try:
        received, _ = read_document(body, ODS)
    except PayloadInvalid:
        return
    assert received.document


@pytest.mark.parametrize(
    "attack", [b'<!DOCTYPE Bundle [<!ENTITY x "y">]>', b'<!DOCTYPE Bundle SYSTEM "http://x">']
)
def test_nothing_is_fetched_or_expanded(attack: bytes) -> None:
    declaration, _, rest = sent().partition(b"\n")
    with pytest.raises(PayloadInvalid, match="not XML that may be read"):
        read_document(declaration + attack + rest, ODS)


@pytest.mark.parametrize("code", [20001, 20007, 20009, 20010, 20013, 30001, 30002, 30003, 30004])
def test_the_pipeline_reads_what_was_meant(code: int) -> None:
    answer = Acknowledgement(MESSAGE, ODS, code, "said by a test", Disposition.AWAITING_REVIEW)
    read = read_acknowledgement(write_response(answer, datetime(2026, 11, 2, tzinfo=UTC)))
    assert (read.response_to, read.itk_code, read.words) == (MESSAGE, str(code), "said by a test")
    assert read.disposition is None, "ITK3 has no word for it"


def test_a_document_is_filed_by_a_person_whatever_the_rules_take(world: Callable[..., World]) -> None:
    here = world(practice(patients=[SHE], rules=["normal"]))
    here.office.send(sent(), WORKFLOW)
    here.gp.admin("collect")
    assert here.gp.observations() == []
    assert here.gp.counts()["awaiting_review"] == 1
    here.gp.at("2026-11-02T10:00", "work", "collect")
    (entry,) = here.gp.observations()
    assert entry["valueCodeableConcept"]["coding"][0]["code"] == "171175005"
    assert entry["meta"]["tag"][0]["code"] == "person:coder"
    said = [(answer.answers, answer.code, answer.disposition) for answer in here.office.answers()]
    assert said == [(MESSAGE, "20013", None), (MESSAGE, "30001", None)], "and nothing more once it is filed"


@pytest.mark.parametrize(("status", "left"), [("amended", 1), ("entered-in-error", 0)])
def test_a_correction_or_withdrawal_is_filed_over_the_old_entry(
    world: Callable[..., World], status: str, left: int
) -> None:
    here = world(practice(patients=[SHE]))
    second = "a0000000-0000-4000-8000-000000000000"
    here.office.send(sent(), WORKFLOW)
    here.gp.admin("collect")
    here.gp.at("2026-11-02T10:00", "work")
    here.office.send(under(second, status=status, replaces=MESSAGE), WORKFLOW)
    here.gp.at("2026-11-02T11:00", "collect")
    here.gp.at("2026-11-02T12:00", "work")
    assert [entry["meta"]["source"] for entry in here.gp.observations()] == [f"mesh:{second}"] * left
    (old,) = here.gp.observations(status="entered-in-error")
    assert old["meta"]["source"] == f"mesh:{MESSAGE}"
