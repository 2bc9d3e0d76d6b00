"""What office staff can look up, and print again: NBSS, through its extracts, and a simulated demographic service.

Both are what an office sees on its screens. Neither is the truth: NBSS may hold a wrong result, and nobody here
knows what became of a message but by asking.
"""

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from generators.people.people import Office as ScreeningOffice
from generators.prints.case import ShownRecord
from generators.prints.page import Layout, Page, text_lines
from generators.prints.sil import PracticePrint, record, report
from pilot.domain.outcome import Outcome
from pilot.experiment.folder import RunFolder
from pilot.experiment.office import Job
from pilot.nbss import Batch, Known, Reader, remember
from pilot.nbss.check import Checked

_ROUND_DAYS: Final = 300  # a result of another round is not the one that is stuck
_NAME = re.compile(r"^\s*([^,:]+),\s*([^,:]+)(?:,\s*([^,:]+))?\s*$")
_BORN = re.compile(r"(?:date\s*of\s*birth|d\.?o\.?b\.?)[^:]*:\s*(\d{1,2}-[a-z]{3}-\d{4})", re.IGNORECASE)
_SEEN = re.compile(r"(?:screened|mammography)\s*on[^:]*:\s*(\d{1,2}-[a-z]{3}-\d{4})", re.IGNORECASE)
# Its exports, whatever their shape; not its prints.
_SHOWN: Final = ("EPISODES-", "SUBJECTS-", "bss_", "APP_", "PRACTICES-", "SMSTA-")
_NOTHING: Final = Checked((), (), (), {}, frozenset(), {})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the demographic service has her."""

    nhs_number: str
    surname: str
    forename: str
    title: str
    date_of_birth: date
    died_on: date | None


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a print is about, and on which day she was seen, as far as an eye can make it out."""

    nhs_number: str | None
    surname: str = ""
    forename: str = ""
    date_of_birth: date | None = None
    seen_on: date | None = None

    @classmethod
    def on_print(cls, nhs_number: str | None, lines: Iterable[str]) -> "Named":
        """Who a record's printed lines say it is about; empty where they do not say."""
        text = list(lines)
        name = next((found for line in text if "," in line and (found := _NAME.match(line))), None)
        born = next((found for line in text if (found := _BORN.search(line))), None)
        seen = next((found for line in text if (found := _SEEN.search(line))), None)
        return cls(
            nhs_number,
            name.group(1).strip() if name else "",
            name.group(2).strip() if name else "",
            _printed(born) if born else None,
            _printed(seen) if seen else None,
        )


class Demographics:
    """The national register: who somebody is, and at which practice she is registered on a day.

    `mergers`: a practice that closed, when, and the one that took it over.
    """

    def __init__(self, practices: Iterable[bytes], mergers: Mapping[str, tuple[date, str]]) -> None:
        self._people: dict[str, Person] = {}
        self._by_name: dict[tuple[str, str, date], set[str]] = defaultdict(set)
        self._registered: dict[str, list[tuple[date, date | None, str]]] = defaultdict(list)
        self._mergers = mergers
        for line in practices:
            practice = json.loads(line)
            for row in practice["patients"]:
                self._add(str(practice["ods"]), row)

    def _add(self, practice: str, row: Mapping[str, str | None]) -> None:
        number, born = str(row["nhs_number"]), _day(row["date_of_birth"])
        assert born is not None  # noqa: S101 - every registration has one
        died = _day(row["died_on"])
        held = self._people.get(number)
        if held is None or died is not None:
            surname, forename = str(row["surname"]), str(row["forename"])
            self._people[number] = Person(number, surname, forename, str(row["title"]), born, died)
            self._by_name[_folded(surname), _folded(forename), born].add(number)
        since = _day(row["registered_from"]) or date.min
        self._registered[number].append((since, _day(row["registered_to"]), practice))

    def find(self, named: Named) -> Person | None:
        """By number, where name or birthday agrees; else the only one of that name and birthday."""
        person = self._people.get(named.nhs_number or "")
        if person is not None and (
            _folded(person.surname) == _folded(named.surname) or person.date_of_birth == named.date_of_birth
        ):
            return person
        if named.date_of_birth is None:
            return None
        alike = self._by_name.get(
            (_folded(named.surname), _folded(named.forename), named.date_of_birth), set()
        )
        return self._people[next(iter(alike))] if len(alike) == 1 else None

    def of_number(self, nhs_number: str | None) -> Person | None:
        """Whoever has that NHS number, if somebody does."""
        return self._people.get(nhs_number or "")

    def practice(self, nhs_number: str, day: date) -> str | None:
        """Where she is registered; None where she has died or is with no practice of the area."""
        rows = [
            row for row in self._registered[nhs_number] if row[0] <= day and (row[1] is None or day < row[1])
        ]
        if not rows:
            return None
        practice = max(rows)[2]
        merged = self._mergers.get(practice)
        return merged[1] if merged is not None and merged[0] <= day else practice


@dataclass(frozen=True, slots=True)
class Facts:
    """What the office finds out about one result. None: it is not to be found out."""

    person: Person
    practice: str | None
    screening_number: str | None
    outcome: Outcome | None
    day: date | None


class Nbss:
    """NBSS as the office's own screens show it: what its extracts said up to a day, read when first asked for."""

    def __init__(self, folder: RunFolder, reader: Reader) -> None:
        self._folder = folder
        self._reader = reader
        self._known = Known()
        self._read: set[Path] = set()

    def up_to(self, day: date) -> Known:
        """What NBSS's files of that day and before say."""
        stamp = re.compile(r"[-_](\d{8})[-._]")
        fresh = []
        for path in self._folder.emitted():
            dated = stamp.search(path.name)
            shown = path.name.startswith(_SHOWN)
            if shown and path not in self._read and (dated is None or dated[1] <= f"{day:%Y%m%d}"):
                fresh.append(path)
        if fresh:
            self._known = remember(self._known, Batch(self._reader.read(fresh).files), _NOTHING)
            self._read.update(fresh)
        return self._known

    def current_number(self, nhs_number: str | None, day: date) -> str | None:
        """The number itself, or the one that replaced it."""
        replaced = (
            row.nhs_number
            for row in self.up_to(day).subjects.values()
            if nhs_number and row.superseded_nhs_number == nhs_number
        )
        return next(replaced, nhs_number)

    def episode(
        self, nhs_number: str, day: date, seen_on: date | None = None
    ) -> tuple[Outcome | None, date | None]:
        """Outcome and date of her closed episode of the day she was seen, else of the last one of this round."""
        closed = [row for row in self.up_to(day).episodes.get(nhs_number, ()) if row.end_code]
        of_day = [row for row in closed if seen_on and seen_on in (row.date_of_as, row.date_of_foa)]
        row = max(of_day or closed, key=lambda row: row.changed_at, default=None)
        if row is None or abs((day - row.changed_at.date()).days) > _ROUND_DAYS:
            return None, None
        return row.outcome, row.date_of_as or row.date_of_foa

    def screening_number(self, nhs_number: str, day: date) -> str | None:
        """The screening number of that person's letters, if she has any by that day."""
        letters = self.up_to(day).letters.get(nhs_number, ())
        return next((letter.screening_number for letter in letters if letter.screening_number), None)

    def local_number(self, practice: str, day: date) -> str | None:
        """The number by which the office's covers name a practice."""
        for number, entries in self.up_to(day).directory.items():
            if any(entry.practice == practice and entry.closed_on is None for entry in entries):
                return number
        return None


class Enquiries:
    """Both screens together."""

    def __init__(self, demographics: Callable[[], Demographics], nbss: Nbss) -> None:
        self._open = demographics
        self._demographics: Demographics | None = None
        self.nbss = nbss

    @property
    def demographics(self) -> Demographics:
        """The demographics service, opened when first asked."""
        if self._demographics is None:
            self._demographics = self._open()
        return self._demographics

    def about(self, named: Named, screening_number: str | None, day: date) -> Facts | None:
        """Who it is, where she is registered, and what NBSS says of her; None where nobody can tell who it is."""
        current = self.nbss.current_number(named.nhs_number, day)
        replaced = current != named.nhs_number
        person = self.demographics.of_number(current) if replaced else self.demographics.find(named)
        if person is None and not (
            named.surname or named.date_of_birth
        ):  # an extract's row names a number alone
            person = self.demographics.of_number(current)
        if person is None:
            return None
        outcome, seen = self.nbss.episode(person.nhs_number, day, named.seen_on)
        practice = None if person.died_on else self.demographics.practice(person.nhs_number, day)
        number = screening_number or self.nbss.screening_number(person.nhs_number, day)
        return Facts(person, practice, number, outcome, seen)


def _printed(found: re.Match[str]) -> date:
    return datetime.strptime(found.group(1), "%d-%b-%Y").date()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _folded(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()).casefold()


_LAYOUT = Layout()


def reprint_name(office: ScreeningOffice, job: Job, day: date) -> str:
    """The file's name: the day it is printed, and the job it settles."""
    return f"SIL-{office.code}-{day:%Y%m%d}-{reprint_mark(job)}.pdf"


def reprint_mark(job: Job) -> str:
    """What the name of a job's reprint ends in, so that it is found again."""
    return f"R{zlib.crc32(job.key.encode()):08x}"


def can_be_printed(facts: Facts) -> bool:
    """Whether NBSS has all that a print needs, and there is a practice to send it to."""
    return None not in (facts.practice, facts.screening_number, facts.outcome, facts.day)


def reprint_pages(office: ScreeningOffice, local_number: str, facts: Facts, day: date) -> tuple[Page, ...]:
    """The SIL report of one result, for the practice of that local number."""
    sheaf = PracticePrint(str(facts.practice), (), local_number, (_entry(facts, day),))
    return report(office, day, (sheaf,), _LAYOUT).pages


def reprinted_letter(office: ScreeningOffice, job: Job, facts: Facts, day: date) -> dict[str, Any]:
    """The same on paper: a line as in post/<day>.jsonl."""
    return {
        "practice": facts.practice,
        "emitted_on": day.isoformat(),
        "file": reprint_name(office, job, day),
        "page": 1,
        "record": 1,
        "lines": text_lines(record(office, _entry(facts, day), _LAYOUT)),
    }


def _entry(facts: Facts, day: date) -> ShownRecord:
    person = facts.person
    number, outcome, seen = facts.screening_number, facts.outcome, facts.day
    assert number is not None  # noqa: S101 - see can_be_printed
    assert outcome is not None  # noqa: S101
    assert seen is not None  # noqa: S101
    born = person.date_of_birth
    return ShownRecord(
        screening_number=number,
        nhs_number=person.nhs_number,
        surname=person.surname,
        forename=person.forename,
        title=person.title,
        date_of_birth=born,
        age=day.year - born.year - ((day.month, day.day) < (born.month, born.day)),
        address=(),
        telephone="",
        outcome=str(outcome),
        seen_on=seen,
        side="R",
    )
