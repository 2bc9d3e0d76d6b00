"""What passes between a reader and its worker processes.

A request is a frame on stdin, a `FileReading` a frame on stdout: four bytes of length, then MessagePack (not
pickle: what a hostile PDF makes of the worker must stay data to its parent).
"""

from typing import IO

import msgspec

from pilot.nbss.limits import Limits

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
