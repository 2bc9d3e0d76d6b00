"""The truth: what the generator knows of each result. Only measures, features and tests may read it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from pilot.domain.outcome import Outcome
from pilot.errors import FileError

Place = tuple[str, int, int]
"""A record's file, page, and place on it, from 1."""
ResultKey = tuple[str, date]
"""By which measures know a result: the screening number of its person, and the day it was first emitted."""
_POSTED: Final = re.compile(r"post:(.+)#(\d+)/(\d+)")


class Printed(msgspec.Struct, frozen=True):
    """A further print of a record."""

    file: str
    page: int
    record: int


class TruthLine(msgspec.Struct, frozen=True, rename={"seen_on": "date"}):
    """One result as it really is. What measures do not need of a line (names, address) is not kept.

    `practice` is the one the office prints for, `registered_practice` where her record really is; `seen_on`
    (`date` in the file) is when she was screened or should have been; `file`, `page`, `record` are None where
    it was never printed, `also_printed` its further prints. It says what happened and knows no code: a code set can
    be wrong, and is then convicted. `amended_on`: the first print said something else, and that day another said what
    is right; `withdrawn_on`: that day the office took it back, and it belongs in no record. One person can have
    several results, under one screening number.
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
    also_printed: tuple[Printed, ...] = ()
    printed_outcome: Outcome | None = None
    defects: tuple[str, ...] = ()
    imd_quintile: int | None = None
    ethnicity: str | None = None
    amended_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def key(self) -> ResultKey:
        return self.screening_number, self.emitted_on

    @property
    def told_on(self) -> date:
        """The day on which the office first said what is right."""
        return self.amended_on or self.emitted_on

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it was printed, the first print first."""
        if self.file is None or self.page is None or self.record is None:
            return ()
        first = (self.file, self.page, self.record)
        return (first, *((one.file, one.page, one.record) for one in self.also_printed))


class Results:
    """The truth by screening number: which of a person's results something is about that names her and no more."""

    def __init__(self, truth: Iterable[TruthLine]) -> None:
        self._of: dict[str, list[TruthLine]] = defaultdict(list)
        for line in truth:
            self._of[line.screening_number].append(line)

    def about(
        self,
        screening_number: str | None,
        *,
        place: Place | None = None,
        seen_on: date | None = None,
        day: date | None = None,
    ) -> TruthLine | None:
        """Her only result. Of several, the one printed at `place`; else the one of the day she was seen; else the
        last that was emitted by `day`. None where nobody has that number.
        """
        lines = self._of.get(screening_number or "", [])
        if len(lines) <= 1:
            return lines[0] if lines else None
        told = sorted(lines, key=lambda line: line.emitted_on)
        return (
            next((line for line in told if place is not None and place in line.places), None)
            or next((line for line in told if seen_on is not None and line.seen_on == seen_on), None)
            or next((line for line in reversed(told) if day is not None and line.emitted_on <= day), told[0])
        )


def place_of(source: str) -> Place | None:
    """The place that `post:<file>#<page>/<record>` names; None for any other source."""
    found = _POSTED.fullmatch(source)
    return (found[1], int(found[2]), int(found[3])) if found else None


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
    seen: set[ResultKey] = set()
    for number, row in enumerate(rows, start=1):
        where = f"{name} line {number}"
        try:
            line = decoder.decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"A line of the truth is not what it must be ({error})"
            raise FileError(what, where, "Generate the batches again") from error
        if line.key in seen:
            raise FileError("A result stands twice in the truth", where, "Keep one line a result")
        seen.add(line.key)
        lines.append(line)
    return tuple(lines)
