"""The office, people and practices of one batch, as values: what a print, a letter or a record can say of them."""

import re
from dataclasses import dataclass, replace
from datetime import date

from generators.errors import SpecError


@dataclass(frozen=True, slots=True)
class ClosedPractice:
    """A practice that closed, which some prints still name. `has_successor`: the directory says who took it over."""

    ods: str
    local_number: str
    name: str
    closed_on: date
    has_successor: bool


@dataclass(frozen=True, slots=True)
class Practice:
    """A general practice as the office's directory knows it.

    `merged` is a practice it took over, `dropped` another one, of which the directory knows the closing and
    not the successor. Both are closed: only a print that is out of date names them.
    """

    ods: str
    local_number: str
    name: str
    supplier: str
    list_size: int
    address: tuple[str, ...]
    imd: int
    merged: ClosedPractice
    dropped: ClosedPractice


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a practice's list. `nhs_number` is ten digits without spaces."""

    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    address: tuple[str, ...]
    telephone: str = ""

    def age_on(self, day: date) -> int:
        had_birthday = (day.month, day.day) >= (self.date_of_birth.month, self.date_of_birth.day)
        return day.year - self.date_of_birth.year - (not had_birthday)


@dataclass(frozen=True, slots=True)
class Registration:
    """A person on the list of a practice (its row in the batch), from, and until when if she has left or died."""

    person: Person
    practice: int
    since: date
    until: date | None = None
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The truth of one participant's episode. `practice` is the row of the practice the office prints for.

    `seen_on` is the day she was screened, or should have been; the episode is closed in NBSS on `closed_on`.
    `registered` is the row of the practice where her record is, None where she left for one outside the
    batch's world.
    """

    person: Person
    screening_number: str
    episode_id: str
    batch_id: str
    episode_type: str
    practice: int
    outcome: str
    seen_on: date
    invited_on: date
    closed_on: date
    emitted_on: date
    side: str
    history: str
    imd: int
    ethnicity: str
    registered: int | None
    registered_from: date | None
    registered_to: date | None
    died_on: date | None
    defects: tuple[str, ...] = ()

    def noted(self, flaw: str) -> "Result":
        """The same result with the defect in its `defects`."""
        return replace(self, defects=(*self.defects, flaw))


_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Office:
    """Invented: neither name nor code (three capitals) may be a real office's. The name is printed in capitals."""

    name: str
    code: str
    address: tuple[str, ...]
    telephone: str

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 40:
            raise SpecError("office.name", "must have 1 to 40 characters", "Shorten it to what fits a print.")
        if not _CODE.fullmatch(self.code):
            raise SpecError("office.code", f"{self.code!r} is not three capitals", 'Write e.g. code = "KXX".')
        if not 1 <= len(self.address) <= 5:
            raise SpecError("office.address", "must have 1 to 5 lines", "Give a list of lines.")
