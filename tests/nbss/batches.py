"""Generated batches for the tests, and the truth behind them."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from generators import GenerationSpec, Office, generate
from generators.defects import DEFECTS, Scope
from generators.prints.page import PROFILES

OFFICE = Office(
    "Feathering", "KXX", ("BREAST SCREENING", "HILL ROAD", "FEATHERING", "ZZ9 9ZZ"), "01632 960123"
)
EVERY_DEFECT: Mapping[str, float] = {
    name: 0.03
    for name, defect in DEFECTS.items()
    if defect.scope is not Scope.NBSS  # nothing shows those
}


def write_batch(out: Path, seed: int, results: int, defects: Mapping[str, float]) -> list[dict[str, Any]]:
    """Every profile of an office, four weeks, these defects; returns the truth, a line a result."""
    spec = GenerationSpec(
        OFFICE, len(PROFILES), results, date(2026, 11, 2), 28, profiles=tuple(PROFILES), defects=defects
    )
    generate(spec, seed, out)
    return [json.loads(line) for line in (out / "truth.jsonl").read_text("utf-8").splitlines()]
