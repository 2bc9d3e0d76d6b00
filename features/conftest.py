"""What all features share: the steps, and the figures they measured, printed with the scenarios' names."""

import pytest

from features.steps.measured import *  # noqa: F403
from features.steps.pilot_runs import *  # noqa: F403
from features.steps.records import *  # noqa: F403
from features.steps.sabotages import *  # noqa: F403
from features.steps.work import *  # noqa: F403


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The measured figure beside each scenario, passed or failed: the point of running them."""
    lines = [
        f"{report.nodeid.split('::')[-1]}: {name} = {value}"
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if report.when == "call" and name.startswith("measured: ")
    ]
    if lines:
        terminalreporter.section("measured by the features")
        for line in sorted(lines):
            terminalreporter.write_line(line.replace("measured: ", ""))
