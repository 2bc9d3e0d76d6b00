"""What an entry says: the outcomes of which its codes, or its words, are true. Knows no code set.

`meanings.toml` is the instrument's own table, kept apart from every code set, each row with its source.
"""

import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.errors import EvidenceError

Says = frozenset[Outcome]
UNCLEAR: Final = None

_NOT_A_WORD = re.compile(r"[\W_]+")
_FILE: Final = "meanings.toml"


class Grade(StrEnum):
    """What an entry is worth to somebody who looks for this outcome, whichever way it came.

    right         a code says just this outcome: a search finds it
    not_findable  no code, or none that says more than "screened"; its words say just this outcome: a reader is
                  not misled, and no search for it finds it
    unclear       nobody can tell: a code that nobody knows, one that is true of other outcomes too, or words
                  of none or of two
    misleading    it says something that did not happen
    """

    RIGHT = "right"
    NOT_FINDABLE = "not_findable"
    UNCLEAR = "unclear"
    MISLEADING = "misleading"


@lru_cache(maxsize=8192)
def grade(codes: tuple[str, ...], text: str, outcome: Outcome) -> Grade:
    """An entry with these SNOMED CT codes and these words, held against what happened."""
    if not codes:
        said = says_text(text)
        if said is UNCLEAR:
            return Grade.UNCLEAR
        return Grade.NOT_FINDABLE if outcome in said else Grade.MISLEADING
    meanings = [says_code(code) for code in codes]
    if any(meaning is not UNCLEAR and outcome not in meaning for meaning in meanings):
        return Grade.MISLEADING
    if frozenset({outcome}) in meanings:
        return Grade.RIGHT
    vague = all(meaning is not UNCLEAR for meaning in meanings)
    return Grade.NOT_FINDABLE if vague and says_text(text) == frozenset({outcome}) else Grade.UNCLEAR


def says_code(code: str) -> Says | None:
    """The outcomes of which a code is true; empty where it says something else; None where nobody knows it."""
    return _codes().get(code, UNCLEAR)


def says_text(text: str) -> Says | None:
    """The one outcome that words say; None where they say none, or two."""
    plain = _NOT_A_WORD.sub(" ", text.lower())
    said = {outcome for words, outcome in _words() if words in plain}
    return frozenset(said) if len(said) == 1 else UNCLEAR


def known_codes() -> Iterable[str]:
    """Every code of the table."""
    return _codes().keys()


@cache
def _codes() -> dict[str, Says]:
    return read_codes(_text())


def read_codes(text: str) -> dict[str, Says]:
    """The table's codes. Raises EvidenceError naming the row that has no source, or an outcome nobody knows."""
    meanings = {}
    for row in tomllib.loads(text)["code"]:
        where = f"{_FILE} [[code]] {row.get('id', 'without an id')}"
        if not str(row.get("source", "")).strip() or not str(row.get("term", "")).strip():
            raise EvidenceError("A meaning has no term or no source", where, "Say what it is and who says so")
        unknown = [outcome for outcome in row["outcomes"] if outcome not in list(Outcome)]
        if unknown:
            raise EvidenceError(f"Unknown meaning {unknown[0]!r}", where, f"Use one of {', '.join(Outcome)}")
        meanings[str(row["id"])] = frozenset(map(Outcome, row["outcomes"]))
    return meanings


@cache
def _words() -> tuple[tuple[str, Outcome], ...]:
    return tuple(
        (words, Outcome(outcome))
        for outcome, all_words in tomllib.loads(_text())["words"].items()
        for words in all_words
    )


@cache
def _text() -> str:
    return resources.files("pilot.measures").joinpath(_FILE).read_text(encoding="utf-8")
