"""One SQLite connection and its transactions: requests that arrive together are committed together."""

import asyncio
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from simulators.mesh.errors import MeshError, UsageError
from simulators.mesh.protocol import BUSY

T = TypeVar("T")

_BUSY_SECONDS = 10.0
_SCHEMA_VERSION = 1


class Journal:
    """Runs work in transactions that hold the file's write lock from their first statement.

    SQLite's calls are made on the event loop's own thread: each takes tens of microseconds, less than a
    hop to another thread would. Work submitted while the loop deals with one round of ready sockets shares
    a transaction; nobody is answered before it is committed. Holding the write lock throughout is what lets
    several server processes share one file: none of them ever acts on what another is about to change.
    """

    def __init__(self, path: Path | None) -> None:
        self.connection = _open(path)
        self._waiting: list[asyncio.Future[None]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.undone: Callable[[], None] = lambda: None

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` and return its value once it is committed. A MeshError it raises undoes nothing."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._begin()
            loop.call_soon(self._commit)
        committed = loop.create_future()
        self._waiting.append(committed)
        try:
            return work()
        except MeshError:
            raise
        except Exception as error:  # half done: what shares the transaction must not be committed with it
            self._abandon(error)
            raise
        finally:
            await committed

    def close(self) -> None:
        self.connection.close()

    def _begin(self) -> None:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.before()
        except sqlite3.Error as error:
            self._abandon(error)
            raise MeshError(BUSY) from error

    def _commit(self) -> None:
        if not self._waiting:
            return
        try:
            self.after()
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._abandon(error)
            return
        waiting, self._waiting = self._waiting, []
        for committed in waiting:
            if not committed.done():
                committed.set_result(None)

    def _abandon(self, error: Exception) -> None:
        """Undo the whole batch and tell everyone in it: none of it has been promised to anybody yet."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.undone()
        waiting, self._waiting = self._waiting, []
        for committed in waiting:
            if not committed.done():
                refusal = MeshError(BUSY)
                refusal.__cause__ = error
                committed.set_exception(refusal)


def _open(path: Path | None) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, timeout=_BUSY_SECONDS, cached_statements=256
        )
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL: what was committed survives the death of this process, not the loss of power.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA cache_size = -32000")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA_VERSION):
            raise UsageError(f"{path} was written by another version (schema {version}): start a new file")
        connection.executescript(files("simulators.mesh").joinpath("schema.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be used as a message store ({error}): give another --db") from error
    return connection
