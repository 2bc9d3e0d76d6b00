"""Thresholds, tornado and the value of information, on cases whose answer is known, and on a scenario."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from pilot.cli import app
from pilot.errors import ScenarioError
from pilot.experiment import load_scenario
from pilot.questions.sensitivity import Answers, ask, regressed, root, tornado

SMALL = {"offices": 60, "draws": 400}


@pytest.fixture(scope="module")
def answers() -> Answers:
    return ask(load_scenario("quick"), arm="coded", against="paper", measure="cost_gbp", **SMALL)


def test_a_root_is_found_nearest_to_where_it_is_now() -> None:
    assert root(lambda x: x - 1.25, 0, 10, 3) == pytest.approx(1.25, abs=0.001)
    assert root(lambda x: (x - 1) * (x - 8), 0, 10, 9.5) == pytest.approx(8, abs=0.001)
    assert root(lambda x: 1 + x, 0, 10, 3) is None


def test_perfect_information_is_worth_what_theory_says() -> None:
    """NB = x + noise, x ~ N(0, 1): knowing x is worth E max(0, x) = 1 / sqrt(2 pi)."""
    rng = np.random.default_rng(1)
    x, noise = rng.standard_normal(40_000), rng.standard_normal(40_000)
    expected = regressed(x, x + noise)
    assert np.mean(np.maximum(0, expected)) == pytest.approx(1 / np.sqrt(2 * np.pi), rel=0.02)
    assert expected.var() / (x + noise).var() == pytest.approx(0.5, abs=0.02)
    assert np.ptp(regressed(np.ones(10), np.arange(10.0))) == 0


def test_the_saving_at_a_threshold_is_none(answers: Answers) -> None:
    ready = next(one for one in answers.thresholds if one.name == "ready_share")
    assert ready.at is not None
    assert 0 < ready.at < ready.now
    assert answers.saving > 0


def test_the_fewer_messages_are_delivered_the_less_is_saved_until_paper_is_cheaper(answers: Answers) -> None:
    delivered = next(one for one in answers.thresholds if one.name == "delivered")
    assert (delivered.now, delivered.low, delivered.high) == (1.0, 0.0, 1.0)
    assert delivered.at is not None
    assert 0 < delivered.at < 1
    exceptions = next(one for one in answers.thresholds if one.name == "bso_exception_minutes")
    assert exceptions.at is not None
    assert exceptions.at > exceptions.now


def test_minutes_matter_most_for_hours_and_every_row_in_doubt_is_asked(answers: Answers) -> None:
    assert answers.tornado[0].name == "minutes_a_result"
    assert answers.tornado[0].at_low < answers.saving < answers.tornado[0].at_high
    assert {"clinician_pay", "bso_exception_minutes"} <= {bar.name for bar in answers.tornado}
    assert all(bar.worth >= 0 for bar in answers.tornado)
    assert sum(answers.best.values()) == pytest.approx(1)
    assert max(answers.best, key=lambda arm: answers.best[arm]) == "coded"
    assert answers.worth_of_all >= max(bar.worth for bar in answers.tornado) - 1e-6


def test_the_tornado_is_a_picture_without_a_script(answers: Answers) -> None:
    svg = tornado(answers)
    assert b"<script" not in svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert b"minutes_a_result" in svg


def test_what_cannot_be_asked_is_named() -> None:
    quick = load_scenario("quick")
    for changes, said in (
        ({"arm": "nobody"}, "no arm"),
        ({"measure": "luck"}, "no measure"),
    ):
        with pytest.raises(ScenarioError, match=said):
            ask(quick, **({"arm": "coded", "against": "paper", "measure": "errors"} | changes))  # type: ignore[arg-type]
    for size in ({"offices": 0}, {"draws": 10**9}):
        with pytest.raises(ScenarioError, match="too few, or too many"):
            ask(quick, arm="coded", against="paper", measure="errors", **(SMALL | size))
    with pytest.raises(ScenarioError, match="does not know"):
        ask(load_scenario("messy"), arm="coded", against="paper", measure="errors")


def test_the_command_prints_json_and_nothing_else() -> None:
    done = CliRunner().invoke(app, ["ask", "quick", "--offices", "40", "--draws", "200", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["arm"] == "coded"
