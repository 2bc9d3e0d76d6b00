"""One SQLite connection and its transactions: requests that arrive together are committed together."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

from simulators.mesh.errors import MeshError, UsageError
from simulators.mesh.protocol import BUSY, STORE_FAILS, STORE_FULL, Refusal

T = TypeVar("T")

log = logging.getLogger("mesh.store")

# How long a request waits for another process to let go of the file, and how often it looks.
_PATIENCE_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.001
_SCHEMA_VERSION: Final = 2
_APPLICATION_ID: Final = 0x4D455348  # "MESH": what tells our files from another program's


class Database:
    """Runs work in transactions that hold the file's write lock from their first statement.

    SQLite's calls are made on the event loop's own thread: each takes tens of microseconds, less than a
    hop to another thread would. Work submitted while the loop deals with one round of ready sockets shares
    a transaction; nobody is answered before it is committed. Holding the write lock throughout is what lets
    several server processes share one file: none of them ever acts on what another is about to change.
    While another process holds it, this one waits without holding its own loop up.
    """

    def __init__(self, path: Path | None) -> None:
        self.connection = _open(path)
        self._waiting: list[asyncio.Future[None]] = []
        self._open = False
        self._trying = False
        self._hoping: list[asyncio.Future[None]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.undone: Callable[[], None] = lambda: None
        self.trouble: str | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` and return its value once it is committed. A MeshError it raises undoes nothing."""
        if not self._open:
            await self._begin()
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append(committed)
        try:
            return work()
        except MeshError:
            raise
        except Exception as error:  # half done: what shares the transaction must not be committed with it
            self._waiting.remove(committed)
            committed.set_result(None)
            self._abandon(error)
            if isinstance(error, sqlite3.Error):
                raise MeshError(_refusal(error)) from error
            raise
        finally:
            await committed

    def run_now(self, work: Callable[[], T]) -> T:
        """Do `work` in a transaction of its own, at once. Raises sqlite3.Error where that cannot be."""
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.before()
            done = work()
            self.after()
        return done

    async def quiet(self) -> None:
        """Until no transaction is open, for what SQLite does outside of them."""
        while self._open:
            await asyncio.sleep(0)

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open, which this process then holds alone."""
        return self._open

    def close(self) -> None:
        self.connection.close()

    async def _begin(self) -> None:
        """Open a transaction, or wait with whoever is trying to. Raises MeshError (503)."""
        loop = asyncio.get_running_loop()
        if self._trying:
            opened = loop.create_future()
            self._hoping.append(opened)
            await opened
            return
        if not self._try():
            self._trying = True
            failure: MeshError | None = MeshError(BUSY)
            try:
                await self._try_on()
                failure = None
            except MeshError as error:
                failure = error
                raise
            finally:
                self._trying = False
                hoping, self._hoping = self._hoping, []
                for each in hoping:
                    if not each.done():
                        each.set_result(None) if failure is None else each.set_exception(failure)
        # After those who hoped: what they do now is committed with this.
        loop.call_soon(self._commit)

    async def _try_on(self) -> None:
        """Until the file is free. Raises MeshError (503) where that takes too long."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._try():
            if time.monotonic() > deadline:
                log.error("the store is locked by another process for more than %g s", _PATIENCE_SECONDS)
                self.trouble = "locked by another process"
                raise MeshError(BUSY)
            await asyncio.sleep(_LOOK_SECONDS)

    def _try(self) -> bool:
        """Whether the transaction is open now; False while another process holds the file."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.before()
        except sqlite3.Error as error:
            if _is_locked(error) and not self.connection.in_transaction:
                return False
            self._abandon(error)
            raise MeshError(_refusal(error)) from error
        self._open = True
        return True

    def _commit(self) -> None:
        if not self._open:
            return
        try:
            self.after()
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._abandon(error)
            return
        self._open = False
        self.trouble = None
        waiting, self._waiting = self._waiting, []
        for committed in waiting:
            if not committed.done():
                committed.set_result(None)

    def _abandon(self, error: Exception) -> None:
        """Undo the whole batch and tell everyone in it: none of it has been promised to anybody yet."""
        refusal = BUSY
        if isinstance(error, sqlite3.Error):
            refusal = _refusal(error)
            self.trouble = str(error)
            log.error("the store: %s (%s): %d requests undone", error, _name(error), len(self._waiting))
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self._open = False
        self.undone()
        waiting, self._waiting = self._waiting, []
        for committed in waiting:
            if not committed.done():
                told = MeshError(refusal)
                told.__cause__ = error
                committed.set_exception(told)


def _is_locked(error: sqlite3.Error) -> bool:
    return _name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _refusal(error: sqlite3.Error) -> Refusal:
    if _is_locked(error):
        return BUSY
    return STORE_FULL if _name(error) == "SQLITE_FULL" else STORE_FAILS


def _name(error: sqlite3.Error) -> str:
    """SQLite's own name of the error, as `SQLITE_FULL`."""
    return str(getattr(error, "sqlite_errorname", ""))


def _open(path: Path | None) -> sqlite3.Connection:
    """Raises UsageError where the file is not ours or cannot be used."""
    try:
        # Only ever used by one thread at a time, though a test client may use another for each request.
        connection = sqlite3.connect(
            path or ":memory:",
            isolation_level=None,
            timeout=10,
            cached_statements=256,
            check_same_thread=False,
        )
        _refuse_what_is_not_ours(path, connection)
        connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL: what was committed survives the death of this process, not the loss of power.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA cache_size = -32000")
        connection.executescript(files("simulators.mesh").joinpath("schema.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute("PRAGMA busy_timeout = 0")  # from here on waiting is done off the connection
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be used as a message store ({error}): give another --db") from error
    return connection


def _refuse_what_is_not_ours(path: Path | None, connection: sqlite3.Connection) -> None:
    """Raises UsageError before anything is written to a file of another program, or of another version."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if tables and application != _APPLICATION_ID and not {"message", "control", "tally"} <= tables:
        raise UsageError(f"{path} is another program's database: give another --db")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != (_SCHEMA_VERSION if tables else 0):
        raise UsageError(f"{path} was written by another version (schema {version}): start a new file")
