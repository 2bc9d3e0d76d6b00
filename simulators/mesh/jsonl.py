"""JSON lines files, read row by row into checked values."""

from pathlib import Path
from typing import TypeVar

import msgspec

from simulators.mesh.errors import UsageError

Row = TypeVar("Row", bound=msgspec.Struct)


def read_lines(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Every line that is not blank, as `kind`. Raises UsageError naming the line that is not one."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}): give a JSON lines file") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=kind))
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise UsageError(f"{path} line {number} is no {kind.__name__.lower()}: {error}") from error
    return tuple(rows)
