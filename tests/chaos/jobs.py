"""What `make chaos` does, one run a job; in a module of its own, so that worker processes can find it."""

import itertools
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pilot.nbss import Reader
from tests.chaos import faults
from tests.chaos.counting import Count
from tests.chaos.kills_of_the_pipeline import run_with_kills
from tests.chaos.storms import kill_simulators, run_with_faults

KILLS_A_RUN = 5


@dataclass(frozen=True)
class Job:
    """One run: what strikes it, its seed, and how many kills it takes."""

    what: str
    seed: int
    kills: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    job: Job
    struck: int
    count: Count
    folder: str
    broke: str = ""

    @property
    def clean(self) -> bool:
        return self.count.clean and not self.broke


def jobs(pipeline_kills: int, simulator_kills: int, seeds: int) -> Iterable[Job]:
    """Everything that is to be done, bounded."""
    for number in range(-(-pipeline_kills // KILLS_A_RUN)):
        yield Job("kill -9 of the pipeline", number + 1, KILLS_A_RUN)
    for which in ("mesh", "gp"):
        for number in range(-(-simulator_kills // KILLS_A_RUN)):
            yield Job(f"kill -9 of {which}", number + 1, KILLS_A_RUN)
    alone = [(name,) for name in faults.NAMES]
    pairs = list(itertools.combinations(faults.NAMES, 2))
    for number, names in enumerate([*alone, *pairs]):
        kind = "faults alone" if len(names) == 1 else "faults in pairs"
        yield Job(kind, 1 + number % seeds, names=names)


def do(job: Job) -> Done:
    """One run, in a folder of its own, kept only where something is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-")) / "run"
    try:
        struck, count = _strike(job, folder)
    except Exception as error:
        return Done(job, 0, Count(), str(folder), f"{type(error).__name__}: {error}")
    if count.clean:
        shutil.rmtree(folder.parent)
    return Done(job, struck, count, str(folder))


def _strike(job: Job, folder: Path) -> tuple[int, Count]:
    if job.what == "kill -9 of the pipeline":
        return run_with_kills(folder, job.seed, job.kills)
    with Reader() as reader:
        if job.kills:
            return kill_simulators(folder, job.seed, job.what.split()[-1], job.kills, reader)
        mesh, gp = faults.of(job.names, job.seed)
        return len(job.names), run_with_faults(folder, job.seed, mesh, gp, reader)
