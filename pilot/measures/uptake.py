"""Uptake: of those invited who could have been screened, how many were. In truth, and as a practice's search has it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pilot.domain.outcome import Outcome
from pilot.measures.record import Entry
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import says

SCREENED: Final = frozenset(outcome for outcome in Outcome if outcome.was_screened)
# Invited and able to come, but no images were taken.
NOT_SCREENED: Final = frozenset({Outcome.DID_NOT_ATTEND, Outcome.DECLINED, Outcome.ATTENDED_NOT_SCREENED})
# The others (moved, died, under care elsewhere, not eligible) count neither above nor below the line.


def uptake_true(truth: Iterable[TruthLine]) -> float | None:
    """Screened over screened and not screened, None where nobody was invited."""
    outcomes = [line.outcome for line in truth]
    return _share(sum(o in SCREENED for o in outcomes), sum(o in NOT_SCREENED for o in outcomes))


def uptake_recorded(entries: Iterable[Entry]) -> float | None:
    """The same by the codes in the records alone, as a practice's search counts it: text is not seen.

    A person counts as screened where any coded entry of hers says so; one without a code that says either is not
    counted, since a record does not know whom it has not been told of.
    """
    said: dict[str, set[bool]] = defaultdict(set)
    for entry in entries:
        meaning = says(entry) if entry.codes else None
        if not meaning:
            continue
        if meaning <= SCREENED:
            said[entry.nhs_number].add(True)
        elif meaning <= NOT_SCREENED:
            said[entry.nhs_number].add(False)
    screened = sum(True in what for what in said.values())
    return _share(screened, len(said) - screened)


def shows_she_came(entries: Iterable[Entry]) -> bool:
    """Whether a search of these entries finds that she was screened, so that her record does not call her due."""
    return any(meaning <= SCREENED for entry in entries if entry.codes and (meaning := says(entry)))


def _share(screened: int, not_screened: int) -> float | None:
    invited = screened + not_screened
    return screened / invited if invited else None
