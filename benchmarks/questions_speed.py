"""How long questions take: replicates of an office-year, the nation's year, a threshold, a tornado; and how they grow.

    python benchmarks/questions_speed.py [--quick]

Each in a process of its own, so that the peak of memory is that task's. Targets, from before anything was measured,
on two processors: 1,000 office-years in 60 s; the nation's year in 20 s and 2 GB; a threshold in 30 s; tornado and
value of information of 5,000 draws in 30 s. Both elapsed and processor seconds are printed: on a busy machine only
the second can be compared.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from pilot.experiment import load_scenario
from pilot.questions.nation import load_years, nation
from pilot.questions.sensitivity import ask
from pilot.questions.sweep import Mode, Rows, executor_of, sweep, tasks

OFFICE_YEAR = {
    "measured_after_days": 399,
    "generation.results": 39_500,
    "generation.practices": 80,
    "generation.days": 364,
}


def years(replicates: int, workers: int) -> str:
    """Office-years of two arms, as `pilot sweep` makes them."""
    with tempfile.TemporaryDirectory() as scratch, executor_of(workers, None) as (executor, number):
        scenario = load_scenario("quick").changed(arms=("paper", "coded"))
        rows = Rows(Path(scratch) / "rows.sqlite")
        sweep(tasks(scenario, [OFFICE_YEAR], replicates, Mode.MODEL), rows, executor, number, lambda _: None)
        rows.close()
    return f"{replicates:,} office-years, {workers} workers"


def small(replicates: int, workers: int) -> str:
    """Offices of 400 results, for how cost grows."""
    with tempfile.TemporaryDirectory() as scratch, executor_of(workers, None) as (executor, number):
        scenario = load_scenario("quick").changed(arms=("paper", "coded"))
        rows = Rows(Path(scratch) / "rows.sqlite")
        sweep(tasks(scenario, [{}], replicates, Mode.MODEL), rows, executor, number, lambda _: None)
        rows.close()
    return f"{replicates:,} offices, {workers} workers"


def nation_year(*_: int) -> str:
    found = nation(load_scenario("quick"), load_years())
    return f"{found.results:,} results, {found.practices:,} practices, {found.draws} draws"


def thresholds(*_: int) -> str:
    found = ask(load_scenario("quick"), arm="coded", against="paper", measure="cost_gbp", draws=50)
    return f"{len(found.thresholds)} thresholds of 1,000 offices"


def tornado(*_: int) -> str:
    found = ask(load_scenario("quick"), arm="coded", against="paper", measure="cost_gbp", draws=5_000)
    return f"{len(found.tornado)} rows, 5,000 draws, thresholds too"


TASKS: dict[str, Callable[..., str]] = {
    "years": years,
    "small": small,
    "nation": nation_year,
    "thresholds": thresholds,
    "tornado": tornado,
}
TARGETS = {"years": 60.0, "nation": 20.0, "thresholds": 30.0, "tornado": 30.0}


def measured(name: str, replicates: int = 0, workers: int = 1) -> dict[str, float]:
    """One task's seconds (`elapsed`, `own` of the process that shares the work out, `shared` of its workers)."""
    command = [sys.executable, __file__, "--task", name, str(replicates), str(workers)]
    told: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    target = f"target {TARGETS[name]:.0f} s" if name in TARGETS else ""
    print(
        f"{name:<11} {told['said']:<46} {told['elapsed']:7.1f} s elapsed "
        f"{told['own'] + told['shared']:7.1f} s of processors {told['mb']:6.0f} MB a process  {target}",
        flush=True,
    )
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a tenth of the replicates")
    parser.add_argument("--task", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        name, replicates, workers = options.task[0], *map(int, options.task[1:])
        began = time.monotonic()
        said = TASKS[name](replicates, workers)
        own, shared = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        spent = {
            "said": said,
            "elapsed": time.monotonic() - began,
            "own": own.ru_utime + own.ru_stime,
            "shared": shared.ru_utime + shared.ru_stime,
            "mb": max(own.ru_maxrss, shared.ru_maxrss) / 1024,
        }
        print(json.dumps(spent))
        return
    part = 10 if options.quick else 1
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    measured("nation")
    measured("thresholds")
    measured("tornado")
    replicates = 1_000 // part
    whole = measured("years", replicates, 2)
    numbers = (10_000 // part, 40_000 // part, 160_000 // part)
    grown = [measured("small", number) for number in numbers]
    print("Growth: processor seconds for a thousand offices more")
    for (few, less), (many, more) in pairwise(zip(numbers, grown, strict=True)):
        added = sum(more[kind] - less[kind] for kind in ("own", "shared")) / (many - few) * 1_000
        print(f"  from {few:,} to {many:,}: {added:.3f} s")
    # What the sharing process does itself cannot be shared out; what two workers did, a hundred do in a hundredth.
    print(
        f"A hundred processors would take {whole['own'] + whole['shared'] / 100:.1f} s for what two workers did in "
        f"{whole['own'] + whole['shared']:.1f} s of processors: {whole['own']:.1f} s of it is shared out by nobody"
    )


if __name__ == "__main__":
    main()
