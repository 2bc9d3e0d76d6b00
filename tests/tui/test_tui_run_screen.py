"""The run screen, through keys and what stands on it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from pilot.errors import ScenarioError
from pilot.experiment.events import ArmProgress, DayPassed, Event, Notice
from pilot.tui import RunRequest
from pilot.tui.run import RunScreen
from pilot.tui.view import Standing
from tests.tui.driving import app_on, see, text, until
from tests.tui.scripted_run import FOLDER, Held, closing, figures, month, opening, started, whole_run

pytestmark = pytest.mark.anyio


async def test_the_pilot_starts_by_itself_and_shows_where_each_arm_stands() -> None:
    held = Held(*opening(), *month(20))
    app = app_on(held.play)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Day 20 of 30", "Feathering BSO", "seed 11")
        await see(pilot, "Run the month                         running", on="Stages")
        await see(pilot, "Write the report                      waiting", on="Stages")
        await see(pilot, "Paper", "Coded", "274", "480", on="Arms")
        lines = text(app, "Arms").splitlines()
        assert lines[0].split() == ["Paper", "Coded"]
        numbers = {line[:17].strip(): [word for word in line.split() if word.isdigit()] for line in lines[1:]}
        assert numbers == {
            "Left NBSS": ["274", "274"],
            "In the GP record": ["192", "255"],
            "With a person": ["6", "15"],
            "Returned": ["0", "4"],
            "On the way": ["76", "0"],
            "GP minutes": ["480", "60"],
        }
        held.go_on.set()


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_at_the_end_the_key_figures_and_the_report_stand_there(size: tuple[int, int]) -> None:
    async with app_on().run_test(size=size) as pilot:
        paper = figures().arms["paper"]
        saved = figures().comparisons["coded_vs_paper"].gp_hours_saved
        await see(pilot, "finished", f"{saved.value:.1f} ({saved.low:.1f} to {saved.high:.1f})")
        await see(pilot, f"{paper.errors} of {paper.results}", f"{paper.ends.lost} LOST")
        await see(pilot, str(FOLDER / "report.html"), "Run again", "Open report")


async def test_a_lost_result_is_said_in_words() -> None:
    async with app_on(lambda request: iter([*opening(), *month(), *closing(lost=2)])).run_test() as pilot:
        await see(pilot, "2 LOST", on="RunEnd")


async def test_four_arms_fit_on_the_smallest_screen() -> None:
    arms = ("paper", "pdf_email", "mesh_pdf", "coded")
    progress = [ArmProgress(arm, 1234, 1000, 200, 4, 30, 4321.0) for arm in arms]
    app = app_on(
        lambda request: iter([replace(started(), arms=arms), *progress, DayPassed(1, 30, date(2026, 11, 2))])
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Paper", "PDF by email", "PDF over MESH", "Coded", on="Arms")
        for line in text(app, "Arms").splitlines()[1:]:
            assert sum(word.replace(",", "").isdigit() for word in line.split()) == 4


async def test_it_runs_again_with_the_next_seed_and_forgets_the_last_run() -> None:
    asked: list[RunRequest] = []
    second = Held(*opening(12))

    def start(request: RunRequest) -> Iterator[Event]:
        asked.append(request)
        return whole_run(11) if request.seed == 11 else second.play()

    async with app_on(start).run_test() as pilot:
        await see(pilot, "finished")
        await pilot.press("n")
        await see(pilot, "seed 12: running", "The key figures appear here at the end")
        assert asked == [RunRequest("quick", 11), RunRequest("quick", 12)]
        second.go_on.set()


async def test_it_does_not_start_a_second_run_beside_the_first() -> None:
    asked: list[RunRequest] = []
    held = Held(*opening())

    def start(request: RunRequest) -> Iterator[Event]:
        asked.append(request)
        return held.play()

    async with app_on(start).run_test() as pilot:
        await see(pilot, "seed 11: running")
        await pilot.press("n")
        await pilot.pause()
        assert len(asked) == 1
        held.go_on.set()


async def test_stopping_closes_the_engine_and_keeps_the_ui() -> None:
    held = Held(*opening())
    async with app_on(held.play).run_test() as pilot:
        await see(pilot, "seed 11: running")
        await pilot.press("x")
        await see(pilot, "seed 11: stopped", "The run was stopped before its end")
        assert held.closed.is_set()


async def test_quitting_while_it_runs_leaves_only_once_the_engine_has_let_go() -> None:
    held = Held(*opening())
    app = app_on(held.play)
    async with app.run_test() as pilot:
        await see(pilot, "seed 11: running")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
        assert held.closed.is_set()
    assert app.return_value is not None
    assert app.return_value.standing is Standing.STOPPED


async def test_an_error_that_the_user_can_mend_is_one_clear_line() -> None:
    def start(request: RunRequest) -> Iterator[Event]:
        raise ScenarioError("there is no scenario 'quikc'", "", "Did you mean quick?")

    app = app_on(start)
    async with app.run_test() as pilot:
        await see(pilot, "The run could not go on", "there is no scenario 'quikc'", "Did you mean quick?")
        assert app.bug is None
        await see(pilot, "Run again")


async def test_a_bug_of_the_engine_ends_the_app_and_is_kept_for_the_terminal() -> None:
    bug = ZeroDivisionError("a bug")
    held = Held(*opening(), error=bug)
    app = app_on(held.play)
    async with app.run_test() as pilot:
        held.go_on.set()
        await until(pilot, lambda: not app.is_running)
    assert app.bug is bug


def test_a_bug_of_the_ui_leaves_no_values_of_variables_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def show(self: RunScreen, *parts: object) -> None:
        participant = "QUILL" + "FEATHER"  # put together here, so that no line of source says it
        raise ZeroDivisionError(len(participant))

    monkeypatch.setattr(RunScreen, "show", show)
    app_on().run(headless=True)
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "QUILLFEATHER" not in said


async def test_the_report_and_the_folder_open_outside_the_terminal() -> None:
    opened: list[str] = []

    def open_page(url: str) -> bool:
        opened.append(url)
        return True

    async with app_on(open_page=open_page).run_test() as pilot:
        await see(pilot, "finished")
        await pilot.press("o", "f")
        await pilot.pause()
    assert opened == [(FOLDER / "report.html").absolute().as_uri(), FOLDER.absolute().as_uri()]


async def test_without_a_browser_it_says_where_the_report_is() -> None:
    async with app_on().run_test(notifications=True) as pilot:
        await see(pilot, "finished")
        await pilot.press("o")
        await see(pilot, "There is no browser here")


async def test_a_burst_of_events_is_painted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = 0
    show = RunScreen.show

    def counted(self: RunScreen, *parts: object) -> None:
        nonlocal painted
        painted += 1
        show(self, *parts)  # type: ignore[arg-type]

    monkeypatch.setattr(RunScreen, "show", counted)
    footers = 0
    refresh = RunScreen.refresh_bindings

    def refreshed(self: RunScreen) -> None:
        nonlocal footers
        footers += 1
        refresh(self)

    monkeypatch.setattr(RunScreen, "refresh_bindings", refreshed)
    burst = [Notice("A81004 does not answer")] * 3000
    async with app_on(lambda request: iter([started(), *burst])).run_test() as pilot:
        await see(pilot, "3,000 times")
    assert painted < len(burst) / 10
    assert footers < 10


async def test_it_follows_the_terminal_s_size_and_both_themes() -> None:
    app = app_on()
    async with app.run_test(size=(200, 60)) as pilot:
        await see(pilot, "finished", "Write the report")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "All stages done in", "in the record", "Run again")
        dark = app.theme
        await pilot.press("t")
        assert app.theme != dark
        assert not app.current_theme.dark
        await pilot.press("t")
        assert app.theme == dark


async def test_a_fault_is_chosen_by_its_number_and_struck_at_the_end_of_a_day() -> None:
    asked: list[object] = []

    def start(request: RunRequest) -> Iterator[Event]:
        yield from opening(request.seed)
        for number in range(1, 3000):
            names = yield DayPassed(number, 3000, date(2026, 11, 2))
            if names:
                asked.append(names)
                yield Notice("By hand: it went wrong")
                break
            time.sleep(0.01)
        yield from closing()

    app = app_on(start)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Day " in text(app, "Day"))
        await pilot.press("w")
        await see(pilot, "What goes wrong?", "1  MESH cannot be reached, for 1 day")
        await pilot.press("1")
        await see(pilot, "By hand: it went wrong", "finished")
        await pilot.press("w")
        await pilot.pause()
        assert "What goes wrong?" not in text(app)
    assert asked == [["mesh_out"]]
