"""What goes wrong with the ledger's file: told in one line that says how to mend it, and nothing is lost."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.errors import LedgerError
from pilot.pipeline.ledger import EmittedFile, Ledger
from pilot.pipeline.ledger_file import SCHEMA_VERSION
from pilot.pipeline.reasons import Reason
from tests.pipeline.ledgers import NOW, take
from tests.pipeline.people import result


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as book:
        yield book


def test_a_ledger_is_its_owners_alone(ledger: Ledger, path: Path) -> None:
    take(ledger, 1)
    beside = sorted(path.parent.iterdir())
    assert len(beside) == 3  # SQLite's write-ahead log and its index
    assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}


def test_a_ledger_of_a_later_version_is_refused_and_left_alone(path: Path) -> None:
    Ledger(path).close()
    with sqlite3.connect(path) as later:
        later.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    later.close()
    with pytest.raises(LedgerError, match=f"version {SCHEMA_VERSION + 1}"):
        Ledger(path)


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(LedgerError, match="another program's file"):
        Ledger(path)
    tables = sqlite3.connect(path).execute("SELECT name FROM sqlite_schema").fetchall()
    assert tables == [("theirs",)]


@pytest.mark.parametrize(
    "content",
    [b"this is no database at all, but a text of some length" * 20, b"SQLite format 3\x00" + b"\xff" * 4000],
)
def test_a_file_that_is_no_database_is_one_line(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert _refusal(lambda: Ledger(path)).endswith("Restore it, or name another file.")


def test_a_damaged_ledger_is_one_line_wherever_it_is_noticed(path: Path) -> None:
    with Ledger(path) as ledger:
        take(ledger, *range(60))
    whole = bytearray(path.read_bytes())
    with sqlite3.connect(path) as db:
        pages = [row[0] for row in db.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")]
    for page in pages:  # it still knows of its tables; nothing of them is left
        whole[(page - 1) * 4096 : page * 4096] = b"\x5a" * 4096
    path.write_bytes(whole)
    with Ledger(path) as ledger:
        for ask in (
            ledger.counts,
            lambda: ledger.memories_since(0),
            lambda: ledger.history(1),
            lambda: list(ledger.entries()),
            lambda: ledger.entry(1),
            lambda: ledger.has_file("f"),
            lambda: ledger.correspondence.attempt_of("x"),
            lambda: take(ledger, 99, file=EmittedFile("e" * 64, "x", "sil")),
        ):
            assert _refusal(ask).startswith("the ledger cannot be used (")


@pytest.mark.parametrize("where", ["nowhere/ledger.sqlite", "."])
def test_a_place_where_no_file_can_be_is_one_line(tmp_path: Path, where: str) -> None:
    assert "Name a folder that exists" in _refusal(lambda: Ledger(tmp_path / where))


def test_a_locked_ledger_says_so_and_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pilot.pipeline.ledger_file.BUSY_SECONDS", 0.01)
    ledger = Ledger(path)
    take(ledger, 1)
    (entry,) = ledger.entries()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def move() -> None:
        with ledger.transaction():
            ledger.move(entry, State.READY, Reason.CODED, NOW, ready_at=NOW)

    assert "Another pilot is using it" in _refusal(move)
    assert [entry.state for entry in ledger.entries()] == [State.RECEIVED]  # reading goes on beside a writer
    other.execute("ROLLBACK")
    other.close()
    move()
    assert [entry.state for entry in ledger.entries()] == [State.READY]
    ledger.close()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pilot.errors import LedgerError
from pilot.pipeline.ledger import EmittedFile, Ledger
from tests.pipeline.ledgers import take
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full disk sends no signal
with Ledger(Path(sys.argv[1])) as ledger:
    take(ledger, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        take(ledger, *range(2, 2000), file=EmittedFile("e" * 64, "second.pdf", "sil"))
    except LedgerError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("room", [100_000, 300_000])
def test_a_full_disk_says_so_and_loses_nothing(path: Path, room: int) -> None:
    """The file may grow to `room` bytes and not further, for the kernel's part."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(room)], capture_output=True, text=True, check=True
    )
    (line,) = done.stdout.splitlines()
    assert "Make room on the disk" in line
    with Ledger(path) as ledger:
        assert [entry.result for entry in ledger.entries()] == [result(1)]
        assert not ledger.has_file("e" * 64)
        take(ledger, 2, file=EmittedFile("e" * 64, "second.pdf", "sil"))  # with room again, it goes on


def _refusal(call: object) -> str:
    with pytest.raises(LedgerError) as refused:
        call()  # type: ignore[operator]
    line = str(refused.value)
    assert "\n" not in line
    return line
