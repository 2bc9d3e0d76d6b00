"""Uptake: of those invited who could have been screened, how many were. As it is, and as the records tell it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.measures.meaning import says
from pilot.measures.record import Entry
from pilot.measures.truth import TruthLine

SCREENED: Final = frozenset(outcome for outcome in Outcome if outcome.was_screened)
# Invited and able to come, but no images were taken.
NOT_SCREENED: Final = frozenset({Outcome.DID_NOT_ATTEND, Outcome.DECLINED, Outcome.ATTENDED_NOT_SCREENED})
# The others (moved, died, under care elsewhere, not eligible) count neither above nor below the line.


def uptake_true(truth: Iterable[TruthLine]) -> float | None:
    """Screened over screened and not screened, None where nobody was invited."""
    outcomes = [line.outcome for line in truth]
    return _share(sum(o in SCREENED for o in outcomes), sum(o in NOT_SCREENED for o in outcomes))


def uptake_recorded(entries: Iterable[Entry]) -> float | None:
    """The same from the records alone, as a GP who runs a search would see it.

    A person counts as screened where any entry of hers says so; one whose record says nothing that can be
    understood is not counted, since a record does not know whom it has not been told of.
    """
    said: dict[str, set[bool]] = defaultdict(set)
    for entry in entries:
        meaning = says(entry.code, entry.text)
        if not meaning:
            continue
        if meaning <= SCREENED:
            said[entry.nhs_number].add(True)
        elif meaning <= NOT_SCREENED:
            said[entry.nhs_number].add(False)
    screened = sum(True in what for what in said.values())
    return _share(screened, len(said) - screened)


def _share(screened: int, not_screened: int) -> float | None:
    invited = screened + not_screened
    return screened / invited if invited else None
