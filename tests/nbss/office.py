"""A small office for the tests of checking: its reports, extracts, letters and directory as read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from pilot.domain.outcome import Outcome
from pilot.domain.result import Disputed, Provenance
from pilot.nbss import Batch, Checked, FileKind, FileReading, Known, check
from pilot.nbss.batch import DirectoryEntry, EpisodeRow, Letter, SubjectRow
from pilot.nbss.outcomes import CODES
from pilot.nbss.sil import read_report
from tests.nbss.prints import DNA, Record, cover, pages_of

MONDAY = date(2026, 2, 23)
DIRECTORY = (
    DirectoryEntry("123", "Z99001", "THE SURGERY"),
    DirectoryEntry("124", "Z99002", "THE PRACTICE"),
    DirectoryEntry("98", "Z99098", "MERGED", date(2025, 4, 1), "Z99001"),
    DirectoryEntry("99", "Z99099", "CLOSED", date(2025, 4, 1)),
)
_CODES = {outcome: codes for codes, outcome in CODES.items()}


def number_of(record: Record) -> str:
    return record.nhs_number.replace(" ", "")


def sil(
    *records: Record, name: str = "SIL.pdf", printed: str = "23 Feb 26", local: str = "123", **of_cover
) -> FileReading:
    """A report as read: a cover, then each record on a page of its own."""
    pages = pages_of(cover(local, printed, **of_cover), *(record.rows for record in records))
    report = read_report(pages, name)
    return FileReading(
        name, name, "", FileKind.SIL, report.covers, report.results, report.rejected, pages=len(pages)
    )


def episode(
    record: Record,
    outcome: Outcome | None = Outcome.NORMAL,
    closed: date = MONDAY - timedelta(days=3),
    seen: date = date(2026, 2, 19),
    row: int = 2,
    **changes,
) -> EpisodeRow:
    """The row that closes a record's episode; with no outcome, one that only opens it."""
    end, reason, action = _CODES[outcome] if outcome else (None, None, None)
    attended = outcome is not None and outcome.was_screened
    made = EpisodeRow(
        provenance=Provenance("EPISODES.csv", 0, row),
        nhs_number=number_of(record),
        episode_id=f"7{record.screening_number[3:]}",
        changed_at=datetime.combine(closed, time(16)),
        episode_date=date(2026, 1, 5),
        date_of_foa=seen,
        date_of_as=seen if attended else None,
        end_code=end,
        reason_closed_code=reason or None,
        final_action_code=action or None,
        bso="KXX",
        batch_id="KXX001326",
        outcome=outcome,
    )
    return replace(made, **changes)


def subject(record: Record, practice: str | None = "Z99001", **changes) -> SubjectRow:
    made = SubjectRow(
        Provenance("SUBJECTS.csv", 0, 2), number_of(record), None, practice, datetime(2026, 2, 20, 16)
    )
    return replace(made, **changes)


def letter(record: Record, outcome: Outcome | None = Outcome.NORMAL, printed: date | None = MONDAY) -> Letter:
    where = Provenance("SMSTA.pdf", 1, 1)
    return Letter(where, number_of(record), record.screening_number, None, outcome, printed)


@dataclass(frozen=True)
class Day:
    """What came out on one day."""

    reports: Sequence[FileReading] = ()
    episodes: Sequence[EpisodeRow] = ()
    subjects: Sequence[SubjectRow] = ()
    letters: Sequence[Letter] = ()
    directory: Sequence[DirectoryEntry] = field(default=DIRECTORY)

    @property
    def batch(self) -> Batch:
        def file(name: str, kind: FileKind, **rows: Any) -> FileReading:
            return FileReading(
                name, name, "", kind, **cast(Any, {what: tuple(found) for what, found in rows.items()})
            )

        return Batch(
            (
                *self.reports,
                file("EPISODES.csv", FileKind.EPISODE_EXTRACT, episodes=self.episodes),
                file("SUBJECTS.csv", FileKind.SUBJECT_EXTRACT, subjects=self.subjects),
                file("SMSTA.pdf", FileKind.SMSTA, letters=self.letters),
                file("PRACTICES.csv", FileKind.PRACTICE_DIRECTORY, directory=self.directory),
            )
        )


def findings(checked: Checked) -> list[tuple[str, str]]:
    """Reason and place of everything that is not fit."""
    unfit: list[tuple[str, Provenance]] = [(item.reason.value, item.provenance) for item in checked.rejected]
    unfit += [(item.reason.value, item.result.provenance) for item in checked.disputed]
    return [(reason, str(where)) for reason, where in unfit]


FLORA = Record("FIELD, FLORA, MRS", "KXX000001", "999 000 0018")
HELEN = Record("HILL, HELEN, MISS", "KXX000002", "999 000 0026", ending=DNA)
ROSE = Record("RIDGE, ROSE, MS", "KXX000003", "999 000 0034")
IVY = Record("VALE, IVY, DR", "KXX000004", "999 000 0042")
TUESDAY = MONDAY + timedelta(days=1)


def whole_day(*reports: FileReading, **changes) -> Day:
    """Flora and Helen printed, in the extracts and written to."""
    day = Day(
        reports=reports or (sil(FLORA, HELEN),),
        episodes=(episode(FLORA), episode(HELEN, Outcome.DID_NOT_ATTEND, row=3)),
        subjects=(subject(FLORA), subject(HELEN)),
        letters=(letter(FLORA), letter(HELEN, Outcome.DID_NOT_ATTEND)),
    )
    return replace(day, **changes)


def alone(report: FileReading, **changes) -> Day:
    """Flora alone, printed and in the extracts."""
    return replace(Day([report], [episode(FLORA)], [subject(FLORA)]), **changes)


def the_dispute(day: Day, known: Known | None = None) -> Disputed:
    """The only finding of a day."""
    checked = check(day.batch, known or Known())
    (disputed,) = checked.disputed
    assert checked.rejected == ()
    return disputed
