"""The ledger's file: a SQLite database, opened, made, written all or nothing, and read, with plain errors."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pilot.errors import LedgerError

T = TypeVar("T")

SCHEMA_VERSION = 6

# Versions that are brought on when they are opened: the schema adds to them, and one index took another's place.
_BROUGHT_ON = frozenset({3, 4, 5})

_SEEK_WHAT_WAS_THERE = """
INSERT INTO sought SELECT id,
  CASE WHEN json_valid(CAST(document AS TEXT))
    THEN upper(json_extract(CAST(document AS TEXT), '$.participant.surname')) END,
  CASE WHEN json_valid(CAST(document AS TEXT))
    THEN json_extract(CAST(document AS TEXT), '$.participant.date_of_birth') END,
  nhs_number, screening_number, practice, file
FROM result WHERE true ON CONFLICT DO NOTHING
"""

# A ledger that nothing outlives: no file is made.
IN_MEMORY = Path(":memory:")

# How long to wait for another process that is writing before saying that the ledger is locked.
BUSY_SECONDS = 5.0


class LedgerFile:
    """An open ledger file. Use it as a context manager, in one thread. Raises LedgerError, and nothing else.

    WAL with synchronous FULL: what was committed survives a kill of the process, and the power going out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unreadable: set[str] = set()
        """Rows that were met and could not be read: they are left out, and the rest goes on."""
        with told_plainly(path):
            if path == IN_MEMORY:
                pass
            elif not path.exists():
                _make(path)
            elif path.is_file() and path.stat().st_size == 0:
                raise LedgerError(
                    "the ledger is empty: not even its tables are there",
                    str(path),
                    "Restore the last copy of it; only where there never was one, remove the file",
                )
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
            self._db.row_factory = sqlite3.Row
            if path == IN_MEMORY:
                self._db.executescript(f"BEGIN; {_schema()} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._check_version()

    def _check_version(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            raise LedgerError("this is another program's file", str(self.path), "Name another ledger file")
        if version in _BROUGHT_ON:
            self._bring_on()
        elif version != SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger is of version {version}, this toolkit writes version {SCHEMA_VERSION}",
                str(self.path),
                "Use the toolkit that wrote it, or another ledger file",
            )

    def _bring_on(self) -> None:
        """What this version adds. Another process that does the same at the same time does no harm."""
        self._db.executescript(
            f"BEGIN IMMEDIATE; {_schema()} {_SEEK_WHAT_WAS_THERE}; DROP INDEX IF EXISTS result_state;"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[None]:
        """All or nothing. Raises LedgerError where the file is locked, full or damaged; nothing is then written.

        Within another it is a part of that one. Where `lasting` is False a power cut may undo it: only for what
        is found out again by itself. Nothing may leave the house, or be taken off the inbox, on such a word.
        """
        if self._db.in_transaction:
            yield
            return
        with told_plainly(self.path):
            self._db.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the caller's transaction that is undone alone where it fails."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO part")
            raise
        finally:
            if self._db.in_transaction:
                self._db.execute("RELEASE part")

    def fold_in(self) -> None:
        """Bring what was committed from the write-ahead log into the file itself: a loss of the log loses none."""
        with told_plainly(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row that a question finds."""
        return next(iter(self.rows(sql, *values)), None)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows that a question finds."""
        with told_plainly(self.path):
            return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Change something, inside the caller's transaction."""
        return self._db.execute(sql, values)

    def write_each(self, sql: str, values: Iterable[tuple[object, ...]]) -> None:
        """Change something for each of these, inside the caller's transaction."""
        self._db.executemany(sql, values)


def growing_parts(items: Iterable[T], most: int) -> Iterator[tuple[T, ...]]:
    """One, then two, then four of them, up to so many: who is killed again and again still gets on."""
    rest, size = iter(items), 1
    while part := tuple(islice(rest, size)):
        yield part
        size = min(2 * size, most)


@cache
def _schema() -> str:
    return resources.files("pilot.pipeline").joinpath("schema.sql").read_text(encoding="utf-8")


def _make(path: Path) -> None:
    """A new ledger, there whole or not at all, and its owner's alone: it names participants.

    What SQLite puts beside it takes after it. Where another process made one meanwhile, that one is it.
    """
    with told_plainly(path), _unusable(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(handle)
        half = Path(name)
        try:
            database = sqlite3.connect(half, isolation_level=None)
            database.executescript(f"BEGIN; {_schema()} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            database.close()
            with suppress(FileExistsError):
                path.hardlink_to(half)
        finally:
            half.unlink()


@contextmanager
def _unusable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"the ledger cannot be made ({error.strerror})",
            str(path),
            "Name a folder that exists and may be written, with room on its disk",
        ) from error


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """SQLite's own failures as one line that says how to mend them; our own mistakes keep their traceback."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        for sign, mend in _MENDS:
            if sign in text:
                raise LedgerError(f"the ledger cannot be used ({text})", str(path), mend) from error
        raise
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise LedgerError(
            f"the ledger cannot be used ({error})", str(path), "Restore it, or name another file"
        ) from error


_MENDS = (
    ("locked", "Another pilot is using it; wait for it to end, or stop it, and run this again"),
    ("full", "Make room on the disk and run this again: nothing was lost"),
    ("disk I/O", "Make room on the disk, or look after it, and run this again: nothing was lost"),
    ("unable to open", "Name a folder that exists and may be written"),
    ("readonly", "Make the file and its folder writable"),
)
