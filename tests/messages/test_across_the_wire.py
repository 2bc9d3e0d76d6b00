"""The two sides of the message share no code; here each reads what the other wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.coding import CodeSet, load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import ScreeningResult
from pilot.messages import Disposition, Level, pdf_page, read_acknowledgement, result_message
from pilot.messages.itk import ITK_CODES
from simulators.gp_system import acknowledgement as theirs
from simulators.gp_system.bundle import PayloadInvalid, read_bundle
from tests.printed_records import example

from .examples import MESSAGE_ID, NOW, OFFICE, PRACTICE, code_sets, results

INTERIM = load_code_set("interim-2026-11")


@settings(max_examples=100, deadline=None)
@given(result=results(), code_set=st.sampled_from(code_sets()))
def test_a_practice_understands_what_the_office_meant(result: ScreeningResult, code_set: CodeSet) -> None:
    coded = code_set.code(result)
    body = result_message(coded, message_id=MESSAGE_ID, sender=OFFICE, recipient=PRACTICE, now=NOW)
    understood = read_bundle(body, PRACTICE.ods)
    assert understood.message_id == MESSAGE_ID
    assert understood.nhs_number == result.participant.nhs_number
    assert understood.surname == result.participant.surname
    assert understood.forename == result.participant.forename
    assert understood.date_of_birth == result.participant.date_of_birth
    assert understood.screening_number == result.screening_number
    assert understood.outcome == result.outcome
    assert understood.effective == result.date
    assert understood.code == (coded.concept.code if coded.concept else None)
    assert understood.uncoded_outcome == (None if coded.concept else result.outcome)
    assert (understood.text, understood.code_set) == (coded.text, coded.code_set)
    printed = result.outcome.was_screened and any(line.strip() for line in result.lines)
    assert understood.document == (pdf_page(result) if printed else b"")


def test_another_practice_does_not_take_it() -> None:
    body = result_message(
        INTERIM.code(example(Outcome.NORMAL)),
        message_id=MESSAGE_ID,
        sender=OFFICE,
        recipient=PRACTICE,
        now=NOW,
    )
    with pytest.raises(PayloadInvalid, match="another practice"):
        read_bundle(body, "Z99002")


@pytest.mark.parametrize("code", sorted(theirs._MEANING))
@pytest.mark.parametrize("disposition", [None, *Disposition])
def test_the_office_understands_what_a_practice_answers(code: int, disposition: Disposition | None) -> None:
    known = ITK_CODES[str(code)]
    if disposition is not None and (known.level is Level.INFRASTRUCTURE or not known.positive):
        return
    answer = theirs.Acknowledgement(MESSAGE_ID, PRACTICE.ods, code, "Words for a person", disposition)
    read = read_acknowledgement(answer.render(NOW))
    assert (read.response_to, read.itk_code, read.level) == (MESSAGE_ID, str(code), known.level)
    assert read.disposition == disposition
    assert read.words == "Words for a person"
