"""A point: a scenario in which something is otherwise, named by its path and checked as if it were written there."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np

from pilot.errors import ScenarioError
from pilot.evidence import Assumption, Assumptions, Distribution
from pilot.experiment.scenario import Scenario, scenario_from

MOST_POINTS: Final = 100_000
_EVIDENCE: Final = "evidence."
_SOURCE: Final = "Varied by a question, not measured"

# Rows that say how practices or pieces of work differ, not how sure anybody is of a mean: a doubt about the evidence
# leaves them as they are.
BETWEEN: Final = frozenset({"typing_speed_between_practices"})

Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variation:
    """One path and the values it takes: `PATH=LOW:HIGH[:N]`, or `PATH=A,B,C`."""

    path: str
    values: tuple[Any, ...]
    low: float | None = None
    high: float | None = None

    def at(self, share: float) -> Any:
        """The value at a share of the way, for a design that draws its points."""
        if self.low is None or self.high is None:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return self.low + share * (self.high - self.low)


def read_variation(text: str) -> Variation:
    """Raises ScenarioError naming what is wrong with it."""
    path, given, values = text.partition("=")
    if not given or not path or not values:
        raise ScenarioError(
            f"{text!r} varies nothing", "--vary", "Write PATH=LOW:HIGH, PATH=LOW:HIGH:N or PATH=A,B"
        )
    if ":" not in values:
        return Variation(path, tuple(map(_plain, values.split(","))))
    parts = values.split(":")
    try:
        low, high = float(parts[0]), float(parts[1])
        steps = int(parts[2]) if len(parts) > 2 else 5
    except ValueError:
        raise ScenarioError(
            f"{values!r} is no range", f"--vary {path}", "Write LOW:HIGH or LOW:HIGH:N"
        ) from None
    if not (low < high and np.isfinite([low, high]).all() and 2 <= steps <= MOST_POINTS) or len(parts) > 3:
        raise ScenarioError(
            f"{values!r} is an impossible range", f"--vary {path}", "Let LOW be below HIGH, and N 2 or more"
        )
    return Variation(path, tuple(float(value) for value in np.linspace(low, high, steps)), low, high)


def grid(variations: Sequence[Variation]) -> list[dict[str, Any]]:
    """Every combination. Raises ScenarioError where there are too many to hold."""
    number = int(np.prod([len(one.values) for one in variations], dtype=float))
    _check_size(number)
    return [
        dict(zip([one.path for one in variations], values, strict=True))
        for values in product(*(one.values for one in variations))
    ]


def latin_hypercube(variations: Sequence[Variation], points: int, seed: int) -> list[dict[str, Any]]:
    """So many points that fill the space evenly, by SciPy."""
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import

    _check_size(points)
    drawn = qmc.LatinHypercube(d=len(variations), seed=seed).random(points)
    return [
        {one.path: one.at(float(share)) for one, share in zip(variations, row, strict=True)} for row in drawn
    ]


def _check_size(points: int) -> None:
    if points > MOST_POINTS:
        what = f"the design has {points} points, which is too many to hold"
        raise ScenarioError(what, "--vary", f"Vary less, or in fewer steps: at most {MOST_POINTS} points")


def changed(scenario: Scenario, changes: Changes, beside: Path | None = None) -> Scenario:
    """The scenario with these paths otherwise. Raises ScenarioError or EvidenceError naming the path."""
    table = tomllib.loads(scenario.text)
    for path, value in changes.items():
        if path.startswith(_EVIDENCE):
            name = path.removeprefix(_EVIDENCE)
            rows = table.setdefault("evidence", {})
            rows[name] = {**rows.get(name, {}), **_row(scenario.assumptions, name, float(value), path)}
        else:
            _put(table, path, value)
    other = scenario_from(table, scenario.name, scenario.text, beside=beside)
    return replace(other, arms=scenario.arms) if "arms" not in changes else other


def point_id(scenario: Scenario, changes: Changes, *what: object) -> str:
    """What a point is, in twenty characters: the same wherever and whenever it is asked about."""
    evidence = scenario.assumptions.sha256
    told = json.dumps([scenario.text, evidence, scenario.arms, sorted(changes.items()), what], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def about(row: Assumption, mean: float) -> Assumption:
    """The same row about another mean, as wide in proportion; without its width where that would be no such row."""
    if row.distribution is not Distribution.FIXED and row.mean > 0:
        times = mean / row.mean
        low, value, high = row.low * times, row.value * times, row.high * times
        is_share = "share" in row.unit or row.distribution is Distribution.BETA
        if low < high and not (is_share and high >= 1):
            return replace(row, low=low, value=value, high=high)
    return replace(row, low=mean, value=mean, high=mean, distribution=Distribution.FIXED)


def doubtful(assumptions: Assumptions) -> tuple[str, ...]:
    """Rows of whose mean somebody is in doubt, in the file's order."""
    return tuple(
        name
        for name, row in assumptions.items()
        if row.distribution is not Distribution.FIXED
        and name not in BETWEEN
        and not name.startswith("generation_")
    )


def drawn(assumptions: Assumptions, seed: int) -> Assumptions:
    """The evidence as it might be: every doubtful row about a mean drawn from its own doubt."""
    draws = assumptions.draws(doubtful(assumptions), 1, seed)
    rows = dict(assumptions.rows)
    for name, draw in draws.items():
        rows[name] = about(rows[name], float(draw[0]))
    return replace(assumptions, rows=rows)


def _row(assumptions: Assumptions, name: str, mean: float, path: str) -> dict[str, Any]:
    if name not in assumptions:
        raise ScenarioError(f"there is no such path: {path}", "--vary", "Name a row of the evidence file")
    row = about(assumptions[name], mean)
    return {
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "distribution": str(row.distribution),
        "source": _SOURCE,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _put(table: dict[str, Any], path: str, value: Any) -> None:
    """Set what stands at a path; a whole number where a whole number stood."""
    *rooms, key = path.split(".")
    at: Any = table
    for room in rooms:
        if not isinstance(at, dict) or room not in at:
            raise ScenarioError(
                f"there is no such path: {path}", "--vary", f"{room!r} is not in the scenario"
            )
        at = at[room]
    if not isinstance(at, dict):
        raise ScenarioError(f"there is no such path: {path}", "--vary", "Name a key of a table")
    before = at.get(key, [] if path == "practices.ready_suppliers" else None)
    if isinstance(before, int) and not isinstance(before, bool) and isinstance(value, float):
        value = round(value)
    if isinstance(before, list) and not isinstance(value, list):
        value = str(value).split("|")
    at[key] = value


def _plain(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text.split("|") if "|" in text else text)
