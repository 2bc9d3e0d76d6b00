"""The office's exports as files: the extracts of a day, NBSS's own tables, the appointment file."""

import csv
import io
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from generators.calibration import USUAL, Calibration
from generators.defects.catalogue import damaged
from generators.people.episodes import CLOSINGS
from generators.people.people import Office, Registration
from generators.prints.case import Case
from generators.prints.extracts import (
    EPISODE_COLUMNS,
    SUBJECT_COLUMNS,
    Dated,
    Row,
    csv_bytes,
    earlier_episodes,
    episode_rows,
    gzipped,
    others_episodes,
    published_episodes,
    published_subjects,
    reclosing_row,
    subject_rows,
)

SHAPES = ("full", "published")
"""`full` says how each episode closed; `published` is what NHS England's own test files say: that it closed."""

_ANOTHER_COLUMNS_CODES = ("RR", "FP", "R", "NA", "C", "KXX")
_BAD_NUMBERS = ("", "111", "9990000000", "99900000X1", "0000000000")


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """A file's name and bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ExtractFlaws:
    """Episode ids whose rows are `dirty`, days whose episodes are `cut`, and an NHS number that is nobody's."""

    dirty: frozenset[str]
    cut: frozenset[date]
    nobody: str


def extract_files(
    rng: np.random.Generator,
    cases: list[Case],
    code: str,
    days: list[date],
    compress: bool,
    flaws: ExtractFlaws,
    shape: str = "full",
    others: Sequence[Registration] = (),
    by: Calibration = USUAL,
) -> Iterator[ExtractFile]:
    """Both extracts of every day: what changed since the day before, the first with all that went before.

    `others` are people without a result: in a `published` extract some have an episode that was closed too.
    """
    published = shape == "published"
    episodes: list[Dated] = []
    subjects: list[Dated] = []
    for case in cases:
        if case.extract:
            episodes += _episodes(case, code)
            subjects += subject_rows(case.result, case.extract, code, case.practice_code, case.superseded)
    if published:
        episodes += earlier_episodes(rng, cases, days, code, by)
        episodes += others_episodes(rng, len(cases), others, days, code, by)
    for day, rows in _by_day(episodes, days):
        told = _dirtied(rng, rows, flaws)
        data = published_episodes(told, day, by) if published else csv_bytes(EPISODE_COLUMNS, told)
        data = gzipped(data) if compress else data
        if day in flaws.cut:
            data = damaged(data, "extract_cut", rng)
        yield ExtractFile(_name("EPISODES", code, day, compress, published), data)
    postcodes = {case.extract.nhs_number: case.extract.address[-1] for case in cases if case.extract}
    for day, rows in _by_day(subjects, days):
        data = published_subjects(rows, day, postcodes) if published else csv_bytes(SUBJECT_COLUMNS, rows)
        name = _name("SUBJECTS", code, day, compress, published)
        yield ExtractFile(name, gzipped(data) if compress else data)


def _episodes(case: Case, code: str) -> list[Dated]:
    """An episode's rows. One that was changed after printing has a row more: of that day, or of the later print's."""
    if case.extract is None:
        return []
    if case.closed_as is None:
        return episode_rows(case.result, case.extract, code)
    rows = episode_rows(case.result, case.closed_as, code)
    day = case.amended_on or case.result.emitted_on
    return [*rows, reclosing_row(case.result, case.extract, rows[1][1], day)]


def _by_day(rows: list[Dated], days: list[date]) -> Iterator[tuple[date, list[Row]]]:
    rows = sorted(rows, key=lambda row: row[0])
    start = 0
    for day in days:
        end = start
        while end < len(rows) and rows[end][0].date() <= day:
            end += 1
        yield day, [row for _, row in rows[start:end]]
        start = end


def _dirtied(rng: np.random.Generator, rows: list[Row], flaws: ExtractFlaws) -> Iterator[Row]:
    """Rows as real files have them. What an episode's own rows say stays true; what is added is nobody's."""
    for row in rows:
        if row["episode_id"] not in flaws.dirty:
            yield row
            continue
        moment = row["change_db_date_time"].removesuffix("+00").replace(" ", "T")
        yield row | {
            "appointment_made": row["appointment_made"].upper(),
            "change_db_date_time": f"{moment}Z",
        }
        yield _stray(rng, row, flaws.nobody)


def _stray(rng: np.random.Generator, row: Row, nobody: str) -> Row:
    """A blank row, one with a bad NHS number, or one with a code from another column."""
    episode = {"episode_id": f"9{rng.integers(1_000_000, 9_999_999)}", "final_action_code": ""}
    return (
        dict.fromkeys(row, ""),
        row | episode | {"nhs_number": str(rng.choice(_BAD_NUMBERS)), "end_code": ""},
        row | episode | {"nhs_number": nobody, "end_code": str(rng.choice(_ANOTHER_COLUMNS_CODES))},
    )[int(rng.integers(0, 3))]


def extract_day(day: date, days: list[date]) -> date:
    """The day in whose extract a change of `day` is: the first of `days` (in order) not before it."""
    return days[min(bisect_left(days, day), len(days) - 1)]


def _name(kind: str, code: str, day: date, compress: bool, published: bool) -> str:
    stem = f"bss_{kind.lower()}_{code}_{day:%Y%m%d}" if published else f"{kind}-{code}-{day:%Y%m%d}"
    return f"{stem}.csv" + (".gz" if compress else "")


# NBSS's own tables, exported whole to CSV over ODBC, as NHS England's extraction team does it
# (NHSDigital/dtos-breast-nbss-extraction, nbss/playcd): a file a table, named after schema, table and moment; every
# row of the table, each time; the line ends of Python's csv module. The schema `APP` and the tables `Clients` and
# `BsoDetails` are named there. No column is published, nor the name of the table of episodes: those are ours.
CLIENTS = (
    "SX_NUMBER", "NHS_NUMBER", "SURNAME", "FORENAMES", "TITLE", "DATE_OF_BIRTH", "ADDRESS_1", "ADDRESS_2",
    "ADDRESS_3", "POSTCODE", "TELEPHONE", "GP_PRACTICE_CODE", "BSO_CODE",
)  # fmt: skip
EPISODES = (
    "EPISODE_ID", "SX_NUMBER", "EPISODE_TYPE", "BATCH_ID", "DATE_OPENED", "DATE_OF_FOA", "DATE_OF_AS", "END_CODE",
    "REASON_CLOSED", "FINAL_ACTION", "DATE_CLOSED", "GP_REPORT_PRINTED",
)  # fmt: skip
BSO_DETAILS = ("BSO_CODE", "BSO_NAME", "ADDRESS", "TELEPHONE")


def app_tables(cases: list[Case], office: Office, days: list[date]) -> Iterator[ExtractFile]:
    """The tables on the evening of each day: everybody whose episode was printed by then."""
    for day in days:
        told = [case for case in cases if case.result.emitted_on <= day and case.extract]
        details = [office.code, office.name.upper(), ", ".join(office.address), office.telephone]
        for table, columns, rows in (
            ("BsoDetails", BSO_DETAILS, [details]),
            ("Clients", CLIENTS, _clients(told, office.code)),
            ("Episodes", EPISODES, _episode_table(told, day)),
        ):
            yield ExtractFile(f"APP_{table}_{day:%Y%m%d}_183000.csv", _csv(columns, rows))


def _clients(cases: Iterable[Case], code: str) -> Iterator[list[str]]:
    for case in cases:
        person = case.result.person
        *lines, postcode = person.address
        yield [
            case.result.screening_number,
            person.nhs_number,
            person.surname,
            person.forename,
            person.title,
            person.date_of_birth.isoformat(),
            *[*lines, "", "", ""][:3],
            postcode,
            person.telephone,
            case.practice_code,
            code,
        ]


def _episode_table(cases: Iterable[Case], day: date) -> Iterator[list[str]]:
    for case in cases:
        result = case.result
        before = case.closed_as if case.amended_on is not None and day < case.amended_on else None
        outcome = before.outcome if before else result.outcome
        closing = CLOSINGS[outcome]
        attended = closing.screened or outcome == "attended_not_screened"
        yield [
            result.episode_id,
            result.screening_number,
            result.episode_type,
            result.batch_id,
            result.invited_on.isoformat(),
            result.seen_on.isoformat(),
            result.seen_on.isoformat() if attended else "",
            closing.end_code,
            closing.reason_closed,
            closing.final_action,
            result.closed_on.isoformat(),
            result.emitted_on.isoformat(),
        ]


def _csv(columns: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


# The appointment file (NBSSAPPT): records and fields as the tests of NHSDigital/dtos-service-layer have them, quoted,
# parted by `|`: a header with the number of the transfer and of the rows, one line of field names, the rows, an end.
# It says that she was seen or not, never what was found.
FIELDS = (
    "Sequence", "BSO", "Action", "Clinic Code", "Holding Clinic", "Status", "Attended Not Scr", "Appointment ID",
    "NHS Num", "Epsiode Type", "Episode Start", "BatchID", "Screen or Asses", "Screen Appt num", "Booked By",
    "Cancelled By", "Appt Date", "Appt Time", "Location", "Clinic Name", "Clinic Name (Let)", "Clinic Address 1",
    "Clinic Address 2", "Clinic Address 3", "Clinic Address 4", "Clinic Address 5", "Postcode", "Action Timestamp",
)  # fmt: skip
"""`Epsiode` is NBSS's own spelling."""

_ATTENDED, _MISSED, _CANCELLED = "A", "D", "C"


def appointment_files(cases: list[Case], office: Office) -> Iterator[ExtractFile]:
    """One file a day of printing: what became of the appointments whose episodes it closed."""
    ordered = sorted(cases, key=lambda case: case.result.emitted_on)
    for number, (day, group) in enumerate(
        groupby(ordered, key=lambda case: case.result.emitted_on), start=100
    ):
        rows = [_appointment(n, case, office, day) for n, case in enumerate(group, start=1)]
        ends = (f"{number:08d}", f"{day:%Y%m%d}", "181500", f"{len(rows):06d}")
        lines = [("NBSSAPPT_HDR", *ends), ("NBSSAPPT_FLDS", *FIELDS)]
        lines += [("NBSSAPPT_DATA", *row) for row in rows]
        lines.append(("NBSSAPPT_END", *ends))
        text = "\n".join("|".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
        yield ExtractFile(f"{office.code}_{day:%Y%m%d}181500_APPT_{number}.dat", text.encode())


def _appointment(sequence: int, case: Case, office: Office, day: date) -> tuple[str, ...]:
    result = case.result
    not_screened = result.outcome == "attended_not_screened"
    came = CLOSINGS[result.outcome].screened or not_screened
    status = _ATTENDED if came else _MISSED if result.outcome == "did_not_attend" else _CANCELLED
    minutes = int(result.screening_number[3:]) % 96 * 5
    time = f"{9 + minutes // 60:02d}{minutes % 60:02d}"
    address = (*office.address[:-1], "", "", "", "", "")[:5]
    return (
        f"{sequence:06d}", office.code, "U", "BU003", "N", status, "Y" if not_screened else "N",
        f"BU003-{result.seen_on.toordinal() % 100_000}-RA1-DN-T{time}-1", result.person.nhs_number,
        result.episode_type, result.invited_on.isoformat(), result.batch_id, "S", "1", "H",
        "C" if status == _CANCELLED else "", f"{result.seen_on:%Y%m%d}", time, "BU", "BREAST CARE UNIT",
        "BREAST CARE UNIT", *address, office.address[-1], f"{day:%Y%m%d}-181420",
    )  # fmt: skip
