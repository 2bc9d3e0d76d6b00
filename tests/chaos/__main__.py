"""`make chaos`: kills and faults, bounded and seeded; prints a table that must hold nothing but zeros at its right.

    python -m tests.chaos [--pipeline-kills N] [--simulator-kills N] [--seeds N]

Exit code 1 where anything is lost, twice, misfiled or unsettled; the folder of each such run is kept and named.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
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
    if job.what == "kill -9 of the pipeline":
        struck, count = run_with_kills(folder, job.seed, job.kills)
    else:
        with Reader() as reader:
            if job.kills:
                struck, count = kill_simulators(folder, job.seed, job.what.split()[-1], job.kills, reader)
            else:
                mesh, gp = faults.of(job.names, job.seed)
                struck, count = len(job.names), run_with_faults(folder, job.seed, mesh, gp, reader)
    if count.clean:
        shutil.rmtree(folder.parent)
    return Done(job, struck, count, str(folder))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--pipeline-kills", type=int, default=200)
    parser.add_argument("--simulator-kills", type=int, default=50, help="of MESH, and of the GP system")
    parser.add_argument("--seeds", type=int, default=50)
    options = parser.parse_args()
    began = time.monotonic()
    table: dict[str, tuple[int, int, Count]] = {}
    wrong = []
    with ProcessPoolExecutor(2, max_tasks_per_child=20) as pool:
        for done in pool.map(do, jobs(options.pipeline_kills, options.simulator_kills, options.seeds)):
            runs, struck, count = table.get(done.job.what, (0, 0, Count()))
            table[done.job.what] = runs + 1, struck + done.struck, count + done.count
            print(
                f"  {done.job.what}, seed {done.job.seed} {' and '.join(done.job.names)}: {done.count}",
                file=sys.stderr,
            )
            if not done.count.clean:
                wrong.append(done)
    print(
        "| what struck | runs | strikes | results | lost | duplicated | misfiled | unsettled | filed in words only |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for what, (runs, struck, c) in table.items():
        print(
            f"| {what} | {runs} | {struck} | {c.results} | {c.lost} | {c.duplicated} | {c.misfiled} | {c.unsettled} "
            f"| {c.said_filed} |"
        )
    print(f"\n{time.monotonic() - began:.0f} s; seeds 1 to {options.seeds}")
    for done in wrong:
        print(f"WRONG: {done.job} left {done.count}; its folder: {done.folder}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
