"""How long an office's year and the nation's year take to draw, and how much memory: no files, one core.

    python benchmarks/generators_population.py [--seed N]

Targets (issue of the generators): an office-year, 39,500 invitations and 80 practices, in under 3 s;
a nation-year, 3 million results and 6,100 practices, in under 60 s and 2 GB.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from datetime import date

import numpy as np

from generators import GenerationSpec, Office
from generators.calibration import SUPPLIERS, USUAL
from generators.people import names
from generators.people.episodes import CODE, draw_episodes
from generators.people.office_people import draw_office_people
from generators.people.population import draw_participants, draw_practices

OFFICE_YEAR = (39_500, 80, 1)
NATION_YEAR = (3_000_000, 6_100, 77)
_WORKING_DAYS = 260


def columns(seed: int, results: int, practices: int, offices: int) -> str:
    """Practices, participants, episodes and names as numpy columns."""
    rng = np.random.default_rng(seed)
    lists = draw_practices(rng, practices, SUPPLIERS.value, offices)
    people = draw_participants(rng, lists, results)
    episodes = draw_episodes(rng, lists, people, _WORKING_DAYS)
    names.draw_names(rng, people.ethnicity, 2026 - people.age, np.ones(results, bool), USUAL)
    dna = float((episodes.outcome == CODE["did_not_attend"]).mean())
    return f"{len(episodes):,} results, DNA {dna:.1%}"


def cast(seed: int, results: int, practices: int, offices: int) -> str:
    """Named people with NHS numbers, addresses and registrations, and four bystanders for each."""
    office = Office("Feathering", "KXX", ("BREAST SCREENING", "ZZ9 9ZZ"), "01632 960123")
    spec = GenerationSpec(office, practices, results, date(2026, 1, 5), 364)
    drawn = draw_office_people(np.random.default_rng(seed), np.random.default_rng(seed + offices), spec)
    return f"{len(drawn.results):,} results, {len(drawn.registrations):,} registrations"


_TASKS = {
    "office-year, columns": (columns, OFFICE_YEAR, 3.0),
    "office-year, named people": (cast, OFFICE_YEAR, None),
    "nation-year, columns": (columns, NATION_YEAR, 60.0),
}


def _measure(name: str, seed: int) -> None:
    """In a process of its own, so that the peak of memory is this task's; imports are not timed."""
    task, size, target = _TASKS[name]
    started, busy = time.perf_counter(), time.process_time()
    what = task(seed, *size)
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    against = f"{seconds / target:5.2f} of the target {target:.0f} s" if target else "no target"
    print(f"{name:28} {seconds:6.2f} s (CPU {cpu:5.2f} s)  {against:28} peak {peak:5.0f} MB  {what}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(_TASKS))
    options = parser.parse_args()
    if options.only:
        _measure(options.only, options.seed)
        return
    for name in _TASKS:
        command = [sys.executable, __file__, "--only", name, "--seed", str(options.seed)]
        subprocess.run(command, check=True, env=os.environ)


if __name__ == "__main__":
    main()
