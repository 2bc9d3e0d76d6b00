"""How much memory each process of a run used at its peak, where the system tells."""

import re
from collections.abc import Mapping
from pathlib import Path

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
