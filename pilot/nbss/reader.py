"""Reading a batch: files go to worker processes with a time limit each; what kills a worker costs one file."""

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
from typing import Self

import msgspec

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import Batch, FileReading, unread
from pilot.nbss.limits import DEFAULT_LIMITS, Limits
from pilot.nbss.worker import Request, read_frame, write_frame

# How long a new worker may take to start before the clock of its first file counts against that file.
_START_SECONDS = 30.0
# The worker must be the same code as its parent, wherever that was started from.
_ROOT = str(Path(__file__).parents[2])


def read_files(paths: Sequence[Path], limits: Limits = DEFAULT_LIMITS, workers: int = 1) -> Batch:
    """Read files, and every file of folders, in the order given. Bad input is in the batch, never raised."""
    with Reader(limits, workers) as reader:
        return reader.read(paths)


class Reader:
    """Worker processes held open over many batches, since starting one costs more than reading a small file."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, workers: int = 1) -> None:
        if workers < 1:
            raise ValueError("a reader needs at least one worker")
        self._limits = limits
        self._workers = [_Worker() for _ in range(workers)]
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
        for worker in self._workers:
            worker.stop()

    def read(self, paths: Sequence[Path]) -> Batch:
        """As `read_files`. May be called again and again; from one thread at a time."""
        files = [file for path in paths for file in _walk(path)]
        names = _names(files)
        if len(self._workers) == 1 or len(files) < 2:
            return Batch(tuple(map(self._read, files, names)))
        with ThreadPoolExecutor(len(self._workers)) as threads:
            return Batch(tuple(threads.map(self._read, files, names)))

    def _read(self, path: Path, name: str) -> FileReading:
        worker = self._idle.get()
        try:
            reading = worker.read(path, name, self._limits)
        finally:
            self._idle.put(worker)
        return replace(reading, path=str(path))


class _Worker:
    """One process, started when first needed and started anew after it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._decoder = msgspec.msgpack.Decoder(FileReading)

    def start(self) -> None:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pilot.nbss.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([_ROOT, os.environ.get("PYTHONPATH", "")])},
            )

    def read(self, path: Path, name: str, limits: Limits) -> FileReading:
        fresh = self._process is None
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        overtime = threading.Event()

        def kill() -> None:
            overtime.set()
            process.kill()

        timer = threading.Timer(limits.seconds + (_START_SECONDS if fresh else 0), kill)
        timer.start()
        try:
            write_frame(process.stdin, msgspec.msgpack.encode(Request(str(path), name, limits)))
            answer = read_frame(process.stdout)
            reading = self._decoder.decode(answer) if answer is not None else None
        except (OSError, msgspec.MsgspecError):
            reading = None
        finally:
            timer.cancel()
        if reading is not None and not overtime.is_set():
            return reading
        self.stop()
        if overtime.is_set():
            detail = f"reading took longer than {limits.seconds:g} seconds"
            return unread(name, RejectionReason.TOOK_TOO_LONG, detail)
        return unread(name, RejectionReason.DAMAGED_FILE, "the file makes the PDF library stop")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written went down with the process
                    pipe.close()
        process.wait()


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
