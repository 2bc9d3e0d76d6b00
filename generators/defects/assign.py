"""Which thing gets which defect."""

from collections.abc import Mapping

import numpy as np

from generators.population import pick


def assigned(rng: np.random.Generator, rates: Mapping[str, float], count: int) -> list[str]:
    """A defect's name, or "", for each of `count` things; the rates may add up to 1 at most."""
    names = [*rates, ""]
    shares = [*rates.values(), max(0.0, 1 - sum(rates.values()))]
    return [names[i] for i in pick(rng, shares, count)]


def rates_of(names: tuple[str, ...], *tables: Mapping[str, float]) -> dict[str, float]:
    """For each name the highest rate any table gives it."""
    return {name: max(table.get(name, 0.0) for table in tables) for name in names}
