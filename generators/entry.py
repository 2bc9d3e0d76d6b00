"""What one output (print, letter or extract) says of one result: the truth, until a defect changes it."""

from dataclasses import dataclass
from datetime import date

from generators.people import Result


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as an output shows it. `nhs_number` is without spaces and may be anything, even empty.

    `wording` replaces the outcome's own headline; `cut_short` ends the record before it.
    """

    screening_number: str
    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    age: int
    address: tuple[str, ...]
    telephone: str
    outcome: str
    seen_on: date
    side: str
    wording: str = ""
    cut_short: bool = False


def entry_of(result: Result) -> Entry:
    """The truth as every output would show it; `age` is on the day of emission."""
    person = result.person
    return Entry(
        screening_number=result.screening_number,
        nhs_number=person.nhs_number,
        surname=person.surname,
        forename=person.forename,
        title=person.title,
        date_of_birth=person.date_of_birth,
        age=person.age_on(result.emitted_on),
        address=person.address,
        telephone=person.telephone,
        outcome=result.outcome,
        seen_on=result.seen_on,
        side=result.side,
    )
