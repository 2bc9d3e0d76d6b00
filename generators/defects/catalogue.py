"""The defects by name. A rate in the spec is the chance for each record, report or extract it can happen to.

A record, a report and an extract each have at most one defect of their own scope, so that every rate is
exact and every finding of a reader has one cause; a flawed record may stand in a flawed report.
"""

from dataclasses import dataclass
from enum import Enum


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
