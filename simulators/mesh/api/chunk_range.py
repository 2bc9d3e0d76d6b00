"""`Mex-Chunk-Range: n:m`, the nth of m chunks."""

import re
from dataclasses import dataclass

from simulators.mesh.errors import MeshError
from simulators.mesh.protocol import BAD_CHUNKS

_RANGE = re.compile(r"\s*([0-9]{1,9})\s*:\s*([0-9]{1,9})\s*")


@dataclass(frozen=True, slots=True)
class ChunkRange:
    number: int = 1
    total: int = 1

    @classmethod
    def parse(cls, text: str) -> "ChunkRange":
        """Raises MeshError (417) for anything but 1 <= n <= m."""
        match = _RANGE.fullmatch(text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise MeshError(BAD_CHUNKS)
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}:{self.total}"
