"""From a finished run to its figures: records read over HTTP and held against the truth, and what else was used."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generators.calibration import FIGURES, Figure
from pilot.evidence import Assumption, Assumptions, Distribution, Grade
from pilot.experiment.arms import Arm
from pilot.experiment.folder import RunFolder
from pilot.measures import ArmRun, Figures, RunFacts, Speed, measure, read_record, read_truth, write_figures


def measure_run(
    facts: RunFacts,
    folder: RunFolder,
    arms: Iterable[Arm],
    admin_token: str,
    assumptions: Assumptions,
    speed: Speed,
) -> Figures:
    """Write figures.json and return them."""
    runs = {}
    for arm in arms:
        left = arm.left_behind()
        runs[arm.name] = ArmRun(
            read_record(arm.gp_url, admin_token),
            left.posted,
            left.emailed,
            left.endings,
            left.time_sheet,
            left.listed,
            left.pages,
        )
    figures = measure(read_truth(folder.truth), runs, assumptions, facts, speed)
    write_figures(figures, folder.path)
    return figures


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


_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def peak_rss_mb(processes: Mapping[str, int]) -> dict[str, float]:
    """Peak resident memory in MB, by process name; processes that the system tells nothing of are left out."""
    peaks = {name: _peak(f"/proc/{pid}/status") for name, pid in processes.items()}
    peaks["pipeline"] = _peak("/proc/self/status")
    return {name: peak for name, peak in sorted(peaks.items()) if peak is not None}


def _peak(status: str) -> float | None:
    try:
        found = _PEAK.search(Path(status).read_text("utf-8"))
    except OSError:
        return None
    return round(int(found[1]) / 1024, 1) if found else None
