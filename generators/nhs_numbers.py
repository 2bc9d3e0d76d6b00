"""Synthetic NHS numbers, all of the range kept for tests: 999 000 0000 to 999 999 9999."""

from functools import cache

import numpy as np

from generators.population import Column

_WEIGHTS = np.arange(10, 1, -1)


def synthetic(rng: np.random.Generator, count: int) -> Column:
    """`count` different valid numbers as int64, in random order. There are 909,091 of them."""
    return rng.choice(_valid(), count, replace=False)


@cache
def _valid() -> Column:
    first_nine = 999_000_000 + np.arange(1_000_000, dtype=np.int64)
    check = check_digits(first_nine)
    return first_nine[check < 10] * 10 + check[check < 10]


def with_wrong_check_digit(rng: np.random.Generator, nhs_number: str) -> str:
    """The same number with another last digit."""
    return nhs_number[:9] + str((int(nhs_number[9]) + int(rng.integers(1, 10))) % 10)


def check_digits(first_nine: Column) -> Column:
    """Modulus 11 check digit of each nine-digit number; 10 where the number cannot be issued."""
    digits = first_nine[:, None] // 10 ** np.arange(8, -1, -1) % 10
    return np.asarray((11 - digits @ _WEIGHTS % 11) % 11)
