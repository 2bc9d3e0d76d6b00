"""Invented results and answers for the tests of this room, and hypothesis strategies for any of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import strategies as st

from pilot.coding import CodeSet, code_set_names, load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import Participant, ScreeningResult, valid_nhs_number
from pilot.messages import Organisation
from tests.printed_records import example

GOLDEN = Path(__file__).parents[1] / "golden" / "messages"
MESSAGE_ID = "3f0c5a52-7d0e-4c5b-9a39-0f6f7f3f6a11"
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
OFFICE = Organisation("KXX", "Feathering Breast Screening Office")
PRACTICE = Organisation("Z99001", "Feathering Surgery")


def code_sets() -> list[CodeSet]:
    return [load_code_set(name) for name in code_set_names()]


def _nhs_number(serial: int) -> str | None:
    """The synthetic number with that serial, None for the one in eleven that has no check digit."""
    return next((n for digit in range(10) if valid_nhs_number(n := f"999{serial:06d}{digit}")), None)


# Any script, apostrophes, hyphens and spaces; no control characters or lone surrogates, which no print holds.
_words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
_dates = st.dates(date(1900, 1, 1), date(2100, 12, 31))

participants = st.builds(
    Participant,
    nhs_number=st.integers(0, 999_999).map(_nhs_number).filter(bool),
    surname=_words,
    forename=st.just("") | _words,
    title=st.just("") | _words,
    date_of_birth=_dates,
    address=st.lists(st.text(max_size=40), max_size=6).map(tuple),
)


@st.composite
def results(draw: st.DrawFn) -> ScreeningResult:
    """Any result of any outcome, with or without its date and its print."""
    result = example(draw(st.sampled_from(Outcome)), draw(participants))
    return replace(
        result,
        date=draw(st.none() | _dates),
        lines=draw(
            st.just(result.lines) | st.just(()) | st.lists(st.text(max_size=90), max_size=80).map(tuple)
        ),
    )
