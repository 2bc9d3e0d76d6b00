"""From practice columns to practices with names, numbers and addresses, all invented."""

from datetime import date, timedelta

import numpy as np

from generators import names
from generators.people import ClosedPractice, Practice
from generators.population import PracticeColumns

_KINDS = ("SURGERY", "MEDICAL CENTRE", "HEALTH CENTRE", "PRACTICE", "MEDICAL PRACTICE")


def named_practices(rng: np.random.Generator, columns: PracticeColumns, start: date) -> tuple[Practice, ...]:
    """ODS codes start with Z, which no GP practice's does; local numbers are three digits or more.

    `start` is the first day of the window: the closed practices closed before it.
    """
    count = len(columns)
    ods = [f"Z{n}" for n in rng.choice(np.arange(10_000, 100_000), 3 * count, replace=False)]
    local = [
        str(n)
        for n in rng.choice(np.arange(100, 10 ** max(3, len(str(6 * count)))), 3 * count, replace=False)
    ]
    streets = [
        names.streets()[i] for i in rng.choice(len(names.streets()), 3 * count, replace=3 * count > 500)
    ]
    towns = [names.towns()[int(locality) % len(names.towns())] for locality in columns.locality]
    called = [
        f"{street.split()[0]} {_KINDS[kind]}"
        for street, kind in zip(streets, rng.choice(len(_KINDS), 3 * count), strict=True)
    ]
    postcodes = names.postcodes(rng, count)
    doors = rng.integers(1, 200, count)
    closed_days = rng.integers(60, 500, 2 * count).tolist()

    def closed(i: int, has_successor: bool) -> ClosedPractice:
        day = start - timedelta(days=closed_days[i - count])
        return ClosedPractice(ods[i], local[i], called[i], day, has_successor)

    return tuple(
        Practice(
            ods=ods[i],
            local_number=local[i],
            name=called[i],
            supplier=columns.supplier_names[columns.supplier[i]],
            list_size=int(columns.list_size[i]),
            address=(called[i], f"{doors[i]} {streets[i]}", towns[i], postcodes[i]),
            imd=int(columns.imd[i]),
            merged=closed(count + i, True),
            dropped=closed(2 * count + i, False),
        )
        for i in range(count)
    )
