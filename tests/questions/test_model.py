"""The vectorised model against the twin, within Monte Carlo error, and what it says that it does not know."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pilot.errors import ScenarioError
from pilot.experiment import load_scenario
from pilot.experiment.plan import Faults, Wave
from pilot.experiment.scenario import Scenario
from pilot.experiment.twin import Point, replicate
from pilot.measures import Figures
from pilot.messages import PAYLOADS
from pilot.pipeline.entry import Route
from pilot.questions.model import central, draw_offices, evaluate, left_out
from pilot.questions.points import changed

SEEDS = 40
# Of 15 figures held to the twin, the furthest may be this many standard errors away by chance (1 in 500).
FURTHEST = 3.9
FIGURES = ("gp_minutes", "bso_minutes", "cost_gbp", "errors", "undelivered")


@pytest.fixture(scope="module")
def quick() -> Scenario:
    return load_scenario("quick")


def test_a_thousand_offices_keep_every_result(quick: Scenario) -> None:
    offices = draw_offices(quick, 50, 3)
    assert (offices.count.sum(axis=1) == quick.generation.results).all()
    assert (offices.bundles <= offices.count).all()


def test_the_same_seed_gives_the_same_columns_and_another_gives_others(quick: Scenario) -> None:
    values = central(quick.assumptions)
    one, again, other = (
        evaluate(quick, draw_offices(quick, 20, seed), values, "coded").gp_minutes for seed in (3, 3, 4)
    )
    assert (one == again).all()
    assert (one != other).any()


def test_where_nobody_is_ready_coded_is_paper_for_the_practices(quick: Scenario) -> None:
    offices = draw_offices(quick, 30, 3)
    values = {**central(quick.assumptions), "ready_share": 0.0}
    coded, paper = (evaluate(quick, offices, values, arm) for arm in ("coded", "paper"))
    assert coded.gp_minutes == pytest.approx(paper.gp_minutes)
    assert coded.bso_minutes.mean() > paper.bso_minutes.mean()  # the intake comes on top


def test_only_the_practices_of_ready_suppliers_join(quick: Scenario) -> None:
    only = changed(quick, {"practices.ready_suppliers": "systmone"})
    offices, values = draw_offices(only, 40, 3), central(only.assumptions)
    some, everybody = (evaluate(one, offices, values, "coded").gp_minutes.mean() for one in (only, quick))
    paper = evaluate(quick, offices, values, "paper").gp_minutes.mean()
    assert everybody < some < paper
    with pytest.raises(ScenarioError, match="no supplier of this scenario: 'vision'"):
        changed(quick, {"practices.ready_suppliers": "vision"})


def test_a_figure_moves_only_what_rests_on_it(quick: Scenario) -> None:
    offices = draw_offices(quick, 30, 3)
    values = central(quick.assumptions)
    slower = {**values, "minutes_a_result": values["minutes_a_result"] * 2}
    before, after = (evaluate(quick, offices, some, "coded") for some in (values, slower))
    assert (before.gp_minutes == after.gp_minutes).all()
    before, after = (evaluate(quick, offices, some, "paper") for some in (values, slower))
    assert after.gp_minutes == pytest.approx(2 * before.gp_minutes, rel=0.01)
    assert (before.errors == after.errors).all()


def test_the_later_practices_join_the_less_they_save() -> None:
    waves = load_scenario("waves").changed(results=160)
    values = central(waves.assumptions)
    minutes = {}
    for name, plan in {
        "in waves": waves.practices,
        "at once": replace(waves.practices, waves=()),
        "after the end": replace(waves.practices, waves=(Wave(date(2028, 1, 3), 1.0, ()),)),
    }.items():
        scenario = replace(waves, practices=plan)
        minutes[name] = evaluate(scenario, draw_offices(scenario, 60, 3), values, "coded").gp_minutes.mean()
    paper = evaluate(waves, draw_offices(waves, 60, 3), values, "paper").gp_minutes.mean()
    assert minutes["at once"] < minutes["in waves"] < minutes["after the end"]
    assert minutes["after the end"] == pytest.approx(paper)


@pytest.mark.parametrize(
    "name", ["messy", "practices_differ", "silent_supplier", "wrong_release", "list_unattended"]
)
def test_what_the_model_does_not_know_is_named(name: str) -> None:
    assert left_out(load_scenario(name))
    assert not left_out(load_scenario("quick"))


@pytest.mark.slow
def test_the_model_of_a_month_is_the_twin_within_monte_carlo_error(quick: Scenario) -> None:
    """Means of five figures in each of three arms, over so many seeds of the twin and 2,000 offices of the model."""
    quick = quick.changed(arms=("paper", "pdf_email", "coded"))
    furthest = furthest_apart(quick, twins(quick))
    assert max(furthest.values()) < FURTHEST, furthest


@pytest.mark.slow
def test_the_model_of_waves_is_the_twin_and_would_be_known_from_waves_a_week_later() -> None:
    """Eight practices and a quarter of the results: minutes of a processor in place of many."""
    waves = load_scenario("waves").changed(arms=("coded",), results=160)
    counted = twins(waves)
    furthest = furthest_apart(waves, counted)
    assert max(furthest.values()) < FURTHEST, furthest
    week = timedelta(days=7)
    late = tuple(replace(wave, first=wave.first + week) for wave in waves.practices.waves)
    later = replace(waves, practices=replace(waves.practices, waves=late))
    assert max(furthest_apart(later, counted).values()) > FURTHEST


@pytest.mark.slow
def test_the_model_of_messages_that_are_not_delivered_is_the_twin(quick: Scenario) -> None:
    """Four of ten expire at MESH: the office rings, and posts. All practices work results, so that few seeds do."""
    changes = {"evidence.share_worked_today": 1.0, "generation.results": 100, "measured_after_days": 70}
    some = changed(quick.changed(arms=("coded",)), changes)
    workflow = PAYLOADS[Route.CODED].workflow
    lost = {"kind": "expire_early", "workflow": workflow, "probability": 0.4}
    points = [
        Point(replace(some, faults=Faults(mesh=(lost | {"seed": seed},))), seed)
        for seed in range(1, SEEDS + 1)
    ]
    with ProcessPoolExecutor(2) as executor:
        counted = list(executor.map(replicate, points))
    furthest = furthest_apart(some, counted, delivered=0.6)
    assert max(furthest.values()) < FURTHEST, furthest
    assert max(furthest_apart(some, counted, delivered=0.7).values()) > FURTHEST


def furthest_apart(
    scenario: Scenario, counted: list[Figures], **given: float
) -> dict[tuple[str, str], float]:
    """By arm and figure, how many standard errors the means of twins and model lie apart."""
    offices, values = draw_offices(scenario, 2_000, 1), central(scenario.assumptions) | given
    apart = {}
    for arm in scenario.arms:
        columns = evaluate(scenario, offices, values, arm)
        for figure in FIGURES:
            model = np.asarray(getattr(columns, figure), float)
            twin = np.array([float(getattr(one.arms[arm], figure)) for one in counted])
            error = np.hypot(twin.std(ddof=1) / SEEDS**0.5, model.std() / len(model) ** 0.5)
            apart[arm, figure] = abs(float((twin.mean() - model.mean()) / error))
    return apart


def twins(scenario: Scenario) -> list[Figures]:
    with ProcessPoolExecutor(2) as executor:
        return list(executor.map(replicate, [Point(scenario, seed) for seed in range(1, SEEDS + 1)]))
