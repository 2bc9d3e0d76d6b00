"""What practices that join in waves show, on panels whose answer is known, and of a run in waves by the twin."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from pilot.cli import app
from pilot.errors import FileError, ScenarioError
from pilot.experiment import load_scenario
from pilot.experiment.plan import PracticePlan, Wave
from pilot.experiment.scenario import parse_scenario
from pilot.experiment.twin import Lived, Point, figures_of, live
from pilot.measures import Cell, read_panel, write_panel
from pilot.pipeline.entry import Route
from pilot.questions.waves import by_week, stepped_wedge, users, waves_of, xmr

FIRST = date(2026, 11, 2)
EFFECT = -2.0


def cells(effect: float = EFFECT, arm: str = "coded") -> Iterator[Cell]:
    """Six practices, eight weeks, two joining in each of weeks 3, 5 and 7; slower ones, and a busy fourth week."""
    rng = np.random.default_rng(5)
    for practice in range(6):
        for week in range(8):
            by_message = float(week >= 2 + 2 * (practice // 2))
            a_result = 3 + practice / 4 + (week == 3) + effect * by_message + rng.normal(0, 0.1)
            yield Cell(
                arm, f"Z9000{practice}", "emis", FIRST + timedelta(weeks=week), by_message, 10, 10 * a_result,
                0.0, 1, practice % 2, 2.0,
            )  # fmt: skip


def test_the_mixed_model_finds_what_was_put_in_and_the_truth_is_beside_it() -> None:
    estimate = stepped_wedge(list(cells()), list(cells(0.0, "paper")), "minutes")
    assert estimate.effect == pytest.approx(EFFECT, abs=0.15)
    assert estimate.low < EFFECT < estimate.high
    assert estimate.truth == pytest.approx(EFFECT)
    assert estimate.covers
    assert (estimate.practices, estimate.cells) == (6, 48)
    assert stepped_wedge(list(cells()), [], "minutes").truth is None


def test_a_run_in_waves_has_all_of_it_in_its_figures_and_another_has_none() -> None:
    both = [*cells(), *cells(0.0, "paper")]
    shown = waves_of(load_scenario("waves"), both)
    assert shown is not None
    assert shown.estimates["minutes"] == stepped_wedge(list(cells()), list(cells(0.0, "paper")), "minutes")
    assert (shown.baseline, shown.weeks_a_period, len(shown.periods)) == (2, 1, 8)
    first = shown.practices[0]
    assert (first.practice, first.joined) == ("Z90000", FIRST + timedelta(weeks=2))
    assert first.minutes_a_result[0] == pytest.approx(3, abs=0.3)
    assert first.minutes_a_result[7] == pytest.approx(1, abs=0.3)
    assert waves_of(load_scenario("quick"), both) is None


def test_where_nobody_joins_in_waves_it_is_said() -> None:
    everybody = [replace(cell, by_message=1.0) for cell in cells()]
    with pytest.raises(FileError, match="do not join in waves"):
        stepped_wedge(everybody, [], "minutes")
    together = [replace(cell, by_message=float(cell.week > FIRST + timedelta(weeks=3))) for cell in cells()]
    with pytest.raises(FileError, match="in no week"):
        stepped_wedge(together, [], "minutes")


def test_limits_are_the_mean_and_two_point_six_six_moving_ranges() -> None:
    weeks = [FIRST + timedelta(weeks=number) for number in range(6)]
    chart = xmr(weeks, [10, 12, 10, 12, 11, 3], baseline=4)
    assert (chart.mean, chart.low, chart.high) == (11, pytest.approx(11 - 5.32), pytest.approx(16.32))
    assert chart.signals == (weeks[5],)
    level = [FIRST + timedelta(weeks=number) for number in range(12)]
    assert xmr(level, [10, 12, 12, 10, *[11.5] * 8], baseline=4).signals == (level[11],)


def test_users_add_up_week_by_week() -> None:
    curve = users(list(cells()))
    assert [one.practices for one in curve] == [0, 0, 2, 2, 4, 4, 6, 6]
    assert curve[-1].results == 10 * (2 * 6 + 2 * 4 + 2 * 2)
    weeks, values = by_week(list(cells()), "undelivered")
    assert len(weeks) == 8
    assert values[0] == pytest.approx(0.05)


PLAN = PracticePlan(1.0, ("normal",), Route.PAPER)
TWO = ("emis", "systmone") * 4


def test_waves_take_their_share_by_lot_and_of_their_suppliers() -> None:
    one, two = date(2026, 12, 1), date(2027, 1, 1)
    plan = replace(PLAN, waves=(Wave(one, 0.25, ()), Wave(two, 0.5, ("systmone",))))
    joins = plan.joins_on(TWO, [7, 6, 5, 4, 3, 2, 1, 0])
    assert joins == (None, two, None, two, None, two, one, one)
    rest = replace(PLAN, waves=(Wave(one, None, ("emis",)),)).joins_on(TWO, range(8))
    assert rest == (one, None) * 4
    assert PLAN.joins_on(TWO, range(8)) == (date.min,) * 8
    assert replace(PLAN, ready_share=0.5).joins_on(TWO, range(8)) == (*(date.min,) * 4, *(None,) * 4)


@pytest.mark.parametrize(
    ("wave", "said"),
    [
        ("share = 0.5", "wave.first' is not a date"),
        ("first = 2026-12-01", "says nobody"),
        ("first = 2026-12-01\nshare = 1.5", "not a share"),
        ("first = 2026-12-01\nsuppliers = ['vision']", "no supplier of this scenario"),
        (
            "first = 2020-12-01\nshare = 0.1\n[[practices.wave]]\nfirst = 2020-12-01\nshare = 0.1",
            "do not rise",
        ),
        (
            "first = 2020-12-01\nshare = 0.6\n[[practices.wave]]\nfirst = 2021-12-01\nshare = 0.6",
            "more than all",
        ),
        ("frist = 2026-12-01", "unknown key 'practices.wave.frist'"),
    ],
)
def test_a_wave_that_cannot_be_is_named(wave: str, said: str) -> None:
    text = load_scenario("quick").text.replace("[generation]", f"[[practices.wave]]\n{wave}\n\n[generation]")
    with pytest.raises(ScenarioError, match=said):
        parse_scenario("quick", text)


@pytest.fixture(scope="module")
def lived() -> Lived:
    return live(Point(load_scenario("waves").changed(results=104), 2))


def test_nothing_is_sent_to_be_refused_and_each_goes_the_way_of_its_day(lived: Lived) -> None:
    endings = lived.arms["coded"].endings or ()
    assert {str(ending.reason) for ending in endings} == {"sent_on_paper", "filed_at_practice"}
    joins = lived.joins_on["coded"]
    assert len(set(joins.values())) == 4
    printed = {line.screening_number: line for line in lived.truth}
    for ending in endings:
        line = printed[str(ending.screening_number)]
        by_message = line.emitted_on >= joins.get(line.practice, date.max)
        assert (str(ending.reason) == "filed_at_practice") == by_message


def test_the_panel_adds_up_to_the_figures(lived: Lived, tmp_path: Path) -> None:
    figures = figures_of(lived)
    for name, arm in figures.arms.items():
        some = [cell for cell in lived.panel if cell.arm == name]
        assert sum(cell.results for cell in some) == arm.results
        assert sum(cell.errors for cell in some) == arm.errors
        assert sum(cell.undelivered for cell in some) == arm.undelivered
        assert sum(cell.minutes + cell.set_up_minutes for cell in some) == pytest.approx(arm.gp_minutes)
    written = read_panel(write_panel(lived.panel, tmp_path).parent)
    assert [(cell.practice, cell.week, cell.results) for cell in written] == [
        (cell.practice, cell.week, cell.results) for cell in lived.panel
    ]


def test_the_command_prints_estimates_and_draws(tmp_path: Path) -> None:
    write_panel([*cells(), *cells(0.0, "paper")], tmp_path)
    done = CliRunner().invoke(app, ["panel", str(tmp_path), "--pictures", str(tmp_path / "pictures")])
    assert done.exit_code == 0, done.output
    assert "true -2.000" in done.output
    for picture in (tmp_path / "pictures").iterdir():
        assert ElementTree.fromstring(picture.read_bytes()).tag.endswith("svg")
    (tmp_path / "panel.csv").write_text("arm\nnobody\n")
    assert "line 2 is no line of a panel" in str(CliRunner().invoke(app, ["panel", str(tmp_path)]).exception)
