"""The office's looks: confirmed once by a person, kept beside the ledger, and a report that looks otherwise stops."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pilot.errors import FileError, LedgerError
from pilot.nbss import Batch, FileKind, FileReading
from pilot.nbss.looks import Looks
from pilot.pipeline.confirmed_looks import ConfirmedLooks
from pilot.pipeline.intake import Memory, look_ahead, take_in
from pilot.pipeline.ledger import Ledger

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
LOOKS = Looks((595, 842), ("Courier",), 6.0, (), ("Opinion",))
REPORT = FileReading("in/SIL-1.pdf", "SIL-1.pdf", "a", FileKind.SIL, looks=LOOKS)
OTHER = replace(REPORT, path="in/SIL-2.pdf", sha256="b", looks=replace(LOOKS, fonts=("Arial",)))
EXTRACT = FileReading("in/E.csv", "E.csv", "c", FileKind.EPISODE_EXTRACT)


@pytest.fixture
def prints(tmp_path: Path) -> ConfirmedLooks:
    return ConfirmedLooks(tmp_path / "ledger.sqlite")


def test_until_somebody_confirms_there_is_a_notice_and_nothing_stops(prints: ConfirmedLooks) -> None:
    assert prints.watch([EXTRACT]) == ()
    (notice,) = prints.watch([REPORT, OTHER])
    assert "pilot prints confirm" in notice


def test_once_confirmed_a_report_that_looks_otherwise_stops_with_what_changed(prints: ConfirmedLooks) -> None:
    assert prints.confirm([EXTRACT, REPORT], "A. Person", NOW) == (LOOKS,)
    assert prints.watch([REPORT, EXTRACT]) == ()
    with pytest.raises(FileError, match="font Arial, confirmed Courier") as error:
        prints.watch([REPORT, OTHER])
    assert "SIL-2.pdf" in str(error.value)


def test_a_second_look_is_confirmed_beside_the_first_and_neither_twice(prints: ConfirmedLooks) -> None:
    prints.confirm([REPORT], "A. Person", NOW)
    assert prints.confirm([REPORT, OTHER, OTHER], "B. Person", NOW) == (OTHER.looks,)
    assert prints.watch([OTHER, REPORT]) == ()
    assert [(one.who, one.file) for one in prints.confirmed()] == [
        ("A. Person", "SIL-1.pdf"),
        ("B. Person", "SIL-1.pdf"),
    ]


def test_nothing_is_confirmed_without_a_name_or_a_report(prints: ConfirmedLooks) -> None:
    with pytest.raises(LedgerError, match="who"):
        prints.confirm([REPORT], " ", NOW)
    with pytest.raises(FileError, match="none of these"):
        prints.confirm([EXTRACT], "A. Person", NOW)
    assert not prints.path.exists()


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": "prints/9", "confirmed": []}', b"\xff"])
def test_what_was_confirmed_and_cannot_be_read_is_said_with_its_mend(
    prints: ConfirmedLooks, content: bytes
) -> None:
    prints.path.write_bytes(content)
    with pytest.raises(FileError, match="prints confirm"):
        prints.watch([REPORT])


class ReaderOf:
    """Reads what it was given."""

    def __init__(self, *files: FileReading) -> None:
        self._files = files

    def read(self, paths: object) -> Batch:
        return Batch(self._files)


def test_a_batch_with_one_such_report_is_not_taken_and_not_looked_ahead_at(
    prints: ConfirmedLooks, tmp_path: Path
) -> None:
    prints.confirm([REPORT], "A. Person", NOW)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        for take in (take_in, look_ahead):
            with pytest.raises(FileError):
                take(ledger, ReaderOf(OTHER, EXTRACT), Memory(ledger), [], NOW, watch=prints.watch)  # type: ignore[arg-type]
        assert ledger.newest() == 0
        assert take_in(ledger, ReaderOf(OTHER), Memory(ledger), [], NOW).files == 1  # type: ignore[arg-type]
