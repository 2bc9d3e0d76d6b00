"""What an entry says, by its code or by its words."""

import pytest

from pilot.coding import code_set_names, load_code_set
from pilot.domain.outcome import Outcome
from pilot.errors import EvidenceError
from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import desk_settings
from pilot.measures.meaning import read_codes, says_code, says_text
from tests.measures.build import ABNORMAL, NORMAL, NORMAL_TOO, SCREENED


@pytest.mark.parametrize("name", code_set_names())
def test_what_the_pipeline_sends_is_understood_as_what_it_means(name):
    rows = load_code_set(name).rows
    assert {row.outcome for row in rows} == set(Outcome)
    for row in rows:
        assert says_text(row.text) == {row.outcome}
        if row.concept:
            assert says_code(row.concept.code) == {row.outcome}


def test_what_a_desk_types_is_understood():
    desk = desk_settings(load_assumptions(), practice="Z90001", list_size=9_000, seed=1)
    for outcome, habits in desk["coding_habit"].items():
        for habit in habits:
            said = says_code(habit["code"]) if habit["code"] else says_text(habit["term"])
            assert said
            assert outcome in said


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (NORMAL, {"normal"}),
        (NORMAL_TOO, {"normal"}),
        (ABNORMAL, {"recall_for_assessment"}),
        (SCREENED, {outcome for outcome in Outcome if outcome.was_screened}),
        ("94361000000105", {"assessed_cancer"}),
    ],
)
def test_codes(code, meaning):
    assert says_code(code) == meaning


@pytest.mark.parametrize(
    "text", ["", "see letter", "Normal", "did not attend, then moved", "abnormality not mentioned"]
)
def test_words_of_no_outcome_or_of_two_are_unclear(text):
    assert says_text(text) is None


def test_a_printed_headline_is_understood_even_cut_at_the_edge_of_the_page():
    assert says_text("SCREENED - WILL BE INVITED FOR FURTHER ATTENT") == {"recall_for_assessment"}
    assert says_text("NOT SCREENED  Because: DNA any screening session") == {"did_not_attend"}


def test_an_unknown_code_is_unclear():
    assert says_code("722124004") is None


ROW = '[[code]]\nid = "1"\nterm = "A term"\noutcomes = ["normal"]\nsource = "A list"\n'


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (ROW.replace('"normal"', '"fine"'), "Unknown meaning 'fine'"),
        (ROW.replace('"A list"', '" "'), "no term or no source"),
    ],
)
def test_a_meaning_that_nobody_can_check_is_named(spoilt, said):
    assert read_codes(ROW) == {"1": {"normal"}}
    with pytest.raises(EvidenceError, match=said):
        read_codes(spoilt)
