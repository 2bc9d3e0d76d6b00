"""NBSS's own tables, exported whole to CSV over ODBC, as NHS England's extraction team does it.

From its repository (NHSDigital/dtos-breast-nbss-extraction, nbss/playcd): a file a table, named after schema,
table and moment; every row of the table, each time; the line ends of Python's csv module. The schema `APP` and
the tables `Clients` and `BsoDetails` are named there. No column is published, nor the name of the table of
episodes: those are ours.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from generators.case import Case
from generators.extract_files import ExtractFile
from generators.office import Office
from generators.outcomes import CLOSINGS

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
            ("Episodes", EPISODES, _episodes(told)),
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


def _episodes(cases: Iterable[Case]) -> Iterator[list[str]]:
    for case in cases:
        result, closing = case.result, CLOSINGS[case.result.outcome]
        attended = closing.screened or result.outcome == "attended_not_screened"
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
