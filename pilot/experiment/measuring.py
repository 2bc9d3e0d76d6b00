"""From a finished run to its figures: the records read over HTTP, held against the truth."""

from collections.abc import Iterable

from pilot.evidence import Assumptions
from pilot.experiment.arms import Arm
from pilot.experiment.folder import RunFolder
from pilot.measures import (
    ArmRun,
    Figures,
    RunFacts,
    Speed,
    measure,
    read_record,
    read_truth,
    write_figures,
)


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
            read_record(arm.gp_url, admin_token), left.posted, left.emailed, left.endings, left.time_sheet
        )
    figures = measure(read_truth(folder.truth), runs, assumptions, facts, speed)
    write_figures(figures, folder.path)
    return figures
