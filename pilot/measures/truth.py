"""The truth: what the generator knows of each result. Only measures, features and tests may read it."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from pilot.domain.outcome import Outcome
from pilot.errors import FileError


class TruthLine(msgspec.Struct, frozen=True, rename={"seen_on": "date"}):
    """One result as it really is. What measures do not need of a line (names, address) is not kept.

    `practice` is the one the office prints for, `registered_practice` where her record really is; `seen_on`
    (`date` in the file) is when she was screened or should have been; `file`, `page`, `record` are None where
    it was never printed. It says what happened and knows no code: a code set can be wrong, and is then convicted.
    """

    screening_number: str
    nhs_number: str
    date_of_birth: date
    practice: str
    outcome: Outcome
    emitted_on: date
    seen_on: date | None = None
    registered_practice: str | None = None
    file: str | None = None
    page: int | None = None
    record: int | None = None
    printed_outcome: Outcome | None = None
    defects: tuple[str, ...] = ()
    imd_quintile: int | None = None
    ethnicity: str | None = None


def read_truth(path: Path) -> tuple[TruthLine, ...]:
    """The lines of a truth.jsonl. Raises FileError that names the line (never the person) and the mend."""
    try:
        rows = path.read_bytes().splitlines()
    except OSError as error:
        raise FileError(
            "The truth of the run cannot be read", str(path), "Generate the batches again"
        ) from error
    return truth_from(rows, path.name)


def truth_from(rows: Iterable[bytes], name: str) -> tuple[TruthLine, ...]:
    """The same from the file's lines."""
    decoder = msgspec.json.Decoder(TruthLine)
    lines: list[TruthLine] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        where = f"{name} line {number}"
        try:
            line = decoder.decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"A line of the truth is not what it must be ({error})"
            raise FileError(what, where, "Generate the batches again") from error
        if line.screening_number in seen:
            raise FileError("A screening number stands twice in the truth", where, "Keep one line a result")
        seen.add(line.screening_number)
        lines.append(line)
    return tuple(lines)
