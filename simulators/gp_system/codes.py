"""The concepts a simulated GP system knows, read from codes.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

SNOMED_CT: Final = "http://snomed.info/sct"
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
