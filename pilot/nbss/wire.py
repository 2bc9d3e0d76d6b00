"""What passes between a reader and its worker processes, and how much of a machine one file may cost.

A request is a frame on stdin, a `FileReading` a frame on stdout: four bytes of length, then MessagePack (not
pickle: what a hostile PDF makes of the worker must stay data to its parent).
"""

from dataclasses import dataclass
from typing import IO

import msgspec

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits a file. A BSO-year's largest SIL report is some hundreds of pages and a few MB.

    `seconds` wall time; `file_bytes` as stored; `expanded_bytes` after gunzip; `pages` of a PDF;
    `memory_bytes` address space of the worker process (where the system can limit it). `second_eye_pages`: so many
    pages of a report are read a second time, from their pictures, at 0.6 seconds of one core a page.
    """

    seconds: float = 60.0
    file_bytes: int = 64 * MIB
    expanded_bytes: int = 512 * MIB
    pages: int = 10_000
    memory_bytes: int = 2048 * MIB
    second_eye_pages: int = 0


DEFAULT_LIMITS = Limits()


FAULT = 70
"""The exit status that says: not the file but the reader is at fault."""

OUT_OF_MEMORY = 71
"""The exit status that says: the process may not have more memory."""

_LONGEST = 1 << 30


class Request(msgspec.Struct, frozen=True):
    """Read this file; `name` is what its provenances are to call it."""

    path: str
    name: str
    limits: Limits


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Write one message: its length in four bytes, then its bytes."""
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
