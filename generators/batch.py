"""`generate`: one spec and one seed to a folder of NBSS files, the paper, and the truth, a line a result."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import orjson

from generators.defects.records import Setting, flawed
from generators.errors import OutputInUse
from generators.later import with_later_prints
from generators.people.office_people import OfficePeople, draw_office_people
from generators.people.people import Practice, Registration
from generators.prints.case import Case, clean_case
from generators.prints.exports import ExtractFlaws, app_tables, appointment_files, extract_day, extract_files
from generators.prints.extracts import PRACTICE_COLUMNS, csv_bytes, directory_rows
from generators.prints.page import A4, PROFILES, Page, Paper, Profile, write_pdf
from generators.prints.reports import (
    HIDING,
    REPORT_TITLE,
    Bundle,
    PrintedReport,
    bundled,
    print_report,
    with_reprints,
)
from generators.prints.sil import letter, writes_to
from generators.spec import GenerationSpec


@dataclass(frozen=True, slots=True)
class Printed:
    """Where a record stands: file in the inbox, page and record from 1."""

    file: str
    page: int
    record: int


def truth_line(case: Case, practices: tuple[Practice, ...], places: list[Printed]) -> bytes:
    """One result. `file`, `page`, `record` are its first print, null where there is none; `also_printed` the rest."""
    result, person = case.result, case.result.person
    first = places[0] if places else None
    line: dict[str, Any] = {
        "screening_number": result.screening_number,
        "nhs_number": person.nhs_number,
        "date_of_birth": person.date_of_birth,
        "practice": practices[result.practice].ods,
        "outcome": result.outcome,
        "date": result.seen_on,
        "surname": person.surname,
        "forename": person.forename,
        "title": person.title,
        "episode_id": result.episode_id,
        "batch_id": result.batch_id,
        "emitted_on": result.emitted_on,
        "file": first.file if first else None,
        "page": first.page if first else None,
        "record": first.record if first else None,
    }
    if len(places) > 1:
        line["also_printed"] = [_place(place) for place in places[1:]]
    if case.printed_outcome:
        line["printed_outcome"] = case.printed_outcome
    if case.amended_on:
        line["amended_on"] = case.amended_on
    if case.withdrawn_on:
        line["withdrawn_on"] = case.withdrawn_on
    line |= {
        "defects": list(case.defects),
        "history": result.history,
        "age": person.age_on(result.emitted_on),
        "imd_quintile": result.imd,
        "ethnicity": result.ethnicity,
        "registered_practice": None if result.registered is None else practices[result.registered].ods,
        "registered_from": result.registered_from,
        "registered_to": result.registered_to,
        "died_on": result.died_on,
    }
    return orjson.dumps(line)


def practice_lines(people: OfficePeople) -> Iterator[bytes]:
    """The world the GP systems live in, one practice a line."""
    on_list: dict[int, list[Registration]] = defaultdict(list)
    for registration in people.registrations:
        on_list[registration.practice].append(registration)
    for row, practice in enumerate(people.practices):
        patients = sorted(on_list[row], key=lambda registration: registration.person.nhs_number)
        yield orjson.dumps(
            {
                "ods": practice.ods,
                "local_number": practice.local_number,
                "name": practice.name,
                "supplier": practice.supplier,
                "list_size": practice.list_size,
                "address": list(practice.address),
                "patients": [_patient(registration) for registration in patients],
            }
        )


def letter_line(practice: str, day: date, printed: Printed, text: tuple[str, ...]) -> bytes:
    """A line of post/: one printed result, for a practice that gets paper."""
    return orjson.dumps({"practice": practice, "emitted_on": day, **_place(printed), "lines": list(text)})


def as_lines(lines: Iterable[bytes]) -> bytes:
    """Each with a newline."""
    return b"".join(line + b"\n" for line in lines)


def _place(printed: Printed) -> dict[str, Any]:
    return {"file": printed.file, "page": printed.page, "record": printed.record}


def _patient(registration: Registration) -> dict[str, Any]:
    person = registration.person
    return {
        "nhs_number": person.nhs_number,
        "surname": person.surname,
        "forename": person.forename,
        "title": person.title,
        "date_of_birth": person.date_of_birth,
        "registered_from": registration.since,
        "registered_to": registration.until,
        "died_on": registration.died_on,
    }


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written. `days` are the days on which files came out, in order.

    `records` counts what was put on paper, reprints and duplicates too; `defects` the results that have each.
    """

    results: int
    practices: int
    files: int
    pages: int
    records: int
    days: tuple[date, ...]
    outcomes: dict[str, int]
    defects: dict[str, int]
    out: Path = Path()


def generate(spec: GenerationSpec, seed: int, out: Path) -> Generated:
    """Write `inbox/`, `post/`, `truth.jsonl` and `practices.jsonl` into `out`, which may exist without these.

    The same spec and seed give the same bytes. Raises OutputInUse where `inbox/` or `post/` holds files,
    OSError where the folder cannot be written.
    """
    return replace(emit(spec, seed, _Folder(out)), out=out)


class Sink(Protocol):
    """Where what an office emits goes to. `path` is as `inbox/SIL-KXX-20261102-1.pdf`."""

    def write(self, path: str, data: bytes) -> None:
        """Keep a file, by its path in the batch's folder."""

    def draw(self, path: str, pages: Sequence[Page], paper: Paper, title: str) -> None:
        """A PDF of these pages."""


class _Folder:
    """A folder on disk; raises OutputInUse where there is a batch in it."""

    def __init__(self, out: Path) -> None:
        self._out = out
        for folder in (out / "inbox", out / "post"):
            if folder.is_dir() and any(folder.iterdir()):
                raise OutputInUse(folder)
        for folder in (out / "inbox", out / "post"):
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, path: str, data: bytes) -> None:
        (self._out / path).write_bytes(data)

    def draw(self, path: str, pages: Sequence[Page], paper: Paper, title: str) -> None:
        self.write(path, write_pdf(list(pages), paper, title))


def emit(spec: GenerationSpec, seed: int, to: Sink) -> Generated:
    """As `generate`, to wherever `to` puts it."""
    lives, flaws, paper, later = (
        np.random.default_rng([seed, crc32(spec.office.code.encode()), stream]) for stream in range(4)
    )
    people = draw_office_people(lives, flaws, spec)
    profiles = tuple(PROFILES[spec.profiles[row % len(spec.profiles)]] for row in range(spec.practices))
    cases = with_later_prints(later, _flawed_cases(flaws, people), people.practices, spec)
    bundles = bundled(flaws, cases, people.practices, profiles, spec.defects)
    writer = _Writer(spec, people, profiles, to)
    for day, of_day in groupby(with_reprints(bundles), key=lambda bundle: bundle.day):
        writer.print_day(paper, day, list(of_day))
    cases = [writer.with_pictured(case) for bundle in bundles for case in bundle.cases]
    days = tuple(sorted({case.result.emitted_on for case in cases}))
    cases = writer.write_extracts(paper, _with_their_prints(cases), list(days))
    writer.write_truth(cases)
    return Generated(
        results=len(cases),
        practices=len(people.practices),
        files=writer.files,
        pages=writer.pages,
        records=sum(map(len, writer.places.values())),
        days=days,
        outcomes=_counted([case.result.outcome for case in cases]),
        defects=_counted([defect for case in cases for defect in case.defects]),
    )


def _flawed_cases(rng: np.random.Generator, people: OfficePeople) -> list[Case]:
    """A case a result, with the defect that its record is to have, where it can have it."""
    cases = [clean_case(result, people.practices) for result in people.results]
    spare = iter(people.spare_numbers)
    reports: dict[tuple[date, int], list[str]] = defaultdict(list)
    for result in people.results:
        if not result.defects and result.episode_id not in people.flawed:
            reports[result.emitted_on, result.practice].append(result.person.nhs_number)
    for i, case in enumerate(cases):
        flaw = people.flawed.get(case.result.episode_id)
        if flaw:
            mates = reports[case.result.emitted_on, case.result.practice]
            others = tuple(number for number in mates if number != case.result.person.nhs_number)
            taken = people.numbers_of_others.get(case.result.episode_id)
            cases[i] = flawed(case, flaw, Setting(rng, spare, others, taken)) or case
    return _with_owners(cases)


def _with_owners(cases: list[Case]) -> list[Case]:
    """A number printed for another is noted for its owner too: a reader cannot know which of the two is right."""
    flaw = "nhs_number_of_another"
    lent = {entry.nhs_number for case in cases if flaw in case.defects for entry in case.sil}
    return [case.noted(flaw) if case.result.person.nhs_number in lent else case for case in cases]


def _with_their_prints(cases: list[Case]) -> list[Case]:
    """The results alone; what befell a later print of one is noted of it."""
    befell = {case.result.episode_id: case.defects for case in cases if case.again}
    return [
        replace(case, defects=tuple(dict.fromkeys((*case.defects, *befell.get(case.result.episode_id, ())))))
        for case in cases
        if not case.again
    ]


class _Writer:
    """The thin shell: writes the files of each day, and keeps count of what went where."""

    def __init__(
        self, spec: GenerationSpec, people: OfficePeople, profiles: tuple[Profile, ...], to: Sink
    ) -> None:
        self.files = self.pages = 0
        self.places: dict[str, list[Printed]] = defaultdict(list)
        self._spec, self._people, self._profiles, self._to = spec, people, profiles, to
        self._pictured: set[str] = set()
        self._local_numbers: set[str] = set()

    def print_day(self, rng: np.random.Generator, day: date, bundles: list[Bundle]) -> None:
        """The day's reports and letters, and the same as paper."""
        lines: list[bytes] = []
        for bundle in bundles:
            self._local_numbers.update(section.local_number for section in bundle.sections)
            if any(case.sil for case in bundle.cases):
                practice = self._people.practices[bundle.practice]
                layout = self._profiles[bundle.practice].layout
                lines += self._report(
                    print_report(rng, self._spec.office, practice, bundle, layout), practice.ods, day
                )
        self._to.write(f"post/{day}.jsonl", as_lines(lines))
        cases = [case for bundle in bundles if not bundle.reprint for case in bundle.cases]
        pages = [
            letter(self._spec.office, case.letter, day)
            for case in cases
            if case.letter and writes_to(case.letter.outcome)
        ]
        if pages and "letters" in self._spec.sources:
            name = f"SMSTA-{self._spec.office.code}-{day:%Y%m%d}.pdf"
            self._draw(name, pages, A4, "SMSTA")

    def with_pictured(self, case: Case) -> Case:
        if case.result.episode_id not in self._pictured:
            return case
        return case.noted("image_only_page")

    def write_extracts(self, rng: np.random.Generator, cases: list[Case], days: list[date]) -> list[Case]:
        """Both extracts and the directory. Returns the cases, with what is wrong of the extracts noted."""
        spec = self._spec
        cases = [self._maybe(rng, case, "extract_dirt") for case in cases]
        flaws = ExtractFlaws(
            dirty=frozenset(case.result.episode_id for case in cases if "extract_dirt" in case.defects),
            cut=_cut_days(rng, spec.defects.get("extract_cut", 0.0), days, cases),
            nobody=self._people.spare_numbers[-1],
        )
        compress = any(profile.gzipped for profile in self._profiles)
        if "extract" in spec.sources:
            told = {case.result.person.nhs_number for case in cases}
            others = [each for each in self._people.registrations if each.person.nhs_number not in told]
            for file in extract_files(
                rng, cases, spec.office.code, days, compress, flaws, spec.extracts, others, spec.calibration
            ):
                self._write(file.name, file.data)
        if "tables" in spec.sources:
            for file in app_tables(cases, spec.office, days):
                self._write(file.name, file.data)
        if "appointments" in spec.sources:
            for file in appointment_files(cases, spec.office):
                self._write(file.name, file.data)
        rows = directory_rows(self._people.practices, self._local_numbers)
        self._write(f"PRACTICES-{spec.office.code}.csv", csv_bytes(PRACTICE_COLUMNS, rows))
        return [
            case.noted("extract_cut") if extract_day(case.result.closed_on, days) in flaws.cut else case
            for case in cases
        ]

    def write_truth(self, cases: list[Case]) -> None:
        practices = self._people.practices
        lines = (truth_line(case, practices, self.places[case.result.episode_id]) for case in cases)
        self._to.write("truth.jsonl", as_lines(lines))
        self._to.write("practices.jsonl", as_lines(practice_lines(self._people)))

    def _maybe(self, rng: np.random.Generator, case: Case, flaw: str) -> Case:
        happens = rng.random() < self._spec.defects.get(flaw, 0.0)
        return case.noted(flaw) if happens and case.extract else case

    def _report(self, printed: PrintedReport, practice: str, day: date) -> list[bytes]:
        if "print" in self._spec.sources:
            if printed.damaged is None:
                self._draw(printed.name, printed.pages, printed.paper, REPORT_TITLE)
            else:
                self._write(printed.name, printed.damaged, len(printed.pages))
        self._pictured |= printed.pictured
        lines = []
        for record in printed.records:
            place = Printed(printed.name, record.place.page, record.place.record)
            self.places[record.episode_id].append(place)
            lines.append(letter_line(practice, day, place, record.text))
        return lines

    def _write(self, name: str, data: bytes, pages: int = 0) -> None:
        self._to.write(f"inbox/{name}", data)
        self.files += 1
        self.pages += pages

    def _draw(self, name: str, pages: Sequence[Page], paper: Paper, title: str) -> None:
        self._to.draw(f"inbox/{name}", pages, paper, title)
        self.files += 1
        self.pages += len(pages)


def _cut_days(rng: np.random.Generator, rate: float, days: list[date], cases: list[Case]) -> frozenset[date]:
    """Never a day whose extract is the only trace of another defect: two that hide each other prove nothing."""
    only_in_extract = {"result_changed", "missing_from_report", *HIDING}
    needed = {
        extract_day(day, days)
        for case in cases
        if not only_in_extract.isdisjoint(case.defects)
        for day in (case.result.closed_on, case.result.emitted_on)
    }
    return frozenset(day for day in days if rng.random() < rate and day not in needed)


def _counted(names: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
