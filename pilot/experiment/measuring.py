"""From a finished run to its figures: records read over HTTP and held against the truth, and what else was used."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from pilot.evidence import Assumptions
from pilot.experiment.arms import Arm
from pilot.experiment.folder import RunFolder
from pilot.experiment.surroundings import LeftBehind
from pilot.measures import (
    ArmRun,
    Beyond,
    Figures,
    Record,
    RunFacts,
    Speed,
    measure,
    panel,
    read_record,
    read_truth,
    write_figures,
    write_panel,
)


def measure_run(
    facts: RunFacts,
    folder: RunFolder,
    arms: Iterable[Arm],
    admin_token: str,
    assumptions: Assumptions,
    speed: Speed,
    beyond: Beyond | None = None,
) -> Figures:
    """Write figures.json and panel.csv; return the figures."""
    runs = {}
    for arm in arms:
        runs[arm.name] = arm_run(read_record(arm.gp_url, admin_token), arm.left_behind())
    truth = read_truth(folder.truth)
    figures = measure(truth, runs, assumptions, facts, speed)
    write_panel(panel(truth, runs, joins_on(folder, runs), assumptions, facts.last_day), folder.path)
    if beyond is not None:
        ranges = beyond.ranges
        if ranges is not None:
            ranges = {name: ranges[name] for name in figures.comparisons if name in ranges}
        figures = replace(figures, ranges=ranges, decision=beyond.decision)
    write_figures(figures, folder.path)
    return figures


def joins_on(folder: RunFolder, arms: Iterable[str]) -> dict[str, dict[str, date]]:
    """By arm and practice, from when it is sent messages; `date.min` from the beginning, not there: never."""
    found: dict[str, dict[str, date]] = {}
    for arm in arms:
        lines = [json.loads(line) for line in folder.takes_part(arm).lines()]
        found[arm] = {
            line["ods"]: date.fromisoformat(line["joins_on"]) if "joins_on" in line else date.min
            for line in lines
            if line["ready"]
        }
    return found


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
