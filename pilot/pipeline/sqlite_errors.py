"""What SQLite says of the ledger's file, as an error that a user can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pilot.errors import LedgerError


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
