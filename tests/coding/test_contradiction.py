"""A coded result that says something else than its own print is stopped; what agrees goes through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.coding import CodeSet, code_set_names, contradiction, load_code_set
from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult, Concept, ScreeningResult
from tests.printed_records import PRINTED, example

RULE = "_" * 80
CODE_SETS = [load_code_set(name) for name in code_set_names()]
INTERIM = load_code_set("interim-2026-11")


def result(outcome: Outcome, *below: str, surname: str = "SMITH") -> ScreeningResult:
    """Read as that outcome from a record with those lines below the rule, and no other words."""
    lines = (f"{surname}, ANN, MRS", "Address: 1 DECLINED STREET", RULE, *below)
    return replace(example(outcome), outcome_text="", lines=lines)


@pytest.mark.parametrize("code_set", CODE_SETS, ids=lambda code_set: code_set.id)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_result_that_agrees_with_its_print_goes_through(code_set: CodeSet, outcome: Outcome) -> None:
    assert contradiction(code_set.code(example(outcome))) is None
    assert contradiction(code_set.code(replace(example(outcome), lines=()))) is None
    assert contradiction(code_set.code(replace(example(outcome), outcome_text=""))) is None


@pytest.mark.parametrize("claimed", Outcome)
@pytest.mark.parametrize("printed", Outcome)
def test_a_result_read_as_another_outcome_than_printed_is_stopped(claimed: Outcome, printed: Outcome) -> None:
    """The reader's mistake, for each pair of outcomes."""
    said = contradiction(INTERIM.code(result(claimed, *PRINTED[printed])))
    assert (said is None) == (claimed is printed)


@pytest.mark.parametrize(
    "headline", ["S C R E E N E D   -   R O U T I N E   R E C A L L", "screened - routine recall"]
)
def test_wide_type_and_case_make_no_difference(headline: str) -> None:
    assert contradiction(INTERIM.code(result(Outcome.NORMAL, headline))) is None
    assert contradiction(INTERIM.code(result(Outcome.DID_NOT_ATTEND, headline)))


def with_concept(code: str, term: str, outcome: Outcome) -> CodedResult:
    coded = INTERIM.code(result(outcome, *PRINTED[outcome]))
    return replace(coded, concept=Concept(code, term))


def test_a_concept_that_means_another_outcome_is_stopped() -> None:
    """The code set's mistake: the print and the reading agree, the concept does not."""
    said = contradiction(
        with_concept("171175005", "Breast neoplasm screening normal", Outcome.RECALL_FOR_ASSESSMENT)
    )
    assert said == "the concept says normal, the result recall for assessment"


def test_a_procedure_is_no_outcome() -> None:
    said = contradiction(with_concept("24623002", "Screening mammography", Outcome.NORMAL))
    assert said == "the concept says no outcome of screening, the result normal"


def test_the_other_concept_for_normal_is_no_contradiction() -> None:
    assert contradiction(with_concept("168749009", "Mammography normal", Outcome.NORMAL)) is None


@pytest.mark.parametrize(
    "opinion",
    [
        "Opinion L: Suspicious of malignancy",
        "Opinion: Indeterminate",
        "Opinion: Abnormality seen in left breast",
        "Opinion: No significant radiological abnormality, right uncertain",
    ],
)
def test_a_normal_result_with_an_alarming_opinion_is_stopped(opinion: str) -> None:
    said = contradiction(INTERIM.code(result(Outcome.NORMAL, "SCREENED - ROUTINE RECALL", opinion)))
    assert said == "it goes out as normal, but the print speaks of an abnormality"


@pytest.mark.parametrize("surname", ["EDNA ANY", "DECEASED", "NOTSCREENED", "TECHNICAL RECALL"])
def test_a_name_is_not_an_outcome(surname: str) -> None:
    assert (
        contradiction(INTERIM.code(result(Outcome.NORMAL, *PRINTED[Outcome.NORMAL], surname=surname))) is None
    )


def test_the_reason_given_names_nobody() -> None:
    coded = INTERIM.code(result(Outcome.NORMAL, *PRINTED[Outcome.DIED], surname="DE'ATH"))
    said = contradiction(coded)
    assert said
    assert "DE'ATH" not in said
    assert "999" not in said


def test_a_print_that_says_nothing_known_does_not_contradict() -> None:
    assert contradiction(INTERIM.code(result(Outcome.NORMAL, "SCREENED"))) is None


@given(st.sampled_from(Outcome), st.lists(st.text(max_size=60), max_size=30), st.text(max_size=60))
def test_any_print_is_judged(outcome: Outcome, lines: list[str], words: str) -> None:
    """Whatever was read: an answer in one line, or none."""
    read = replace(example(outcome), outcome_text=words, lines=tuple(lines))
    said = contradiction(INTERIM.code(read))
    assert said is None or said.isprintable()


def test_a_concept_that_nobody_knows_is_stopped() -> None:
    """A release that maps normal to a disorder of the heart: every rule below looks at what a concept says."""
    said = contradiction(with_concept("38341003", "Hypertensive disorder", Outcome.NORMAL))
    assert said == "nobody knows its concept for an outcome of screening"
