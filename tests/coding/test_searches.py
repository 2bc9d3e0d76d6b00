"""What a search finds of a message, by code set and by what a record keeps: the figures of ADR 10."""

from dataclasses import replace

import pytest

from pilot.coding import CodeSet, Question, clusters, code_set_names, load_code_set
from pilot.coding.searches import Found, Store, kept, readings, screenings_that_were_none, searches
from pilot.domain.outcome import Outcome

SETS = [load_code_set(name) for name in code_set_names()]
INTERIM = load_code_set("interim-2026-11")
# The outcomes of the 327 messages against which this was first counted (scenario messy, seed 77).
OF_327 = {
    Outcome.NORMAL: 193,
    Outcome.DID_NOT_ATTEND: 98,
    Outcome.RECALL_FOR_ASSESSMENT: 12,
    Outcome.TECHNICAL_RECALL: 7,
    Outcome.DECLINED: 17,
}


def row(code_set: CodeSet, store: Store, search: str) -> Found:
    rows = searches([code_set], OF_327)
    return next(found for found in rows if (found.store, found.search) == (store, search))


def always_asked(code_set: CodeSet) -> CodeSet:
    """The design before: the same question with every outcome."""
    return replace(code_set, question=Question(code_set.question.concept, frozenset(Outcome), "never"))


def test_before_a_store_that_keeps_the_question_made_a_screening_of_everybody() -> None:
    convicted = list(screenings_that_were_none(searches([always_asked(INTERIM)], OF_327)))
    assert [(found.store, found.did_not_attend_found, found.not_screened_found) for found in convicted] == [
        (Store.QUESTION, 98, 115),
        (Store.BOTH, 98, 115),
    ]


@pytest.mark.parametrize("code_set", SETS, ids=lambda code_set: code_set.id)
def test_no_store_makes_a_screening_of_what_was_none(code_set: CodeSet) -> None:
    everything = dict.fromkeys(Outcome, 100)
    assert list(screenings_that_were_none(searches([code_set], everything))) == []


@pytest.mark.parametrize(
    ("store", "normals"), [(Store.QUESTION, 193), (Store.VALUE, 0), (Store.BOTH, 193), (Store.TEXT, 0)]
)
def test_normal_results_found_by_the_published_cluster(store: Store, normals: int) -> None:
    """One that keeps the value alone finds none: the cluster does not hold the concept. No message mends that."""
    assert row(INTERIM, store, "BRCANSCR_COD").normal_found == normals


@pytest.mark.parametrize("store", Store)
def test_a_recall_without_a_concept_is_found_by_no_search_for_it(store: Store) -> None:
    assert row(INTERIM, store, "abnormal").recalled_found == 0


def test_what_the_participant_reads() -> None:
    read = {one.store: one for one in readings([INTERIM])}
    assert read["value"].normal == "Breast neoplasm screening normal"
    assert read["question"].did_not_attend == "Breast screening: did not attend"
    assert read["both"].normal == (
        "Screening for malignant neoplasm of breast: Breast neoplasm screening normal"
    )
    assert read["text"].recalled == "Breast screening: recalled for assessment"


def test_every_cluster_names_its_source() -> None:
    for cluster in clusters().values():
        assert cluster.source.strip()
        assert cluster.counts_as


@pytest.mark.parametrize("outcome", Outcome)
def test_words_are_never_a_code(outcome: Outcome) -> None:
    assert kept(INTERIM, Store.TEXT, outcome) == {}
