"""The generators' calibration as rows of evidence: what a batch was drawn by is listed beside everything else."""

from collections.abc import Iterator, Mapping
from typing import Any

from generators.calibration import FIGURES, Figure
from pilot.evidence import Assumption, Assumptions, Distribution, Grade


def with_generation(assumptions: Assumptions) -> Assumptions:
    """The same figures, and those that the generators draw by, as `generation_<name>`. The hash stays the file's."""
    rows = dict(assumptions.rows)
    for name, figure in FIGURES.items():
        rows |= {row.name: row for row in _rows(f"generation_{name.lower()}", figure, figure.value)}
    return Assumptions(rows, assumptions.sha256, assumptions.file)


def _rows(name: str, figure: Figure[object], value: Any) -> Iterator[Assumption]:
    """One row a number: a table of shares has one for each, a span of days or ages one with its limits."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _rows(f"{name}_{key}", figure, part)
    elif isinstance(value, tuple) and len(value) == 2:
        low, high = map(float, value)
        yield _row(name, figure, (low + high) / 2, low, high, Distribution.UNIFORM)
    elif isinstance(value, tuple):
        for number, part in enumerate(value, start=1):
            yield from _rows(f"{name}_{number}", figure, part)
    else:
        yield _row(name, figure, float(value), float(value), float(value), Distribution.FIXED)


def _row(
    name: str, figure: Figure[object], value: float, low: float, high: float, distribution: Distribution
) -> Assumption:
    return Assumption(
        name=name,
        value=value,
        low=low,
        high=high,
        unit=figure.unit,
        distribution=distribution,
        source=figure.source,
        date=figure.date,
        grade=Grade(figure.grade),
        sentence="What the batch was drawn by.",
    )
