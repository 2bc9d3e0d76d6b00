"""SNOMED CT concepts seen in breast screening results, and what each may truthfully be recorded for."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import dropwhile
from types import MappingProxyType
from typing import Final

from stdnum import verhoeff

from pilot.domain.outcome import Outcome
from pilot.domain.result import CodedResult

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


# What printed words say, letters only: wide type, cut lines and spacing make no difference.
_SAYS: dict[Outcome, tuple[str, ...]] = {
    Outcome.NORMAL: ("ROUTINERECALL", "NOSIGNIFICANTRADIOLOGICALABNORMALITY"),
    Outcome.RECALL_FOR_ASSESSMENT: ("WILLBEINVITED", "ABNORMALITYPRESENT"),
    Outcome.TECHNICAL_RECALL: ("TECHNICALRECALL", "TECHNICALLYINADEQUATE"),
    Outcome.PARTIAL_MAMMOGRAPHY: ("PARTIALMAMMOGRAPHY", "IMAGINGINCOMPLETE"),
    Outcome.ASSESSED_BENIGN: ("ASSESSEDBENIGN",),
    Outcome.ASSESSED_CANCER: ("ASSESSEDCANCER",),
    Outcome.SHORT_TERM_RECALL: ("SHORTTERMRECALL", "SEENAGAININAYEAR"),
    Outcome.REFERRED_FOR_TREATMENT: ("REFERREDFORTREATMENT", "TOBETREATED"),
    Outcome.DID_NOT_ATTEND: ("DNAANY", "DIDNOTATTEND"),
    Outcome.DECLINED: ("DECLINED",),
    Outcome.MOVED: ("MOVEDOUT",),
    Outcome.DIED: ("DECEASED",),
    Outcome.UNDER_CARE_ELSEWHERE: ("SYMPTOMATICSERVICE",),
    Outcome.NOT_ELIGIBLE: ("BILATERALMASTECTOMY",),
    Outcome.ATTENDED_NOT_SCREENED: ("ATTENDEDNOTSCREENED",),
}
_REASSURING = re.compile("NO(SIGNIFICANT|RADIOLOGICAL|EVIDENCEOF)*(ABNORMALITY|MALIGNANCY)")
_ALARMING = re.compile("ABNORMAL|SUSPICIO|MALIGNAN|UNCERTAIN|INDETERMINATE|CARCINOMA")
_SCREENED = re.compile("(?<!NOT)SCREENED(ROUTINE|WILL|TECHNICAL|PARTIAL|ASSESSED|ON)")
_RULE = re.compile(r"_{10,}")


def contradiction(coded: CodedResult) -> str | None:
    """Why the result must not be sent as coded, in words for the person who gets it.

    None where nothing speaks against it: a print that says nothing we know does not contradict.
    """
    return next(_objections(coded), None)


def _objections(coded: CodedResult) -> Iterator[str]:
    result = coded.result
    if coded.concept is not None and coded.concept.code not in known_concepts():
        yield "nobody knows its concept for an outcome of screening"
        return
    claimed = _claimed(coded)
    if result.outcome not in claimed:
        yield f"the concept says {_words(claimed)}, the result {_words({result.outcome})}"
    going_out = f"it goes out as {_words(claimed)}, but the print"
    printed = _letters(" ".join((result.outcome_text, *_after_the_rule(result.lines))))
    if (
        said := {outcome for outcome, words in _SAYS.items() if any(word in printed for word in words)}
        - claimed
    ):
        yield f"{going_out} says {_words(said)}"
    screened = any(outcome.was_screened for outcome in claimed)
    if screened and "NOTSCREENED" in printed:
        yield f"{going_out} says not screened"
    if not screened and _SCREENED.search(printed):
        yield f"{going_out} says screened"
    if claimed == {Outcome.NORMAL} and _ALARMING.search(_REASSURING.sub("", printed)):
        yield f"{going_out} speaks of an abnormality"


def _claimed(coded: CodedResult) -> frozenset[Outcome]:
    """The outcomes that the message says: by the concept's own meaning, and uncoded by its words."""
    return known_concepts()[coded.concept.code].fits if coded.concept else frozenset({coded.result.outcome})


def _after_the_rule(lines: tuple[str, ...]) -> list[str]:
    """The headline and the details, without the name and address above the rule (EDNA is not a DNA)."""
    return list(dropwhile(lambda line: not _RULE.search(line), lines))[1:]


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z]", "", text.upper())


def _words(outcomes: frozenset[Outcome] | set[Outcome]) -> str:
    return " or ".join(sorted(outcome.replace("_", " ") for outcome in outcomes)) or "no outcome of screening"
