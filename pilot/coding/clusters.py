"""Published sets of concepts that searches of GP records count by, as data (data/clusters.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

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
