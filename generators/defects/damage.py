"""What happens to a file's bytes between the printer and the inbox."""

from collections.abc import Callable

import numpy as np

_ERROR_PAGE = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>Bad Gateway</h1><p>The proxy server received an invalid response from an upstream server.</p></body></html>
"""


def damaged(data: bytes, flaw: str, rng: np.random.Generator) -> bytes:
    """The bytes with that flaw; unchanged where the flaw is none of a file's bytes."""
    return _DAMAGES[flaw](data, rng) if flaw in _DAMAGES else data


def _truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(len(data) * rng.uniform(0.3, 0.9))]


def _cut_in_transfer(data: bytes, rng: np.random.Generator) -> bytes:
    """A stretch out of the middle, from a tenth to a half of the file; beginning and end are there."""
    length = int(len(data) * rng.uniform(0.1, 0.5))
    start = int(rng.uniform(0.2, 0.4) * len(data))
    return data[:start] + data[start + length :]


_DAMAGES: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "file_truncated": _truncated,
    "file_cut_in_transfer": _cut_in_transfer,
    "file_empty": lambda _data, _rng: b"",
    "file_not_a_pdf": lambda _data, _rng: _ERROR_PAGE,
    "extract_cut": _truncated,
}
DAMAGES = frozenset(_DAMAGES)
