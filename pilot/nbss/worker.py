"""The process that reads files, one after the other, until its stdin ends (see `pilot.nbss.wire`)."""

import os
import sys
from pathlib import Path

import msgspec

from pilot.nbss.batch import FileReading
from pilot.nbss.recognise import read_file
from pilot.nbss.wire import FAULT, OUT_OF_MEMORY, Limits, Request, read_frame, write_frame

try:
    import resource
except ImportError:  # not on Windows: there the time limit alone must do
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Read requests from standard input until it ends, and answer each on standard output."""
    # Native libraries may print; what they print must not land between two frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    decoder = msgspec.msgpack.Decoder(Request)
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        request = decoder.decode(frame)
        _confine(request.limits)
        write_frame(answers, msgspec.msgpack.encode(_read(request)))


def _read(request: Request) -> FileReading:
    try:
        return read_file(Path(request.path), request.name, request.limits)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what earlier files left behind goes with the process
    except Exception:
        # A fault of ours. The parent names the file and goes on; the status tells it from a crash of PDFium.
        os._exit(FAULT)


def _confine(limits: Limits) -> None:
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
