"""The run folder: everything that a run made, so that anybody can measure it again, and how far it has come."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pilot.domain.arm import PILOTED
from pilot.errors import FileError
from pilot.experiment.strikes import Strike

if TYPE_CHECKING:
    from generators.prints.page import Page

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

# The day in the name of what an office emits.
_STAMP = re.compile(r"[-_](\d{8})[-._]")


class Journal:
    """A file of lines, each written before it is acted on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[bytes]:
        """All lines so far; none where nothing was written."""
        return self._path.read_bytes().splitlines() if self._path.is_file() else []

    def add(self, line: bytes) -> None:
        """One line more."""
        with self._path.open("ab") as file:
            file.write(line + b"\n")

    def replace(self, lines: Iterable[bytes]) -> None:
        """These lines in place of whatever was there."""
        self._path.touch(mode=0o600)
        self._path.write_bytes(b"".join(line + b"\n" for line in lines))


class RunFolder:
    """Paths inside one run's folder, and its manifest. The coded arm, the pilot's own, has the plain names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.inbox = path / "inbox"
        self.post = path / "post"
        self.truth = path / "truth.jsonl"
        self.practices = path / "practices.jsonl"
        self.scenario = path / "scenario.toml"
        self.manifest = path / "manifest.json"
        self.evidence = path / "evidence.toml"
        self.figures = path / "figures.json"
        self.report = path / "report.html"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else works on this run meanwhile; a kill lets go of it. Raises FileError where somebody does."""
        if fcntl is None:
            yield
            return
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(folder)
            what = "another pilot is working on this run"
            raise FileError(what, str(self.path), "Wait for it to end, or stop it") from error
        try:
            yield
        finally:
            os.close(folder)

    def gp_database(self, arm: str) -> Path:
        """The practices' records of an arm."""
        return self.path / f"gp-{arm}.sqlite"

    def ledger(self, arm: str) -> Path:
        """The pipeline's ledger of an arm."""
        return self.path / _named("ledger", arm)

    def mesh_database(self, arm: str) -> Path:
        """MESH's database of an arm."""
        return self.path / _named("mesh", arm)

    def takes_part(self, arm: str) -> Journal:
        """How each practice takes part in an arm: `ods`, `ready`, `rules`, `types_letters`, one JSON object a line."""
        return Journal(self.path / f"practices-{arm}.jsonl")

    def office_book(self, arm: str) -> Journal:
        """What the office's people spent on their list in an arm: one line a piece of work."""
        return Journal(self.path / f"office-{arm}.jsonl")

    def office_list(self, arm: str) -> Journal:
        """What is on the list of an office that prints: one line a piece of work."""
        return Journal(self.path / f"office-list-{arm}.jsonl")

    def sent(self, arm: str) -> Journal:
        """Which prints went into the post, or out by email, in an arm without the pipeline: one a line."""
        return Journal(self.path / f"sent-{arm}.jsonl")

    def reprints(self, arm: str) -> list[Path]:
        """What the office put right and printed again in an arm."""
        folder = self.path / f"reprints-{arm}"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def keep_reprint(self, arm: str, name: str, pages: "Sequence[Page]") -> None:
        """Draw it, whole or not at all."""
        folder = self.path / f"reprints-{arm}"
        folder.mkdir(exist_ok=True)
        half = (folder / name).with_suffix(".half")
        from generators.prints.page import A4, write_pdf  # noqa: PLC0415 - a printer is seldom needed here

        half.write_bytes(write_pdf(list(pages), A4, "SIL"))
        half.replace(folder / name)

    def emitted(self) -> list[Path]:
        """All that the office emits, in the order of names."""
        return sorted(self.inbox.iterdir(), key=lambda path: path.name)

    def practice_lines(self) -> list[bytes]:
        """practices.jsonl, a line each."""
        return self.practices.read_bytes().splitlines()

    def log(self, process: str) -> Path:
        """Where a process writes its log."""
        logs = self.path / "logs"
        logs.mkdir(exist_ok=True)
        return logs / f"{process}.log"

    def emitted_on(self, day: date, arm: str) -> tuple[Path, ...]:
        """What the office emitted that day, and what it printed again in this arm: the date is in the file's name."""
        stamp = f"{day:%Y%m%d}"
        again = (path for printed, path in _stamped(self.reprints(arm)) if printed == stamp)
        return (*self._by_day.get(stamp, ()), *again)

    def emitted_until(self, day: date, arm: str) -> tuple[Path, ...]:
        """The same of every day up to that one."""
        every = _stamped((*self.emitted(), *self.reprints(arm)))
        return tuple(path for stamp, path in every if stamp <= f"{day:%Y%m%d}")

    @cached_property
    def _by_day(self) -> Mapping[str, Sequence[Path]]:
        """Listed once, when the first day is lived: all has been emitted by then, and a year has many files."""
        days: dict[str, list[Path]] = {}
        for stamp, path in _stamped(self.emitted()):
            days.setdefault(stamp, []).append(path)
        return days

    def undated(self) -> tuple[Path, ...]:
        """Files of the inbox that stand for no day: the office's practice directory."""
        return self._undated

    @cached_property
    def _undated(self) -> tuple[Path, ...]:
        return tuple(path for path in self.emitted() if path.name.startswith("PRACTICES-"))

    def letters_of(self, day: date) -> tuple[dict[str, Any], ...]:
        """What the office's printer put on paper that day."""
        path = self.post / f"{day.isoformat()}.jsonl"
        if not path.is_file():
            return ()
        return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


def _stamped(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Those with a day in their names, and that day; not what a kill left half written."""
    for path in paths:
        stamp = _STAMP.search(path.name)
        if stamp and path.suffix != ".half":
            yield stamp[1], path


def new_folder(path: Path) -> RunFolder:
    """An empty folder for a run. Raises FileError where there is something in the way."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # its databases and prints name participants
        if any(
            entry.name != HALF_MANIFEST for entry in path.iterdir()
        ):  # a kill as a run began leaves no more
            raise FileError(
                "the folder is not empty",
                str(path),
                "Name another with --out, or go on with `pilot run --resume`",
            )
    except OSError as error:
        raise FileError(
            f"the folder cannot be made ({error.strerror})", str(path), "Name another with --out"
        ) from error
    return RunFolder(path)


def next_folder(root: Path, scenario: str, seed: int) -> Path:
    """runs/<scenario>-<seed>-<n>, with the first n that is free."""
    number = 1
    while (root / f"{scenario}-{seed}-{number}").exists():
        number += 1
    return root / f"{scenario}-{seed}-{number}"


def _named(stem: str, arm: str) -> str:
    return f"{stem}.sqlite" if arm == PILOTED.key else f"{stem}-{arm}.sqlite"


def read_figures(run: Path) -> dict[str, Any]:
    """What a run's figures.json holds. Raises FileError where there is none, or where the run was stopped."""
    path, manifest = RunFolder(run).figures, RunFolder(run).manifest
    if manifest.exists() and read_manifest(manifest).state is not RunState.COMPLETE:
        raise FileError("this run was stopped before its end", str(run), "Finish it with pilot run --resume")
    try:
        figures = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FileError(
            "this folder holds no figures of a run", str(run), "Name a folder of a finished run"
        ) from error
    except ValueError as error:
        raise FileError("the figures are damaged", str(path), "Run it again") from error
    if not isinstance(figures, dict):
        raise FileError("the figures are damaged", str(path), "Run it again")
    return figures


HALF_MANIFEST = "manifest.half"


class RunState(StrEnum):
    """`COMPLETE` is written last of all: a folder without it is a run that was stopped."""

    RUNNING = "running"
    COMPLETE = "complete"


class Manifest(msgspec.Struct, frozen=True):
    """What was asked for, and what is done. `practices` is None until the batches are made.

    `figures` is the format of figures.json that the run is to end with. `by_hand`: the faults that somebody switched
    on beside the scenario's.

    `text` is the scenario's own, whole, so that one file, written whole, is enough to go on from. `seal` is a
    hash of all the rest: a run that goes on from a manifest somebody changed would be no run at all.
    """

    state: RunState
    scenario: str
    text: str
    seed: int
    arms: tuple[str, ...]
    results: int
    version: str
    figures: str = ""
    days_done: int = 0
    seconds_run: float = 0.0
    practices: int | None = None
    by_hand: tuple[Strike, ...] = ()
    seal: str = ""

    def sealed(self) -> "Manifest":
        """The same, with its seal."""
        bare = msgspec.structs.replace(self, seal="")
        return msgspec.structs.replace(bare, seal=hashlib.sha256(msgspec.json.encode(bare)).hexdigest())


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Put it in place whole."""
    half = path.with_name(HALF_MANIFEST)
    half.write_bytes(msgspec.json.format(msgspec.json.encode(manifest.sealed()), indent=2) + b"\n")
    half.replace(path)


def read_manifest(path: Path) -> Manifest:
    """Raises FileError where there is none, or none that can be used; it names the folder."""
    try:
        content = path.read_bytes()
    except OSError as error:
        mend = "Name a folder that `pilot run` wrote"
        raise FileError("this is not the folder of a run", str(path.parent), mend) from error
    try:
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        mend = "Run the scenario again, into another folder"
        raise FileError("the run's manifest.json is damaged", str(path.parent), mend) from error
