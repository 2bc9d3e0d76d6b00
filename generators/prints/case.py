"""One result on its way out: what each output says of it (the truth, until a defect changes it), what went wrong."""

from dataclasses import dataclass, replace
from datetime import date

from generators.people.people import Practice, Result


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One record as an output shows it. `nhs_number` is without spaces and may be anything, even empty.

    `wording` replaces the outcome's own headline; `cut_short` ends the record before it. `withdrawn`: the print takes
    back an earlier one, and says so above the name.
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
    withdrawn: bool = False


def shown_record(result: Result) -> ShownRecord:
    """The truth as every output would show it; `age` is on the day of emission."""
    person = result.person
    return ShownRecord(
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


@dataclass(frozen=True, slots=True)
class Case:
    """`sil` holds an entry for each time the report prints the record; None or () means an output leaves it out.

    `practice_code` is the practice that the subject extract names. `closed_as` is what the episode extract said
    before its last row, where that changed after printing; `superseded` the NHS number she had before. `amended_on` and
    `withdrawn_on` are the days of a later print that corrects or takes back the first. That print is a case of its
    own, `again`: another print of the same result, and no result more.
    """

    result: Result
    sil: tuple[ShownRecord, ...]
    letter: ShownRecord | None
    extract: ShownRecord | None
    practice_code: str
    closed_as: ShownRecord | None = None
    superseded: str = ""
    defects: tuple[str, ...] = ()
    amended_on: date | None = None
    withdrawn_on: date | None = None
    again: bool = False

    def noted(self, flaw: str) -> "Case":
        """The same case with the defect in its `defects`."""
        return replace(self, defects=(*self.defects, flaw))

    @property
    def printed_outcome(self) -> str:
        """What the report says where that is not the truth, else ""."""
        said = next((entry.outcome for entry in self.sil if not entry.wording), self.result.outcome)
        return said if said != self.result.outcome else ""


def clean_case(result: Result, practices: tuple[Practice, ...]) -> Case:
    """The result as every output shows it where nothing goes wrong."""
    entry = shown_record(result)
    practice = practices[result.practice]
    return Case(result, (entry,), entry, entry, practice.ods, defects=result.defects)
