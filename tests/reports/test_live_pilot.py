"""The sections that only some runs have: practices that join in waves, and evidence that is not the toolkit's own."""

from dataclasses import replace
from typing import Any

import pytest

from pilot.experiment import load_scenario
from pilot.measures import Beyond, Estimate, figures_from
from pilot.questions.beyond import learned_of
from pilot.questions.points import changed
from pilot.questions.waves import seen
from reports.figures import check
from reports.writing import page
from tests.questions.test_waves import cells
from tests.reports.test_page import HTML, at, parse, recount, text


@pytest.fixture
def values(figures: dict[str, Any]) -> dict[str, Any]:
    """Six practices in three waves, and letters that were timed at 1.2 minutes; the decision is what it was."""
    estimate = Estimate("GP minutes a result", -1.9, -2.1, -1.7, -2.0, 6, 48)
    timed = changed(load_scenario("messy"), {"evidence.minutes_a_result": 1.2})
    learned = learned_of(timed)
    assert learned is not None
    was = figures_from(figures)
    beyond = Beyond(
        was.ranges,
        was.decision,
        seen(list(cells()), "coded", "paper", {"minutes": estimate}),
        replace(learned, ranges=was.ranges, decision=was.decision),
    )
    return beyond.of(was).to_json()


def test_a_run_without_either_shows_neither(figures: dict[str, Any]) -> None:
    shown = page(check(figures))
    assert 'id="waves"' not in shown
    assert 'id="learned"' not in shown


def test_both_are_shown_and_every_figure_can_be_found_again(values: dict[str, Any]) -> None:
    tree = parse(page(check(values)))
    by_id = {section.get("id"): section for section in tree.iter(f"{HTML}section")}
    for name, charts in (("waves", 5), ("learned", 1)):
        section = by_id[name]
        assert len(section.findall(f".//{HTML}figure")) == charts
        assert section.findall(f".//{HTML}table")
        for shown in section.iter(f"{HTML}data"):
            assert float(shown.get("value", "nan")) == pytest.approx(recount(values, shown.get("title", "")))
        for key in (text(cell) for cell in section.iter(f"{HTML}td") if cell.get("class") == "key"):
            assert not key or at(values, key)
    estimate = text(by_id["waves"].findall(f".//{HTML}table")[0])
    assert "GP minutes a result" in estimate
    assert "\u22122.00" in estimate, "the truth: two minutes less a result"
    assert "2.48" in text(by_id["learned"])
    assert "1.2" in text(by_id["learned"])


def test_where_no_estimate_could_be_made_the_page_says_so(values: dict[str, Any]) -> None:
    values["waves"]["estimates"] = {}
    assert "No estimate was made" in page(check(values))


def test_where_the_model_does_not_know_the_scenario_the_rows_stand_alone(values: dict[str, Any]) -> None:
    values["learned"] |= {"ranges": None, "decision": None}
    shown = page(check(values))
    assert "What that does to the decision is not known" in shown
    assert "The decision, before and now" not in shown
