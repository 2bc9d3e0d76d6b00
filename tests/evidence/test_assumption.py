"""A figure says what its three numbers mean, and draws accordingly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.evidence import Assumption, Distribution, EvidenceError, Grade


def figure(distribution: str, low: float, value: float, high: float) -> Assumption:
    return Assumption(
        name="minutes",
        value=value,
        low=low,
        high=high,
        unit="minutes",
        distribution=Distribution(distribution),
        source="nobody",
        date="2026",
        grade=Grade.JUDGEMENT,
        sentence="An example.",
    )


@pytest.mark.parametrize(
    ("distribution", "low", "value", "high"),
    [
        ("fixed", 2, 2, 2),
        ("uniform", 2, 5, 8),
        ("pert", 0.9, 2.5, 4.0),
        ("pert", 0, 0, 1),
        ("beta", 0.01, 0.05, 0.15),
        ("lognormal", 0.1, 0.2, 0.4),
    ],
)
def test_the_mean_it_states_is_the_mean_it_draws(distribution, low, value, high):
    assumption = figure(distribution, low, value, high)
    drawn = assumption.draw(np.random.default_rng(1), 200_000)
    assert drawn.mean() == pytest.approx(assumption.mean, rel=0.01)


def test_a_pert_stays_within_its_limits_and_peaks_at_its_value():
    drawn = figure("pert", 1, 2, 6).draw(np.random.default_rng(1), 200_000)
    assert drawn.min() >= 1
    assert drawn.max() <= 6
    counts, edges = np.histogram(drawn, bins=50, range=(1, 6))
    assert edges[counts.argmax()] == pytest.approx(2, abs=0.3)


def test_a_lognormal_has_its_value_in_the_middle_and_its_range_around_95_percent():
    drawn = figure("lognormal", 0.1, 0.2, 0.4).draw(np.random.default_rng(1), 200_000)
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx([0.1, 0.2, 0.4], rel=0.02)


def test_a_beta_has_the_spread_of_its_range():
    drawn = figure("beta", 0.01, 0.05, 0.15).draw(np.random.default_rng(1), 200_000)
    assert drawn.std() == pytest.approx(0.14 / 3.92, rel=0.02)
    assert 0 < drawn.min() < drawn.max() < 1


@given(st.floats(0.01, 100), st.floats(0.001, 50), st.floats(0.001, 50), st.integers(0, 2**32))
def test_draws_of_a_pert_never_leave_it(low, to_value, to_high, seed):
    value = low + to_value
    assumption = figure("pert", low, value, value + to_high)
    drawn = assumption.draw(np.random.default_rng(seed), 50)
    assert np.all(drawn >= assumption.low)
    assert np.all(drawn <= assumption.high * (1 + 1e-12))


@pytest.mark.parametrize(
    ("distribution", "low", "value", "high", "mend"),
    [
        ("pert", 3, 2, 4, "rising order"),
        ("pert", 2, 2, 2, "Widen"),
        ("fixed", 1, 2, 3, "equal"),
        ("uniform", 2, 4, 8, "value 5"),
        ("beta", 0.1, 0.5, 1.2, "within 0 to 1"),
        ("beta", 0.0, 0.0, 0.5, "between"),
        ("beta", 0.0, 0.001, 1.0, "Narrow"),
        ("lognormal", 0, 1, 2, "above 0"),
        ("pert", 0, 1, math.inf, "finite"),
    ],
)
def test_numbers_that_do_not_suit_are_refused_with_the_row_and_the_mend(distribution, low, value, high, mend):
    with pytest.raises(EvidenceError, match=rf"\[minutes\]\. .*{mend}"):
        figure(distribution, low, value, high)
