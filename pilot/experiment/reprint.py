"""A result put right in NBSS and printed again, alone: as a SIL report for the pipeline, or as a letter to post."""

import zlib
from datetime import date
from pathlib import Path
from typing import Any

from generators.people.people import Office as ScreeningOffice
from generators.prints.case import Entry
from generators.prints.page import A4, text_lines, write_pdf
from generators.prints.profiles import Layout
from generators.prints.sil import Sheaf, record, report
from pilot.experiment.enquiries import Facts
from pilot.experiment.office import Job

_LAYOUT = Layout()


def reprint_name(office: ScreeningOffice, job: Job, day: date) -> str:
    """The file's name: the day it is printed, and the job it settles."""
    return f"SIL-{office.code}-{day:%Y%m%d}-{reprint_mark(job)}.pdf"


def reprint_mark(job: Job) -> str:
    return f"R{zlib.crc32(job.key.encode()):08x}"


def can_be_printed(facts: Facts) -> bool:
    """Whether NBSS has all that a print needs, and there is a practice to send it to."""
    return None not in (facts.practice, facts.screening_number, facts.outcome, facts.day)


def write_reprint(office: ScreeningOffice, local_number: str, facts: Facts, day: date, to: Path) -> None:
    """The SIL report of one result, for the practice of that local number."""
    sheaf = Sheaf(str(facts.practice), (), local_number, (_entry(facts, day),))
    pages = report(office, day, (sheaf,), _LAYOUT).pages
    half = to.with_suffix(".half")
    half.write_bytes(write_pdf(list(pages), A4, "SIL"))
    half.replace(to)


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


def _entry(facts: Facts, day: date) -> Entry:
    person = facts.person
    number, outcome, seen = facts.screening_number, facts.outcome, facts.day
    assert number is not None  # noqa: S101 - see can_be_printed
    assert outcome is not None  # noqa: S101
    assert seen is not None  # noqa: S101
    born = person.date_of_birth
    return Entry(
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
