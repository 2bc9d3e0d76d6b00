"""In what single practices of a scenario differ."""

from typing import Any

import pytest

from pilot.errors import ScenarioError
from pilot.experiment.plan import read_plan

PLAN: dict[str, Any] = {"ready_share": 0.5, "rules": ["normal"], "fallback": "paper"}


def plan_with(**difference: Any) -> dict[str, Any]:
    return {**PLAN, "differ": [{"practice": 2, **difference}]}


def test_without_differences_all_are_alike() -> None:
    plan = read_plan(PLAN, "mine", 6)
    assert plan.differences == ()
    assert plan.rules == ("normal",)


def test_a_merger_names_both_practices_and_the_day() -> None:
    table = plan_with(merger={"into": 1, "on": "2026-11-18", "mailbox_collected": False})
    (difference,) = read_plan(table, "mine", 6).differences
    assert (difference.practice, difference.merges_into) == (2, 1)
    assert difference.merges_on is not None
    assert difference.merges_on.isoformat() == "2026-11-18"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({**PLAN, "differ": [{"practice": 7}]}, "names no practice: 7"),
        ({**PLAN, "differ": [{"mailbox": False}]}, "names no practice: None"),
        (plan_with(mailbx=False), "unknown key 'practices.differ.mailbx'"),
        (plan_with(merger={"into": 1, "on": "soon"}), "'practices.differ.merger.on' is not a date"),
        (plan_with(desk=3), "'practices.differ.desk' is not a table"),
        ({**PLAN, "differ": {"practice": 1}}, "'practices.differ' is not a list"),
        ({**PLAN, "redy_share": 1}, "unknown key 'practices.redy_share'"),
    ],
)
def test_a_mistake_names_the_key(table: dict[str, Any], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_plan(table, "mine", 6)
