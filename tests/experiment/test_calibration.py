"""What the generators draw by is evidence like any other: a row a number, with source, date and grade."""

from pathlib import Path

import pytest

from generators import calibration
from generators.calibration import USUAL
from pilot.errors import EvidenceError
from pilot.evidence import load_assumptions, overridden
from pilot.experiment import generate_batches, load_scenario
from pilot.experiment.scenario import parse_scenario
from pilot.experiment.scenario_evidence import calibration_of, with_generation
from pilot.measures import assumptions_used

ROWS = with_generation(load_assumptions())
SMALL = (Path(__file__).parents[1] / "chaos" / "small.toml").read_text("utf-8")


def test_every_calibrated_number_is_a_row_with_its_source_date_and_grade() -> None:
    assert ROWS["generation_uptake_first"].value == calibration.UPTAKE.value["first"]
    assert ROWS["generation_uptake_first"].grade == "published"
    days = ROWS["generation_days_screen_to_print"]
    assert (days.low, days.value, days.high) == (4, 9, 14)
    for name, figure in calibration.FIGURES.items():
        rows = [row for row in ROWS.values() if row.name.startswith(f"generation_{name.lower()}")]
        assert rows, name
        assert figure.source in {row.source for row in rows}


def test_they_stand_in_the_table_of_assumptions_and_in_its_hash() -> None:
    listed = {row.name: row.used_for for row in assumptions_used(ROWS)}
    assert listed["generation_recall_first"] == ("generation",)
    assert set(listed) == set(ROWS)
    assert ROWS.sha256 != load_assumptions().sha256


UPTAKE = """
[evidence.generation_uptake_attended]
value = 0.2
low = 0.2
high = 0.2
source = "One office's own count"
date = "2026-10"
"""


def test_what_nothing_replaces_is_drawn_as_usual() -> None:
    assert calibration_of(ROWS) == USUAL
    assert load_scenario("quick").generation.calibration == USUAL


def test_a_scenario_replaces_a_row_and_the_batch_is_drawn_by_it(tmp_path: Path) -> None:
    usual, fewer = parse_scenario("mine", SMALL), parse_scenario("mine", SMALL + UPTAKE)
    assert fewer.assumptions["generation_uptake_attended"].source == "One office's own count"
    assert fewer.assumptions.sha256 != usual.assumptions.sha256
    absent = {}
    for name, scenario in (("usual", usual), ("fewer", fewer)):
        generated = generate_batches(scenario, seed=1, out=tmp_path / name)
        absent[name] = generated.outcomes["did_not_attend"]
    assert absent["fewer"] > 1.5 * absent["usual"]


@pytest.mark.parametrize(
    "name", ["list_size_range", "days_screen_to_print", "imd_step_1", "age_by_history_first"]
)
def test_every_shape_of_figure_comes_back_as_it_went(name: str) -> None:
    row = ROWS[f"generation_{name}"]
    low = row.low * 0.5 if row.low else 0.0
    middle = (low + row.high) / 2
    change = {"value": middle, "low": low, "distribution": "uniform", "source": "s", "date": "2026"}
    changed = overridden(ROWS, {row.name: change}, "mine")
    if name == "imd_step_1":
        with pytest.raises(EvidenceError, match="imd_step add up to"):
            calibration_of(changed)
    else:
        [(figure, value)] = calibration_of(changed).replaced.items()
        assert value != figure.value
        assert type(value) is type(figure.value) or isinstance(value, dict)


def test_shares_that_make_no_whole_are_refused_by_name() -> None:
    history = UPTAKE.replace("uptake_attended", "history_attended")
    with pytest.raises(EvidenceError, match="shares of generation_history add up to") as raised:
        parse_scenario("mine", SMALL + history)
    assert "mine [evidence.generation_history" in str(raised.value)


def test_what_the_scenario_itself_says_of_its_people_is_listed_in_the_usual_rows_place() -> None:
    said = parse_scenario("mine", SMALL.replace("died_since = 0.03", "died_since = 0.25"))
    row = said.assumptions["generation_died_since"]
    assert (row.value, row.source) == (0.25, "Scenario mine, [generation]")
