"""Running a pilot: scenarios, arms, the engine and its events.

A pilot can be had at three speeds. The `engine` runs it for real: files, processes, HTTP, ledgers, records; its
figures are the ones that count. The `twin` runs the same decisions in memory, without files or HTTP: the same figures
to the digit, for many seeds. The vectorised model (`pilot.questions.model`) knows no single result: whole office-years
as columns, held to the twin within Monte Carlo error, for thousands of offices.

What is named here is imported when it is first asked for: a screen that shows an office needs the events alone, and
the engine brings the generators and both simulators with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pilot.experiment.engine import generate_batches, resume_run, run_scenario
    from pilot.experiment.folder import next_folder, read_figures
    from pilot.experiment.scenario import Scenario, load_scenario, scenario_names

__all__ = [
    "Scenario",
    "generate_batches",
    "load_scenario",
    "next_folder",
    "read_figures",
    "resume_run",
    "run_scenario",
    "scenario_names",
]

_WHERE = {
    "engine": ("generate_batches", "resume_run", "run_scenario"),
    "folder": ("next_folder", "read_figures"),
    "scenario": ("Scenario", "load_scenario", "scenario_names"),
}


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"pilot.experiment.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
