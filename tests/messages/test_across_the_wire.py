"""The two sides of the message share no code: whatever the office means, the practice understands.

The other direction is in tests/simulators/gp_system/test_gp_acknowledgement.py.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from pilot.coding import CodeSet
from pilot.domain.result import ScreeningResult
from pilot.messages.pdf_page import pdf_page
from pilot.messages.result_message import result_message
from simulators.gp_system.receiving.result_message import read_bundle

from .examples import MESSAGE_ID, NOW, OFFICE, PRACTICE, code_sets, results


@settings(max_examples=100, deadline=None)
@given(result=results(), code_set=st.sampled_from(code_sets()))
def test_a_practice_understands_what_the_office_meant(result: ScreeningResult, code_set: CodeSet) -> None:
    coded = code_set.code(result)
    body = result_message(coded, message_id=MESSAGE_ID, sender=OFFICE, recipient=PRACTICE, now=NOW)
    understood, document = read_bundle(body, PRACTICE.ods)
    assert understood.message_id == MESSAGE_ID
    assert understood.nhs_number == result.participant.nhs_number
    assert understood.surname == result.participant.surname
    assert understood.forename == result.participant.forename
    assert understood.date_of_birth == result.participant.date_of_birth
    assert understood.screening_number == result.screening_number
    assert understood.outcome in (None, result.outcome), (
        "what a supplier makes of it is never another outcome"
    )
    assert understood.abnormal == result.outcome.abnormal
    assert understood.question == (coded.question.code if coded.question else None)
    assert understood.effective == result.date
    assert understood.code == (coded.concept.code if coded.concept else None)
    assert understood.text == coded.text
    printed = result.outcome.was_screened and any(line.strip() for line in result.lines)
    assert document == (pdf_page(result) if printed else b"")
