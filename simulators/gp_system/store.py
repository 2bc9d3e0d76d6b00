"""One SQLite file, one connection, one lock: every change is a transaction that a kill cannot halve."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from simulators.gp_system.errors import StartError

Row = sqlite3.Row


class Store:
    """Open (and create) the database. Raises StartError where the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            # NORMAL survives a killed process; only a power cut may lose the last commits, never halve one.
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            self._db.executescript(files(__package__).joinpath("schema.sql").read_text("utf-8"))
            self._take_up_older()
        except sqlite3.Error as error:
            raise StartError(f"{path}: cannot be used as the GP system's database ({error})") from error

    def _take_up_older(self) -> None:
        """A record of before the question was kept apart is read on: its entries have none."""
        columns = {row["name"] for row in self._db.execute("PRAGMA table_info(entries)")}
        added = {"question": "TEXT", "question_term": "TEXT NOT NULL DEFAULT ''", "interpretation": "TEXT"}
        for name, kind in added.items():
            if name not in columns:
                self._db.execute(f"ALTER TABLE entries ADD COLUMN {name} {kind}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept together, or not at all. May be nested: the outermost decides."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, if there is one."""
        with self._lock:
            found: Row | None = self._db.execute(sql, values).fetchone()
            return found

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one change; the number of rows it touched."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def write_all(self, sql: str, values: Iterator[Sequence[Any]] | Sequence[Sequence[Any]]) -> None:
        """The same change for many values."""
        with self._lock:
            self._db.executemany(sql, values)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()
