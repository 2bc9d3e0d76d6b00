"""One print held against all else: the practice it is for, whether it repeats another, and where sources differ.

The practice is the cover's local number through the directory, held against the subject extract.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import Disputed, DisputeReason, RejectionReason, ScreeningResult, Version
from pilot.nbss.batch import Cover, DirectoryEntry, EpisodeRow, SubjectRow
from pilot.nbss.fields import age_on
from pilot.nbss.known import Seen, Sources
from pilot.nbss.outcomes import END_CODES, WITHOUT_RESULT
from pilot.nbss.printed_record import printed_age

Directory = Mapping[str, tuple[DirectoryEntry, ...]]
"""The entries of each local number: one, or several where the directory contradicts itself."""

# A practice may be merged into one that is merged again; more steps than this are a mistake in the directory.
_STEPS = 5


@dataclass(frozen=True, slots=True)
class PracticeFound:
    """The ODS code where one can be said. `reason` and `detail` where it cannot.

    `printed` is the practice that the cover names; `differs` says that the subject extract has another.
    """

    code: str | None
    printed: str | None = None
    differs: bool = False
    reason: RejectionReason | None = None
    detail: str = ""


class _Unknown(Exception):
    """The print's practice cannot be said."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def practice_of(
    cover: Cover | None, directory: Directory, subject: SubjectRow | None, day: date | None
) -> PracticeFound:
    """Resolve one record's practice. `day` is when it was printed; closed practices are closed from their day on.

    With neither a directory nor a subject row the code stays None: nothing says which practice it is.
    """
    registered = subject.practice if subject is not None else None
    local_number = cover.local_number if cover is not None else None
    if not directory or (local_number is None and registered is not None):
        return PracticeFound(registered)
    try:
        printed = _entry(local_number, directory)
        today = _successor(printed, directory, day)
    except _Unknown as unknown:
        return PracticeFound(None, reason=unknown.reason, detail=unknown.detail)
    # A merged practice's patients may be registered with it or already with the one that took it over.
    differs = registered not in {None, today, printed.practice}
    return PracticeFound(today, printed.practice, differs)


def _entry(local_number: str | None, directory: Directory) -> DirectoryEntry:
    if local_number is None:
        raise _Unknown(
            RejectionReason.PRACTICE_UNKNOWN, "no cover names the practice, and no subject row does"
        )
    entries = directory.get(local_number, ())
    if len(entries) != 1:
        how = "more than once" if entries else "not"
        detail = f"local number ({local_number}) is {how} in the practice directory"
        raise _Unknown(RejectionReason.PRACTICE_UNKNOWN, detail)
    return entries[0]


def _successor(entry: DirectoryEntry, directory: Directory, day: date | None) -> str:
    """The practice that has the patients on that day."""
    by_code = {held.practice: held for entries in directory.values() for held in entries}
    at: DirectoryEntry | None = entry
    for _ in range(_STEPS):
        if at is None or at.closed_on is None or (day is not None and day < at.closed_on):
            break
        if at.successor is None:
            detail = f"practice {at.practice} is closed, and the directory names none that took it over"
            raise _Unknown(RejectionReason.PRACTICE_CLOSED, detail)
        code, at = at.successor, by_code.get(at.successor)
        if at is None:
            return code
    else:
        raise _Unknown(
            RejectionReason.PRACTICE_CLOSED, "the directory leads from closed practice to closed practice"
        )
    return at.practice if at is not None else entry.practice


YOUNGEST, OLDEST = 18, 110
PROGRAMME_BEGAN = date(1988, 1, 1)
# Those that every office writes to her about.
_WITH_LETTER = frozenset(outcome for outcome in Outcome if outcome.was_screened) | {Outcome.DID_NOT_ATTEND}


def implausible(result: ScreeningResult, latest: date | None) -> tuple[RejectionReason, str] | None:
    """Why a print cannot be true as it stands, whatever others say. `latest` bounds a print without a day."""
    born = result.participant.date_of_birth
    day = result.printed_on or result.date or latest
    if born.year < 1900 or (day is not None and not YOUNGEST <= age_on(born, day) <= OLDEST):
        return RejectionReason.DATE_OF_BIRTH_IMPLAUSIBLE, f"born {born}: nobody of that age is screened"
    if result.date is not None:
        if result.date < PROGRAMME_BEGAN:
            return RejectionReason.DATE_IMPLAUSIBLE, f"{result.date} is before the programme began"
        if result.printed_on is not None and result.date > result.printed_on:
            return RejectionReason.DATE_IMPLAUSIBLE, f"{result.date} is after the day of the print"
    return None


def differences(result: ScreeningResult, practice: PracticeFound, sources: Sources) -> Iterator[Disputed]:
    """What a person must decide, the gravest first; each shows both versions."""
    print_ = str(result.provenance)

    def dispute(reason: DisputeReason, says: str, source: str, other: str) -> Disputed:
        return Disputed(result, reason, (Version(print_, says), Version(source, other)))

    number = result.participant.nhs_number
    newer = sources.replacing(number)
    if newer is not None:
        yield dispute(
            DisputeReason.NHS_NUMBER_SUPERSEDED,
            f"NHS number {number}",
            str(newer.provenance),
            f"NHS number {newer.nhs_number}, which replaced it",
        )
    episode = sources.episode_of(result)
    if episode is not None and result.outcome not in episode.may_be:
        yield dispute(
            DisputeReason.OUTCOME_DIFFERS, result.outcome.value, str(episode.provenance), closed_as(episode)
        )
    letters = sources.letters_of(result)
    for letter in letters:
        if letter.outcome not in (None, result.outcome):
            yield dispute(
                DisputeReason.LETTER_DIFFERS,
                result.outcome.value,
                str(letter.provenance),
                str(letter.outcome),
            )
    yield from _person_differs(result, sources)
    subject = sources.subject(number)
    if practice.differs and subject is not None:
        yield dispute(
            DisputeReason.PRACTICE_DIFFERS,
            f"practice {practice.printed}",
            str(subject.provenance),
            f"practice {subject.practice}",
        )
    if episode is not None:
        days = dict.fromkeys(day for day in (episode.date_of_as, episode.date_of_foa) if day is not None)
        if result.date is not None and days and result.date not in days:
            other = " or ".join(str(day) for day in days)
            yield dispute(DisputeReason.DATE_DIFFERS, str(result.date), str(episode.provenance), other)
    elif sources.extract_covers(result):
        yield dispute(
            DisputeReason.NOT_IN_EXTRACT, result.outcome.value, "episode extract", "no closed episode of hers"
        )
    if not letters and result.printed_on in sources.letter_days and result.outcome in _WITH_LETTER:
        yield dispute(
            DisputeReason.LETTER_MISSING,
            result.outcome.value,
            "participants' letters of that day",
            "none to her",
        )


def closed_as(row: EpisodeRow) -> str:
    """What an episode row says, in words."""
    if row.outcome is not None:
        return row.outcome.value
    codes = (row.end_code, row.reason_closed_code, row.final_action_code)
    if row.may_be:
        return f"closed ({END_CODES[str(row.end_code)]}), and not said how"
    if row.end_code in WITHOUT_RESULT:
        return f"closed without a result ({END_CODES[row.end_code]})"
    return "closed with codes that name no outcome: " + "/".join(code or "-" for code in codes)


def _person_differs(result: ScreeningResult, sources: Sources) -> Iterator[Disputed]:
    born = result.participant.date_of_birth
    print_ = Version(str(result.provenance), f"born {born}")
    subject = sources.subject(result.participant.nhs_number)
    if subject is not None and subject.date_of_birth not in (None, born):
        other = Version(str(subject.provenance), f"born {subject.date_of_birth}")
        yield Disputed(result, DisputeReason.DATE_OF_BIRTH_DIFFERS, (print_, other))
    age = printed_age(result)
    if age is not None and not _age_fits(age, result, sources.latest_day):
        yield Disputed(result, DisputeReason.AGE_DIFFERS, (print_, Version(print_.source, f"age {age}")))


def _age_fits(age: int, result: ScreeningResult, latest: date | None) -> bool:
    """Whether the age is that of some day between the screening and the print (or the latest day known)."""
    born = result.participant.date_of_birth
    last = result.printed_on or latest
    oldest = age_on(born, last) if last is not None else OLDEST
    youngest = age_on(born, result.date) if result.date is not None else oldest - 1
    return youngest <= age <= oldest


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
    equal prints the first is sent; of two different ones neither is. A print that waits for its practice was not
    sent, and repeats nothing.
    """
    sent = (other for other in earlier if other.practice is not None or now.practice is None)
    for other in (*sent, *(other for other in later if other.says() != now.says())):
        if not _another(other, now):
            return versions(other, now)
    return None


def says_one_thing(versions: Iterable[Version]) -> bool:
    """Whether the prints of a repetition agree, so that there is nothing to decide."""
    return len({version.says for version in versions}) <= 1


def _another(one: Seen, other: Seen) -> bool:
    """Whether two results of one person are of two screenings, and not one result printed twice."""
    if _assessed_since(one, other) or _assessed_since(other, one):
        return True
    if one.date is None or other.date is None or one.date == other.date:
        return False
    first, second = sorted((one, other), key=lambda seen: (seen.date is not None, seen.date))
    days = abs((other.date - one.date).days)
    return days >= _ROUND_DAYS or (first.outcome in _FOLLOWED and first.printed_on != second.printed_on)


def _assessed_since(one: Seen, other: Seen) -> bool:
    """Whether the first was recalled for assessment and the other, printed later, says what that found."""
    recalled = one.outcome is Outcome.RECALL_FOR_ASSESSMENT and other.outcome.after_assessment
    return recalled and None not in (one.printed_on, other.printed_on) and one.printed_on != other.printed_on


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
