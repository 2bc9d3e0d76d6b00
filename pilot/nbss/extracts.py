"""The office's CSV files: episode extract, subject extract, practice directory; gzipped or not."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilot.domain.participant import valid_nhs_number
from pilot.domain.result import Provenance, Rejected, RejectionReason
from pilot.nbss.batch import DirectoryEntry, EpisodeRow, FileKind, SubjectRow
from pilot.nbss.dates import extract_moment, iso_date, printed_date
from pilot.nbss.limits import Limits
from pilot.nbss.outcomes import CODES, END_CODES, FINAL_ACTIONS

_NEEDS: dict[FileKind, frozenset[str]] = {
    FileKind.EPISODE_EXTRACT: frozenset({"nhs_number", "episode_id", "change_db_date_time", "end_code"}),
    FileKind.SUBJECT_EXTRACT: frozenset({"nhs_number", "change_db_date_time", "gp_practice_code"}),
    FileKind.PRACTICE_DIRECTORY: frozenset({"local_number", "practice_code"}),
}
_PRACTICE = re.compile(r"[A-Z][0-9]{5}")
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


class DamagedExtract(Exception):
    """The file is cut short or is not the archive that it says it is."""


class ExtractTooLarge(Exception):
    """The file expands past the limit."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The rows of one CSV file; only those of its kind are filled."""

    kind: FileKind
    episodes: tuple[EpisodeRow, ...] = ()
    subjects: tuple[SubjectRow, ...] = ()
    directory: tuple[DirectoryEntry, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def plain_bytes(content: bytes, limits: Limits) -> bytes:
    """The bytes, gunzipped where they are gzip, never more than the limit. Raises the two errors above."""
    if not content.startswith(_GZIP):
        return content
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.open(io.BytesIO(content)) as file:
            while part := file.read(_CHUNK):
                size += len(part)
                if size > limits.expanded_bytes:
                    raise ExtractTooLarge
                parts.append(part)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedExtract("the archive is cut short or damaged") from error
    return b"".join(parts)


def kind_of(content: bytes) -> FileKind:
    """Which extract the header line makes it; UNKNOWN where it is none."""
    header = content[:4096].decode("utf-8-sig", errors="replace").splitlines()[:1]
    columns = {column.strip().strip('"').lower() for column in header[0].split(",")} if header else set()
    return next((kind for kind, needs in _NEEDS.items() if needs <= columns), FileKind.UNKNOWN)


def read_extract(content: bytes, kind: FileKind, file: str) -> Extract:
    """Read every row; a row that cannot be read is rejected with its number (the header is row 1).

    Raises DamagedExtract where the file ends in the middle of a row: what is missing cannot be known, so
    the rest must not be held against a print either.
    """
    if content[-1:] not in (b"\n", b"\r"):
        raise DamagedExtract("the file ends in the middle of a line")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older offices write Windows' own encoding; the columns that matter are ASCII either way.
        text = content.decode("cp1252", errors="replace")
    rejected: list[Rejected] = []
    if kind is FileKind.EPISODE_EXTRACT:
        episodes = tuple(_rows(text, file, _episode, rejected))
        return Extract(kind, episodes=episodes, rejected=tuple(rejected))
    if kind is FileKind.SUBJECT_EXTRACT:
        subjects = tuple(_rows(text, file, _subject, rejected))
        return Extract(kind, subjects=subjects, rejected=tuple(rejected))
    directory = tuple(_rows(text, file, _directory, rejected))
    return Extract(kind, directory=directory, rejected=tuple(rejected))


class _BadCell(Exception):
    """A cell does not hold what its column says; the text names the column, never the value."""


Row = dict[str, str]


def _rows(
    text: str, file: str, read: Callable[[Row, Provenance], Any], rejected: list[Rejected]
) -> Iterator[Any]:
    reader = csv.reader(io.StringIO(text, newline=""))
    columns: list[str] = []
    number = 0
    while True:
        number += 1
        where = Provenance(file, 0, number)
        try:
            cells = next(reader)
            if number == 1:
                columns = [cell.strip().lower() for cell in cells]
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise _BadCell("the row has not as many cells as the header")
            yield read(dict(zip(columns, (cell.strip() for cell in cells), strict=True)), where)
        except StopIteration:
            return
        except (_BadCell, csv.Error) as error:
            detail = f"row {number}: {error}"
            rejected.append(Rejected(RejectionReason.EXTRACT_ROW_UNREADABLE, detail, where))


def _episode(row: Row, where: Provenance) -> EpisodeRow:
    end_code = row["end_code"].upper() or None
    reason = row.get("reason_closed_code", "").upper() or None
    action = row.get("final_action_code", "").upper() or None
    moment = extract_moment(row["change_db_date_time"])
    if moment is None:
        raise _BadCell("change_db_date_time is not a moment")
    if end_code is not None and end_code not in END_CODES:
        raise _BadCell("end_code is not a code of that column")
    if action is not None and action not in FINAL_ACTIONS:
        raise _BadCell("final_action_code is not a code of that column")
    if not row["episode_id"]:
        raise _BadCell("episode_id is blank")
    return EpisodeRow(
        where,
        _number(row["nhs_number"]),
        row["episode_id"],
        moment,
        _day(row, "episode_date"),
        _day(row, "date_of_foa"),
        _day(row, "date_of_as"),
        end_code,
        reason,
        action,
        row.get("bso_organisation_code") or None,
        row.get("bso_batch_id") or None,
        CODES.get((end_code, reason or "", action or "")) if end_code else None,
    )


def _subject(row: Row, where: Provenance) -> SubjectRow:
    moment = extract_moment(row["change_db_date_time"])
    if moment is None:
        raise _BadCell("change_db_date_time is not a moment")
    practice = row["gp_practice_code"].upper() or None
    if practice is not None and not _PRACTICE.fullmatch(practice):
        raise _BadCell("gp_practice_code is not one letter and five digits")
    superseded = row.get("superseded_nhs_number", "").replace(" ", "")
    born = row.get("date_of_birth", "")
    return SubjectRow(
        where,
        _number(row["nhs_number"]),
        superseded or None,
        practice,
        moment,
        printed_date(born) if born else None,
    )


def _directory(row: Row, _: Provenance) -> DirectoryEntry:
    code = row["practice_code"].upper()
    if not _PRACTICE.fullmatch(code):
        raise _BadCell("practice_code is not one letter and five digits")
    if not row["local_number"]:
        raise _BadCell("local_number is blank")
    successor = row.get("successor_code", "").upper()
    return DirectoryEntry(
        row["local_number"], code, row.get("name", ""), _day(row, "closed_on"), successor or None
    )


def _number(text: str) -> str:
    number = text.replace(" ", "")
    if not valid_nhs_number(number):
        raise _BadCell("nhs_number is blank or its check digit is wrong")
    return number


def _day(row: Row, column: str) -> date | None:
    text = row.get(column, "")
    if not text:
        return None
    day = iso_date(text[:10])
    if day is None:
        raise _BadCell(f"{column} is not a date")
    return day
