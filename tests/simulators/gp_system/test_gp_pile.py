"""The pile against its oracles: SimPy on the same items, Erlang-C in the long run, and arithmetic by hand."""

from collections.abc import Callable, Sequence
from math import factorial
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.gp_system.desk.pile import BACKGROUND, NextShift, Pile
from simulators.gp_system.desk.settings import Spread

FOR_EVER = 1e12


class Worked(NamedTuple):
    """What a pile says of an item, with names."""

    item: int
    started: float
    finishes: float


def work(pile: Pile, until: float = FOR_EVER / 2) -> list[Worked]:
    return [Worked(*one) for one in pile.work(until)]


def always(_: float) -> tuple[float, float]:
    """Somebody who never goes home."""
    return 0.0, FOR_EVER


def daily(starts: float, ends: float) -> NextShift:
    """Somebody who works these minutes of every day."""

    def after(minute: float) -> tuple[float, float]:
        midnight = minute // 1440 * 1440
        if midnight + ends <= minute:
            midnight += 1440
        return midnight + starts, midnight + ends

    return after


def pile_of(shifts: Sequence[NextShift], classes: int = 1) -> Pile:
    return Pile(shifts, [shift(0.0) for shift in shifts], classes)


def never_home(people: int) -> Pile:
    return pile_of([always] * people)


def poisson_arrivals(seed: int, rate: float, mean_minutes: float, n: int) -> list[tuple[float, float, int]]:
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(rng.exponential(1 / rate, n))
    minutes = rng.exponential(mean_minutes, n)
    return [
        (a, m, place + 1) for place, (a, m) in enumerate(zip(arrived.tolist(), minutes.tolist(), strict=True))
    ]


Items = Sequence[tuple[float, float, int]]


def simpy_starts(items: Items, people: int, urgent: Callable[[int], bool]) -> list[float]:
    """When SimPy would begin each of the items."""
    environment = simpy.Environment()
    staff = simpy.PriorityResource(environment, capacity=people)
    starts: dict[int, float] = {}

    def one(arrived: float, minutes: float, number: int):
        yield environment.timeout(arrived)
        with staff.request(priority=0 if urgent(number) else 1) as request:
            yield request
            starts[number] = environment.now
            yield environment.timeout(minutes)

    for item in items:
        environment.process(one(*item))
    environment.run()
    return [starts[number] for _, _, number in items]


@pytest.mark.parametrize("people", [1, 2, 5])
def test_every_item_begins_when_simpy_begins_it(people: int) -> None:
    items = poisson_arrivals(people, rate=0.9 * people / 2.5, mean_minutes=2.5, n=3000)
    pile = never_home(people)
    pile.add(0, items)
    worked = work(pile)
    assert [one.item for one in worked] == [number for _, _, number in items], "first in, first out"
    assert [one.started for one in worked] == pytest.approx(simpy_starts(items, people, lambda _: False))


def test_urgent_items_begin_when_simpy_begins_them() -> None:
    items = poisson_arrivals(9, rate=0.9 * 2 / 2.5, mean_minutes=2.5, n=2000)

    def urgent(number: int) -> bool:
        return number % 3 == 0

    pile = pile_of([always] * 2, classes=2)
    pile.add(0, [item for item in items if urgent(item[2])])
    pile.add(1, [item for item in items if not urgent(item[2])])
    started = {one.item: one.started for one in work(pile)}
    assert [started[number] for _, _, number in items] == pytest.approx(simpy_starts(items, 2, urgent))


def test_mean_wait_is_erlang_c() -> None:
    """M/M/3 at 80%: the mean of 40 independent runs is within three of its own standard errors of theory."""
    people, mean_minutes = 3, 2.5
    rate = 0.8 * people / mean_minutes
    load = rate * mean_minutes
    waiting = load**people / factorial(people) / (1 - load / people)
    probability = waiting / (sum(load**k / factorial(k) for k in range(people)) + waiting)
    theory = probability * mean_minutes / (people - load)

    means = []
    for seed in range(40):
        items = poisson_arrivals(seed, rate, mean_minutes, n=6000)
        pile = never_home(people)
        pile.add(0, items)
        waits = [one.started - items[one.item - 1][0] for one in work(pile)]
        means.append(float(np.mean(waits[1000:])))
    error = np.std(means, ddof=1) / len(means) ** 0.5
    assert abs(np.mean(means) - theory) < 3 * error
    assert error < 0.1 * theory, "or the test could not fail"


def test_work_goes_on_where_it_stopped_for_the_night() -> None:
    pile = pile_of([daily(540, 600)])
    pile.add(0, [(500.0, 50.0, 1), (500.0, 30.0, 2), (500.0, 1.0, 3)])
    first, second, third = work(pile, 10_000)
    assert first == Worked(1, 540, 590)
    assert second == Worked(2, 590, 1440 + 560), "ten minutes today, twenty tomorrow"
    assert third == Worked(3, 1440 + 560, 1440 + 561)


def test_somebody_who_is_in_takes_what_comes_when_the_one_free_longest_has_gone_home() -> None:
    pile = pile_of([daily(0, 100), daily(0, 1000)])
    pile.add(0, [(0.0, 1.0, 1), (0.0, 50.0, 2), (200.0, 5.0, 3)])
    assert work(pile, 10_000)[-1] == Worked(3, 200, 205)


def test_classes_are_served_in_order_and_first_in_first_out_within() -> None:
    pile = pile_of([always], classes=2)
    pile.add(0, [(5.0, 10.0, 1), (6.0, 10.0, 2)])
    pile.add(1, [(0.0, 10.0, 3), (1.0, 10.0, 4)])
    assert [one.item for one in work(pile, 1000)] == [3, 1, 2, 4], "what is begun is not interrupted"


def test_background_mail_takes_its_time_and_is_shared_out() -> None:
    pile = never_home(2)
    pile.add(0, [(0.0, 600.0, BACKGROUND), (1.0, 5.0, 1)])
    (only,) = work(pile, 10_000)
    assert only.started == 300, "six hundred minutes, two people"


SHIFTS = st.lists(
    st.tuples(st.integers(0, 700), st.integers(701, 1439)).map(lambda pair: daily(*map(float, pair))),
    min_size=1,
    max_size=4,
)
ITEMS = st.lists(
    st.tuples(st.floats(0, 20_000), st.floats(0, 300)).map(
        lambda pair: (round(pair[0], 3), round(pair[1], 3))
    ),
    max_size=40,
).map(lambda pairs: [(a, m, place + 1) for place, (a, m) in enumerate(sorted(pairs))])


@given(shifts=SHIFTS, items=ITEMS, stops=st.lists(st.floats(0, 60_000), max_size=5))
@settings(max_examples=150, deadline=None)
def test_working_in_stages_is_working_at_once(
    shifts: list[NextShift], items: list[tuple[float, float, int]], stops: list[float]
) -> None:
    at_once = pile_of(shifts)
    at_once.add(0, items)
    expected = work(at_once, 1e9)

    staged = pile_of(shifts)
    staged.add(0, items)
    worked: list[Worked] = []
    for stop in [*sorted(stops), 1e9]:
        worked += work(staged, stop)
        staged_again = Pile(shifts, staged.people(), 1)  # as after a restart
        begun = {one.item for one in worked}
        staged_again.add(0, [item for item in items if item[2] not in begun])
        staged = staged_again
    assert worked == expected


@given(shifts=SHIFTS, items=ITEMS)
@settings(max_examples=150, deadline=None)
def test_nobody_begins_early_out_of_turn_or_outside_a_shift(
    shifts: list[NextShift], items: list[tuple[float, float, int]]
) -> None:
    pile = pile_of(shifts)
    pile.add(0, items)
    worked = work(pile, 1e9)
    arrived = {number: (a, m) for a, m, number in items}
    assert [one.item for one in worked] == sorted(arrived)
    assert all(one.started >= arrived[one.item][0] for one in worked)
    assert all(one.finishes - one.started >= arrived[one.item][1] - 1e-6 for one in worked)
    assert all(any(_at_work(shift, one.started) for shift in shifts) for one in worked)


def _at_work(shift: NextShift, minute: float) -> bool:
    """In a shift, or at the very minute in which one ends: then the work itself is done in the next."""
    start, end = shift(minute)
    return start <= minute <= end or shift(minute - 1e-6)[1] == minute


def test_common_random_numbers_have_the_spread_they_claim() -> None:
    """The quantile table against numpy's Beta, at every decile."""
    spread = Spread(0.9, 2.5, 4.0)
    rng = np.random.default_rng(3)
    width, place = 3.1, (2.5 - 0.9) / 3.1
    drawn = 0.9 + width * rng.beta(1 + 4 * place, 1 + 4 * (1 - place), 400_000)
    for decile in np.arange(0.1, 1.0, 0.1):
        assert spread.at(float(decile)) == pytest.approx(float(np.quantile(drawn, decile)), abs=0.01)
    random = Random(4)
    assert np.mean([spread.at(random.random()) for _ in range(40_000)]) == pytest.approx(
        spread.mean, abs=0.02
    )
