"""Rates to the 10,000 with ranges that know that women of one practice are alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pilot.measures.searching import rate


def counts(*pairs: tuple[int, int]):
    return np.array([hit for hit, _ in pairs], float), np.array([of for _, of in pairs], float)


def test_where_practices_do_not_differ_it_is_nearly_clopper_and_pearsons():
    """Spread as chance spreads it, over many practices: clusters take next to nothing away."""
    rng = np.random.default_rng(1)
    hits = rng.binomial(50, 0.1, 400).astype(float)
    found = rate(hits, np.full(400, 50.0))
    exact = stats.binomtest(int(hits.sum()), 20_000).proportion_ci(method="exact")

    assert found.low / 10_000 == pytest.approx(exact.low, rel=0.03)
    assert found.high / 10_000 == pytest.approx(exact.high, rel=0.03)


def test_the_same_count_in_one_practice_says_less_than_spread_over_all():
    spread = rate(*counts(*[(2, 100)] * 10))
    heaped = rate(*counts((20, 100), *[(0, 100)] * 9))

    assert spread.value == heaped.value == pytest.approx(200)
    assert heaped.high > 2 * spread.high
    assert heaped.low < spread.low


def test_ranges_hold_the_truth_as_often_as_they_say_where_practices_differ():
    """Practices' own shares are drawn from a beta; of 400 such pilots, about 95 in 100 ranges hold the mean."""
    rng = np.random.default_rng(20261124)
    of = np.full(30, 60.0)
    held = 0
    for _ in range(400):
        found = rate(rng.binomial(60, rng.beta(2, 38, 30)).astype(float), of)
        held += found.low <= 500 <= found.high
    assert held / 400 >= 0.93


def test_nothing_counted_is_not_nothing_possible():
    found = rate(*counts((0, 100), (0, 200)))

    assert found.value == found.low == 0
    assert found.high == pytest.approx(10_000 * (1 - 0.025 ** (1 / 300)))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
        max_size=20,
    )
)
def test_the_rate_is_always_inside_its_range(pairs):
    found = rate(*counts(*pairs))

    assert 0 <= found.low <= found.value + 1e-6
    assert found.value <= found.high + 1e-6 <= 10_000 + 1e-5


def test_a_rate_of_nobody_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        rate(*counts((0, 0)))
