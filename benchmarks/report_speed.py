"""How long the report of an office's year takes from its figures, beside reading those figures alone.

    python -m benchmarks.report_speed [PRACTICES]

The figures of a real run are widened to as many practices as an office has (80, unless told); limit: 5 seconds.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pilot.measures import figures_from
from reports import write_report
from tests.real_figures import real_values

LIMIT_SECONDS = 5.0


def widened(practices: int) -> dict[str, Any]:
    """The figures with every practice as many times as it takes, under codes of their own."""
    values = real_values()
    known, rates = values["practices"], [row for row in values["women"] if row["by"] == "practice"]
    others = [row for row in values["women"] if row["by"] != "practice"]
    values["practices"], values["women"] = [], others
    for number in range(practices):
        one = known[number % len(known)]
        ods = f"Y{number:05}"
        values["practices"].append(one | {"ods": ods})
        values["women"] += [row | {"group": ods} for row in rates if row["group"] == one["ods"]]
    values["run"]["practices"] = practices
    return values


def main(practices: int) -> None:
    values = widened(practices)
    content = json.dumps(values)
    began = time.perf_counter()
    figures_from(json.loads(content))
    read = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        page = write_report(json.loads(content), Path(folder))
        took = time.perf_counter() - began
        size = page.stat().st_size
    print(
        f"{practices} practices: {took:.2f} s (limit {LIMIT_SECONDS:.0f}), {took / read:.0f} times reading the figures"
    )
    print(f"report.html {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80)
