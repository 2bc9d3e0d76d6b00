"""Records and covers as rows of text, for the tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from pilot.domain.result import Provenance, Rejected, ScreeningResult
from pilot.nbss.pdf import Page
from pilot.nbss.sil import Report, read_report

RULE = "_" * 80
HEADING = "NHS BREAST SCREENING PROGRAMME                                        FEATHERING"
NORMAL = (
    "SCREENED - ROUTINE RECALL",
    "",
    "         Screened on: 19-Feb-2026",
    "",
    "             Opinion: No significant radiological abnormality",
)
DNA = ("NOT SCREENED", "", "Because :", "DNA any screening session")
RECALL = (
    "SCREENED - WILL BE INVITED FOR FURTHER ATTENT",
    "",
    "      Mammography on: 19-Feb-2026",
    "",
    "          Opinion  R: Abnormality present on imaging, uncertain",
)


@dataclass(frozen=True)
class Record:
    """One record; what is left alone is a whole and plausible one."""

    name: str = "FIELD, FLORA, MRS"
    screening_number: str = "KXX000001"
    nhs_number: str = "999 000 0018"
    born: str = "04-May-1961"
    age: str = "64"
    address: tuple[str, ...] = ("1 THE STREET", "FEATHERING", "ZZ9 9ZZ")
    telephone: str = ""
    ending: tuple[str, ...] = NORMAL

    @property
    def rows(self) -> tuple[str, ...]:
        """As printed, blank rows included."""
        first, *rest = self.address or ("",)
        return (
            HEADING,
            "",
            self.name,
            "",
            f"Screening Number: {self.screening_number}".ljust(44) + f"Date of Birth: {self.born}",
            f"      NHS Number: {self.nhs_number}".ljust(54) + f"Age: {self.age}",
            f"         Address: {first}",
            *(f"                : {line}" for line in rest),
            "",
            f"       Telephone: {self.telephone}",
            RULE,
            "",
            *self.ending,
        )


def cover(local_number: str = "123", printed: str = "23 Feb 26", count: int | None = None) -> tuple[str, ...]:
    """A cover's rows; "" for `printed` leaves the day out."""
    heading = "NHS BREAST SCREENING PROGRAMME         GP REPORTS"
    return (
        heading.ljust(59) + (f"Printed: {printed}" if printed else ""),
        "",
        "    To: c/o THE SURGERY",
        "        1 HILL ROAD",
        "",
        f"        ({local_number})",
        "",
        "                             From: FEATHERING",
        "                              Tel: 01632 960123",
        *([f"Number of reports: {count}"] if count is not None else []),
        "PLEASE NOTE: Although imaging in the best method for detecting breast cancer,",
        "             it cannot detect all cases.  New symptoms warrant re-assessment.",
    )


def pages_of(*pages: Sequence[str]) -> list[Page]:
    """Pages as the PDF room gives them: without blank rows."""
    return [
        Page(number, tuple(row for row in rows if row.strip()), drawn=bool(rows))
        for number, rows in enumerate(pages, start=1)
    ]


def report_of(*pages: Sequence[str]) -> Report:
    return read_report(pages_of(*pages), "SIL.pdf")


def only(report: Report) -> ScreeningResult | Rejected:
    """The one record of a report."""
    every: list[ScreeningResult | Rejected] = [*report.results, *report.rejected]
    (found,) = every
    return found


def read_one(record: Record) -> ScreeningResult | Rejected:
    return only(report_of(cover(), record.rows))


def place(page: int, record: int) -> Provenance:
    return Provenance("SIL.pdf", page, record)
