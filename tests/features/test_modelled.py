"""Pilots that are reckoned in the model for many seeds: what can be claimed of them, and what cannot."""

import pytest

from features.steps.claims import judged
from features.steps.pilots import changed, reckoned
from pilot.experiment import load_scenario

PILOTS = tuple(reckoned(changed("quick", ("paper and coded alone",)), seed) for seed in range(1, 9))


def claimed(measure: str, arm: str, unit: str) -> tuple[float, ...]:
    made = judged(PILOTS, measure, arm, "above", "-1e9", unit, None, None, "")
    return tuple(found.value for found in made.found)


def test_each_seed_is_an_office_and_a_draw_of_the_evidence_of_its_own() -> None:
    hours = claimed("GP hours saved", "coded against paper", "hours")
    assert len(set(hours)) == len(PILOTS)
    again = reckoned(changed("quick", ("paper and coded alone",)), 1)
    assert again.figures == PILOTS[0].figures


def test_what_is_saved_is_the_difference_of_the_arms() -> None:
    minutes = [run.arm("paper")["gp_minutes"] - run.arm("coded")["gp_minutes"] for run in PILOTS]
    assert claimed("GP hours saved", "coded against paper", "hours") == pytest.approx(
        [one / 60 for one in minutes]
    )


@pytest.mark.parametrize("measure", ["recalls that no search finds", "results lost"])
def test_what_the_model_does_not_know_cannot_be_claimed(measure: str) -> None:
    with pytest.raises(LookupError, match="not among these figures"):
        claimed(measure, "coded", "results")


def test_a_scenario_that_the_model_does_not_know_whole_is_run_instead() -> None:
    with pytest.raises(LookupError, match=r"practices\.differ"):
        reckoned(load_scenario("practices_differ"), 1)


def test_there_is_no_end_of_a_range() -> None:
    with pytest.raises(LookupError, match="has no range"):
        judged(PILOTS, "pounds saved", "coded against paper", "above", "0", "pounds", None, None, "low end")
