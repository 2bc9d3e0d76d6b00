"""Practices and the people invited from them, as numpy columns: no objects, so that a nation-year fits.

Everything is drawn from one `numpy.random.Generator`; the same generator state gives the same columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from generators import calibration as cal
from generators.calibration import Calibration

Column = npt.NDArray[Any]

HISTORIES = ("first", "never_attended", "attended", "lapsed", "referred")
"""`referred` is somebody who was not invited: by herself, her GP, or for higher risk."""
ROUTES = ("routine", "self", "gp", "higher_risk")
ETHNICITIES = tuple(cal.ETHNICITY.value)
REFERRED = HISTORIES.index("referred")
_TOO_FEW_TO_CLUSTER = 2  # localities


@dataclass(frozen=True, slots=True)
class PracticeColumns:
    """One row a practice. `imd` is the quintile its people live in on average (1 most deprived).

    Practices take turns in their office's round, which goes from 0 to 1 and round again: the results of a practice's
    turn come out from `begin` on for `length`. Those of one turn trickle in for as long again as the turn itself, since
    who does not attend is closed late; so two practices' turns overlap at any time.
    """

    office: Column
    locality: Column
    supplier: Column
    supplier_names: tuple[str, ...]
    list_size: Column
    imd: Column
    begin: Column
    length: Column

    def __len__(self) -> int:
        return len(self.list_size)

    def overlaps(self, window: float) -> tuple[Column, Column]:
        """How long each practice's turn lies in the first `window` of the round: what begins in it, what is left."""
        end = self.begin + self.length
        begun = np.clip(np.minimum(end, window) - self.begin, 0, None)
        left = np.clip(np.minimum(end - 1, window), 0, None)
        return begun, left

    def shares(self, window: float, by: Calibration = cal.USUAL) -> tuple[Column, Column]:
        """Of all results that come out in the first `window` of the round, each practice's share, and in the same parts
        of the whole what of it comes out all the year round."""
        steady = self.list_size / self.list_size.sum() * steady_share(by)
        of_office = np.bincount(self.office, self.list_size)[self.office]
        turn = sum(self.overlaps(window)) * of_office
        return steady + turn / turn.sum() * (1 - steady_share(by)), steady


@dataclass(frozen=True, slots=True)
class ParticipantColumns:
    """One row a participant of the window: `practice` is a row of the practices; `age` in years on the day.

    `history`, `route` and `ethnicity` are positions in HISTORIES, ROUTES and ETHNICITIES; `imd` is 1 to 5.
    `birthday` is how many days ago she turned `age`, 0 to 364. `in_turn`: invited with her practice, in its turn of
    the round, and not by the monthly failsafe or because she was referred.
    """

    practice: Column
    history: Column
    route: Column
    age: Column
    birthday: Column
    imd: Column
    ethnicity: Column
    in_turn: Column

    def __len__(self) -> int:
        return len(self.practice)


def draw_practices(
    rng: np.random.Generator,
    practices: int,
    suppliers: Mapping[str, float],
    offices: int = 1,
    by: Calibration = cal.USUAL,
) -> PracticeColumns:
    """`practices` rows shared out among `offices`; suppliers cluster by locality within an office."""
    office = np.sort(np.arange(practices) % offices).astype(np.int16)
    within = np.arange(practices) - np.searchsorted(office, office)
    locality = (office.astype(np.int32) * 10_000 + within // by[cal.PRACTICES_A_LOCALITY]).astype(np.int32)
    supplier = _suppliers(rng, locality, np.array(list(suppliers.values())), by)
    list_size = _list_sizes(rng, practices, by)
    imd = rng.integers(1, 6, practices).astype(np.int8)
    begin, length = _turns(rng, office, list_size.astype(float))
    return PracticeColumns(
        office=office,
        locality=locality,
        supplier=supplier,
        supplier_names=tuple(suppliers),
        list_size=list_size,
        imd=imd,
        begin=begin,
        length=length,
    )


def _turns(rng: np.random.Generator, office: Column, list_size: Column) -> tuple[Column, Column]:
    """An office's practices one after another, in any order, each for as long as its list asks, and as long again."""
    turn = rng.permutation(len(office))
    order = turn[np.argsort(office[turn], kind="stable")]
    of_office = np.bincount(office, list_size)
    share = list_size / of_office[office]
    before = np.concatenate(([0.0], np.cumsum(share[order])[:-1]))
    begin = np.empty(len(office))
    begin[order] = np.maximum(before - office[order], 0)  # each office's shares add up to 1
    return begin, 2 * share


def steady_share(by: Calibration) -> float:
    """Of all results, how many come out all the year round: who was referred, and who is in the monthly failsafe."""
    return by[cal.REFERRED] + (1 - by[cal.REFERRED]) * by[cal.FAILSAFE]


def draw_participants(
    rng: np.random.Generator,
    practices: PracticeColumns,
    count: int,
    by: Calibration = cal.USUAL,
    window: float = 1.0,
) -> ParticipantColumns:
    """`count` participants of the first `window` of the round, in practice order.

    They are shared out among the practices in proportion to their lists; where the window is less than the whole round,
    1.0, only the practices whose turn falls in it have more than what comes all the year round.
    """
    of_each = rng.multinomial(count, practices.shares(window, by)[0])
    practice = np.repeat(np.arange(len(practices), dtype=np.int32), of_each)
    return people_of(rng, practices, practice, by, window)


def people_of(
    rng: np.random.Generator,
    practices: PracticeColumns,
    practice: Column,
    by: Calibration = cal.USUAL,
    window: float = 1.0,
) -> ParticipantColumns:
    """A participant for each row of `practice`, which is in order."""
    count = len(practice)
    share, steady = practices.shares(window, by)
    in_turn = (
        rng.random(count) >= np.divide(steady, share, where=share > 0, out=np.ones(len(share)))[practice]
    )
    history = pick(rng, list(by[cal.HISTORY].values()), count)
    route = np.zeros(count, np.int8)
    referred = ~in_turn & (rng.random(count) < by[cal.REFERRED] / max(steady_share(by), 1e-9))
    history[referred] = REFERRED
    route[referred] = 1 + pick(rng, list(by[cal.REFERRAL_ROUTE].values()), int(referred.sum()))
    return ParticipantColumns(
        practice=practice,
        history=history,
        route=route,
        age=_ages(rng, history, route, by),
        birthday=rng.integers(0, 365, count).astype(np.int16),
        imd=_quintiles(rng, practices.imd[practice], by),
        ethnicity=pick(rng, list(by[cal.ETHNICITY].values()), count),
        in_turn=in_turn,
    )


def pick(rng: np.random.Generator, shares: list[float], count: int) -> Column:
    """`count` positions in `shares`, each as often as its share of the total."""
    edges = np.cumsum(shares) / np.sum(shares)
    edges[-1] = 1.0
    return np.searchsorted(edges, rng.random(count), side="right").astype(np.int8)


def _suppliers(rng: np.random.Generator, locality: Column, shares: Column, by: Calibration) -> Column:
    """A leading supplier a locality, drawn by share; each practice follows it, or draws for itself.

    One or two localities are too few to cluster: there the shares are kept to the practice, since a pilot of
    six practices that asks for two suppliers needs both.
    """
    _, where = np.unique(locality, return_inverse=True)
    localities = int(where.max()) + 1
    if localities <= _TOO_FEW_TO_CLUSTER:
        upto = np.round(np.cumsum(shares) / shares.sum() * len(locality)).astype(int)
        return rng.permutation(np.searchsorted(upto, np.arange(len(locality)), side="right")).astype(np.int8)
    leading = pick(rng, list(shares), localities)
    own = pick(rng, list(shares), len(locality))
    follows = rng.random(len(locality)) < by[cal.SUPPLIER_CLUSTERING]
    return np.where(follows, leading[where], own).astype(np.int8)


def _list_sizes(rng: np.random.Generator, count: int, by: Calibration) -> Column:
    low, high = by[cal.LIST_SIZE_RANGE]
    drawn = rng.lognormal(np.log(by[cal.LIST_SIZE_MEDIAN]), by[cal.LIST_SIZE_SIGMA], count)
    return np.asarray(np.clip(drawn, low, high), np.int32)


def _ages(rng: np.random.Generator, history: Column, route: Column, by: Calibration) -> Column:
    ranges = [by[cal.AGE_BY_HISTORY][name] for name in HISTORIES[:REFERRED]] + [(0, 0)]
    ranges += [by[cal.AGE_BY_REFERRAL][name] for name in ROUTES[1:]]
    low, high = np.array(ranges).T
    row = np.where(history == REFERRED, REFERRED + route, history)
    return np.asarray(low[row] + rng.random(len(row)) * (high[row] - low[row]), np.int8)


def _quintiles(rng: np.random.Generator, practice_imd: Column, by: Calibration) -> Column:
    """A participant's own quintile: her practice's, give or take one."""
    shares = by[cal.IMD_STEP]
    step = pick(rng, list(shares), len(practice_imd)) - 1
    return np.asarray(np.clip(practice_imd + step, 1, 5), np.int8)


# NHS numbers: all of the range kept for tests, 999 000 0000 to 999 999 9999.
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
