"""One ledger as the screens use it: an office's own, or a run's. Opened for one question or one decision at a time.

A ledger belongs to one thread, and the engine or a colleague writes to the same file meanwhile; so each call opens
its own. Everything here raises UserError and nothing else. What the command line does, this does with the same parts.
"""

import csv
import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pilot.domain.arm import PILOTED
from pilot.domain.delivery import State
from pilot.errors import FileError, LedgerError
from pilot.messages import Organisation
from pilot.nbss import read_files
from pilot.nbss.batch import DirectoryEntry
from pilot.pipeline.confirmed_looks import ConfirmedLooks
from pilot.pipeline.intake import Practices, Preview, Taken
from pilot.pipeline.item import Action, Item
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mending import other_version
from pilot.pipeline.overview import DayList, Line, Overview, Position, PracticeLine, Waits, Wanted, day_pdf
from pilot.pipeline.print_queue import Letter, PrintQueue, printout
from pilot.pipeline.settings import PATH_TO_LIVE_HOSTS, Deadlines, Settings, ledger_of, load_settings
from pilot.pipeline.worklist import Decision, Detail, Worklist

if TYPE_CHECKING:
    from pilot.pipeline.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Destination:
    """What a person must know of where this ledger's results go. `alarm`: real people's results leave the house."""

    words: str
    alarm: bool = False


# How long a list may be shown anew without counting its ages again: they are told in minutes.
_STILL_AS_OLD = timedelta(minutes=1)

LookUp = Callable[[Detail], Sequence[str]]

SIMULATED = Destination("SIMULATED: invented people, nothing leaves this machine")


class OpenLedger:
    """`clock` says what time it is there; `config` is the office's pilot.toml, None for a run's ledger.

    `look_up` is what other screens of the office show of a result, where there are any (a rehearsal's).
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        office: Organisation | None = None,
        destination: Destination = SIMULATED,
        config: Path | None = None,
        deadlines: Deadlines | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        self.path = path
        self.office = office or Organisation(ods="ZZZ", name=path.parent.name or "a run")
        self.destination = destination
        self.config = config
        self._clock = clock
        self._practices = Practices()
        self._deadlines = deadlines or Deadlines()
        self._look_up: LookUp = look_up or (lambda _: ())
        self._listed: tuple[object, datetime, tuple[tuple[Item, ...], tuple[str, ...]]] = (
            None,
            datetime.min.replace(tzinfo=UTC),
            ((), ()),
        )

    @property
    def now(self) -> datetime:
        return self._clock()

    # Looking

    def position(self) -> Position:
        """Where everything is."""
        with self._overview() as overview:
            return overview.position(self._clock())

    def reasons(self) -> tuple[Waits, ...]:
        """Why results need the office."""
        with self._overview() as overview:
            return overview.reasons(self._clock())

    def waiting(self) -> tuple[int, int]:
        """How many results need the office, and how many are to be posted."""
        with self._overview() as overview:
            return overview.waiting()

    def items(self) -> tuple[Item, ...]:
        """What is with a person or went back to the office, longest waiting first; nothing before the first batch."""
        return self.listed()[0]

    def listed(self) -> tuple[tuple[Item, ...], tuple[str, ...]]:
        """The same, and by name the rows of the ledger that stand on no list because they cannot be read.

        Read anew where anything has changed; ages are right to the minute.
        """
        if not self.path.exists():
            return (), ()
        with self._open() as ledger:
            as_it_is = (ledger.lines(), *self._stamps())
            was, at, listed = self._listed
            if was != as_it_is or self._clock() - at > _STILL_AS_OLD:
                at, listed = self._clock(), (self._worklist(ledger).items(), ledger.left_out())
                self._listed = as_it_is, at, listed
            return listed

    def _stamps(self) -> Iterator[tuple[int, int]]:
        """What changes with any byte of the ledger's file and of its log."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(OSError):
                found = path.stat()
                if found.st_size:
                    yield found.st_size, found.st_mtime_ns

    def held(self) -> tuple[int, tuple[str, ...]]:
        """Each result held against its history: how many stand elsewhere, and by name the rows that cannot be read."""
        with self._overview() as overview:
            astray = overview.astray()
        return astray, self.listed()[1]

    def find(self, wanted: Wanted) -> "tuple[array[int], Mapping[State, int]]":
        """The numbers of what fits, and how many are in each state."""
        if not self.path.exists():
            return array("q"), {}
        names = self.names() if wanted.text.strip() else {}
        with self._overview() as overview:
            found = overview.find(wanted, names)
            return found, overview.tally(wanted, found)

    def lines(self, numbers: Sequence[int]) -> tuple[Line, ...]:
        """One page of results."""
        with self._overview() as overview:
            return overview.lines(numbers)

    def show(self, number: int) -> Detail:
        """Everything about one result."""
        with self._open() as ledger:
            return self._worklist(ledger).show(number)

    def looked_up(self, detail: Detail) -> Sequence[str]:
        """What other screens of the office show of it, line by line."""
        return self._look_up(detail)

    def directory(self) -> Mapping[str, DirectoryEntry]:
        """The office's practices by code."""
        if not self.path.exists():
            return {}
        with self._open() as ledger:
            return self._practices.known(ledger)

    def names(self) -> Mapping[str, str]:
        """Practices by code, with what they are called as far as the directory has it."""
        if not self.path.exists():
            return {}
        names = {code: entry.name for code, entry in self.directory().items()}
        with self._overview() as overview:
            return dict.fromkeys(overview.codes(), "") | names

    def practices(self) -> tuple[PracticeLine, ...]:
        """What is known of each practice."""
        names = self.names()
        with self._overview() as overview:
            return overview.practices(self._clock(), self._deadlines.collected, names)

    def takes_part(self) -> Mapping[str, Mapping[str, object]]:
        """How each practice takes part in a run, by code: `supplier`, `ready`, `rules`. An office's own has none."""
        arm = self.path.stem.partition("-")[2] or PILOTED.key
        path = self.path.parent / f"practices-{arm}.jsonl"
        if not path.is_file():
            return {}
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            return {str(line["ods"]): line for line in lines}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FileError("it cannot be read", str(path), "Run the scenario again") from error

    def day(self) -> DayList:
        """The list of today."""
        names = self.names()
        with self._overview() as overview:
            return overview.day(self._clock().date(), names)

    # Deciding

    def decide(self, numbers: Sequence[int], decision: Decision) -> None:
        """Write a person's decision into the ledger: on all of these results, or on none."""
        with self._open() as ledger:
            self._worklist(ledger).decide(numbers, decision)

    def take_other(self, numbers: Sequence[int], who: str, why: str) -> None:
        """Fix each by what its other source says, all or none."""
        with self._open() as ledger, ledger.transaction():
            worklist = self._worklist(ledger)
            for number in numbers:
                detail = worklist.show(number)
                changes = other_version(detail.item, detail.versions)
                worklist.decide([number], Decision(Action.FIX, who, why, changes))

    def undo(self, numbers: Sequence[int], who: str) -> None:
        """Take the last decision on each back."""
        with self._open() as ledger:
            self._worklist(ledger).undo(numbers, who)

    # The post

    def letters(self) -> tuple[Letter, ...]:
        """What waits to be printed and posted."""
        if not self.path.exists():
            return ()
        with self._open() as ledger:
            return self._queue(ledger).letters()

    def print_post(self, out: Path, who: str, *, again: bool = False) -> int:
        """Write the PDF of what is to be printed, and note it. How many pages of results are in it."""
        with self._open() as ledger:
            queue = self._queue(ledger)
            envelopes = queue.envelopes(again=again)
            numbers = [letter.entry.id for envelope in envelopes for letter in envelope.letters]
            if numbers:
                # The file first: what the ledger calls printed must be on a disk.
                write_private(out, printout(envelopes, self.office, self._clock().date()))
                queue.printed(numbers, who)
            return len(numbers)

    def posted(self, numbers: Iterable[int], who: str) -> None:
        """These went to the post."""
        with self._open() as ledger:
            self._queue(ledger).posted(numbers, who)

    # The day

    def sign(self, day: DayList, who: str) -> None:
        """Somebody stands for the list of the day."""
        with self._overview() as overview:
            overview.sign(day, self.office, who, self._clock())

    def print_day(self, day: DayList, out: Path) -> None:
        """Write the list of the day as a PDF."""
        write_private(out, day_pdf(day, self.office))

    # Batches

    def preview(self, paths: Sequence[Path]) -> Preview:
        """What an intake would make of these files."""
        with self._pipeline() as pipeline:
            return pipeline.preview(paths)

    def take_in(self, paths: Sequence[Path]) -> Taken:
        """Take files in, send what can be sent, and act on what came back."""
        with self._pipeline() as pipeline:
            taken = pipeline.take_in(paths)
            pipeline.dispatch()
            pipeline.settle()
            return taken

    def looks(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """How the reports among these files look, line by line, and what of it is not as was confirmed."""
        from pilot.nbss.looks import Looks, drift, in_words  # noqa: PLC0415 - seldom asked

        confirmed = [one.looks for one in ConfirmedLooks(self.path).confirmed()]
        alike: dict[Looks, list[str]] = {}
        for file in read_files(paths).files:
            if file.looks is not None:
                alike.setdefault(file.looks, []).append(file.name)
        lines: list[str] = []
        for looks, names in alike.items():
            changed = drift(looks, confirmed)
            said = (
                "NOT as was confirmed"
                if changed
                else "as was confirmed"
                if confirmed
                else "none confirmed yet"
            )
            lines.append(f"{', '.join(names)}: {said}")
            lines += [f"  CHANGED  {change}" for change in changed]
            lines += [f"  {part:<9} {what}" for part, what in in_words(looks).items() if what]
        return tuple(lines)

    def confirm_looks(self, paths: Sequence[Path], who: str) -> int:
        """Somebody has compared them with the paper: such reports are right for this office. How many looks are new."""
        return len(ConfirmedLooks(self.path).confirm(read_files(paths).files, who, self._clock()))

    @contextmanager
    def _pipeline(self) -> "Iterator[Pipeline]":
        from pilot.pipeline.pipeline import opened  # noqa: PLC0415 - brings what speaks HTTP, which opening needs not

        if self.config is None:
            raise LedgerError(
                "a run takes its batches in by itself", str(self.path), "Open an office instead"
            )
        with opened(self.config, self.path, self._clock) as pipeline:
            yield pipeline

    # Opening

    def _open(self) -> Ledger:
        if not self.path.exists():
            raise LedgerError("there is no ledger", str(self.path), "Take the first batch in")
        return Ledger(self.path)

    @contextmanager
    def _overview(self) -> Iterator[Overview]:
        if not self.path.exists():
            raise LedgerError("there is no ledger yet", str(self.path), "Take the first batch in (key 5)")
        with Overview(self.path) as overview:
            yield overview

    def _worklist(self, ledger: Ledger) -> Worklist:
        return Worklist(ledger, self._clock, self._deadlines)

    def _queue(self, ledger: Ledger) -> PrintQueue:
        return PrintQueue(ledger, self._clock, {c: e.name for c, e in self._practices.known(ledger).items()})

    def beside(self, name: str) -> Path:
        """A new file beside the ledger, with the time in its name."""
        return self.path.parent / f"{name.format(self._clock().strftime('%Y%m%d-%H%M'))}"


def open_office(config: Path, look_up: LookUp | None = None) -> OpenLedger:
    """The office of a pilot.toml. Raises ConfigurationError where it is not complete."""
    settings = load_settings(config)
    return OpenLedger(
        ledger_of(config),
        office=settings.office,
        destination=_destination(settings),
        config=config,
        deadlines=settings.deadlines,
        look_up=look_up,
    )


def open_run(folder: Path) -> OpenLedger:
    """The ledger of a run, on the run's own clock: the end of the last day on which anything moved."""
    ledgers = sorted(folder.glob("ledger*.sqlite"))
    if not ledgers:
        raise FileError("this is no run with a ledger", str(folder), "Choose a folder of runs/")
    with Ledger(ledgers[0]) as ledger:
        last = ledger.last_move() or datetime.now(UTC)
    end_of_day = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return OpenLedger(ledgers[0], lambda: end_of_day)


def _destination(settings: Settings) -> Destination:
    host = (urlsplit(settings.mesh.url).hostname or "").rstrip(".")
    if settings.mesh.live:
        return Destination("LIVE SERVICE: REAL PATIENTS. What you send goes to real practices", alarm=True)
    if host in PATH_TO_LIVE_HOSTS:
        return Destination(f"TEST SERVICE of NHS England ({host}): test patients only")
    if host in ("127.0.0.1", "localhost", "::1"):
        return SIMULATED
    return Destination(f"MESH at {host}: what you send leaves this machine", alarm=True)


def write_private(path: Path, content: bytes) -> None:
    """A file for its owner alone. Raises FileError."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise FileError(
            f"the file cannot be written ({error.strerror})", str(path), "Name another place"
        ) from error


_BINARY = getattr(os, "O_BINARY", 0)  # Windows alone has it, and needs it


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A list as a CSV file, its owner's alone. A cell that a spreadsheet would take for a formula is quoted."""
    lines: list[list[str]] = [list(head)]
    lines += [[f"'{cell}" if cell[:1] in "=+-@" and cell[1:] else cell for cell in row] for row in rows]
    text = StringIO()
    csv.writer(text).writerows(lines)
    write_private(path, text.getvalue().encode("utf-8-sig"))
