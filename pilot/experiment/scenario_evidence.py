"""The evidence that a scenario rests on: the toolkit's figures and the generators', with rows of its own."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from generators import GenerationSpec
from generators.calibration import FIGURES, SUPPLIERS, WHOLES, Calibration, Figure
from pilot.errors import EvidenceError, ScenarioError
from pilot.evidence import (
    Assumption,
    Assumptions,
    Distribution,
    Grade,
    Hours,
    complete,
    load_assumptions,
    overridden,
)


def read_evidence(
    table: Mapping[str, Any], scenario: str, beside: Path, copy: Path | None
) -> tuple[Path | None, Assumptions]:
    """From a scenario's `[evidence]`: `file`, another evidence file; and rows replaced, `[evidence.minutes_a_result]`.

    A named file lies `beside` the scenario; `copy` is read instead where it is there. Raises ScenarioError and
    EvidenceError, naming the key or the row.
    """
    changes = dict(table)
    file = changes.pop("file", None)
    if file is None:
        return None, _checked(overridden(with_generation(load_assumptions()), changes, scenario), scenario)
    if not isinstance(file, str):
        raise ScenarioError(
            "'evidence.file' is no name of a file", scenario, 'Write file = "my-evidence.toml"'
        )
    path = copy if copy is not None and copy.is_file() else beside / file
    rows = with_generation(complete(load_assumptions(path), _usual()))
    return path, _checked(overridden(rows, changes, scenario), scenario)


def _checked(assumptions: Assumptions, scenario: str) -> Assumptions:
    """The same, made sure that its hours make a day and its shares a whole."""
    try:
        Hours.of(assumptions)
        calibration_of(assumptions)
    except EvidenceError as error:
        raise EvidenceError(error.what, f"{scenario} {error.where}", error.mend) from None
    return assumptions


def as_generated(assumptions: Assumptions, spec: GenerationSpec, scenario: str) -> Assumptions:
    """The same, with what the scenario's `[generation]` says of the people in the place of the usual rows."""
    said = {
        "generation_registered_elsewhere": spec.registered_elsewhere,
        "generation_died_since": spec.died_since,
        **{f"generation_suppliers_{name}": spec.suppliers.get(name, 0.0) for name in SUPPLIERS.value},
    }
    changes = {
        name: {
            "value": value,
            "low": value,
            "high": value,
            "source": f"Scenario {scenario}, [generation]",
            "date": str(spec.start.year),
        }
        for name, value in said.items()
        if value != assumptions[name].value
    }
    return overridden(assumptions, changes, scenario)


def with_generation(assumptions: Assumptions) -> Assumptions:
    """The same figures, and those that the generators draw by, as `generation_<name>`; the hash is of both."""
    rows = {**_usual(), **assumptions.rows}
    told = assumptions.sha256 + repr(sorted(_usual().items()))
    return Assumptions(rows, hashlib.sha256(told.encode()).hexdigest(), assumptions.file)


@cache
def _usual() -> dict[str, Assumption]:
    all_rows = (_rows(_named(name), figure, figure.value) for name, figure in FIGURES.items())
    return {row.name: row for rows in all_rows for row in rows}


def calibration_of(assumptions: Assumptions) -> Calibration:
    """What the generators draw by where rows were replaced. Raises EvidenceError where shares are no whole any more."""
    replaced = {}
    for name, figure in FIGURES.items():
        value = _value(_named(name), figure.value, assumptions)
        if value == figure.value:
            continue
        if name in WHOLES:
            _whole(_named(name), value)
        replaced[figure] = value
    return Calibration(replaced)


def _whole(name: str, value: Any) -> None:
    total = sum(value.values() if isinstance(value, Mapping) else value)
    if not math.isclose(total, 1, abs_tol=1e-6):
        what = f"The shares of {name} add up to {total:g}"
        raise EvidenceError(what, f"[evidence.{name}_...]", "Replace them together, so that they add up to 1")


def _named(name: str) -> str:
    return f"generation_{name.lower()}"


def _value(name: str, usual: Any, rows: Assumptions) -> Any:
    """The rows of a figure put together again in the shape of its usual value: the way back of `_rows`."""
    if isinstance(usual, Mapping):
        return {key: _value(f"{name}_{key}", part, rows) for key, part in usual.items()}
    if isinstance(usual, tuple) and len(usual) == 2:
        return type(usual[0])(rows[name].low), type(usual[1])(rows[name].high)
    if isinstance(usual, tuple):
        return tuple(_value(f"{name}_{number}", part, rows) for number, part in enumerate(usual, start=1))
    return type(usual)(rows[name].value)


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
