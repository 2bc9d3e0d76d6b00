"""One bundle to one file: the report's bytes, damaged where its flaw says so, and where each record stands in it."""

from dataclasses import dataclass, replace

import numpy as np

from generators.bundle import Bundle
from generators.case import Case
from generators.defects.damage import damaged
from generators.entry import Entry
from generators.office import Office
from generators.pdf import write_pdf
from generators.people import Practice
from generators.profiles import Layout
from generators.sil import Place, Sheaf, report


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """One record of a report: whose, where in the file, and its text as people read it on paper."""

    screening_number: str
    place: Place
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """A report file. `pictured` are the screening numbers of records that a page's picture hides."""

    name: str
    data: bytes
    pages: int
    records: tuple[PrintedRecord, ...]
    pictured: frozenset[str]


def print_report(
    rng: np.random.Generator, office: Office, practice: Practice, bundle: Bundle, layout: Layout
) -> PrintedReport:
    """Lay out, draw, damage. The paper (`text`) is whole whatever happened to the file."""
    laid_out = report(office, bundle.day, _sheaves(practice, bundle), layout)
    numbers = [case.result.screening_number for case in bundle.cases for _ in case.sil]
    pages, pictured = list(laid_out.pages), frozenset[str]()
    if bundle.flaw == "image_only_page":
        picture = int(rng.choice(sorted({place.page for place in laid_out.places})))
        pages[picture - 1] = replace(pages[picture - 1], image_only=True)
        pictured = frozenset(
            number
            for number, place in zip(numbers, laid_out.places, strict=True)
            if place.page <= picture <= place.last_page
        )
    return PrintedReport(
        name=bundle.file_name(office.code),
        data=damaged(write_pdf(pages, layout.paper, "GP REPORTS"), bundle.flaw, rng),
        pages=len(pages),
        records=tuple(
            PrintedRecord(number, place, text)
            for number, place, text in zip(numbers, laid_out.places, laid_out.texts, strict=True)
        ),
        pictured=pictured,
    )


def _sheaves(practice: Practice, bundle: Bundle) -> tuple[Sheaf, ...]:
    address = practice.address[1:]
    return tuple(
        Sheaf(section.name, (section.name, *address), section.local_number, _entries(section.cases))
        for section in bundle.sections
    )


def _entries(cases: tuple[Case, ...]) -> tuple[Entry, ...]:
    return tuple(_as_printed(case, entry) for case in cases for entry in case.sil)


def _as_printed(case: Case, entry: Entry) -> Entry:
    """A printer that lacks a letter prints `?` for it."""
    if "name_characters_lost" not in case.defects:
        return entry
    return replace(entry, surname=entry.surname.encode("latin-1", "replace").decode("latin-1"))
