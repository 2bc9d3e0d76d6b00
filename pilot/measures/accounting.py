"""Where every result ended, counted truth line by truth line: nothing may be lost without being said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pilot.domain.delivery import Ending, State
from pilot.measures.truth import TruthLine
from pilot.measures.verdict import Verdict

# With these the pipeline's last word is that paper or a PDF left for the practice. Nobody watches for it any
# more: where it does not reach the record, no one notices.
UNWATCHED_REASONS: Final = frozenset({"sent_on_paper", "pdf_at_practice"})
# These wait for a person at the practice, not at the office.
PRACTICE_REASONS: Final = UNWATCHED_REASONS | {"practice_review"}

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class AccountedFor:
    """`received` = `filed` + `with_a_person` + `returned` + `lost`.

    `lost_because`: `no_ending` (the pipeline knows nothing of it), `unsettled` (it was still on its way),
    `said_filed` (the pipeline was told that it is in the record, and it is not).
    """

    received: int
    filed: int
    with_a_person: int
    returned: int
    lost: int
    lost_because: Mapping[str, int]


def match_endings(truth: Iterable[TruthLine], endings: Iterable[Ending]) -> dict[str, tuple[Ending, ...]]:
    """By screening number, the endings that speak of each result.

    An ending is matched by its screening number, else its NHS number, else the place it came from: the
    record on its page, else the page or file that could not be read at all (which speaks of all on it).
    """
    by_nhs: dict[str, list[str]] = defaultdict(list)
    by_place: dict[Place, list[str]] = defaultdict(list)
    known: set[str] = set()
    for line in truth:
        known.add(line.screening_number)
        by_nhs[line.nhs_number].append(line.screening_number)
        if line.file is not None and line.page is not None and line.record is not None:
            for place in ((line.file, line.page, line.record), (line.file, line.page, 0), (line.file, 0, 0)):
                by_place[place].append(line.screening_number)
    found: dict[str, list[Ending]] = defaultdict(list)
    for ending in endings:
        came_from = ending.provenance
        if ending.screening_number is not None and ending.screening_number in known:
            numbers = [ending.screening_number]
        elif ending.nhs_number is not None and ending.nhs_number in by_nhs:
            numbers = by_nhs[ending.nhs_number]
        else:
            numbers = by_place.get((came_from.file, came_from.page, came_from.record), [])
        for number in numbers:
            found[number].append(ending)
    return {number: tuple(its) for number, its in found.items()}


def noticed(matched: Mapping[str, tuple[Ending, ...]]) -> frozenset[str]:
    """Screening numbers that stand on a worklist which a person works through."""
    return frozenset(
        number
        for number, endings in matched.items()
        if any(
            ending.state is State.RETURNED
            or (ending.state is State.WITH_A_PERSON and ending.reason not in UNWATCHED_REASONS)
            for ending in endings
        )
    )


def place_of(verdict: Verdict, endings: tuple[Ending, ...]) -> str:
    """`filed`, `with_a_person`, `returned`, or why it is lost: `said_filed`, `unsettled`, `no_ending`."""
    if verdict.filed:
        return "filed"
    states = {ending.state for ending in endings}
    if State.WITH_A_PERSON in states:
        return "with_a_person"
    if State.RETURNED in states:
        return "returned"
    if State.FILED in states:
        return "said_filed"
    return "unsettled" if states else "no_ending"


def account(verdicts: Iterable[Verdict], matched: Mapping[str, tuple[Ending, ...]]) -> AccountedFor:
    """Count where the results ended."""
    ends = [place_of(verdict, matched.get(verdict.line.screening_number, ())) for verdict in verdicts]
    lost = {reason: ends.count(reason) for reason in ("no_ending", "unsettled", "said_filed")}
    return AccountedFor(
        received=len(ends),
        filed=ends.count("filed"),
        with_a_person=ends.count("with_a_person"),
        returned=ends.count("returned"),
        lost=sum(lost.values()),
        lost_because=lost,
    )


def office_exceptions(endings: Iterable[Ending]) -> int:
    """How many endings a person at the office had or has to work on."""
    return sum(
        ending.state is State.RETURNED
        or (ending.state is State.WITH_A_PERSON and ending.reason not in PRACTICE_REASONS)
        for ending in endings
    )
