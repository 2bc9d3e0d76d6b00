"""What every arm of a run shares: the scenario, the evidence, the run's secrets, the post and the hours of a day."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np

from pilot.domain.delivery import LastState
from pilot.evidence import Assumptions, Hours
from pilot.experiment.arm_setup import ArmSetup, Secrets, SetupFiles, setup_of
from pilot.experiment.enquiries import Demographics, Enquiries, Nbss
from pilot.experiment.folder import RunFolder
from pilot.experiment.office import Office
from pilot.experiment.processes import Control, Simulator
from pilot.experiment.scenario import Scenario
from pilot.measures import OfficeTime, PageAnswered, Print
from pilot.nbss import FileReading, Reader
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.mailbox import Mailbox
from pilot.pipeline.settings import MeshSettings, working_days_after


@dataclass(frozen=True, slots=True)
class ArmBooks:
    """What an arm did outside the record: prints posted, pages emailed; its pipeline's endings, None without one.

    `time_sheet` is what the office's people spent on their list, line by line; `listed`, what an office that prints
    has on that list; `pages`, reconciliation pages answered on paper.
    """

    posted: tuple[Print, ...] = ()
    emailed: tuple[Print, ...] = ()
    endings: tuple[LastState, ...] | None = None
    time_sheet: tuple[OfficeTime, ...] | None = None
    listed: tuple[LastState, ...] = ()
    pages: tuple[PageAnswered, ...] = ()


class OnceReader(Reader):
    """The arms read the same files on the same day: each is read once, and kept for as long as a day needs it."""

    _KEPT: Final = 400

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[Path, str], FileReading] = {}

    def _read(self, path: Path, name: str) -> FileReading:
        key = (path, name)
        if key not in self._kept:
            while len(self._kept) >= self._KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = super()._read(path, name)
        return self._kept[key]


class RunContext:
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
        self.hours = Hours.of(assumptions)
        self.secrets = secrets
        self.scratch = scratch

    def setup(self, arm: str) -> SetupFiles:
        setup = self.setup_of(arm)
        self.folder.takes_part(arm).replace(setup.takes_part())
        return setup.write(arm, self.secrets.office_password, self.scratch)

    def setup_of(self, arm: str) -> ArmSetup:
        return setup_of(self.scenario, arm, self.seed, self.folder.practice_lines(), self.assumptions)

    def office(self, arm: str) -> Office:
        """The office's people as they work that arm's list."""
        return Office(self.scenario.office, self.assumptions, self.seed, self.folder.office_book(arm))

    def enquiries(self, reader: Reader) -> Enquiries:
        """The screens of the office: opened only where somebody looks something up."""
        return Enquiries(
            lambda: Demographics(self.folder.practice_lines(), self._mergers()), Nbss(self.folder, reader)
        )

    def practices(self, arm: str) -> list[dict[str, Any]]:
        """How each practice takes part in that arm, in the order of ODS codes."""
        return [json.loads(line) for line in self.folder.takes_part(arm).lines()]

    def _mergers(self) -> dict[str, tuple[date, str]]:
        differences = [one for one in self.scenario.practices.differences if one.merges_into is not None]
        if not differences:
            return {}
        lines = self.folder.practice_lines()
        codes = sorted(str(json.loads(line)["ods"]) for line in lines)
        return {
            codes[one.practice - 1]: (one.merges_on, codes[one.merges_into - 1])
            for one in differences
            if one.merges_on is not None and one.merges_into is not None
        }

    def arrives(self, posted: date, practice: str) -> datetime:
        """When a bundle posted that day is in the practice's hands: drawn by day and practice, alike in every arm."""
        draw = np.random.default_rng([self.seed, posted.toordinal(), *practice.encode()])
        days = round(float(self.assumptions["post_working_days"].draw(draw, 1)[0]))
        return datetime.combine(working_days_after(posted, days), self.hours.office_opens, UTC)

    def control(self, part: Simulator) -> Control:
        """The control plane of a simulator."""
        return Control(part.url, self.secrets.admin_token)

    def ledger(self, arm: str) -> Ledger:
        """The arm's ledger, opened."""
        return Ledger(self.folder.ledger(arm))

    def mailbox(self, arm: str, settings: MeshSettings) -> Mailbox:  # noqa: ARG002 - one in memory needs it
        """The office's mailbox at that arm's MESH.

        Where MESH fails on purpose, one request at a time: which one a fault strikes is then the seed's alone.
        """
        return Mailbox(settings, at_once=1) if self.scenario.faults.mesh else Mailbox(settings)

    def mesh(self, arm: str, files: SetupFiles) -> Simulator:
        """Start the arm's MESH."""
        arguments = ["--level", "strict", "--db", str(self.folder.mesh_database(arm))]
        arguments += ["--mailboxes", str(files.mailboxes), "--workflows", str(files.workflows)]
        log = self.folder.log(f"mesh-{arm}")
        return Simulator("simulators.mesh", arguments, self.secrets.environment(), log)

    def gp_system(self, arm: str, files: SetupFiles, mesh_url: str | None = None) -> Simulator:
        """Start the arm's practices; they collect where a MESH is named."""
        arguments = ["--db", str(self.folder.gp_database(arm)), "--practices", str(files.practices)]
        if mesh_url:
            arguments += ["--mesh-url", mesh_url]
        log = self.folder.log(f"gp-{arm}")
        return Simulator("simulators.gp_system", arguments, self.secrets.environment(), log)


def at(day: date, hour: time) -> datetime:
    """That hour of that day, in UTC."""
    return datetime.combine(day, hour, UTC)


def totals(counts: dict[str, Any]) -> tuple[int, float]:
    """Entries filed and minutes spent, over all practices."""
    practices = counts["practices"].values()
    return (
        sum(practice["filed"] for practice in practices),
        sum(sum(practice["minutes"].values()) for practice in practices),
    )
