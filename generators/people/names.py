"""Names and addresses: invented people bear names as often as people in England do.

Names are data (`names-2026-11.toml`) and Faker's lists, read once; they are drawn by numpy, since Faker's own calls are
too slow. How often each tradition of naming occurs, and what part of its bearers is listed, are calibrated figures.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from faker import Faker
from faker.providers.person.en_GB import Provider as British
from faker.providers.person.en_IE import Provider as Irish
from faker.providers.person.en_IN import Provider as Indian
from faker.providers.person.en_KE import Provider as Kenyan
from faker.providers.person.en_PK import Provider as Pakistani
from faker.providers.person.tw_GH import Provider as Ghanaian
from faker.providers.person.yo_NG import Provider as Yoruba

from generators import calibration as cal
from generators.calibration import Calibration
from generators.people.population import ETHNICITIES, Column, pick

TRADITIONS = tuple(cal.SURNAMES_LISTED.value)
COHORTS = (1934, 1944, 1954, 1964, 1974, 1984, 1994)
"""Years whose forenames are known: everybody has those of the year nearest to her birth."""

_POOL_SEED = 20261124
"""The pools are the same for every run; what is drawn from them follows the run's seed."""
_AFTER_THE_FIRST = 8
"""Weights of ranked names fall as 1 / (rank + 8): the first of fifty is then borne by about four in a hundred."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Names in capitals, without repeats, in letters that every print can show, and how often each is borne."""

    names: tuple[str, ...]
    cumulative: Column

    def draw(self, rng: np.random.Generator, count: int) -> list[str]:
        """`count` names, each as often as it is borne."""
        rows = np.searchsorted(self.cumulative, rng.random(count), side="right")
        return [self.names[row] for row in rows.tolist()]


def _pool(weights: Mapping[str, float]) -> Pool:
    total = np.cumsum(np.array(list(weights.values())))
    cumulative = total / total[-1]
    cumulative[-1] = 1.0
    return Pool(tuple(weights), cumulative)


def draw_names(
    rng: np.random.Generator, ethnicity: Column, born: Column, woman: Column, by: Calibration
) -> tuple[list[str], list[str]]:
    """Surname and forename of each row: by its ethnic group, its year of birth and its sex."""
    count = len(ethnicity)
    tradition = np.zeros(count, np.int8)
    for position, group in enumerate(ETHNICITIES):
        rows = np.flatnonzero(ethnicity == position)
        shares = by[cal.TRADITION[group]]
        tradition[rows] = pick(rng, [shares.get(name, 0.0) for name in TRADITIONS], len(rows))
    cohort = np.clip(np.round((born - COHORTS[0]) / 10).astype(int), 0, len(COHORTS) - 1)
    listed, of_forenames = by[cal.SURNAMES_LISTED], by[cal.FORENAMES_LISTED]
    surname, second, forename, middle = (np.empty(count, object) for _ in range(4))
    for position, name in enumerate(TRADITIONS):
        for sex in (True, False):
            rows = np.flatnonzero((tradition == position) & (woman == sex))
            for into in (surname, second):
                into[rows] = surnames(name, sex, listed[name]).draw(rng, len(rows))
            for year in range(len(COHORTS)) if name == "british" else (0,):
                of_year = rows if name != "british" else rows[cohort[rows] == year]
                for into in (forename, middle):
                    into[of_year] = forenames(name, sex, COHORTS[year], of_forenames).draw(rng, len(of_year))
    double = (rng.random(count) < by[cal.DOUBLE_SURNAME]) & (surname != second)
    surname[double] = surname[double] + "-" + second[double]
    two = (rng.random(count) < by[cal.SECOND_FORENAME]) & (forename != middle)
    forename[two] = forename[two] + " " + middle[two]
    return list(surname), list(forename)


@cache
def surnames(tradition: str, woman: bool, listed: float) -> Pool:
    """A tradition's surnames; those with a weight of their own are borne by `listed` of all, the rest evenly."""
    weighted, rest = _surnames(tradition, woman)
    total = sum(weighted.values())
    rest = [name for name in rest if name not in weighted]
    share = listed if rest else 1.0
    pool = {name: share * weight / total for name, weight in weighted.items()}
    return _pool(pool | dict.fromkeys(rest, (1 - share) / max(1, len(rest))))


def _surnames(tradition: str, woman: bool) -> tuple[Mapping[str, float], Iterable[str]]:
    if tradition == "african":
        return _ranked(_capitals((*Yoruba.last_names, *Ghanaian.last_names, *Kenyan.last_names))), ()
    told = _told()[tradition]
    if tradition == "british":
        others = {name for other in ("muslim", "indian", "chinese") for name in _of_both(_told()[other])}
        weights = {name.upper(): weight for name, weight in British.last_names.items()}
        places = (
            one + two for one in told["first_elements"].split() for two in told["last_elements"].split()
        )
        rest = _capitals((*(name for name in Irish.last_names if " " not in name), *places))
        return {name: weight for name, weight in weights.items() if name not in others}, rest
    weights = {name: count / 2 for name, count in told["surnames"].items()}
    weights |= told.get("only_women" if woman else "only_men", {})
    faker = {"muslim": Pakistani, "indian": Indian}.get(tradition)
    return weights, _capitals(faker.last_names) if faker else told["more"].split()


def _of_both(told: Mapping[str, Mapping[str, float]]) -> set[str]:
    return {*told["surnames"], *told.get("only_women", ()), *told.get("only_men", ())}


@cache
def forenames(tradition: str, woman: bool, born: int, listed: float) -> Pool:
    """A tradition's forenames, of a cohort where that is known: by rank, `listed` of all, the rest evenly."""
    if tradition == "african":
        women = (*Yoruba.first_names_female, *Ghanaian.first_names_female, *Kenyan.first_names_female)
        men = (*Yoruba.first_names_male, *Ghanaian.first_names_male, *Kenyan.first_names_male)
        return _pool(_ranked(_capitals(women if woman else men)))
    told = _told()[tradition]["women" if woman else "men"]
    if tradition != "british":
        return _pool(_ranked(told.split()))
    ranked = _ranked(told[str(born)].split())
    all_names = _capitals(British.first_names_female if woman else British.first_names_male)
    rest = [name for name in all_names if name not in ranked]
    pool = {name: listed * weight for name, weight in ranked.items()}
    return _pool(pool | dict.fromkeys(rest, (1 - listed) / len(rest)))


def _ranked(names: Iterable[str]) -> dict[str, float]:
    """Weights that fall with the rank and add up to 1."""
    distinct = tuple(dict.fromkeys(names))
    weight = 1 / (np.arange(len(distinct)) + 1 + _AFTER_THE_FIRST)
    return dict(zip(distinct, (weight / weight.sum()).tolist(), strict=True))


@cache
def _told() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("generators.people").joinpath("names-2026-11.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def streets() -> tuple[str, ...]:
    """Invented street names, each once."""
    fake = _faker()
    return _capitals(fake.street_name() for _ in range(600))


@cache
def towns() -> tuple[str, ...]:
    """Invented towns, each once."""
    fake = _faker()
    return _capitals(fake.city() for _ in range(300))


def postcodes(rng: np.random.Generator, count: int) -> list[str]:
    """In area ZZ, which Royal Mail does not use."""
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
    district, sector = rng.integers(1, 99, count), rng.integers(1, 10, count)
    unit = rng.choice(letters, (count, 2))
    return [f"ZZ{d} {s}{a}{b}" for d, s, (a, b) in zip(district.tolist(), sector.tolist(), unit, strict=True)]


def _capitals(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.upper() for name in names if name.isascii()))


def _faker() -> Faker:
    fake = Faker("en_GB")
    fake.seed_instance(_POOL_SEED)
    return fake
