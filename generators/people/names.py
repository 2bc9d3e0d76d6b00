"""Names and addresses, invented. Faker's pools are read once and drawn by numpy: its own calls are too slow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from faker import Faker
from faker.providers.person.en_GB import Provider as British
from faker.providers.person.en_IN import Provider as Indian
from faker.providers.person.en_KE import Provider as Kenyan
from faker.providers.person.tw_GH import Provider as Ghanaian
from faker.providers.person.yo_NG import Provider as Yoruba

from generators.people.population import Column

_POOL_SEED = 20261124
"""The pools are the same for every run; what is drawn from them follows the run's seed."""


@dataclass(frozen=True, slots=True)
class Pools:
    """Names in capitals, without repeats, in letters that every print can show."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]


@cache
def pools(ethnicity: str) -> Pools:
    """Mixed and other draw British names: Faker has no better pool for them."""
    if ethnicity == "asian":
        return Pools(
            _pool(Indian.first_names_female), _pool(Indian.first_names_male), _pool(Indian.last_names)
        )
    if ethnicity == "black":
        return Pools(
            _pool((*Yoruba.first_names_female, *Ghanaian.first_names_female, *Kenyan.first_names_female)),
            _pool((*Yoruba.first_names_male, *Ghanaian.first_names_male, *Kenyan.first_names_male)),
            _pool((*Yoruba.last_names, *Ghanaian.last_names, *Kenyan.last_names)),
        )
    return Pools(
        _pool(British.first_names_female), _pool(British.first_names_male), _pool(British.last_names)
    )


@cache
def streets() -> tuple[str, ...]:
    """Invented street names, each once."""
    fake = _faker()
    return _pool(fake.street_name() for _ in range(600))


@cache
def towns() -> tuple[str, ...]:
    """Invented towns, each once."""
    fake = _faker()
    return _pool(fake.city() for _ in range(300))


def draw(rng: np.random.Generator, pool: tuple[str, ...], count: int) -> list[str]:
    """Some names are much commoner than others, as in life: something like Zipf's law over the pool's order."""
    weight = 1 / (np.arange(len(pool)) + 10)
    return [pool[i] for i in rng.choice(len(pool), count, p=weight / weight.sum())]


def by_group(rng: np.random.Generator, groups: Sequence[tuple[str, ...]], which: Column) -> list[str]:
    """One name a row: `which` says from which of the pools."""
    names = np.empty(len(which), object)
    for position, pool in enumerate(groups):
        rows = np.flatnonzero(which == position)
        names[rows] = draw(rng, pool, len(rows))
    return list(names)


def postcodes(rng: np.random.Generator, count: int) -> list[str]:
    """In area ZZ, which Royal Mail does not use."""
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    district, sector = rng.integers(1, 99, count), rng.integers(1, 10, count)
    unit = rng.choice(letters, (count, 2))
    return [f"ZZ{d} {s}{a}{b}" for d, s, (a, b) in zip(district.tolist(), sector.tolist(), unit, strict=True)]


def _pool(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.upper() for name in names if name.isascii()))


def _faker() -> Faker:
    fake = Faker("en_GB")
    fake.seed_instance(_POOL_SEED)
    return fake
