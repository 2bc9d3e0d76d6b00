"""What the run screen shows, folded from events; and what is said of it at the end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilot.domain.result import Provenance
from pilot.experiment.events import ArmProgress, DayPassed, Event, Notice, Stage, StageStarted
from pilot.tui.player import take_leave
from pilot.tui.view import RunView, Standing, key_figures
from pilot.tui.wording import age, short_place
from tests.tui.scripted_run import DAYS, FOLDER, closing, figures, month, opening, started, whole_run


def folded(events: Iterable[Event]) -> RunView:
    return reduce(RunView.after, events, RunView())


def test_a_whole_run_ends_finished_with_every_stage_timed() -> None:
    view = folded(whole_run()).ended()
    assert view.standing is Standing.FINISHED
    assert [stage.stage for stage in view.stages] == list(Stage)
    assert all(stage.seconds is not None and not stage.running for stage in view.stages)
    assert view.day is not None
    assert view.day.number == DAYS


def test_only_the_stage_that_was_begun_and_not_ended_runs() -> None:
    view = folded(opening())
    assert [stage.stage for stage in view.stages if stage.running] == [Stage.RUN]


def test_arms_are_shown_only_at_the_end_of_the_same_day() -> None:
    first = [ArmProgress(arm, 10, 5, 0, 0, 5, 1.0) for arm in ("paper", "coded")]
    half = ArmProgress("paper", 20, 15, 0, 0, 5, 2.0)
    view = folded([started(), *first, DayPassed(1, 30, date(2026, 11, 2)), half])
    assert view.arms == {"paper": first[0], "coded": first[1]}
    assert view.after(DayPassed(2, 30, date(2026, 11, 3))).arms == {"paper": half, "coded": first[1]}


@given(st.lists(st.sampled_from(["one", "two", "three"])))
def test_a_notice_said_often_is_one_line_that_counts(texts: list[str]) -> None:
    view = folded(Notice(text) for text in texts)
    assert dict(view.notices) == {text: texts.count(text) for text in texts}
    assert list(view.notices) == sorted(set(texts), key=texts.index)


def test_a_stream_that_ends_early_was_stopped_or_failed_never_finished() -> None:
    halfway = folded([*opening(), *month(5)])
    assert halfway.under_way
    assert halfway.stopping().under_way
    assert halfway.stopping().ended().standing is Standing.STOPPED
    assert halfway.ended("what. mend").standing is Standing.FAILED
    assert not halfway.ended().under_way


def test_stopping_says_nothing_of_a_run_that_has_finished() -> None:
    assert folded(whole_run()).stopping().standing is Standing.FINISHED


def test_the_key_figures_say_hours_errors_and_where_every_result_is() -> None:
    real = figures()
    said = {figure.label: figure for figure in key_figures(real)}
    for name, label in (("paper", "paper"), ("coded", "coded")):
        arm = real.arms[name]
        assert said[f"Errors, {label}"].text.startswith(f"{arm.errors} of {arm.results}")
        assert f"{arm.ends.in_right_record} in the record" in said[f"Where, {label}"].text
        assert said[f"Where, {label}"].alarm == (arm.ends.lost > 0)


def test_errors_are_parted_so_that_the_parts_add_up() -> None:
    for figure in key_figures(figures()):
        if figure.label.startswith("Errors") and ": " in figure.text:
            total, _, kinds = figure.text.partition(": ")
            parts = [int(part.split()[0].replace(",", "")) for part in kinds.split(", ")]
            assert sum(parts) == int(total.split()[0].replace(",", ""))


def test_a_lost_result_raises_the_alarm_in_words_too() -> None:
    where = next(figure for figure in key_figures(figures(lost=3)) if figure.label == "Where, coded")
    assert where.alarm
    assert "3 LOST" in where.text
    none = next(figure for figure in key_figures(figures(lost=0)) if figure.label == "Where, coded")
    assert none.text.startswith("none lost")


def test_a_run_of_one_way_compares_nothing() -> None:
    alone = replace(figures(), arms={"paper": figures().arms["paper"]}, comparisons={})
    assert [figure.label for figure in key_figures(alone)] == ["Errors, paper", "Where, paper"]


@pytest.mark.parametrize(
    ("view", "code", "said"),
    [
        (folded([started(), *closing(lost=0)]), 0, f"Report: {FOLDER / 'report.html'}\n"),
        (folded([started(), *closing(lost=1)]), 1, f"Report: {FOLDER / 'report.html'}\n"),
        (folded([started(), StageStarted(Stage.RUN)]).ended(), 0, f"pilot run --resume {FOLDER}\n"),
        (RunView().ended("there is no scenario. Name one."), 2, "pilot: there is no scenario. Name one.\n"),
        (RunView().ended(), 0, ""),
        (None, 0, ""),
    ],
)
def test_on_leaving_the_terminal_keeps_what_matters(
    view: RunView | None, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take_leave(view) == code
    out, err = capsys.readouterr()
    assert (out + err).endswith(said)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_an_age_is_said_in_the_largest_unit_that_fits(waited: timedelta) -> None:
    number, unit = age(waited).replace(",", "").split()
    size = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}[unit]
    assert size * int(number) <= waited < size * (int(number) + 1)


def test_a_place_is_short_enough_for_a_column() -> None:
    assert short_place(Provenance("SIL-KXX-20261102-117.pdf", 12, 2)) == "SIL-KXX-20261102-117 p12 r2"
    assert short_place(Provenance("EPISODES-KXX-20261102.csv.gz")) == "EPISODES-KXX-20261102"
