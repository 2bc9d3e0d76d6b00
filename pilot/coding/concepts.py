"""SNOMED CT concepts seen in breast screening results, and what each may truthfully be recorded for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from stdnum import verhoeff

from pilot.domain.outcome import Outcome

# SCTID (SNOMED CT Release File Specifications): 6 to 18 digits, no leading zero. The two
# before the check digit say what the id is of: 00 a concept of the core, 10 a concept of an extension.
_SCTID = re.compile("[1-9][0-9]{5,17}")
_CONCEPT_PARTITIONS = frozenset({"00", "10"})


@dataclass(frozen=True, slots=True)
class KnownConcept:
    """`fits` holds the outcomes that the concept says; empty for a procedure or a fact beside the outcome."""

    code: str
    term: str
    fits: frozenset[Outcome]
    seen: str


def valid_concept_id(code: str) -> bool:
    """Whether `code` has the form, the partition and the check digit (Verhoeff) of a SNOMED CT concept id."""
    return (
        _SCTID.fullmatch(code) is not None
        and code[-3:-1] in _CONCEPT_PARTITIONS
        and bool(verhoeff.is_valid(code))
    )


@cache
def known_concepts() -> Mapping[str, KnownConcept]:
    """By id. Where two fit the same outcome they mean the same, as 171175005 and 168749009 for normal."""
    text = resources.files("pilot.coding").joinpath("data/concepts.toml").read_text("utf-8")
    return MappingProxyType(
        {
            code: KnownConcept(code, entry["term"], frozenset(map(Outcome, entry["fits"])), entry["seen"])
            for code, entry in tomllib.loads(text).items()
        }
    )


SCREENED: Final = "screened"


@dataclass(frozen=True, slots=True)
class Cluster:
    """`counts_as`: what a search takes a patient for who has one of the `members` (SNOMED CT ids).

    `refset` is empty where the set is not a published one.
    """

    name: str
    title: str
    refset: str
    counts_as: str
    members: frozenset[str]
    source: str


@cache
def clusters() -> Mapping[str, Cluster]:
    """By name."""
    text = resources.files("pilot.coding").joinpath("data/clusters.toml").read_text("utf-8")
    return MappingProxyType(
        {
            name: Cluster(
                name,
                entry["title"],
                entry["refset"],
                entry["counts_as"],
                frozenset(entry["members"]),
                entry["source"],
            )
            for name, entry in tomllib.loads(text).items()
        }
    )


def counts_as_screened(code: str) -> tuple[str, ...]:
    """The names of the clusters that take whoever has this concept for screened."""
    return tuple(
        name
        for name, cluster in clusters().items()
        if cluster.counts_as == SCREENED and code in cluster.members
    )
