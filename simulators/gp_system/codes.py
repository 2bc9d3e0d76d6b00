"""The concepts a simulated GP system knows, read from codes.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from simulators.gp_system.outcome import Outcome

SNOMED_CT: Final = "http://snomed.info/sct"
SCREENING: Final = "268547008"  # Screening for malignant neoplasm of breast (procedure): what was done
ABNORMAL: Final = "abnormal"
ATTENDED: Final = "attended"


class KnownConcept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A concept the system can show and count. `means` is an outcome, `abnormal` or `attended`."""

    code: str
    term: str
    means: str


@cache
def known_concepts() -> dict[str, KnownConcept]:
    """Every known concept by its id."""
    text = files(__package__).joinpath("codes.toml").read_text(encoding="utf-8")
    concepts = msgspec.convert(tomllib.loads(text)["concept"], list[KnownConcept])
    return {concept.code: concept for concept in concepts}


def contradicts(code: str, outcome: Outcome) -> bool:
    """Whether a known concept says something else than the outcome that came with it."""
    means = known_concepts()[code].means
    if means == ABNORMAL:
        return not outcome.needs_a_clinician
    return means not in (outcome, ATTENDED)
