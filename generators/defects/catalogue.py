"""The defects by name, which thing gets which, and what is done to a file's bytes.

A rate in the spec is the chance for each record, report or extract it can happen to.
A record, a report and an extract each have at most one defect of their own scope, so that every rate is
exact and every finding of a reader has one cause; a flawed record may stand in a flawed report.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from generators.people.population import pick


class Scope(Enum):
    """What one draw of a defect falls on."""

    PERSON = "person"  # the truth itself is awkward; every output shows it rightly, or as well as it can
    RECORD = "record"  # one output says something else of one result, or nothing
    NBSS = "nbss"  # NBSS itself is wrong of one result: every output says the same wrong thing
    REPORT = "report"  # one practice's file of one day
    EXTRACT = "extract"  # the episode extract of one day
    ROW = "row"  # one result's rows of the episode extract


@dataclass(frozen=True, slots=True)
class Defect:
    """`what` is one line for docs/nbss.md and for error messages."""

    name: str
    scope: Scope
    what: str


DEFECTS: dict[str, Defect] = {
    name: Defect(name, scope, what)
    for scope, defects in {
        Scope.PERSON: {
            "twins": "the next result of the report is her twin's: same surname, birthday and address",
            "namesakes": "the next result is of somebody of the same name at the same address, born on another day",
            "name_outside_latin1": "a name with letters outside Latin-1, printed as they are",
            "name_characters_lost": "the same, but report and letter print `?` for each such letter",
            "outcome_without_concept": "her outcome is one that the code set has no concept for",
        },
        Scope.RECORD: {
            "nhs_number_invalid": "report and letter print an NHS number with a wrong check digit",
            "nhs_number_missing": "report and letter print no NHS number",
            "nhs_number_short": "report and letter print `111`, as on a sample",
            "nhs_number_superseded": "report and letter print the number that her present one replaced",
            "nhs_number_of_another": "the report prints the number of another result of the same report",
            "date_of_birth_wrong": "the report prints another year of birth; the age printed is right",
            "date_of_birth_implausible": "the report prints a year of birth 100 years early",
            "result_changed": "the result was changed after printing: report and letter say what it was before",
            "letters_disagree": "her own letter says another outcome than report and extract",
            "outcome_not_recognised": "the report prints a headline that nobody knows",
            "record_cut_short": "the report's record ends at the rule",
            "duplicate_record": "the report prints the record twice",
            "missing_from_report": "the report leaves her out",
            "missing_from_letters": "she has no letter",
            "missing_from_extract": "episode and subject extracts leave her out",
        },
        Scope.NBSS: {
            "entered_wrongly": "her result was entered wrongly in NBSS: report, letter and extract agree on it",
            "nhs_number_of_namesake": "NBSS has the NHS number of a namesake born on her day, of the same practice",
            "nhs_number_of_stranger": "NBSS has the number of another patient there, of other name and birthday",
        },
        Scope.REPORT: {
            "practice_old_code": "the cover has the practice's former local number; the directory names the successor",
            "practice_merged": "a second cover in the file, with the former practice's number, has half of the records",
            "practice_closed": "the cover's local number is of a practice closed without a successor",
            "practice_unknown": "the cover's local number is not in the directory",
            "batch_reprinted": "the same report comes out again with the next day's",
            "image_only_page": "one page of the report is a picture",
            "file_truncated": "the end of the file is missing",
            "file_cut_in_transfer": "a stretch in the middle of the file is missing",
            "file_empty": "the file has no bytes",
            "file_not_a_pdf": "the file is a proxy's error page under the report's name",
        },
        Scope.EXTRACT: {"extract_cut": "the day's episode extract ends in the middle"},
        Scope.ROW: {
            "extract_dirt": "her rows spell yes and no and the time zone otherwise; beside each a blank row, "
            "one with a bad NHS number, or one with a code from another column"
        },
    }.items()
    for name, what in defects.items()
}


def of_scope(*scopes: Scope) -> tuple[str, ...]:
    """The names of the defects of these scopes, in the catalogue's order."""
    return tuple(name for name, defect in DEFECTS.items() if defect.scope in scopes)


def assigned(rng: np.random.Generator, rates: Mapping[str, float], count: int) -> list[str]:
    """A defect's name, or "", for each of `count` things; the rates may add up to 1 at most."""
    names = [*rates, ""]
    shares = [*rates.values(), max(0.0, 1 - sum(rates.values()))]
    return [names[i] for i in pick(rng, shares, count)]


def rates_of(names: tuple[str, ...], *tables: Mapping[str, float]) -> dict[str, float]:
    """For each name the highest rate any table gives it."""
    return {name: max(table.get(name, 0.0) for table in tables) for name in names}


# What happens to a file between the printer and the inbox.
_ERROR_PAGE = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>Bad Gateway</h1><p>The proxy server received an invalid response from an upstream server.</p></body></html>
"""


def damaged(data: bytes, flaw: str, rng: np.random.Generator) -> bytes:
    """The bytes with that flaw; unchanged where the flaw is none of a file's bytes."""
    return _DAMAGES[flaw](data, rng) if flaw in _DAMAGES else data


def _truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(len(data) * rng.uniform(0.3, 0.9))]


def _cut_in_transfer(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch out of the middle, from a tenth to a half of the file; beginning and end are there."""
    length = int(len(data) * rng.uniform(0.1, 0.5))
    start = int(rng.uniform(0.2, 0.4) * len(data))
    return data[:start] + data[start + length :]


_DAMAGES: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "file_truncated": _truncated,
    "file_cut_in_transfer": _cut_in_transfer,
    "file_empty": lambda _data, _rng: b"",
    "file_not_a_pdf": lambda _data, _rng: _ERROR_PAGE,
    "extract_cut": _truncated,
}
DAMAGES = frozenset(_DAMAGES)
