"""A practice's reports of one day: what goes into a file under which cover, and the file's bytes.

A file is damaged where its bundle's flaw says so; where each record stands in it is noted for the truth.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np

from generators.defects.catalogue import DAMAGES, Scope, assigned, damaged, of_scope, rates_of
from generators.people.people import Office, Practice
from generators.prints.case import Case, ShownRecord
from generators.prints.page import Layout, Page, Paper, Profile, write_pdf
from generators.prints.sil import Place, PracticePrint, report

REPORT_TITLE = "GP REPORTS"
HIDING = DAMAGES | {"image_only_page"}
"""Defects of a report after which some of its records cannot be read."""
_ONLY_READ = frozenset({"nhs_number_of_another", "missing_from_extract"})
"""Defects of a record that only its print shows: with one of HIDING they would leave no trace."""


@dataclass(frozen=True, slots=True)
class Section:
    """A cover and the cases under it. The cover is addressed to `name`, at the practice's own address."""

    name: str
    local_number: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One report file: for the practice at row `practice`, printed on `day`. `flaw` is its defect, or ""."""

    practice: int
    day: date
    sections: tuple[Section, ...]
    flaw: str = ""
    reprint: bool = False

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(case for section in self.sections for case in section.cases)

    def file_name(self, office_code: str) -> str:
        """As NBSS's users name it: office, day, practice's local number."""
        reprint = "-reprint" if self.reprint else ""
        return f"SIL-{office_code}-{self.day:%Y%m%d}-{self.sections[0].local_number}{reprint}.pdf"


def bundled(
    rng: np.random.Generator,
    cases: list[Case],
    practices: tuple[Practice, ...],
    profiles: tuple[Profile, ...],
    rates: Mapping[str, float],
) -> list[Bundle]:
    """A bundle for each practice and day, in order, with the defects of its scope applied and noted.

    `profiles` has one a practice; `rates` are the spec's, which a profile's own may raise.
    """
    groups = [list(group) for _, group in groupby(cases, key=_practice_and_day)]
    days = sorted({case.result.emitted_on for case in cases})
    return [_bundle(rng, group, practices, profiles, rates, days) for group in groups]


def with_reprints(bundles: list[Bundle]) -> Iterator[Bundle]:
    """The bundles with yesterday's reprints behind each day's own. Nothing of the last day is reprinted."""
    waiting: list[Bundle] = []
    for day, of_day in groupby(bundles, key=lambda bundle: bundle.day):
        today = list(of_day)
        yield from today
        yield from (replace(bundle, day=day, reprint=True, flaw="") for bundle in waiting)
        waiting = [bundle for bundle in today if bundle.flaw == "batch_reprinted"]


def _practice_and_day(case: Case) -> tuple[date, int]:
    return case.result.emitted_on, case.result.practice


def _bundle(
    rng: np.random.Generator,
    cases: list[Case],
    practices: tuple[Practice, ...],
    profiles: tuple[Profile, ...],
    rates: Mapping[str, float],
    days: list[date],
) -> Bundle:
    row, day = cases[0].result.practice, cases[0].result.emitted_on
    practice = practices[row]
    flaw = assigned(rng, rates_of(of_scope(Scope.REPORT), rates, profiles[row].defects), 1)[0]
    if flaw and not _can_have(flaw, cases, is_last_day=day == days[-1]):
        flaw = ""
    # Which records a page's picture hides is known only once the page is laid out.
    if flaw and flaw != "image_only_page":
        cases = [case.noted(flaw) if case.sil else case for case in cases]
    own = Section(practice.name, practice.local_number, tuple(cases))
    return Bundle(row, day, _sections(rng, own, practice, practices, flaw), flaw)


def _can_have(flaw: str, cases: list[Case], *, is_last_day: bool) -> bool:
    printed = sum(bool(case.sil) for case in cases)
    if flaw == "practice_merged":
        return printed > 1
    if flaw == "batch_reprinted":
        return printed > 0 and not is_last_day
    hides_all_trace = flaw in HIDING and any(not _ONLY_READ.isdisjoint(case.defects) for case in cases)
    return printed > 0 and not hides_all_trace


def _sections(
    rng: np.random.Generator, own: Section, practice: Practice, practices: tuple[Practice, ...], flaw: str
) -> tuple[Section, ...]:
    if flaw == "practice_old_code":
        return (replace(own, name=practice.merged.name, local_number=practice.merged.local_number),)
    if flaw == "practice_closed":
        return (replace(own, name=practice.dropped.name, local_number=practice.dropped.local_number),)
    if flaw == "practice_unknown":
        return (replace(own, local_number=_unused(rng, practices)),)
    if flaw == "practice_merged":
        printed = [case for case in own.cases if case.sil]
        theirs = printed[(len(printed) + 1) // 2 :]
        ours = tuple(case for case in own.cases if case not in theirs)
        moved = tuple(replace(case, practice_code=practice.merged.ods) for case in theirs)
        return replace(own, cases=ours), Section(practice.merged.name, practice.merged.local_number, moved)
    return (own,)


def _unused(rng: np.random.Generator, practices: tuple[Practice, ...]) -> str:
    known = {
        number
        for practice in practices
        for number in (practice.local_number, practice.merged.local_number, practice.dropped.local_number)
    }
    while (number := str(rng.integers(100, 10_000))) in known:
        pass
    return number


@dataclass(frozen=True, slots=True)
class PrintedRecord:
    """One record of a report: of which episode, where in the file, and its text as people read it on paper."""

    episode_id: str
    place: Place
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """A report file: its pages on their paper. `pictured` are the records, by episode, that a page's picture hides.

    `damaged` are the file's bytes where something befell them; else the pages, drawn, are the file.
    """

    name: str
    pages: tuple[Page, ...]
    paper: Paper
    damaged: bytes | None
    records: tuple[PrintedRecord, ...]
    pictured: frozenset[str]


def print_report(
    rng: np.random.Generator, office: Office, practice: Practice, bundle: Bundle, layout: Layout
) -> PrintedReport:
    """Lay out, draw, damage. The paper (`text`) is whole whatever happened to the file."""
    laid_out = report(office, bundle.day, _sheaves(practice, bundle), layout)
    episodes = [case.result.episode_id for case in bundle.cases for _ in case.sil]
    pages, pictured = list(laid_out.pages), frozenset[str]()
    if bundle.flaw == "image_only_page":
        picture = int(rng.choice(sorted({place.page for place in laid_out.places})))
        pages[picture - 1] = replace(pages[picture - 1], image_only=True)
        pictured = frozenset(
            episode
            for episode, place in zip(episodes, laid_out.places, strict=True)
            if place.page <= picture <= place.last_page
        )
    drawn = write_pdf(pages, layout.paper, REPORT_TITLE) if bundle.flaw in DAMAGES else b""
    return PrintedReport(
        name=bundle.file_name(office.code),
        pages=tuple(pages),
        paper=layout.paper,
        damaged=damaged(drawn, bundle.flaw, rng) if bundle.flaw in DAMAGES else None,
        records=tuple(
            PrintedRecord(episode, place, text)
            for episode, place, text in zip(episodes, laid_out.places, laid_out.texts, strict=True)
        ),
        pictured=pictured,
    )


def _sheaves(practice: Practice, bundle: Bundle) -> tuple[PracticePrint, ...]:
    address = practice.address[1:]
    return tuple(
        PracticePrint(section.name, (section.name, *address), section.local_number, _entries(section.cases))
        for section in bundle.sections
    )


def _entries(cases: tuple[Case, ...]) -> tuple[ShownRecord, ...]:
    return tuple(_as_printed(case, entry) for case in cases for entry in case.sil)


def _as_printed(case: Case, entry: ShownRecord) -> ShownRecord:
    """A printer that lacks a letter prints `?` for it."""
    if "name_characters_lost" not in case.defects:
        return entry
    return replace(entry, surname=entry.surname.encode("latin-1", "replace").decode("latin-1"))
