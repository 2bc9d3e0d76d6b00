"""What an entry says: the outcomes of which its code, or its text, is true."""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from pilot.domain.outcome import Outcome

Says = frozenset[Outcome]
UNCLEAR: Final = None

_NOT_A_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def says(code: str | None, text: str) -> Says | None:
    """The outcomes of which an entry is true; empty where it says something else; None where nobody can tell."""
    if code is not None:
        return _codes().get(code, UNCLEAR)
    plain = _NOT_A_WORD.sub(" ", text.lower())
    said = {outcome for words, outcome in _words() if words in plain}
    return frozenset(said) if len(said) == 1 else UNCLEAR


@cache
def _codes() -> dict[str, Says]:
    return {code: frozenset(map(Outcome, outcomes)) for code, outcomes in _table()["codes"].items()}


@cache
def _words() -> tuple[tuple[str, Outcome], ...]:
    return tuple(
        (words, Outcome(outcome)) for outcome, all_words in _table()["words"].items() for words in all_words
    )


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(
        resources.files("pilot.measures").joinpath("meanings.toml").read_text(encoding="utf-8")
    )
