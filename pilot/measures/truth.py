"""The truth: what the generator knows of each result. Only measures, features and tests may read it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pilot.domain.outcome import Outcome
from pilot.errors import FileError


@dataclass(frozen=True, slots=True)
class TruthLine:
    """One result as it really is. What measures do not need of a line (names, address) is not kept.

    `practice` is the one the office prints for, `registered_practice` where her record really is; `seen_on`
    (`date` in the file) is when she was screened or should have been; `expected_code` is None where the code
    set has no concept.
    """

    screening_number: str
    nhs_number: str
    date_of_birth: date
    practice: str
    outcome: Outcome
    seen_on: date | None
    emitted_on: date
    expected_code: str | None = None
    registered_practice: str | None = None
    file: str = ""
    page: int = 0
    record: int = 0
    printed_outcome: Outcome | None = None
    defects: tuple[str, ...] = ()
    imd_quintile: int | None = None
    ethnicity: str | None = None


def read_truth(path: Path) -> tuple[TruthLine, ...]:
    """The lines of a truth.jsonl. Raises FileError that names the line (never the person) and the mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            "The truth of the run cannot be read", str(path), "Generate the batches again"
        ) from error
    lines: list[TruthLine] = []
    seen: set[str] = set()
    for number, row in enumerate(text.splitlines(), start=1):
        where = f"{path.name} line {number}"
        try:
            line = _line(json.loads(row))
        except (ValueError, KeyError, TypeError) as error:
            what = f"A line of the truth is not what it must be ({type(error).__name__})"
            raise FileError(what, where, "Generate the batches again") from None
        if line.screening_number in seen:
            raise FileError("A screening number stands twice in the truth", where, "Keep one line a result")
        seen.add(line.screening_number)
        lines.append(line)
    return tuple(lines)


def _line(row: dict[str, Any]) -> TruthLine:
    printed = row.get("printed_outcome")
    return TruthLine(
        screening_number=_text(row["screening_number"]),
        nhs_number=_text(row["nhs_number"]),
        date_of_birth=date.fromisoformat(row["date_of_birth"]),
        practice=_text(row["practice"]),
        outcome=Outcome(row["outcome"]),
        seen_on=date.fromisoformat(row["date"]) if row.get("date") else None,
        emitted_on=date.fromisoformat(row["emitted_on"]),
        expected_code=row.get("expected_code") or None,
        registered_practice=row.get("registered_practice") or None,
        file=row.get("file") or "",
        page=int(row.get("page") or 0),
        record=int(row.get("record") or 0),
        printed_outcome=Outcome(printed) if printed else None,
        defects=tuple(row.get("defects") or ()),
        imd_quintile=row.get("imd_quintile"),
        ethnicity=row.get("ethnicity"),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value
