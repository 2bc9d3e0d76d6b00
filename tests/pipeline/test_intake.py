"""Intake: a batch is written down whole or not at all, and once, under whatever name it is brought again."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import Disputed, DisputeReason, RejectionReason
from pilot.errors import FileError
from pilot.experiment import generate_batches, load_scenario
from pilot.nbss import Reader
from pilot.nbss.check import Checked
from pilot.nbss.known import Known
from pilot.pipeline.intake import Memory, Taken, _notices, take_in
from pilot.pipeline.item import Action, entries, kinds
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.reasons import Reason
from pilot.pipeline.reasons import words as told
from pilot.pipeline.settings import Source, WithoutExtract
from pilot.pipeline.worklist import Decision, Worklist
from tests.pipeline.people import result

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of one office, with nothing wrong in it."""
    folder = tmp_path_factory.mktemp("batch")
    generate_batches(load_scenario("quick").changed(results=30), seed=5, out=folder)
    return folder / "inbox"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as book:
        yield book


def take(
    ledger: Ledger,
    reader: Reader,
    *paths: Path,
    without_extract: WithoutExtract = WithoutExtract.HOLD,
    expected: frozenset[Source] = frozenset(),
) -> Taken:
    return take_in(
        ledger, reader, Memory(ledger), paths, NOW, without_extract=without_extract, expected=expected
    )


def total(ledger: Ledger) -> int:
    return sum(ledger.counts().values())


def stray_extract(inbox: Path, folder: Path) -> Path:
    """Another office's extract of the same days: 923 closed episodes that no print of ours has."""
    head, row, *_ = (inbox / "EPISODES-KXX-20261104.csv").read_text("utf-8").splitlines()
    rest = row.split(",", 2)[2]
    numbers = [
        f"{base}{check}" for base in range(999_100_000, 999_102_000) if (check := _check_digit(base)) < 10
    ]
    rows = [f"{number},{8_000_000 + place},{rest}" for place, number in enumerate(numbers[:923])]
    path = folder / "EPISODES-KYY-20261104.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def _check_digit(base: int) -> int:
    return -sum(int(digit) * (10 - place) for place, digit in enumerate(str(base))) % 11


def test_an_extract_that_is_not_ours_is_one_entry_and_one_decision(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    taken = take(ledger, reader, inbox, stray_extract(inbox, tmp_path))
    assert (taken.fit, taken.rejected, taken.disputed) == (30, 923, 0)
    worklist = Worklist(ledger, lambda: NOW)
    (entry,) = entries(worklist.items())
    assert (entry.reason, entry.file, len(entry.items)) == (
        "in_extract_not_in_print",
        "EPISODES-KYY-20261104.csv",
        923,
    )
    assert entry in kinds(worklist.items())
    worklist.decide([item.id for item in entry.items], Decision(Action.RETURN, "A. Person", "not ours"))
    assert worklist.items() == ()
    assert ledger.counts() == {State.RECEIVED: 30, State.RETURNED: 923}


def test_every_print_becomes_one_entry(ledger: Ledger, reader: Reader, inbox: Path) -> None:
    taken = take(ledger, reader, inbox)
    assert taken.files == len(
        {path.read_bytes() for path in inbox.iterdir()}
    )  # two days without news are alike
    assert (taken.fit, taken.rejected, taken.disputed) == (30, 0, 0)
    assert ledger.counts() == {State.RECEIVED: 30}
    assert {len(entry.source) for entry in ledger.entries()} == {64}


def test_the_same_batch_again_is_the_same_batch(ledger: Ledger, reader: Reader, inbox: Path) -> None:
    first = take(ledger, reader, inbox)
    again = take(ledger, reader, inbox)
    assert (again.files, again.already, again.fit) == (0, first.files + first.already, 0)
    assert total(ledger) == 30
    assert len(ledger.memories_since(0)) == 1


def test_a_file_under_another_name_is_the_same_file(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    report = next(inbox.glob("SIL-*"))
    renamed = tmp_path / "a copy (2).pdf"
    shutil.copy(report, renamed)
    take(ledger, reader, inbox)
    assert take(ledger, reader, renamed).already == 1
    assert total(ledger) == 30


def test_two_copies_in_one_batch_are_one_file(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    shutil.copytree(inbox, tmp_path / "again")
    taken = take(ledger, reader, inbox, tmp_path / "again")
    assert taken.files + taken.already == 2 * len(list(inbox.iterdir()))
    assert taken.files == len({path.read_bytes() for path in inbox.iterdir()})
    assert total(ledger) == 30


def test_day_by_day_comes_to_the_same_as_all_at_once(ledger: Ledger, reader: Reader, inbox: Path) -> None:
    """What an intake learns (subjects, episodes, the directory) is there for the next one, from the file alone."""
    days = sorted({path.name.split("-")[2].split(".")[0] for path in inbox.glob("SIL-*")})
    directory = next(inbox.glob("PRACTICES-*"))
    for day in days:
        take(ledger, reader, directory, *sorted(inbox.glob(f"*-{day}*")))
    assert ledger.counts() == {State.RECEIVED: 30}


@pytest.mark.parametrize("what", ["nowhere", "a folder inside"])
def test_a_file_that_cannot_be_had_stops_the_whole_batch_in_one_line(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path, what: str
) -> None:
    lost = tmp_path / "gone.pdf"
    if what == "a folder inside":
        lost.symlink_to(tmp_path / "nothing here")
    with pytest.raises(FileError, match=r"gone\.pdf") as refused:
        take(ledger, reader, *sorted(inbox.iterdir()), lost)
    assert "\n" not in str(refused.value)
    assert total(ledger) == 0
    assert ledger.memories_since(0) == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("cut.pdf", b"%PDF-1.4\nand no more"),
        ("text.pdf", b"a text that calls itself a PDF"),
        ("noise.csv", b"\x00\x01\x02" * 100),
        ("archive.csv.gz", b"\x1f\x8b\x08\x00 cut short"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_entry_however_often_it_is_brought(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    other = tmp_path / f"other-{name}"
    other.write_bytes(content + b" ")
    for _ in range(2):
        take(ledger, reader, inbox, bad, other)
    counts = ledger.counts()
    assert counts[State.RECEIVED] == 30
    assert total(ledger) == 32


def test_a_file_that_stops_its_reader_is_one_entry_however_often_it_is_brought(
    ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies says nothing of the file, not even its hash; and the file is taken when it can be read."""
    with Reader() as reader, monkeypatch.context() as short_of_memory:
        short_of_memory.setattr("pilot.nbss.reader._Worker._ask", lambda *_: None)
        report = next(inbox.glob("SIL-*"))
        for _ in range(2):
            taken = take(ledger, reader, report)
            assert (taken.files, taken.set_aside) == (0, (report,))
        (line,) = ledger.entries()
        assert (line.state, line.reason) == (State.WITH_A_PERSON, RejectionReason.READER_STOPPED)
    with Reader() as reader:
        take(ledger, reader, inbox)
    assert ledger.counts() == {State.RECEIVED: 30, State.RETURNED: 1}
    (line,) = (entry for entry in ledger.entries() if entry.state is State.RETURNED)
    assert line.reason == Reason.TAKEN_LATER


def without_extracts(inbox: Path) -> list[Path]:
    return [path for path in inbox.iterdir() if not path.name.startswith("EPISODES")]


def test_prints_wait_for_their_extract_and_are_taken_when_it_comes(
    ledger: Ledger, reader: Reader, inbox: Path
) -> None:
    """Without one, a misprint would go out as printed, and nobody would know that nothing was held against it."""
    prints = {path.name for path in inbox.glob("SIL-*")}
    for _ in range(2):
        taken = take(ledger, reader, *without_extracts(inbox))
        assert (taken.fit, taken.disputed) == (0, 0)
        assert {path.name for path in taken.set_aside if path.name in prints} == prints
        assert sum("wait for their extract" in notice for notice in taken.notices) == len(prints)
    assert ledger.counts() == {State.WITH_A_PERSON: len(prints)}
    assert {entry.reason for entry in ledger.entries()} == {RejectionReason.EXTRACT_AWAITED}
    take(ledger, reader, inbox)
    assert ledger.counts() == {State.RECEIVED: 30, State.RETURNED: len(prints)}


def test_a_directory_that_comes_late_lets_what_waited_for_it_go_on(
    ledger: Ledger, reader: Reader, inbox: Path
) -> None:
    """Nobody need print anything again: the practices are the same as when the directory came first."""
    (directory,) = inbox.glob("PRACTICES-*")
    others = [path for path in inbox.iterdir() if path != directory and not path.name.startswith("SUBJECTS")]
    taken = take(ledger, reader, *others)
    assert ledger.counts() == {State.WITH_A_PERSON: 30}
    assert {entry.reason for entry in ledger.entries()} == {RejectionReason.PRACTICE_UNKNOWN}
    taken = take(ledger, reader, directory)
    assert "30 results that waited for their practice go on: it can now be said" in taken.notices
    assert ledger.counts() == {State.RECEIVED: 30}
    printed_for = {entry.result.practice for entry in ledger.entries()}
    assert printed_for == {
        row.split(",")[1] for row in directory.read_text().splitlines()[1:] if not row.split(",")[3]
    }
    # They are known with their practice from now on: a reprint of theirs repeats them.
    again = take(ledger, reader, *(path for path in inbox.glob("SUBJECTS-*")))
    assert again.notices == ()
    assert total(ledger) == 30


def test_a_corrected_directory_lets_go_on_what_it_did_not_name_and_holds_the_rest(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    (directory,) = inbox.glob("PRACTICES-*")
    head, *rows = directory.read_text().splitlines(keepends=True)
    short, whole = tmp_path / "short.csv", tmp_path / "whole.csv"
    short.write_text("".join([head, *rows[2:]]))
    whole.write_text("".join([head, *rows[1:]]))
    prints = [path for path in inbox.iterdir() if path != directory]
    take(ledger, reader, short, *prints)
    waited = ledger.counts()[State.WITH_A_PERSON]
    take(ledger, reader, whole)
    waits = ledger.in_states(State.WITH_A_PERSON)
    assert 0 < len(waits) < waited
    assert len({entry.result.local_number for entry in waits}) == 1
    take(ledger, reader, directory)
    assert ledger.counts() == {State.RECEIVED: 30}


def test_an_identical_reprint_is_kept_and_asks_nothing_of_anybody(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    take(ledger, reader, inbox)
    report = next(inbox.glob("SIL-*"))
    again = tmp_path / "again.pdf"
    again.write_bytes(report.read_bytes().replace(b"GP REPORTS", b"gp reports", 1))
    assert take(ledger, reader, again).files == 1
    repeats = ledger.in_states(State.RETURNED)
    assert {entry.reason for entry in repeats} == {DisputeReason.DUPLICATE}
    assert len(repeats) == sum(entry.provenance.file == report.name for entry in ledger.entries())
    assert Worklist(ledger, lambda: NOW).items() == ()
    assert Worklist(ledger, lambda: NOW).show(repeats[0].id).document == repeats[0].document


@pytest.mark.parametrize(("source", "files"), [(Source.LETTERS, "SMSTA-*"), (Source.SUBJECTS, "SUBJECTS-*")])
def test_prints_wait_for_what_the_office_is_said_to_have(
    ledger: Ledger, reader: Reader, inbox: Path, source: Source, files: str
) -> None:
    """Where the office hands letters or a subject extract over, a batch without is not whole."""
    absent = set(inbox.glob(files))
    assert absent
    others = [path for path in inbox.iterdir() if path not in absent]
    prints = len(list(inbox.glob("SIL-*")))
    taken = take(ledger, reader, *others, expected=frozenset({source}))
    assert (taken.fit, taken.disputed) == (0, 0)
    assert sum("wait for the" in notice for notice in taken.notices) == prints
    assert {entry.reason for entry in ledger.entries()} == {RejectionReason.EXTRACT_AWAITED}
    take(ledger, reader, inbox, expected=frozenset(Source))
    assert ledger.counts() == {State.RECEIVED: 30, State.RETURNED: prints}


@pytest.mark.parametrize("files", ["SMSTA-*", "SUBJECTS-*"])
def test_what_nothing_is_expected_of_is_told_where_it_is_not_there(
    ledger: Ledger, reader: Reader, inbox: Path, files: str
) -> None:
    absent = set(inbox.glob(files))
    taken = take(ledger, reader, *(path for path in inbox.iterdir() if path not in absent))
    assert taken.fit == 30
    assert sum("results go without the" in notice for notice in taken.notices) == len(
        list(inbox.glob("SIL-*"))
    )


def test_prints_go_alone_only_where_a_setting_says_so_and_not_silently(
    ledger: Ledger, reader: Reader, inbox: Path
) -> None:
    taken = take(ledger, reader, *without_extracts(inbox), without_extract=WithoutExtract.PRINT_ONLY)
    assert (taken.fit, taken.set_aside) == (30, ())
    prints = list(inbox.glob("SIL-*"))
    assert sum("on the print alone" in notice for notice in taken.notices) == len(prints)


def test_notices_count_and_name_no_one(ledger: Ledger, reader: Reader, tmp_path: Path) -> None:
    bad = tmp_path / "empty.pdf"
    bad.write_bytes(b"")
    assert take(ledger, reader, bad).notices == ("empty.pdf: 1 x the file is empty",)


def test_a_notice_of_a_dispute_names_file_and_reason_and_no_one() -> None:
    disputed = Disputed(result(1), DisputeReason.OUTCOME_DIFFERS, ())
    (notice,) = _notices(Checked((), (), (disputed,), {}, frozenset(), {}))
    assert notice == f"SIL-KXX-20261103-123.pdf: 1 x {told(DisputeReason.OUTCOME_DIFFERS)}"


def test_what_is_known_survives_being_written_down(ledger: Ledger, reader: Reader, inbox: Path) -> None:
    memory = Memory(ledger)
    take_in(ledger, reader, memory, [inbox], NOW)
    assert Memory(ledger).known() == memory.known()
    assert memory.known().results


def test_a_print_and_its_reprint_side_by_side_are_sent_once(
    ledger: Ledger, reader: Reader, inbox: Path, tmp_path: Path
) -> None:
    """Two processes, both started before either wrote: the second sees what the first took."""
    report = next(inbox.glob("SIL-*"))
    reprint = tmp_path / "reprint.pdf"
    reprint.write_bytes(report.read_bytes() + b"\n")
    beside = Ledger(ledger.path)
    first, second = Memory(ledger), Memory(beside)
    assert first.known() == second.known() == Known()
    taken = take_in(ledger, reader, first, [report], NOW, without_extract=WithoutExtract.PRINT_ONLY)
    again = take_in(beside, reader, second, [reprint], NOW, without_extract=WithoutExtract.PRINT_ONLY)
    beside.close()
    assert taken.fit + taken.rejected + taken.disputed > 0
    assert again.fit == 0
    assert again.disputed == taken.fit


def test_times_are_the_intakes(ledger: Ledger, reader: Reader, inbox: Path) -> None:
    take(ledger, reader, inbox)
    assert {entry.received_at - NOW for entry in ledger.entries()} == {timedelta(0)}


def test_a_letter_without_a_print_is_looked_at_and_not_returned(
    ledger: Ledger, reader: Reader, inbox: Path
) -> None:
    """There is no print to give back: somebody must find out why the practice was not told."""
    reports = sorted(inbox.glob("SIL-*"))
    days = [report.name.split("-")[2] for report in reports]
    lost = next(report for report, day in zip(reports, days, strict=True) if days.count(day) > 1)
    others = [path for path in without_extracts(inbox) if path != lost]
    take(ledger, reader, *others, without_extract=WithoutExtract.PRINT_ONLY)
    missing = [entry for entry in ledger.entries() if entry.reason == RejectionReason.IN_LETTERS_NOT_IN_PRINT]
    assert missing
    assert {entry.state for entry in missing} == {State.WITH_A_PERSON}
