"""What a live pilot needs: power that is what theory says, false alarms that are what they should be, a page."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nct, t
from typer.testing import CliRunner

from pilot.cli import app
from pilot.errors import FileError, ScenarioError
from pilot.evidence import load_assumptions
from pilot.questions.model import variance
from pilot.questions.power import DESIGNS, Pilot, needed, power, treated

EVIDENCE = load_assumptions()
PILOT = Pilot(practices=8, weeks=12, letters=5, saving=0.5, spread=0.26)


@pytest.mark.parametrize("design", DESIGNS)
def test_where_there_is_no_saving_one_in_forty_sees_one(design: str) -> None:
    """Two-sided at one in twenty, so one in forty says that messages save; five standard errors of 4,000 trials."""
    alarms = power(EVIDENCE, PILOT, design, 4_000).false_alarms
    assert alarms == pytest.approx(0.025, abs=5 * np.sqrt(0.025 * 0.975 / 4_000))


def test_before_and_after_takes_a_drift_for_the_saving_and_the_others_do_not() -> None:
    drifting = Pilot(8, 12, 5, 0.5, 0.26, drift=-0.1)
    alarms = {design: power(EVIDENCE, drifting, design, 2_000).false_alarms for design in DESIGNS}
    assert alarms["before_after"] > 5 * max(alarms["parallel"], alarms["stepped_wedge"])


def test_two_groups_have_the_power_of_the_noncentral_t() -> None:
    """Practices that differ little and weeks that do not: each practice's mean has the letters' spread alone."""
    alike = Pilot(practices=8, weeks=4, letters=5, saving=0.2, spread=0.0, week_spread=0.0)
    row, number = EVIDENCE["minutes_a_result"], 4 * 5
    own = 0.8 * variance(row) / number + 0.2 * 0.8 * row.mean**2 / number
    error = np.sqrt((own + variance(row) / number) / 4)
    expected = nct.cdf(-t.ppf(0.975, 6), 6, -0.2 * row.mean / error)
    assert power(EVIDENCE, alike, "parallel", 8_000).power == pytest.approx(expected, abs=0.03)


def test_more_practices_see_more_and_practices_that_differ_less() -> None:
    def seen(practices: int, spread: float) -> float:
        return power(EVIDENCE, Pilot(practices, 8, 5, 0.3, spread), "parallel", 1_000).power

    assert seen(6, 0.26) < seen(16, 0.26) < seen(16, 0.1)
    found = needed(EVIDENCE, PILOT, 0.8, 500, (4, 12), (5,))
    by = {(one.design, one.weeks): one.practices for one in found}
    assert by["stepped_wedge", 12] is not None
    assert by["parallel", 4] is not None
    assert by["stepped_wedge", 12] <= by["stepped_wedge", 4]  # type: ignore[operator]


def test_a_wedge_begins_with_nobody_and_ends_with_everybody() -> None:
    for practices, weeks in ((4, 4), (8, 12), (24, 5), (5, 2)):
        wedge = treated("stepped_wedge", practices, weeks)
        assert not wedge[:, 0].any()
        assert wedge[:, -1].all()
        assert (np.diff(wedge, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--saving", "1.5"), ("--practices", "2"), ("--weeks", "1"), ("--letters", "0"), ("--trials", "10")],
)
def test_an_impossible_pilot_is_named(option: str, value: str) -> None:
    done = CliRunner().invoke(app, ["power", option, value])
    assert isinstance(done.exception, ScenarioError)
    assert option in str(done.exception)


def test_the_protocol_names_what_to_time_and_what_it_settles(tmp_path: Path) -> None:
    page = tmp_path / "protocol.md"
    done = CliRunner().invoke(app, ["power", "--trials", "100", "--draws", "200", "--page", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    first = next(line for line in text.splitlines() if line.endswith("% |") and "`" in line)
    assert "`minutes_a_result`" in first  # what is most in doubt stands first
    assert "`share_worked_today`" in text
    nowhere = CliRunner().invoke(
        app, ["power", "--trials", "100", "--draws", "60", "--page", str(page / "x.md")]
    )
    assert isinstance(nowhere.exception, FileError)
    assert "cannot be written" in str(nowhere.exception)
    values = json.loads(CliRunner().invoke(app, ["power", "--trials", "100", "--json"]).stdout)
    assert {one["design"] for one in values["powers"]} == set(DESIGNS)
