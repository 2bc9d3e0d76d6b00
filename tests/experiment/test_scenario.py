"""Scenarios: the ones that come with the toolkit can be read; a mistake in one is said in one line that names it."""

from pathlib import Path

import pytest

from pilot.errors import ScenarioError, UserError
from pilot.experiment.scenario import load_scenario, parse_scenario, scenario_names

QUICK = load_scenario("quick").text


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_the_toolkit_can_be_read(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.title
    assert scenario.measured_after_days >= scenario.generation.days


def test_quick_is_what_the_readme_says() -> None:
    quick = load_scenario("quick")
    assert quick.generation.practices == 6
    assert quick.generation.results == 400
    assert quick.generation.days == 28
    assert quick.arms == ("paper", "pdf_email", "mesh_pdf", "coded")


def test_a_scenario_may_be_a_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(QUICK, "utf-8")
    assert load_scenario(str(mine)).name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "One office, six practices, one month"', "", "'title' is missing"),
        ("seed = 1", 'seed = "one"', "'seed' has the wrong kind of value"),
        (
            'arms = ["paper", "pdf_email", "mesh_pdf", "coded"]',
            'arms = ["paper", "pigeon"]',
            "these arms cannot be run: pigeon",
        ),
        (
            'arms = ["paper", "pdf_email", "mesh_pdf", "coded"]',
            'arms = ["paper", "paper"]',
            "these arms cannot be run",
        ),
        ("measured_after_days = 63", "measured_after_days = 7", "ends before the last print"),
        ('code_set = "interim-2026-11"', 'code_set = "of-my-own"', "of-my-own"),
        ("ready_share = 1.0", "ready_share = 2.0", "'practices.ready_share' is not a share"),
        ('fallback = "paper"', 'fallback = "coded"', "'practices.fallback' is not another way"),
        (
            'rules = ["normal",',
            'rules = ["recall_for_assessment",',
            "a rule may not file 'recall_for_assessment'",
        ),
        ('rules = ["normal",', 'rules = ["abnormal",', "'practices.rules' names no outcome: 'abnormal'"),
        ("practices = 6", "practices = 0", "practices"),
        ("[coding]", "[codign]", "unknown key 'codign'"),
        ("[coding]", "[coding", "not TOML"),
    ],
)
def test_a_mistake_is_said_in_one_line_that_names_it(old: str, new: str, says: str) -> None:
    assert old in QUICK
    with pytest.raises(UserError) as raised:
        parse_scenario("mine", QUICK.replace(old, new, 1))
    line = str(raised.value)
    assert says in line
    assert "\n" not in line


def test_a_name_that_is_nearly_right_gets_a_hint() -> None:
    with pytest.raises(ScenarioError, match="Did you mean quick"):
        load_scenario("quik")


def test_other_arms_and_another_number_of_results() -> None:
    changed = load_scenario("quick").changed(arms=("paper",), results=50)
    assert changed.arms == ("paper",)
    assert changed.generation.results == 50
    with pytest.raises(ScenarioError):
        changed.changed(arms=("pigeon",))
    with pytest.raises(ScenarioError):
        changed.changed(results=0)
