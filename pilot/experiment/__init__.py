"""Running a pilot: scenarios, arms, the engine and its events."""

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
