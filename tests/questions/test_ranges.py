"""The whole range must cover: what another office, under other evidence, counts falls within as often as it says."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from pilot.experiment import load_scenario
from pilot.experiment.twin import Point, replicate
from pilot.questions.beyond import SAVED, middle, ranges, ranges_of
from pilot.questions.points import drawn

SEEDS = 200
RESULTS = 120
FIRST = 5_000  # seeds that no range was made from
ARMS = ("paper", "coded")
WANTED = ("gp_hours_saved", "errors_avoided", "gbp_saved")


def test_one_more_replicate_falls_within_as_often_as_the_range_says() -> None:
    """Exact for any distribution: of 199 draws and one more, 5 of 200 places lie outside at either end."""
    rng = np.random.default_rng(1)
    draws = rng.gamma(2.0, size=(4_000, 200))
    within = [(layer := middle(row[:199])).low <= row[199] <= layer.high for row in draws]
    assert np.mean(within) == pytest.approx(0.95, abs=0.011)


def test_the_whole_range_is_wider_than_that_of_people_alone_and_its_mean_is_sure() -> None:
    made = ranges(load_scenario("quick"), ARMS, 400)
    assert made is not None
    layers = made["coded_vs_paper"]["gp_hours_saved"]
    assert layers.together.low < layers.practices_and_people.low
    assert layers.together.high > layers.practices_and_people.high
    width = layers.monte_carlo.high - layers.monte_carlo.low
    assert 0 < width < (layers.together.high - layers.together.low) / 5
    assert set(made["paper_vs_coded"]) == set(SAVED)


def test_where_the_model_does_not_know_the_scenario_there_is_no_range() -> None:
    assert ranges_of(load_scenario("messy")) is None


@pytest.mark.slow
def test_the_whole_range_covers() -> None:
    """Held against the twin, which is the run: other seeds, each under evidence drawn from its doubt."""
    made = ranges(load_scenario("quick").changed(results=RESULTS), ARMS)
    assert made is not None
    with ProcessPoolExecutor(2) as executor:
        counted = list(executor.map(one_more, range(FIRST, FIRST + SEEDS)))
    for figure in WANTED:
        together = made["coded_vs_paper"][figure].together
        covered = np.mean([together.low <= one[figure] <= together.high for one in counted])
        assert 0.92 <= covered <= 0.98, (figure, covered)


def one_more(seed: int) -> dict[str, float]:
    """What an office of that seed saves, where the evidence is one that it might be."""
    scenario = load_scenario("quick").changed(arms=ARMS, results=RESULTS)
    comparison = replicate(Point(scenario, seed, drawn(scenario.assumptions, seed))).comparisons[
        "coded_vs_paper"
    ]
    return {figure: float(getattr(comparison, figure).value) for figure in WANTED}
