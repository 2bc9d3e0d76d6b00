"""The office's CSV files: extracts, practice directory, NBSS's own tables; gzipped or not."""

import csv
import gzip
import io
import re
import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from pilot.domain.result import Provenance, Rejected, RejectionReason, valid_nhs_number
from pilot.nbss.batch import Client, ClosedEpisode, DirectoryEntry, EpisodeRow, FileKind, SubjectRow
from pilot.nbss.fields import extract_date, extract_moment, printed_date
from pilot.nbss.outcomes import END_CODES, FINAL_ACTIONS, may_be
from pilot.nbss.wire import Limits

_TABLES = tomllib.loads(resources.files("pilot.nbss").joinpath("tables-2026-11.toml").read_text("utf-8"))


def _columns(table: str) -> frozenset[str]:
    names = (
        name for named in _TABLES[table].values() for name in ([named] if isinstance(named, str) else named)
    )
    return frozenset(name.lower() for name in names)


_NEEDS: dict[FileKind, frozenset[str]] = {
    FileKind.EPISODE_EXTRACT: frozenset({"nhs_number", "episode_id", "change_db_date_time", "end_code"}),
    FileKind.SUBJECT_EXTRACT: frozenset({"nhs_number", "change_db_date_time", "gp_practice_code"}),
    FileKind.PRACTICE_DIRECTORY: frozenset({"local_number", "practice_code"}),
    FileKind.CLIENT_TABLE: _columns("clients"),
    FileKind.EPISODE_TABLE: _columns("episodes"),
    FileKind.OFFICE_TABLE: _columns("office"),
}
_PRACTICE = re.compile(r"[A-Z][0-9]{5}")
_SCREENING_NUMBER = re.compile(r"[A-Z]{3}[0-9]{6}")
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 16
_RUNS_SHOWN = 12

ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"


class DamagedExtract(Exception):
    """The file is cut short or is not the archive that it says it is."""


class ExtractTooLarge(Exception):
    """The file expands past the limit."""


class NotAnExtract(Exception):
    """The file is something else, or lacks a column; the text says what it is and how to mend it."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The rows of one CSV file; only those of its kind are filled."""

    kind: FileKind
    episodes: tuple[EpisodeRow, ...] = ()
    subjects: tuple[SubjectRow, ...] = ()
    directory: tuple[DirectoryEntry, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    clients: tuple[Client, ...] = ()
    closed_episodes: tuple[ClosedEpisode, ...] = ()


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


def plain_text(content: bytes) -> str:
    """The text of a CSV file, in the encodings that offices and Excel save: UTF-8, UTF-16, Windows-1252.

    Raises NotAnExtract for a zip archive or a workbook, DamagedExtract for UTF-16 that is cut.
    """
    if content.startswith(ZIP):
        workbook = b"xl/workbook" in content or b"[Content_Types].xml" in content
        raise NotAnExtract(
            "the file is an Excel workbook: save it as CSV (UTF-8)"
            if workbook
            else "the file is a zip archive: unzip it and bring what is in it"
        )
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DamagedExtract("the file ends in the middle of a character") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older offices write Windows' own encoding; the columns that matter are ASCII either way.
        return content.decode("cp1252", errors="replace")


def kind_of(text: str) -> FileKind:
    """Which extract the header line makes it; UNKNOWN where it is none.

    Raises NotAnExtract where it is nearly one: the columns that it lacks are named.
    """
    columns = set(_header(text))
    for kind, needs in _NEEDS.items():
        if needs <= columns:
            return kind
    kind, needs = max(_NEEDS.items(), key=lambda of: len(of[1] & columns) / len(of[1]))
    if len(needs & columns) * 2 < len(needs) or len(needs & columns) < 2:
        return FileKind.UNKNOWN
    lacking = ", ".join(sorted(needs - columns))
    raise NotAnExtract(
        f"the {kind.value.replace('_', ' ')} lacks the column {lacking}: export it with that column"
    )


def _header(text: str) -> list[str]:
    line = _first_line(text)
    return [cell.strip().strip('"').lower() for cell in line.split(_delimiter(line))]


def _first_line(text: str) -> str:
    return text[:4096].partition("\n")[0].rstrip("\r")


def _delimiter(header: str) -> str:
    """What parts the cells: Excel saves semicolons in some countries, and tabs as "Unicode text"."""
    return max(_DELIMITERS, key=header.count)


def read_extract(text: str, kind: FileKind, file: str) -> Extract:
    """Read every row; rows that cannot be read are rejected by their numbers (the header is row 1), one line a cause.

    Raises DamagedExtract where the file ends in the middle of a row: what is missing cannot be known, so
    the rest must not be held against a print either.
    """
    _refuse_cut(text)
    unread: _Unread = {}
    if kind is FileKind.EPISODE_EXTRACT:
        episodes = tuple(_rows(text, file, _episode, unread))
        return Extract(kind, episodes=episodes, rejected=_by_cause(unread, file))
    if kind is FileKind.SUBJECT_EXTRACT:
        subjects = tuple(_rows(text, file, _subject, unread))
        return Extract(kind, subjects=subjects, rejected=_by_cause(unread, file))
    if kind is FileKind.CLIENT_TABLE:
        clients = tuple(_rows(text, file, _client, unread))
        return Extract(kind, clients=clients, rejected=_by_cause(unread, file))
    if kind is FileKind.EPISODE_TABLE:
        closed = tuple(_rows(text, file, _closed_episode, unread))
        return Extract(kind, closed_episodes=closed, rejected=_by_cause(unread, file))
    if kind is FileKind.OFFICE_TABLE:
        return Extract(kind)
    directory = tuple(_rows(text, file, _directory, unread))
    return Extract(kind, directory=directory, rejected=_by_cause(unread, file))


def _by_cause(unread: "_Unread", file: str) -> tuple[Rejected, ...]:
    """One cause is one entry, however many rows it spoils: an export set up wrongly spoils them all."""
    return tuple(
        Rejected(
            RejectionReason.EXTRACT_ROW_UNREADABLE,
            f"row {rows[0]}: {cause}"
            if len(rows) == 1
            else f"{len(rows)} rows: {cause} (rows {_ranges(rows)})",
            Provenance(file, 0, rows[0]),
        )
        for cause, rows in unread.items()
    )


def _ranges(numbers: list[int]) -> str:
    """`2-5, 9, 11`: ascending numbers as a person would write them, the first few runs of them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:_RUNS_SHOWN])
    return shown if len(runs) <= _RUNS_SHOWN else f"{shown} and others"


def _refuse_cut(text: str) -> None:
    """A last line without its newline is whole only where it has every cell: real extracts end so."""
    if text[-1:] in ("\n", "\r"):
        return
    last = re.split(r"[\r\n]", text[-_LONGEST_LINE:])[-1]
    cells = next(csv.reader([last], delimiter=_delimiter(_first_line(text))), [])
    if len(cells) != len(_header(text)) or last.count('"') % 2:
        raise DamagedExtract("the file ends in the middle of a line")


class _BadCell(Exception):
    """A cell does not hold what its column says; the text names the column, never the value."""


Row = dict[str, str]
_Unread = dict[str, list[int]]  # cause -> the rows that it spoils


def _rows(text: str, file: str, read: Callable[[Row, Provenance], Any], unread: _Unread) -> Iterator[Any]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(_first_line(text)))
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
            unread.setdefault(str(error), []).append(number)


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
        next(iter(allowed)) if len(allowed := may_be(end_code, reason, action)) == 1 else None,
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


def _client(row: Row, where: Provenance) -> Client:
    cell = _named(row, "clients")
    number = cell("screening_number").upper()
    if not _SCREENING_NUMBER.fullmatch(number):
        raise _BadCell(f"{_TABLES['clients']['screening_number']} is not three letters and six digits")
    born = _table_day(row, "clients", "date_of_birth")
    if born is None or not cell("surname") or not cell("forename"):
        raise _BadCell("a name or the date of birth is blank")
    practice = cell("practice").upper() or None
    if practice is not None and not _PRACTICE.fullmatch(practice):
        raise _BadCell(f"{_TABLES['clients']['practice']} is not one letter and five digits")
    address = tuple(filter(None, (row[name.lower()] for name in _TABLES["clients"]["address"])))
    return Client(
        where,
        number,
        _number(cell("nhs_number")),
        cell("surname"),
        cell("forename"),
        cell("title"),
        born,
        address,
        cell("telephone") or None,
        practice,
    )


def _closed_episode(row: Row, where: Provenance) -> ClosedEpisode:
    cell = _named(row, "episodes")
    end_code, action = cell("end_code").upper() or None, cell("final_action").upper() or None
    if end_code is not None and end_code not in END_CODES:
        raise _BadCell(f"{_TABLES['episodes']['end_code']} is not a code of that column")
    if action is not None and action not in FINAL_ACTIONS:
        raise _BadCell(f"{_TABLES['episodes']['final_action']} is not a code of that column")
    opened = _table_day(row, "episodes", "opened")
    if opened is None or not cell("episode_id") or not cell("screening_number"):
        raise _BadCell("the episode's number, her screening number or the day it was opened is blank")
    return ClosedEpisode(
        where,
        cell("episode_id"),
        cell("screening_number").upper(),
        cell("batch_id") or None,
        opened,
        _table_day(row, "episodes", "date_of_foa"),
        _table_day(row, "episodes", "date_of_as"),
        end_code,
        cell("reason_closed").upper() or None,
        action,
        _table_day(row, "episodes", "closed"),
        _table_day(row, "episodes", "printed_on"),
    )


def _named(row: Row, table: str) -> Callable[[str], str]:
    """A row's cells by our names for them."""
    columns = _TABLES[table]
    return lambda name: row[columns[name].lower()]


def _table_day(row: Row, table: str, name: str) -> date | None:
    return _day(row, _TABLES[table][name].lower())


def _number(text: str) -> str:
    number = text.replace(" ", "")
    if not valid_nhs_number(number):
        raise _BadCell("nhs_number is blank or its check digit is wrong")
    return number


def _day(row: Row, column: str) -> date | None:
    text = row.get(column, "")
    if not text:
        return None
    day = extract_date(text)
    if day is None:
        raise _BadCell(f"{column} is not a date")
    return day
