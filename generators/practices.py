"""From practice columns to practices with names, numbers and addresses, all invented."""

import numpy as np

from generators import names
from generators.people import Practice
from generators.population import PracticeColumns

_KINDS = ("SURGERY", "MEDICAL CENTRE", "HEALTH CENTRE", "PRACTICE", "MEDICAL PRACTICE")


def named_practices(rng: np.random.Generator, columns: PracticeColumns) -> tuple[Practice, ...]:
    """ODS codes start with Z, which no GP practice's does; local numbers are three digits or more."""
    count = len(columns)
    ods = rng.choice(np.arange(10_000, 100_000), 2 * count, replace=False)
    local = rng.choice(np.arange(100, 1_000 if count < 400 else 10_000), 2 * count, replace=False)
    streets = [names.streets()[i] for i in rng.choice(len(names.streets()), count, replace=False)]
    towns = [names.towns()[int(locality) % len(names.towns())] for locality in columns.locality]
    kinds = rng.choice(len(_KINDS), count)
    postcodes = names.postcodes(rng, count)
    doors = rng.integers(1, 200, count)
    practices = []
    for i in range(count):
        name = f"{streets[i].split()[0]} {_KINDS[kinds[i]]}"
        practices.append(
            Practice(
                ods=f"Z{ods[i]}",
                local_number=str(local[i]),
                name=name,
                supplier=columns.supplier_names[columns.supplier[i]],
                list_size=int(columns.list_size[i]),
                address=(name, f"{doors[i]} {streets[i]}", towns[i], postcodes[i]),
                imd=int(columns.imd[i]),
            )
        )
    return tuple(practices)
