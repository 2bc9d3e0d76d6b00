"""What a sceptic looks for first: what gets worse, who pays, up to which cost it pays, and what moves the choice."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from reports.figures import check
from reports.writing import page
from tests.real_figures import real_values
from tests.reports.test_page import HTML, parse, text


@pytest.fixture(scope="module")
def tree() -> Element:
    """The page of a real run, to be read and not changed."""
    return parse(page(check(real_values())))


def section(figures: dict[str, Any], name: str) -> Element:
    """A section of the page of figures that were bent."""
    return of(parse(page(check(figures))), name)


def of(tree: Element, name: str) -> Element:
    found = tree.find(f".//{HTML}section[@id='{name}']")
    assert found is not None
    return found


def shown(part: Element) -> set[str]:
    return {figure.get("title", "") for figure in part.iter(f"{HTML}data")}


def of_all(figures: dict[str, Any], arm: str) -> tuple[str, dict[str, Any]]:
    place = next(i for i, row in enumerate(figures["women"]) if (row["arm"], row["by"]) == (arm, "all"))
    return f"women[{place}]", figures["women"][place]


def test_what_gets_worse_stands_beside_the_decision(figures: dict[str, Any], tree: Element) -> None:
    key, coded = of_all(figures, "coded")
    _, paper = of_all(figures, "paper")
    assert coded["recalls_not_found"]["value"] > paper["recalls_not_found"]["value"], "a harm of the real run"
    told = of(tree, "decision")
    assert f"{key}.recalls_not_found" in shown(told)
    assert f"{key}.due_though_screened" not in shown(told), "what got better is no harm"


def test_practices_that_lose_time_are_told_beside_it_too(figures: dict[str, Any]) -> None:
    place = next(i for i, row in enumerate(figures["worse_off"]) if row["arm"] == "coded")
    figures["worse_off"][place] |= {"practices": 2, "minutes": 31.5}
    told = section(figures, "decision")
    assert "Practices whose staff spend more time than on paper: 2" in text(told)
    assert f"worse_off[{place}].minutes" in shown(told)


def test_where_nothing_got_worse_it_says_so(figures: dict[str, Any]) -> None:
    _, coded = of_all(figures, "coded")
    coded["recalls_not_found"] |= {"value": 0.0, "low": 0.0}
    assert "nothing is worse than on paper" in text(section(figures, "decision"))


def test_without_a_decision_harm_is_told_with_the_answer(figures: dict[str, Any]) -> None:
    figures["decision"] = None
    assert f"{of_all(figures, 'coded')[0]}.recalls_not_found" in shown(section(figures, "answer"))


@pytest.mark.parametrize("kind", ["time_gbp_saved", "cash_gbp_saved", "errors_avoided", "gp_hours_saved"])
def test_time_cash_and_quality_each_have_their_range(tree: Element, kind: str) -> None:
    assert f"comparisons.coded_vs_paper.{kind}" in shown(of(tree, "money"))


def test_break_even_is_told_by_date_lead_time_and_cost(figures: dict[str, Any], tree: Element) -> None:
    made = figures["investment"]
    told = shown(of(tree, "money"))
    for i in range(len(made["affordable"])):
        assert {f"investment.affordable[{i}].{key}" for key in ("gbp", "cash_gbp", "lead_months")} <= told
    for i in range(len(made["at_cost"])):
        assert f"investment.at_cost[{i}].p_pays" in told
    for i in range(len(made["accounts"])):
        assert f"investment.accounts[{i}].gbp" in told
    assert {"investment.may_cost_gbp", "investment.may_cost_cash_gbp"} <= shown(of(tree, "decision"))


def test_each_line_of_the_account_leads_to_the_assumption_behind_it(
    figures: dict[str, Any], tree: Element
) -> None:
    links = {link.get("href") for link in of(tree, "money").iter(f"{HTML}a")}
    for one in figures["investment"]["accounts"]:
        assert f"#assumption-{one['rows'][0]}" in links
    assert "#assumption-nbss_replaced" in links


def test_without_the_money_of_england_the_runs_own_stands_alone(figures: dict[str, Any]) -> None:
    figures["investment"] = None
    told = section(figures, "money")
    assert "comparisons.coded_vs_paper.cash_gbp_saved" in shown(told)
    assert not [key for key in shown(told) if key.startswith("investment")]


def test_what_moves_the_choice_is_drawn_and_knowing_it_has_its_worth(figures: dict[str, Any]) -> None:
    told = section(figures, "doubts")
    for i, _ in enumerate(figures["decision"]["matters"]):
        assert {f"decision.matters[{i}].{key}" for key in ("saved_low", "saved_high", "worth_gbp")} <= shown(
            told
        )
    figures["decision"]["matters"] = []
    assert "What moves the choice" not in text(section(figures, "doubts"))
