"""The figures of a real run, kept so that what shows figures is tested on real ones.

`python -m tests.real_figures` runs the scenario again and writes them, after a wanted change of shape.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from pilot.experiment import load_scenario, run_scenario
from pilot.measures import Figures, figures_from
from pilot.questions.beyond import beyond_of

GOLDEN = Path(__file__).parent / "golden" / "reports" / "figures.json"
SEED = 1
ARMS = ("paper", "pdf_email", "mesh_pdf", "coded")


def real_values() -> dict[str, Any]:
    """What the run's figures.json held, fresh each time so that it may be bent."""
    values: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
    return values


def real_figures() -> Figures:
    """The same, typed."""
    return figures_from(real_values())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch) / "run"
        scenario = load_scenario("quick").changed(arms=ARMS)
        for _ in run_scenario(scenario, seed=SEED, out=run, beyond=beyond_of):
            pass
        GOLDEN.write_bytes((run / "figures.json").read_bytes())
    sys.stdout.write(f"{GOLDEN}\n")
