"""What a search of a GP record would find: code sets x what the record keeps x sets of concepts people count by.

A statement about the message, not about a run: nothing here is lost, mistyped or late.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pilot.coding.code_set import CodeSet
from pilot.coding.concepts import SCREENED, Cluster, clusters
from pilot.domain.outcome import Outcome


class Store(StrEnum):
    """Which codes of a result a GP system keeps. The words are always kept; no search finds them."""

    QUESTION = "question"
    VALUE = "value"
    BOTH = "both"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Found:
    """Of the results of a run, how many a search by one cluster finds in one store.

    `not_screened` are the results in which nobody was screened, non-attenders among them: found by a search that
    `counts_as` screened, each is a screening that never took place.
    """

    code_set: str
    store: str
    search: str
    counts_as: str
    normal: int
    normal_found: int
    did_not_attend: int
    did_not_attend_found: int
    recalled: int
    recalled_found: int
    not_screened: int
    not_screened_found: int


@dataclass(frozen=True, slots=True)
class Reads:
    """What the participant reads in the app as the entry's name, by outcome: the term that is kept, else the words."""

    code_set: str
    store: str
    normal: str
    did_not_attend: str
    recalled: str


def searches(code_sets: Iterable[CodeSet], results: Mapping[Outcome, int]) -> tuple[Found, ...]:
    """Every combination, with the numbers of `results` of each outcome. An empty cluster is left out."""
    return tuple(
        _found(code_set, store, cluster, results)
        for code_set in code_sets
        for store in Store
        for cluster in clusters().values()
        if cluster.members
    )


def readings(code_sets: Iterable[CodeSet]) -> tuple[Reads, ...]:
    """Every code set in every store."""
    return tuple(
        Reads(
            code_set.id,
            store,
            _reads(code_set, store, Outcome.NORMAL),
            _reads(code_set, store, Outcome.DID_NOT_ATTEND),
            _reads(code_set, store, Outcome.RECALL_FOR_ASSESSMENT),
        )
        for code_set in code_sets
        for store in Store
    )


def kept(code_set: CodeSet, store: Store, outcome: Outcome) -> dict[str, str]:
    """The codes that a search can read of one result, with their terms."""
    question, concept = code_set.question.for_outcome(outcome), code_set.row(outcome).concept
    concepts = {
        Store.QUESTION: (question,),
        Store.VALUE: (concept,),
        Store.BOTH: (question, concept),
        Store.TEXT: (),
    }[store]
    return {concept.code: concept.term for concept in concepts if concept is not None}


def screenings_that_were_none(found: Iterable[Found]) -> Iterator[Found]:
    """The combinations in which somebody who was not screened is counted as screened."""
    return (row for row in found if row.counts_as == SCREENED and row.not_screened_found)


def _found(code_set: CodeSet, store: Store, cluster: Cluster, results: Mapping[Outcome, int]) -> Found:
    found = {
        outcome: number if cluster.members & kept(code_set, store, outcome).keys() else 0
        for outcome, number in results.items()
    }

    def of(outcome: Outcome) -> tuple[int, int]:
        return results.get(outcome, 0), found.get(outcome, 0)

    unscreened = [outcome for outcome in results if not outcome.was_screened]
    return Found(
        code_set.id,
        store,
        cluster.name,
        cluster.counts_as,
        *of(Outcome.NORMAL),
        *of(Outcome.DID_NOT_ATTEND),
        *of(Outcome.RECALL_FOR_ASSESSMENT),
        sum(results[outcome] for outcome in unscreened),
        sum(found[outcome] for outcome in unscreened),
    )


def _reads(code_set: CodeSet, store: Store, outcome: Outcome) -> str:
    return ": ".join(kept(code_set, store, outcome).values()) or code_set.row(outcome).text
