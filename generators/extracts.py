"""The BS Select-style extracts: several rows an episode, one for each change; subjects with their practice."""

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta

from generators.entry import Entry
from generators.outcomes import CLOSINGS
from generators.people import Practice, Result

EPISODE_COLUMNS = (
    "nhs_number", "episode_id", "episode_type", "change_db_date_time", "episode_date", "appointment_made",
    "date_of_foa", "date_of_as", "early_recall_date", "call_recall_status_authorised_by", "end_code",
    "end_code_last_updated", "bso_organisation_code", "bso_batch_id", "reason_closed_code", "end_point",
    "final_action_code",
)  # fmt: skip
SUBJECT_COLUMNS = (
    "change_db_date_time", "nhs_number", "superseded_nhs_number", "gp_practice_code", "bso_organisation_code",
    "next_test_due_date", "subject_status_code", "early_recall_date", "latest_invitation_date",
    "removal_reason", "removal_date", "reason_for_ceasing_code", "is_higher_risk",
    "higher_risk_next_test_due_date", "hr_recall_due_date", "higher_risk_referral_reason_code",
    "date_irradiated", "is_higher_risk_active", "gene_code", "ntdd_calculation_method", "preferred_language",
)  # fmt: skip
PRACTICE_COLUMNS = ("local_number", "practice_code", "name", "closed_on", "successor_code")

Row = dict[str, str]
Dated = tuple[datetime, Row]

_ROUND = timedelta(days=3 * 365)
_REMOVED = {"died": "DEA", "moved": "RDR"}


def episode_rows(result: Result, entry: Entry, code: str) -> list[Dated]:
    """The changes of one episode, oldest first: opened, appointment made, closed as `entry` says."""
    opened = result.invited_on - timedelta(days=7)
    row: Row = dict.fromkeys(EPISODE_COLUMNS, "") | {
        "nhs_number": entry.nhs_number,
        "episode_id": result.episode_id,
        "episode_type": result.episode_type,
        "episode_date": opened.isoformat(),
        "appointment_made": "False",
        "call_recall_status_authorised_by": "SCREENING_OFFICE",
        "bso_organisation_code": code,
        "bso_batch_id": result.batch_id,
    }
    invited = row | {"appointment_made": "True", "date_of_foa": entry.seen_on.isoformat()}
    return [
        _changed(opened, result, 0, row),
        _changed(result.invited_on, result, 1, invited),
        closing_row(result, entry, invited),
    ]


def closing_row(result: Result, entry: Entry, before: Row) -> Dated:
    """The row that closes an episode as `entry` says."""
    return _changed(result.closed_on, result, 2, before | _closing(entry, result.closed_on))


def reclosing_row(result: Result, entry: Entry, before: Row) -> Dated:
    """A second closing, after the report of the day was printed."""
    return _changed(result.emitted_on, result, 9, before | _closing(entry, result.emitted_on))


def _closing(entry: Entry, day: date) -> Row:
    closing = CLOSINGS[entry.outcome]
    attended = closing.screened or entry.outcome == "attended_not_screened"
    return {
        "date_of_as": entry.seen_on.isoformat() if attended else "",
        "end_code": closing.end_code,
        "end_code_last_updated": f"{day.isoformat()} 00:00:00+00",
        "reason_closed_code": closing.reason_closed,
        "end_point": day.isoformat(),
        "final_action_code": closing.final_action,
    }


def subject_rows(result: Result, entry: Entry, code: str, practice: str, superseded: str = "") -> list[Dated]:
    """One row as the episode opens, one as it closes. `superseded` is the number this subject had before."""
    row: Row = dict.fromkeys(SUBJECT_COLUMNS, "") | {
        "nhs_number": entry.nhs_number,
        "superseded_nhs_number": superseded,
        "gp_practice_code": practice,
        "bso_organisation_code": code,
        "next_test_due_date": entry.seen_on.isoformat(),
        "subject_status_code": "NORMAL",
        "latest_invitation_date": result.invited_on.isoformat(),
        "is_higher_risk": str(result.episode_type == "H"),
        "is_higher_risk_active": "False",
        "ntdd_calculation_method": "ROUTINE",
    }
    day = result.closed_on
    closed = row | {"next_test_due_date": (entry.seen_on + _ROUND).isoformat()}
    if entry.outcome in _REMOVED:
        closed |= {"removal_reason": _REMOVED[entry.outcome], "removal_date": day.isoformat()}
    if entry.outcome == "not_eligible":
        closed |= {"subject_status_code": "CEASED", "reason_for_ceasing_code": "BILATERAL_MASTECTOMY"}
    return [_changed(result.invited_on - timedelta(days=7), result, 3, row), _changed(day, result, 4, closed)]


def directory_rows(practices: Iterable[Practice], printed: Collection[str]) -> list[Row]:
    """The office's own list of practices, the closed ones with their successor where it knows one.

    `printed` are the local numbers on covers: of the closed practices only those still printed are listed.
    """
    rows = []
    for practice in practices:
        rows.append(_directory_row(practice.local_number, practice.ods, practice.name, "", ""))
        for closed in (practice.merged, practice.dropped):
            if closed.local_number not in printed:
                continue
            successor = practice.ods if closed.has_successor else ""
            day = closed.closed_on.isoformat()
            rows.append(_directory_row(closed.local_number, closed.ods, closed.name, day, successor))
    return rows


def csv_bytes(columns: tuple[str, ...], rows: Iterable[Row]) -> bytes:
    """A header and the rows; blanks are empty fields, as in BS Select's own files."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _changed(day: date, result: Result, nth: int, row: Row) -> Dated:
    """The row with its time of change: the nth hour from 9 o'clock, another minute for every episode."""
    second = zlib.crc32(f"{result.episode_id}/{nth}".encode()) % 3600
    when = datetime.combine(day, time(9 + nth), UTC) + timedelta(seconds=second, microseconds=331 * nth + 97)
    return when, row | {"change_db_date_time": f"{when:%Y-%m-%d %H:%M:%S.%f}+00"}


def _directory_row(local: str, ods: str, name: str, closed: str, successor: str) -> Row:
    return dict(zip(PRACTICE_COLUMNS, (local, ods, name, closed, successor), strict=True))
