"""`make chaos`: kills and faults, bounded and seeded; prints a table that must hold nothing but zeros at its right.

    python -m tests.chaos [--pipeline-kills N] [--simulator-kills N] [--seeds N] [--triples N] [--only WORDS]

A run may end before its last kill, so that a few more are planned than the 200 and 50 that must strike.
Exit code 1 where anything is lost, twice, misfiled or unsettled; the folder of each such run is kept and named.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.chaos.counting import Count
from tests.chaos.jobs import do, jobs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--pipeline-kills", type=int, default=240)
    parser.add_argument("--simulator-kills", type=int, default=60, help="of MESH, and of the GP system")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--triples", type=int, default=75, help="of faults, drawn from all there are")
    parser.add_argument("--only", default="", help="only what has this in its name, as in the table")
    options = parser.parse_args()
    began = time.monotonic()
    table: dict[str, tuple[int, int, Count]] = {}
    wrong = []
    planned = jobs(options.pipeline_kills, options.simulator_kills, options.seeds, options.triples)
    planned = [job for job in planned if options.only in job.what]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for done in pool.map(do, planned):
            runs, struck, count = table.get(done.job.what, (0, 0, Count()))
            table[done.job.what] = runs + 1, struck + done.struck, count + done.count
            print(
                f"  {done.job.what}, seed {done.job.seed} {' and '.join(done.job.names)}: {done.count}",
                file=sys.stderr,
            )
            if not done.clean:
                wrong.append(done)
    print(
        "| what struck | runs | strikes | results | by post | lost | duplicated | misfiled | unsettled "
        "| filed in words only | typists' slips |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for what, (runs, struck, c) in table.items():
        print(
            f"| {what} | {runs} | {struck} | {c.results} | {c.posted} | {c.lost} | {c.duplicated} | {c.misfiled} "
            f"| {c.unsettled} | {c.said_filed} | {c.slips} |"
        )
    print(f"\n{time.monotonic() - began:.0f} s; seeds 1 to {options.seeds}")
    for done in wrong:
        print(f"WRONG: {done.job} left {done.count} {done.broke}; its folder: {done.folder}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
