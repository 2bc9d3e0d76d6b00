"""Small batches for the tests, generated once each, and what is in them."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from generators import Generated, GenerationSpec, generate

OFFICE = {
    "name": "Feathering",
    "code": "KXX",
    "address": ["BREAST SCREENING", "FEATHERING GENERAL HOSPITAL", "FEATHERING", "ZZ9 9ZZ"],
    "telephone": "01632 960123",
}


def table(**changes: object) -> dict[str, object]:
    """A `[generation]` table of a small office."""
    return {
        "office": OFFICE,
        "practices": 4,
        "results": 120,
        "start": "2026-01-05",
        "days": 14,
        "bystanders": 2.0,
    } | changes


def spec(**changes: object) -> GenerationSpec:
    return GenerationSpec.from_table(table(**changes))


@dataclass(frozen=True)
class Batch:
    """A generated folder, read back without any of the generators' own code."""

    generated: Generated
    out: Path

    @cached_property
    def inbox(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.out / "inbox").iterdir())}

    @cached_property
    def truth(self) -> list[dict[str, Any]]:
        return _lines(self.out / "truth.jsonl")

    @cached_property
    def practices(self) -> list[dict[str, Any]]:
        return _lines(self.out / "practices.jsonl")

    @cached_property
    def paper(self) -> list[dict[str, Any]]:
        return [line for path in sorted((self.out / "post").iterdir()) for line in _lines(path)]

    def rows(self, kind: str) -> list[dict[str, str]]:
        """The rows of all extracts of a kind, in the order of the days."""
        return [
            row
            for name, data in self.inbox.items()
            if name.startswith(kind)
            for row in csv_rows(data if name.endswith(".csv") else gzip.decompress(data))
        ]

    def with_defect(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.truth if name in line["defects"]]


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def latest(rows: Sequence[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Of each episode the row that was changed last."""
    return {row["episode_id"]: row for row in sorted(rows, key=lambda row: row["change_db_date_time"])}


def make(folder: Path, seed: int = 1, **changes: object) -> Batch:
    return Batch(generate(spec(**changes), seed, folder), folder)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
