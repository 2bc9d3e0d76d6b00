"""Results printed more than once, and numbers that stand for two people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pilot.domain.outcome import Outcome
from pilot.domain.result import Version
from pilot.nbss.known import Seen

# A woman screened again sooner than this is one result printed differently, not two.
_ROUND_DAYS = 180
# After these, another result of the same person may follow within weeks: she is invited again.
_FOLLOWED = frozenset(
    {
        Outcome.TECHNICAL_RECALL,
        Outcome.DID_NOT_ATTEND,
        Outcome.ATTENDED_NOT_SCREENED,
        Outcome.PARTIAL_MAMMOGRAPHY,
    }
)


def versions(*seen: Seen) -> tuple[Version, ...]:
    """What prints say, each with where it stands."""
    return tuple(Version(str(each.provenance), each.says()) for each in seen)


def repetition(now: Seen, earlier: Iterable[Seen], later: Iterable[Seen]) -> tuple[Version, ...] | None:
    """Both versions where `now` is no news: printed before, or printed differently elsewhere in its batch.

    `earlier` came before it (in earlier batches or in this), `later` come after it in the same batch. Of two
    equal prints the first is sent; of two different ones neither is.
    """
    for other in (*earlier, *(other for other in later if other.says() != now.says())):
        if not _another(other, now):
            return versions(other, now)
    return None


def _another(one: Seen, other: Seen) -> bool:
    """Whether two results of one person are of two screenings, and not one result printed twice."""
    if one.date is None or other.date is None or one.date == other.date:
        return False
    first, second = sorted((one, other), key=lambda seen: (seen.date is not None, seen.date))
    days = abs((other.date - one.date).days)
    return days >= _ROUND_DAYS or (first.outcome in _FOLLOWED and first.printed_on != second.printed_on)


@dataclass(frozen=True, slots=True)
class Bearer:
    """One print that bears an NHS number, whatever became of it."""

    nhs_number: str
    screening_number: str
    version: Version


def numbers_of_two(bearers: Iterable[Bearer]) -> dict[str, tuple[Version, ...]]:
    """NHS numbers that prints of one office give to two screening numbers, and both numbers of one given two.

    Within an office a screening number is one person's. Between offices a person may have two.
    """
    by_number: dict[tuple[str, str], dict[str, Version]] = defaultdict(dict)
    by_screening: dict[str, dict[str, Version]] = defaultdict(dict)
    for bearer in bearers:
        office = bearer.screening_number[:3]
        by_number[bearer.nhs_number, office].setdefault(bearer.screening_number, bearer.version)
        by_screening[bearer.screening_number].setdefault(bearer.nhs_number, bearer.version)
    found = {
        number: tuple(holders.values()) for (number, _), holders in by_number.items() if len(holders) > 1
    }
    for holders in by_screening.values():
        if len(holders) > 1:
            for number in holders:
                found.setdefault(number, tuple(holders.values()))
    return found
