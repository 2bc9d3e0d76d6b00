"""The desk's pile beside SimPy: items a second for the same queue (M/M/c at 90%, first in, first out).

python benchmarks/desk_pile.py [--items 1000000] [--people 2]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import simpy

from simulators.gp_system.desk.pile import Item, Pile

FOR_EVER = 1e15


def items(number: int, people: int) -> list[Item]:
    rng = np.random.default_rng(1)
    arrived = np.cumsum(rng.exponential(2.5 / people / 0.9, number)).tolist()
    minutes = rng.exponential(2.5, number).tolist()
    return list(zip(arrived, minutes, range(1, number + 1), strict=True))


def with_pile(work: list[Item], people: int, shift: Callable[[float], tuple[float, float]]) -> float:
    """Processor seconds to work through them: items in, begun and finished out."""
    began = time.process_time()
    pile = Pile([shift] * people, [shift(0.0)] * people, 1)
    pile.add(0, work)
    worked = pile.work(FOR_EVER / 2)
    assert len(worked) == len(work)
    return time.process_time() - began


def with_simpy(work: list[Item], people: int) -> float:
    began = time.process_time()
    environment = simpy.Environment()
    staff = simpy.Resource(environment, capacity=people)

    def arrivals():
        for arrived, minutes, _ in work:
            yield environment.timeout(arrived - environment.now)
            environment.process(one(minutes))

    def one(minutes: float):
        with staff.request() as request:
            yield request
            yield environment.timeout(minutes)

    environment.process(arrivals())
    environment.run()
    return time.process_time() - began


def always(_: float) -> tuple[float, float]:
    return 0.0, FOR_EVER


def working_days(minute: float) -> tuple[float, float]:
    """Nine to five, every day."""
    midnight = minute // 1440 * 1440
    midnight += 1440 if midnight + 1020 <= minute else 0
    return midnight + 540, midnight + 1020


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2)
    given = parser.parse_args()
    work = items(given.items, given.people)
    few = work[: max(1, given.items // 10)]
    steady = min(with_pile(work, given.people, always) for _ in range(3))
    shifts = min(with_pile(work, given.people, working_days) for _ in range(3))
    oracle = min(with_simpy(few, given.people) for _ in range(3)) * len(work) / len(few)
    print(f"pile, nobody goes home   {len(work) / steady:>12,.0f} items/s   {oracle / steady:5.1f} x SimPy")
    print(f"pile, nine to five       {len(work) / shifts:>12,.0f} items/s   {oracle / shifts:5.1f} x SimPy")
    print(f"SimPy                    {len(work) / oracle:>12,.0f} items/s")


if __name__ == "__main__":
    main()
