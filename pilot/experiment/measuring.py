"""From a finished run to its figures: records read over HTTP and held against the truth, and what else was used."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pilot.evidence import Assumptions
from pilot.experiment.arms import Arm
from pilot.experiment.folder import RunFolder
from pilot.experiment.surroundings import LeftBehind
from pilot.measures import (
    ArmRun,
    Figures,
    Layers,
    Record,
    RunFacts,
    Speed,
    measure,
    read_record,
    read_truth,
    write_figures,
)

Ranges = Mapping[str, Mapping[str, Layers]]


def measure_run(
    facts: RunFacts,
    folder: RunFolder,
    arms: Iterable[Arm],
    admin_token: str,
    assumptions: Assumptions,
    speed: Speed,
    ranges: Ranges | None = None,
) -> Figures:
    """Write figures.json and return them."""
    runs = {}
    for arm in arms:
        runs[arm.name] = arm_run(read_record(arm.gp_url, admin_token), arm.left_behind())
    figures = measure(read_truth(folder.truth), runs, assumptions, facts, speed)
    if ranges is not None:
        kept = {name: ranges[name] for name in figures.comparisons if name in ranges}
        figures = replace(figures, ranges=kept)
    write_figures(figures, folder.path)
    return figures


def arm_run(record: Record, left: LeftBehind) -> ArmRun:
    """What measures ask of one arm."""
    return ArmRun(record, left.posted, left.emailed, left.endings, left.time_sheet, left.listed, left.pages)


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
