"""What all features share: steps, tags, and the evidence that is collected from every claim, passed or failed."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_bdd.parser import Feature, Scenario
from pytest_bdd.scenario import scenario_wrapper_template_registry as scenarios_of_functions

from features.evidence import HYPOTHESIS, Hypothesis, collect, table, write
from features.refusals import refused
from features.steps.claims import *  # noqa: F403
from features.steps.pilots import *  # noqa: F403
from features.steps.pilots import FIRST_SEED_ALONE
from features.steps.sabotages import *  # noqa: F403

HAZARD: Final = re.compile(r"H\d\d")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--evidence", type=Path, help="write what the features measured into this file, as JSON")
    parser.addoption(
        "--looking", help="smoke scenarios, and all of these features, by number, with commas: 07,10"
    )


def pytest_configure(config: pytest.Config) -> None:
    """What a reader would trip over is refused before anything runs."""
    if faults := refused(Path(__file__).parent):
        raise pytest.UsageError("\n".join(faults))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--looking`, leave out what neither is smoke nor belongs to one of those features."""
    if (numbers := config.getoption("--looking")) is None:
        return
    looking = [
        item for item in items if item.get_closest_marker("smoke") or _number(item) in numbers.split(",")
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in looking])
    items[:] = looking


def _number(item: pytest.Item) -> str:
    """The number of its feature; empty for a test that is no scenario."""
    scenario = scenarios_of_functions.get(getattr(item, "function", _number))
    return Path(scenario.feature.filename).name[:2] if scenario else ""


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool | None:
    """`@full` takes minutes; `@does_not_hold` is a hypothesis that the pilot refutes, and is red once it holds."""
    if tag == "full":
        pytest.mark.slow(function)
        return None  # and the mark of its own name
    if tag == "does_not_hold":
        every_seed = not os.environ.get(FIRST_SEED_ALONE)  # on one of three it may hold by chance
        pytest.mark.xfail(raises=AssertionError, strict=every_seed)(function)
        return True
    return True if HAZARD.fullmatch(tag) else None


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Feature, scenario: Scenario) -> None:
    request.node.user_properties.append((HYPOTHESIS, Hypothesis.of(feature, scenario).plain()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Every claim with what was measured, whatever came of it: the point of running them."""
    stats = terminalreporter.stats
    reports = [
        report for reports in stats.values() for report in reports if hasattr(report, "user_properties")
    ]
    if hypotheses := collect(reports):
        terminalreporter.section("measured by the features")
        for line in table(hypotheses):
            terminalreporter.write_line(line)
        if (to := config.getoption("--evidence")) is not None:
            write(hypotheses, to)
