"""Reading a batch: files go to worker processes with a time limit each; what kills a worker costs one file.

A worker that dies over a file says little about the file: the machine may have been short of memory, or busy.
So a new worker tries once more; only what stops that one too is named as unread.
"""

import hashlib
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Self, cast

import msgspec

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import Batch, FileReading, unread
from pilot.nbss.tables import joined
from pilot.nbss.wire import DEFAULT_LIMITS, FAULT, OUT_OF_MEMORY, Limits, Request, read_frame, write_frame

# How long a worker that has nothing more to read may take to end.
_FAREWELL_SECONDS = 1.0
# How the process that reads is started: its frames are those of `pilot.nbss.wire`.
WORKER = (sys.executable, "-c", "from pilot.nbss.worker import main; main()")
# The worker must be the same code as its parent, wherever that was started from.
_ROOT = str(Path(__file__).parents[2])


def read_files(paths: Sequence[Path], limits: Limits = DEFAULT_LIMITS, workers: int = 1) -> Batch:
    """Read files, and every file of folders, in the order given. Bad input is in the batch, never raised."""
    with Reader(limits, workers) as reader:
        return reader.read(paths)


class Reader:
    """Worker processes held open over many batches, since starting one costs more than reading a small file."""

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, workers: int = 1, command: Sequence[str] = WORKER
    ) -> None:
        if workers < 1:
            raise ValueError("a reader needs at least one worker")
        self._limits = limits
        self._workers = [_Worker(command) for _ in range(workers)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes."""
        for worker in self._workers:
            worker.stop()

    def read(self, paths: Sequence[Path]) -> Batch:
        """As `read_files`. May be called again and again; from one thread at a time."""
        files = [file for path in paths for file in _walk(path)]
        names = _names(files)
        if len(self._workers) == 1 or len(files) < 2:
            return joined(Batch(tuple(map(self._read, files, names))))
        with ThreadPoolExecutor(len(self._workers)) as threads:
            return joined(Batch(tuple(threads.map(self._read, files, names))))

    def there(self, path: Path) -> bool:
        """Whether a file that was set aside is still to be had."""
        return path.exists()

    def _read(self, path: Path, name: str) -> FileReading:
        worker = self._idle.get()
        try:
            reading = worker.read(path, name, self._limits)
        finally:
            self._idle.put(worker)
        return replace(reading, path=str(path))


class _Worker:
    """One process, started when first needed and started anew after it died."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._decoder = msgspec.msgpack.Decoder(FileReading)

    def start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH")))),
                },
                start_new_session=True,  # an interrupt at the terminal is the parent's to handle
            )
        return self._process

    def read(self, path: Path, name: str, limits: Limits) -> FileReading:
        """One file: tried once, and once more by a new process where the first died over it."""
        reading = self._try(path, name, limits)
        return reading if reading.read_through else self._try(path, name, limits)

    def _try(self, path: Path, name: str, limits: Limits) -> FileReading:
        process = self.start()
        overtime = threading.Event()

        def kill() -> None:
            overtime.set()
            process.kill()

        # Killing the process ends the wait for its answer, on every system and without polling.
        timer = threading.Timer(limits.seconds, kill)
        timer.start()
        try:
            reading = self._ask(process, Request(str(path), name, limits))
        finally:
            timer.cancel()
        if reading is not None and not overtime.is_set():
            return reading
        status = self.stop()
        reason = RejectionReason.READER_STOPPED
        if overtime.is_set():
            reason = RejectionReason.TOOK_TOO_LONG
            detail = f"reading took longer than {limits.seconds:g} seconds"
        elif status == FAULT:
            detail = "our reader failed on this file: please report it to us"
        elif status == OUT_OF_MEMORY:
            detail = "reading the file needs more memory than the limit"
        else:
            detail = "the process that reads was stopped"
        return unread(name, reason, f"{detail}, twice; it is tried again when it comes again", _sha256(path))

    def _ask(self, process: subprocess.Popen[bytes], request: Request) -> FileReading | None:
        """The answer, or None where the worker died or answered with something else."""
        try:
            write_frame(cast(IO[bytes], process.stdin), msgspec.msgpack.encode(request))
            answer = read_frame(cast(IO[bytes], process.stdout))
            return None if answer is None else self._decoder.decode(answer)
        except (OSError, msgspec.MsgspecError):
            return None

    def stop(self) -> int | None:
        """End the process, if it has not ended by itself; returns how it ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(OSError):  # what was still to be written went down with the process
            cast(IO[bytes], process.stdin).close()
        try:
            process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cast(IO[bytes], process.stdout).close()
        return process.returncode


def _sha256(path: Path) -> str:
    """What a file that nobody could read is known by."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _walk(path: Path) -> list[Path]:
    """The file itself, or every file below the folder, by name; hidden files are the system's, not NBSS's."""
    if not path.is_dir():
        return [path]
    below = (file for file in path.rglob("*") if file.is_file())
    return sorted(
        file for file in below if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def _names(files: list[Path]) -> list[str]:
    """A name a file, as short as it can be: its own, with its folder where two files share one."""
    shared = {name for name, times in Counter(file.name for file in files).items() if times > 1}
    names = [str(file) if file.name in shared else file.name for file in files]
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[number] = f"{name} ({seen[name]})"
    return names
