"""The process that reads files, one after the other: `python -m pilot.nbss.worker`.

A request is a frame on stdin, a `FileReading` a frame on stdout: four bytes of length, then MessagePack (not
pickle: what a hostile PDF makes of this process must stay data to its parent). It ends when stdin does.
"""

import os
import sys
from pathlib import Path
from typing import IO

import msgspec

from pilot.domain.result import RejectionReason
from pilot.nbss.batch import FileReading, unread
from pilot.nbss.limits import Limits
from pilot.nbss.recognise import read_file

try:
    import resource
except ImportError:  # not on Windows: there the time limit alone must do
    resource = None  # type: ignore[assignment]


FAULT = 70
"""The exit status that says: not the file but the reader is at fault."""

_LONGEST = 1 << 30


class Request(msgspec.Struct, frozen=True):
    """Read this file; `name` is what its provenances are to call it."""

    path: str
    name: str
    limits: Limits


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    stream.write(len(payload).to_bytes(4, "big"))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame, or None where the stream ends before it does, or it is longer than any answer."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    if size > _LONGEST:
        return None
    payload = stream.read(size)
    return payload if len(payload) == size else None


def main() -> None:
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
        return unread(
            request.name, RejectionReason.TOO_LARGE, "reading the file needs more memory than the limit"
        )
    except Exception:
        # A fault of ours. The parent names the file and goes on; the status tells it from a crash of PDFium.
        os._exit(FAULT)


def _confine(limits: Limits) -> None:
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = limits.memory_bytes if hard == resource.RLIM_INFINITY else min(limits.memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
