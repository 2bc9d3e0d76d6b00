"""How much of a machine one file may cost before it is named and left."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits a file. A BSO-year's largest SIL report is some hundreds of pages and a few MB.

    `seconds` wall time; `file_bytes` as stored; `expanded_bytes` after gunzip; `pages` of a PDF;
    `memory_bytes` address space of the worker process (where the system can limit it).
    """

    seconds: float = 60.0
    file_bytes: int = 64 * MIB
    expanded_bytes: int = 512 * MIB
    pages: int = 10_000
    memory_bytes: int = 2048 * MIB


DEFAULT_LIMITS = Limits()
