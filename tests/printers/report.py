"""The report that every producer prints: rows of text, page by page, and the truth behind it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from generators import GenerationSpec, generate
from pilot.nbss import FileReading, read_files
from tests.nbss.batches import OFFICE
from tests.nbss.prints import cover

ROWS = 68  # on an A4 page, two records
_HALF = ROWS // 2
_DAY = date(2026, 11, 2)

Rows = list[str]


@dataclass(frozen=True)
class Printed:
    """One truth line, and the page of the report that it stands on."""

    truth: dict[str, Any]
    page: int


@dataclass(frozen=True)
class Report:
    """What is to be printed, the truth of it, and the office's other files as read: directory, and both extracts."""

    pages: tuple[Rows, ...]
    records: tuple[Printed, ...]
    directory: tuple[FileReading, ...]
    extracts: tuple[FileReading, ...]


def report(folder: Path, results: int, seed: int = 1) -> Report:
    """One practice's results of one day: the first shares the cover's page, then two on a page."""
    shares = {"recall_for_assessment": 0.15, "technical_recall": 0.1, "did_not_attend": 0.25}
    generate(GenerationSpec(OFFICE, 1, results, _DAY, 1, bystanders=0, outcome_shares=shares), seed, folder)
    truth = {line["screening_number"]: line for line in _lines(folder / "truth.jsonl")}
    printed = _lines(folder / "post" / f"{_DAY}.jsonl")
    local_number = (folder / "inbox/PRACTICES-KXX.csv").read_text().splitlines()[1].split(",")[0]
    halves = [list(cover(local_number, f"{_DAY:%d %b %y}")), *(line["lines"] for line in printed)]
    pages = [_page(halves[at : at + 2]) for at in range(0, len(halves), 2)]
    by_place = {(line["page"], line["record"]): line for line in truth.values()}
    records = tuple(
        Printed(by_place[line["page"], line["record"]], number // 2 + 1)
        for number, line in enumerate(printed, start=1)
    )
    inbox = folder / "inbox"
    return Report(
        tuple(pages),
        records,
        read_files([inbox / "PRACTICES-KXX.csv"]).files,
        read_files(sorted([*inbox.glob("EPISODES*"), *inbox.glob("SUBJECTS*")])).files,
    )


def _page(halves: list[Rows]) -> Rows:
    upper, *lower = halves
    return [*upper, *[""] * (_HALF - len(upper)), *(lower[0] if lower else [])]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
