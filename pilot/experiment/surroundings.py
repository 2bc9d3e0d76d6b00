"""What every arm of a run shares: the scenario, the evidence, the run's secrets, the post and the hours of a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np

from pilot.domain.delivery import Ending
from pilot.evidence import Assumptions
from pilot.experiment.folder import RunFolder
from pilot.experiment.processes import Simulator
from pilot.experiment.scenario import Scenario
from pilot.experiment.world import Secrets, WorldFiles, write_world
from pilot.measures import Print
from pilot.pipeline.deadlines import working_days_after

# The day's hours: the office prints and sends, practices collect and work, the office looks at what came back.
OFFICE_OPENS: Final = time(9, 0)
PRACTICES_COLLECT: Final = (time(10, 0), time(17, 0))
OFFICE_LOOKS: Final = time(17, 30)
DAY_ENDS: Final = time(18, 30)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What an arm did outside the record: prints posted, pages e-mailed; its pipeline's endings, None without one."""

    posted: tuple[Print, ...] = ()
    emailed: tuple[Print, ...] = ()
    endings: tuple[Ending, ...] | None = None


class Surroundings:
    """What every arm of a run needs: what to try, where to write, the evidence, the run's secrets."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        folder: RunFolder,
        assumptions: Assumptions,
        secrets: Secrets,
        scratch: Path,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.folder = folder
        self.assumptions = assumptions
        self.secrets = secrets
        self.scratch = scratch

    def world(self, arm: str) -> WorldFiles:
        return write_world(
            self.scenario,
            arm,
            self.seed,
            self.folder.practices,
            self.assumptions,
            self.secrets.office_password,
            self.scratch,
            self.folder.takes_part(arm),
        )

    def arrives(self, posted: date, practice: str) -> datetime:
        """When a bundle posted that day is in the practice's hands: drawn by day and practice, alike in every arm."""
        draw = np.random.default_rng([self.seed, posted.toordinal(), *practice.encode()])
        days = round(float(self.assumptions["post_working_days"].draw(draw, 1)[0]))
        return datetime.combine(working_days_after(posted, days), OFFICE_OPENS, UTC)

    def mesh(self, arm: str, files: WorldFiles) -> Simulator:
        arguments = ["--db", str(self.folder.mesh_database(arm))]
        arguments += ["--mailboxes", str(files.mailboxes), "--workflows", str(files.workflows)]
        log = self.folder.log(f"mesh-{arm}")
        return Simulator("simulators.mesh", arguments, self.secrets.environment(), log)

    def gp_system(self, arm: str, files: WorldFiles, mesh_url: str | None = None) -> Simulator:
        arguments = ["--db", str(self.folder.gp_database(arm)), "--practices", str(files.practices)]
        if mesh_url:
            arguments += ["--mesh-url", mesh_url]
        log = self.folder.log(f"gp-{arm}")
        return Simulator("simulators.gp_system", arguments, self.secrets.environment(), log)


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, UTC)


def totals(counts: dict[str, Any]) -> tuple[int, float]:
    """Entries filed and minutes spent, over all practices."""
    practices = counts["practices"].values()
    return (
        sum(practice["filed"] for practice in practices),
        sum(sum(practice["minutes"].values()) for practice in practices),
    )
