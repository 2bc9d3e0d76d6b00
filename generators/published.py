"""Extracts of the shape that NHS England's own test files have, and rows that no print answers to.

Read from the test files of its service-insights repository: closed episodes say neither reason nor final
action, dates come in the four forms that the receiver takes, days of the appointment are often blank, times
are British, some episodes belong to earlier rounds or to people who get no result, and the last line ends
without a newline.
"""

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from generators import calibration as cal
from generators.case import Case
from generators.extracts import EPISODE_COLUMNS, SUBJECT_COLUMNS, Dated, Row, csv_bytes
from generators.people import Registration

DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y")
PUBLISHED_SUBJECT_COLUMNS = (*SUBJECT_COLUMNS, "subject_postcode")

_UNSAID = ("reason_closed_code", "end_point", "final_action_code")
_EPISODE_DATES = ("episode_date", "date_of_foa", "date_of_as", "early_recall_date")
_SUBJECT_DATES = ("next_test_due_date", "early_recall_date", "latest_invitation_date", "removal_date")
_ROUND = timedelta(days=3 * 365)
_IDS_A_ROUND = 600_000  # so that no earlier episode has the id of a present one
_EARLIER = {"attended": "SC", "never_attended": "DNA", "lapsed": "DNA"}
"""What her last round ended in, by her history now."""


def published_episodes(rows: Iterable[Row], day: date) -> bytes:
    """The day's episode extract; the form of its dates goes by the day, so that all four come."""
    form = DATE_FORMS[day.toordinal() % len(DATE_FORMS)]
    return csv_bytes(EPISODE_COLUMNS, (_published_episode(row, form) for row in rows)).rstrip(b"\n")


def published_subjects(rows: Iterable[Row], day: date, postcodes: dict[str, str]) -> bytes:
    """The day's subject extract. `postcodes` is by NHS number."""
    form = DATE_FORMS[(day.toordinal() + 1) % len(DATE_FORMS)]
    return csv_bytes(
        PUBLISHED_SUBJECT_COLUMNS, (_published_subject(row, form, postcodes) for row in rows)
    ).rstrip(b"\n")


def earlier_episodes(
    rng: np.random.Generator, cases: Sequence[Case], days: Sequence[date], code: str
) -> list[Dated]:
    """Rows of the last round's episode of some participants, touched again in this window."""
    rows = []
    touched = rng.random(len(cases)) < cal.EARLIER_EPISODE_TOUCHED.value
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
    rng: np.random.Generator, count: int, people: Sequence[Registration], days: Sequence[date], code: str
) -> list[Dated]:
    """Closings of people who get no result: did not respond, not traced (FP69), randomised out, other."""
    shares = cal.CLOSED_WITHOUT_RESULT.value
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


def _published_episode(row: Row, form: str) -> Row:
    changed = row | dict.fromkeys(_UNSAID, "")
    key = zlib.crc32(f"{row['episode_id']}/{row['change_db_date_time'][:10]}".encode())
    if row["end_code"]:
        # By the episode's own bits, so that whatever file a row is in, it has the same blanks.
        if key % 100 < 100 * cal.PUBLISHED_FOA_BLANK.value:
            changed["date_of_foa"] = ""
        if key // 100 % 100 < 100 * cal.PUBLISHED_AS_BLANK.value:
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
