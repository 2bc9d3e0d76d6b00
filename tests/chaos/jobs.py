"""What `make chaos` does, one run a job; in a module of its own, so that worker processes can find it."""

import itertools
import json
import random
import shutil
import subprocess
import sys
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
# So many runs die at every crash point between them.
STRIDE = 29

PIPELINE, GROUP = "kill -9 of the pipeline", "kill -9 of the whole group"
CRASH_POINTS = "every crash point"
NO_DEDUPLICATION = ", receiver without deduplication"


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


def jobs(pipeline_kills: int, simulator_kills: int, seeds: int, triples: int) -> Iterable[Job]:
    """Everything that is to be done, bounded."""
    for receiver in ("", NO_DEDUPLICATION):
        for offset in range(STRIDE):
            yield Job(CRASH_POINTS + receiver, offset + 1, kills=offset)
    for number in range(-(-pipeline_kills // KILLS_A_RUN)):
        yield Job(PIPELINE, number + 1, KILLS_A_RUN)
    for number in range(-(-simulator_kills // KILLS_A_RUN)):
        yield Job(GROUP, number + 1, KILLS_A_RUN)
    for which in ("mesh", "gp", f"mesh{NO_DEDUPLICATION}", f"gp{NO_DEDUPLICATION}"):
        for number in range(-(-simulator_kills // KILLS_A_RUN)):
            yield Job(f"kill -9 of {which}", number + 1, KILLS_A_RUN)
    alone = [(name,) for name in faults.NAMES]
    pairs = list(itertools.combinations(faults.NAMES, 2))
    threes = random.Random(1).sample(list(itertools.combinations(faults.NAMES, 3)), triples)
    for number, names in enumerate([*alone, *pairs, *threes]):
        kind = {1: "faults alone", 2: "faults in pairs", 3: "faults in threes"}[len(names)]
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


def _at_crash_points(job: Job, folder: Path) -> tuple[int, Count]:
    """In a process of its own: it forks."""
    command = [sys.executable, "-m", "tests.chaos.crash_points", str(folder)]
    command += ["--seed", "1", "--stride", str(STRIDE), "--offset", str(job.kills)]
    if job.what.endswith(NO_DEDUPLICATION):
        command.append("--without-deduplication")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert not said["history"], said["history"]
    return sum(said["kills"].values()), Count(**said["left"])


def _strike(job: Job, folder: Path) -> tuple[int, Count]:
    if job.what.startswith(CRASH_POINTS):
        return _at_crash_points(job, folder)
    if job.what in (PIPELINE, GROUP):
        return run_with_kills(folder, job.seed, job.kills, group=job.what == GROUP)
    with Reader() as reader:
        if job.kills:
            which = "mesh" if "mesh" in job.what else "gp"
            deduplication = not job.what.endswith(NO_DEDUPLICATION)
            return kill_simulators(folder, job.seed, which, job.kills, reader, deduplication=deduplication)
        mesh, gp = faults.of(job.names, job.seed)
        return len(job.names), run_with_faults(folder, job.seed, mesh, gp, reader)
