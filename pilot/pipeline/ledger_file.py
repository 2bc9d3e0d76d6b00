"""The ledger's file: a SQLite database, opened, made, written all or nothing, and read, with plain errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from pilot.errors import LedgerError
from pilot.pipeline.sqlite_errors import told_plainly

SCHEMA_VERSION = 2

# How long to wait for another process that is writing before saying that the ledger is locked.
BUSY_SECONDS = 5.0


class LedgerFile:
    """An open ledger file. Use it as a context manager, in one thread. Raises LedgerError, and nothing else.

    WAL with synchronous NORMAL: what was committed survives a kill of the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _made_private(path)
        with told_plainly(path):
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._make_schema()

    def _make_schema(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise LedgerError(
                f"the ledger is of version {version}, this toolkit writes version {SCHEMA_VERSION}",
                str(self.path),
                "Use the toolkit that wrote it, or another ledger file",
            )
        if version == 0:
            if self._db.execute("SELECT 1 FROM sqlite_schema").fetchone():
                raise LedgerError(
                    "this is another program's file", str(self.path), "Name another ledger file"
                )
            schema = resources.files("pilot.pipeline").joinpath("schema.sql").read_text()
            self._db.executescript(
                f"BEGIN IMMEDIATE; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Raises LedgerError where the file is locked, full or damaged; nothing is then written."""
        with told_plainly(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        return next(iter(self._all(sql, *values)), None)

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with told_plainly(self.path):
            return self._db.execute(sql, values).fetchall()


def _made_private(path: Path) -> None:
    """A new ledger is its owner's alone: it names participants. What SQLite puts beside it takes after it."""
    if not path.exists():
        with suppress(OSError):  # SQLite then says what is wrong with the place
            path.touch(mode=0o600)
