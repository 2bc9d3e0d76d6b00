"""A person reads a print: whatever it looks like, and all that the contract lists."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.outcome import Outcome as PilotOutcome
from simulators.gp_system.desk.typist import Letter, read_letter
from simulators.gp_system.outcomes import Outcome
from tests.printed_records import PRINTED
from tests.simulators.gp_system.gp_world import letter


def printed(outcome: Outcome) -> list[str]:
    return [*letter(0)["lines"][:8], *PRINTED[PilotOutcome(outcome)]]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_the_contract_is_understood(outcome: Outcome) -> None:
    assert read_letter(printed(outcome)).outcome is outcome


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.DID_NOT_ATTEND])
def test_wide_type_cut_at_the_edge_is_understood(outcome: Outcome) -> None:
    lines = printed(outcome)
    wide = [*lines[:8], " ".join(lines[8])[:80], *lines[9:]]
    assert read_letter(wide).outcome is outcome


def test_all_that_a_print_says() -> None:
    assert read_letter(letter(0)["lines"]) == Letter(
        screening_number="KXX000000",
        nhs_number="9990000018",
        surname="FEATHERA",
        forename="ANNA",
        date_of_birth=date(1965, 5, 1),
        outcome=Outcome.NORMAL,
        headline="SCREENED - ROUTINE RECALL",
        screened_on=date(2026, 10, 19),
    )


@pytest.mark.parametrize(
    ("old", "new", "part", "value"),
    [
        ("NHS Number:", "NHS No. :", "nhs_number", "9990000018"),
        ("999 000 0018", "999-000-0018", "nhs_number", None),
        ("01-May-1965", "31-Feb-1965", "date_of_birth", None),
        ("01-May-1965", "1-MAY-1965", "date_of_birth", date(1965, 5, 1)),
        ("Screened on:", "Mammography on :", "screened_on", date(2026, 10, 19)),
        ("FEATHERA, ANNA, MS", "FEATHERA ANNA", "surname", None),
        ("SCREENED - ROUTINE", "SCREEMED - ROUTINE", "outcome", None),
    ],
)
def test_labels_differ_between_forms_and_some_things_cannot_be_read(
    old: str, new: str, part: str, value: object
) -> None:
    assert getattr(read_letter([line.replace(old, new) for line in letter(0)["lines"]]), part) == value


@given(st.lists(st.text(max_size=60), max_size=12))
def test_nothing_on_paper_stops_a_person_reading(lines: list[str]) -> None:
    assert isinstance(read_letter(lines), Letter)
