"""Awkward truths: people and outcomes that are real, printed rightly, and easy to get wrong."""

from dataclasses import replace

import numpy as np

from generators import names
from generators.people import Result

_SURNAMES = ("ŁUCZAK", "ŠIMKOVÁ", "ŽIVKOVIĆ", "ĐURIĆ", "ČERNÁ", "YILDIRIM-ŞAHİN")
# No breast-specific concept is published for these: whoever codes them must send words.
_WITHOUT_CONCEPT = (
    "technical_recall",
    "partial_mammography",
    "attended_not_screened",
    "under_care_elsewhere",
)


def apply(rng: np.random.Generator, results: tuple[Result, ...], flaws: list[str]) -> tuple[Result, ...]:
    """`flaws` has one name, or "", a result.

    A twin or namesake is the next result of the same report, where there is one without a flaw of its own.
    """
    changed = list(results)
    for i, flaw in enumerate(flaws):
        if flaw in ("twins", "namesakes"):
            pair = _pair(rng, changed, flaws, i, flaw)
            if pair:
                changed[i], changed[i + 1] = pair
        elif flaw in ("name_outside_latin1", "name_characters_lost"):
            person = replace(changed[i].person, surname=str(rng.choice(_SURNAMES)))
            changed[i] = replace(changed[i], person=person).noted(flaw)
        elif flaw == "outcome_without_concept":
            changed[i] = replace(changed[i], outcome=str(rng.choice(_WITHOUT_CONCEPT))).noted(flaw)
    return tuple(changed)


def _pair(
    rng: np.random.Generator, results: list[Result], flaws: list[str], i: int, flaw: str
) -> tuple[Result, Result] | None:
    if i + 1 == len(results) or flaws[i + 1]:
        return None
    one, other = results[i], results[i + 1]
    if (one.emitted_on, one.practice) != (other.emitted_on, other.practice) or other.defects:
        return None
    like = replace(other.person, surname=one.person.surname, address=one.person.address)
    if flaw == "twins":
        others = tuple(name for name in names.pools(one.ethnicity).women if name != one.person.forename)
        like = replace(like, forename=str(rng.choice(others)), date_of_birth=one.person.date_of_birth)
        other = replace(other, history=one.history)
    elif other.person.date_of_birth == one.person.date_of_birth:
        return None
    else:
        like = replace(like, forename=one.person.forename)
    return one.noted(flaw), replace(other, person=like, ethnicity=one.ethnicity).noted(flaw)
