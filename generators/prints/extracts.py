"""The BS Select-style extracts: rows of episodes, one for each change, and of subjects; full, or as published."""

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from generators import calibration as cal
from generators.calibration import Calibration
from generators.people.episodes import CLOSINGS
from generators.people.people import Practice, Registration, Result
from generators.prints.case import Case, ShownRecord

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


def episode_rows(result: Result, entry: ShownRecord, code: str) -> list[Dated]:
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


def closing_row(result: Result, entry: ShownRecord, before: Row) -> Dated:
    """The row that closes an episode as `entry` says."""
    return _changed(result.closed_on, result, 2, before | _closing(entry, result.closed_on))


def reclosing_row(result: Result, entry: ShownRecord, before: Row, day: date) -> Dated:
    """A second closing, after the result was printed."""
    return _changed(day, result, 9, before | _closing(entry, day))


def _closing(entry: ShownRecord, day: date) -> Row:
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


def subject_rows(
    result: Result, entry: ShownRecord, code: str, practice: str, superseded: str = ""
) -> list[Dated]:
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
    """Compressed, the same bytes each time."""
    return gzip.compress(data, mtime=0)


def _changed(day: date, result: Result, nth: int, row: Row) -> Dated:
    """The row with its time of change: the nth hour from 9 o'clock, another minute for every episode."""
    second = zlib.crc32(f"{result.episode_id}/{nth}".encode()) % 3600
    when = datetime.combine(day, time(9 + nth), UTC) + timedelta(seconds=second, microseconds=331 * nth + 97)
    return when, row | {"change_db_date_time": f"{when:%Y-%m-%d %H:%M:%S.%f}+00"}


def _directory_row(local: str, ods: str, name: str, closed: str, successor: str) -> Row:
    return dict(zip(PRACTICE_COLUMNS, (local, ods, name, closed, successor), strict=True))


# As NHS England's own test files have them (its service-insights repository): closed episodes say neither reason nor
# final action, dates come in the four forms that the receiver takes, days of the appointment are often blank, times are
# British, some episodes belong to earlier rounds or to people who get no result, and the last line ends without a
# newline.
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y")
PUBLISHED_SUBJECT_COLUMNS = (*SUBJECT_COLUMNS, "subject_postcode")

_UNSAID = ("reason_closed_code", "end_point", "final_action_code")
_EPISODE_DATES = ("episode_date", "date_of_foa", "date_of_as", "early_recall_date")
_SUBJECT_DATES = ("next_test_due_date", "early_recall_date", "latest_invitation_date", "removal_date")
_IDS_A_ROUND = 600_000  # so that no earlier episode has the id of a present one
_EARLIER = {"attended": "SC", "never_attended": "DNA", "lapsed": "DNA"}
"""What her last round ended in, by her history now."""


def published_episodes(rows: Iterable[Row], day: date, by: Calibration) -> bytes:
    """The day's episode extract; the form of its dates goes by the day, so that all four come."""
    form = DATE_FORMS[day.toordinal() % len(DATE_FORMS)]
    return csv_bytes(EPISODE_COLUMNS, (_published_episode(row, form, by) for row in rows)).rstrip(b"\n")


def published_subjects(rows: Iterable[Row], day: date, postcodes: dict[str, str]) -> bytes:
    """The day's subject extract. `postcodes` is by NHS number."""
    form = DATE_FORMS[(day.toordinal() + 1) % len(DATE_FORMS)]
    return csv_bytes(
        PUBLISHED_SUBJECT_COLUMNS, (_published_subject(row, form, postcodes) for row in rows)
    ).rstrip(b"\n")


def earlier_episodes(
    rng: np.random.Generator, cases: Sequence[Case], days: Sequence[date], code: str, by: Calibration
) -> list[Dated]:
    """Rows of the last round's episode of some participants, touched again in this window."""
    rows = []
    touched = rng.random(len(cases)) < by[cal.EARLIER_EPISODE_TOUCHED]
    for case in (case for case, is_touched in zip(cases, touched, strict=True) if is_touched):
        result = case.result
        end_code = _EARLIER.get(result.history)
        if case.extract is None or end_code is None or result.episode_type != "R":
            continue
        then = result.seen_on - _ROUND - timedelta(days=int(rng.integers(0, 120)))
        day = days[int(rng.integers(0, len(days)))]
        number = int(result.episode_id) - _IDS_A_ROUND
        rows.append(_other_row(case.extract.nhs_number, str(number), "R", then, day, code, end_code, True))
    return rows


def others_episodes(
    rng: np.random.Generator,
    count: int,
    people: Sequence[Registration],
    days: Sequence[date],
    code: str,
    by: Calibration,
) -> list[Dated]:
    """Closings of people who get no result: did not respond, not traced (FP69), randomised out, other."""
    shares = by[cal.CLOSED_WITHOUT_RESULT]
    women = [each for each in people if each.until is None and each.person.title != "MR"]
    chosen = rng.choice(len(women), min(len(women), rng.binomial(count, sum(shares.values()))), replace=False)
    weights = np.array(list(shares.values()))
    codes = rng.choice(list(shares), len(chosen), p=weights / weights.sum())
    rows = []
    for n, (row, end_code) in enumerate(zip(chosen.tolist(), codes.tolist(), strict=True)):
        day = days[int(rng.integers(0, len(days)))]
        then = day - timedelta(days=int(rng.integers(20, 90)))
        number = str(9_100_000 + n)
        person = women[row].person
        rows.append(_other_row(person.nhs_number, number, "R", then, day, code, end_code, False))
    return rows


def _other_row(
    nhs_number: str, episode: str, kind: str, opened: date, day: date, code: str, end_code: str, dated: bool
) -> Dated:
    second = zlib.crc32(f"{episode}/{day}".encode()) % 3600
    when = datetime.combine(day, time(9), UTC) + timedelta(seconds=second, microseconds=624_494)
    seen = (opened + timedelta(days=30)).isoformat() if dated else ""
    return when, dict.fromkeys(EPISODE_COLUMNS, "") | {
        "nhs_number": nhs_number,
        "episode_id": episode,
        "episode_type": kind,
        "change_db_date_time": f"{when:%Y-%m-%d %H:%M:%S.%f}+00",
        "episode_date": opened.isoformat(),
        "appointment_made": "True" if dated else "",
        "date_of_foa": seen,
        "date_of_as": seen if end_code == "SC" else "",
        "call_recall_status_authorised_by": "SCREENING_OFFICE",
        "end_code": end_code,
        "end_code_last_updated": f"{day.isoformat()} 00:00:00+00",
        "bso_organisation_code": code,
        "bso_batch_id": f"{code}{zlib.crc32(episode.encode()) % 1_000_000:06d}",
    }


def _published_episode(row: Row, form: str, by: Calibration) -> Row:
    changed = row | dict.fromkeys(_UNSAID, "")
    key = zlib.crc32(f"{row['episode_id']}/{row['change_db_date_time'][:10]}".encode())
    if row["end_code"]:
        # By the episode's own bits, so that whatever file a row is in, it has the same blanks.
        if key % 100 < 100 * by[cal.PUBLISHED_FOA_BLANK]:
            changed["date_of_foa"] = ""
        if key // 100 % 100 < 100 * by[cal.PUBLISHED_AS_BLANK]:
            changed["date_of_as"] = ""
    changed |= {name: _in_form(row_date, form) for name in _EPISODE_DATES if (row_date := changed[name])}
    for name in ("change_db_date_time", "end_code_last_updated"):
        changed[name] = _british(changed[name])
    return changed


def _published_subject(row: Row, form: str, postcodes: dict[str, str]) -> Row:
    changed = row | {name: _in_form(row[name], form) for name in _SUBJECT_DATES if row[name]}
    changed |= {name: row[name].upper() for name in ("is_higher_risk", "is_higher_risk_active")}
    return changed | {
        "change_db_date_time": _british(row["change_db_date_time"]),
        "subject_postcode": postcodes.get(row["nhs_number"], ""),
    }


def _in_form(day: str, form: str) -> str:
    return date.fromisoformat(day).strftime(form)


def _british(moment: str) -> str:
    """The same moment by British clocks: `+01` from the last Sunday of March to the last of October."""
    if not moment:
        return ""
    plain = moment.endswith("Z")
    utc = datetime.fromisoformat(moment.removesuffix("Z").removesuffix("+00"))
    if plain or not _last_sunday(utc.year, 3) <= utc < _last_sunday(utc.year, 10):
        return moment
    whole_day = moment.endswith("00:00:00+00")  # a date with a midnight, which stays one
    local = utc if whole_day else utc + timedelta(hours=1)
    return f"{local:%Y-%m-%d %H:%M:%S}+01" if whole_day else f"{local:%Y-%m-%d %H:%M:%S.%f}+01"


def _last_sunday(year: int, month: int) -> datetime:
    """One in the morning (UTC) of the month's last Sunday; both months have 31 days."""
    last = date(year, month, 31)
    return datetime.combine(last - timedelta(days=(last.weekday() + 1) % 7), time(1))
