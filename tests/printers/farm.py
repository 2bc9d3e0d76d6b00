"""What became of every record of a print: read, stopped, wrong, or vanished; and mutants of prints."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilot.domain.result import Rejected, ScreeningResult
from pilot.nbss import Batch, FileReading, Reader, check
from tests.printers.report import Printed, Report

_FILED = ("nhs_number", "outcome", "date", "practice", "date_of_birth")
_SPELT = ("surname", "forename", "title")


@dataclass
class Tally:
    """Counts over prints: records read rightly, stopped, `vanished` and `wrong` (with what is wrong of each)."""

    records: int = 0
    read: int = 0
    stopped: int = 0
    vanished: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    misspelt: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.records += other.records
        self.read += other.read
        self.stopped += other.stopped
        self.vanished += other.vanished
        self.wrong += other.wrong
        self.misspelt += other.misspelt

    def __str__(self) -> str:
        return (
            f"{self.read:6} read {self.stopped:6} stopped {len(self.vanished):4} vanished"
            f" {len(self.wrong):4} wrong {len(self.misspelt):4} misspelt"
        )


@dataclass(frozen=True)
class Judged:
    """One print, judged with the print alone and with the extracts beside it."""

    alone: Tally
    with_extract: Tally


def judged(report: Report, reader: Reader, path: Path, what: str) -> Judged:
    """Read one print and hold what would be sent of it against the truth."""
    (print_,) = reader.read([path]).files
    return Judged(
        _tally(report, (print_, *report.directory), what),
        _tally(report, (print_, *report.directory, *report.extracts), what),
    )


def _tally(report: Report, files: Iterable[FileReading], what: str) -> Tally:
    batch = Batch(tuple(files))
    checked = check(batch)
    print_ = batch.files[0].name
    tally = Tally(records=len(report.records))
    sent = {result.screening_number: result for result in checked.fit}
    unfit: list[Rejected | ScreeningResult] = [*checked.rejected, *(item.result for item in checked.disputed)]
    named = {item.screening_number for item in unfit} | {_number(item) for item in unfit}
    pages = {item.provenance.page for item in unfit if item.provenance.file == print_}
    truths = {record.truth["screening_number"] for record in report.records}
    for number in sent.keys() - truths:
        tally.wrong.append(f"{what}: a result that nobody has ({number})")
    if len(checked.fit) != len(sent):
        tally.wrong.append(f"{what}: one result twice")
    for record in report.records:
        truth = record.truth
        result = sent.get(truth["screening_number"])
        if result is not None:
            flaws = list(_flaws(result, truth, _FILED))
            spelt = list(_flaws(result, truth, _SPELT))
            tally.wrong += [f"{what}: {flaw}" for flaw in flaws[:1]]
            tally.misspelt += [f"{what}: {flaw}" for flaw in spelt[:1] if not flaws]
            tally.read += not flaws and not spelt
        elif {truth["screening_number"], truth["nhs_number"]} & named or pages & {0, record.page}:
            tally.stopped += 1
        else:
            tally.vanished.append(f"{what}: {_where(record)}")
    return tally


def _where(record: Printed) -> str:
    return f"{record.truth['screening_number']} on page {record.page}"


def _number(item: Rejected | ScreeningResult) -> str | None:
    return item.participant.nhs_number if isinstance(item, ScreeningResult) else item.nhs_number


def _flaws(result: ScreeningResult, truth: dict[str, Any], fields: Iterable[str]) -> Iterator[str]:
    """What of a result is not as it happened. A print without a date says none: that is no flaw."""
    person = result.participant
    says = {
        "nhs_number": person.nhs_number,
        "outcome": result.outcome.value,
        "date": str(result.date) if result.date else truth["date"],
        "practice": result.practice,
        "date_of_birth": person.date_of_birth.isoformat(),
        "surname": person.surname,
        "forename": person.forename,
        "title": person.title,
    }
    for name in fields:
        if says[name] != truth[name]:
            yield f"{name} {says[name]!r} for {truth[name]!r} ({result.provenance})"


# -- mutants: what a bad line, a bad disk or a bad program makes of a file


def mutant(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """One change at one place, and what it is called. The kinds are equally likely."""
    at = rng.randrange(len(data))
    kind = rng.choice(tuple(_KINDS))
    return f"{kind} at byte {at} of {len(data)}", _KINDS[kind](data, at, rng)


def _one_bit(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _one_byte(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _hole(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[:at] + data[at + rng.randrange(1, 400) :]


def _zeroes(data: bytes, at: int, rng: random.Random) -> bytes:
    length = min(rng.randrange(1, 400), len(data) - at)
    return data[:at] + bytes(length) + data[at + length :]


def _twice(data: bytes, at: int, rng: random.Random) -> bytes:
    return data[: at + rng.randrange(1, 400)] + data[at:]


def _moved(data: bytes, at: int, rng: random.Random) -> bytes:
    end = at + rng.randrange(1, 400)
    rest = data[:at] + data[end:]
    to = rng.randrange(len(rest) + 1)
    return rest[:to] + data[at:end] + rest[to:]


def _line_ends(data: bytes, at: int, _: random.Random) -> bytes:
    """From here on as a transfer in text mode leaves it."""
    return data[:at] + data[at:].replace(b"\n", b"\r\n")


_KINDS = {
    "one bit": _one_bit,
    "one byte": _one_byte,
    "a hole": _hole,
    "zeroes": _zeroes,
    "a stretch twice": _twice,
    "a stretch moved": _moved,
    "the end cut off": lambda data, at, _: data[:at],
    "line ends changed": _line_ends,
}


def kinds_of(wrong: Iterable[str]) -> Counter[str]:
    """Wrong records by what was done to the file."""
    return Counter(line.split(" at byte ")[0] for line in wrong)
