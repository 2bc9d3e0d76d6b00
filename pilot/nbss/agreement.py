"""One print held against itself, the extracts and the letters: where they say different things of one result."""

from collections.abc import Iterator
from datetime import date

from pilot.domain.outcome import Outcome
from pilot.domain.result import Disputed, DisputeReason, RejectionReason, ScreeningResult, Version
from pilot.nbss.batch import EpisodeRow
from pilot.nbss.dates import age_on
from pilot.nbss.outcomes import END_CODES, WITHOUT_RESULT
from pilot.nbss.practice import Practice
from pilot.nbss.record import printed_age
from pilot.nbss.sources import Sources

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


def differences(result: ScreeningResult, practice: Practice, sources: Sources) -> Iterator[Disputed]:
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
