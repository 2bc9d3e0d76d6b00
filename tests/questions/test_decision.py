"""The decision that the report opens with."""

import pytest

from pilot.experiment import load_scenario
from pilot.measures import Decision
from pilot.questions.beyond import decision_of, learned_of
from pilot.questions.points import changed


@pytest.fixture(scope="module")
def made() -> Decision:
    """The decision over all four ways of a small office."""
    made = decision_of(load_scenario("quick").changed(arms=("paper", "mesh_pdf", "coded"), results=120))
    assert made is not None
    return made


def test_the_best_option_costs_least_and_loses_least(made: Decision) -> None:
    best = next(option for option in made.options if option.name == made.best)
    assert best.regret_gbp == min(option.regret_gbp for option in made.options)
    assert sum(option.p_best for option in made.options) == pytest.approx(1)
    assert made.p_best == best.p_best
    today = next(option for option in made.options if option.name == "paper")
    assert today.saved_gbp is not None
    assert today.saved_gbp.mean == 0


def test_beginning_with_normal_results_is_an_option_of_its_own(made: Decision) -> None:
    few = next(option for option in made.options if option.name == "coded_normal")
    assert few.rules_for == ("normal",)
    coded = next(option for option in made.options if option.name == "coded")
    assert few.gp_hours > coded.gp_hours


def test_what_would_flip_the_choice_stands_nearest_first_and_names_what_is_then_better(
    made: Decision,
) -> None:
    known = [flip for flip in made.flips if flip.at is not None and flip.at > 0]
    assert known
    times = [max(flip.at, flip.now) / min(flip.at, flip.now) for flip in known if flip.at]
    assert times == sorted(times)
    assert all(flip.becomes != made.best for flip in known)


def test_what_moves_the_choice_stands_first_and_is_worth_no_more_than_knowing_all(made: Decision) -> None:
    typing = next(one for one in made.matters if one.assumption == "minutes_a_result")
    assert typing.saved_low < typing.saved_high
    assert [one.doubt for one in made.matters] == sorted((one.doubt for one in made.matters), reverse=True)
    everything = min(option.regret_gbp for option in made.options)
    assert all(0 <= one.worth_gbp <= everything for one in made.matters)


def test_a_scenario_that_the_model_does_not_know_has_no_decision() -> None:
    assert decision_of(load_scenario("messy")) is None


def test_one_way_alone_is_no_choice() -> None:
    assert decision_of(load_scenario("quick").changed(arms=("paper",), results=120)) is None


def test_other_evidence_is_held_against_the_toolkits_own() -> None:
    messy = load_scenario("messy")
    assert learned_of(messy) is None
    learned = learned_of(changed(messy, {"evidence.minutes_a_result": 1.2}))
    assert learned is not None
    (row,) = learned.rows
    assert (row.name, row.after.mean) == ("minutes_a_result", pytest.approx(1.2))
    assert row.before.low < 1.2 < row.before.mean
    assert learned.decision is None, "the model does not know this scenario"
