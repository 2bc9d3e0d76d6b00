"""The office's console, as staff use it: home, the post, practices, the end of the day, the start page."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.color import Color

from pilot.errors import FileError
from pilot.pipeline.intake import Preview, Taken
from pilot.pipeline.ledger import Ledger
from pilot.pipeline.overview import Overview
from pilot.pipeline.reasons import Reason
from pilot.tui import PilotApp
from pilot.tui.batches import named
from pilot.tui.office_screen import DARK, LIGHT
from pilot.tui.open_ledger import SIMULATED, Destination, OpenLedger
from tests.tui.driving import office_app, office_ledger, paste, see, text, until
from tests.tui.office_ledger import BEGAN, SURNAME, post_some
from tests.tui.test_tui_themes import AA, contrast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("office")]


async def test_home_says_where_everything_is_and_enter_does_what_is_next(office: Path) -> None:
    async with office_app(office, first="home").run_test(size=(100, 30)) as pilot:
        await see(
            pilot,
            "All 6 results are accounted for",
            "SIMULATED",
            "FEATHERING",
            "2 Needs me: 3 results of 3 kinds",
        )
        await pilot.press("enter")
        await see(pilot, "3 for the office")


def test_a_list_is_read_anew_once_anything_has_changed(office: Path) -> None:
    """Also what no line of the history tells of: a row that somebody spoilt."""
    ledger = office_ledger(office)
    numbers = [item.id for item in ledger.items()]
    assert ledger.items() is ledger.items()
    with sqlite3.connect(ledger.path) as other:
        other.execute("UPDATE result SET versions = x'7b' WHERE id = ?", (numbers[0],))
    other.close()
    items, unread = ledger.listed()
    assert ([item.id for item in items], unread) == (numbers[1:], (f"result {numbers[0]}",))


async def test_paper_is_printed_posted_and_ticked_and_then_gone(office: Path) -> None:
    post_some(office)
    app = office_app(office, first="paper")
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "1 page to post: 1 to print", "4 Post: 1")
        await pilot.press("p")
        await see(pilot, "Print 1 page")
        await paste(pilot, str(office / "post.pdf"))
        await pilot.press("enter")
        await see(pilot, "0 to print (p), 1 printed")
        assert (office / "post.pdf").read_bytes().startswith(b"%PDF")
        await pilot.press("o")
        await see(pilot, "Posted: 1 page")
        await pilot.press("enter")
        await see(pilot, "Nothing is to be posted", "4 Post: 0")
    with Ledger(office / "ledger.sqlite") as ledger:
        entry = ledger.entry(7)
        assert entry is not None
        assert entry.reason == Reason.SENT_ON_PAPER


async def test_what_was_not_printed_cannot_be_ticked(office: Path) -> None:
    post_some(office)
    async with office_app(office, first="paper").run_test(size=(80, 24)) as pilot:
        await see(pilot, "1 page to post")
        await pilot.press("o")
        await pilot.pause()
        assert "Who posted" not in text(pilot.app)


async def test_a_practice_leads_to_its_results(office: Path) -> None:
    async with office_app(office, first="practices").run_test(size=(120, 30)) as pilot:
        await see(pilot, "3 practices")
        await pilot.press("down", "enter")
        await see(pilot, "[3 Find]", "2 fit")


async def test_how_practices_take_part_in_a_run_is_shown_where_there_is_room(office: Path) -> None:
    practice = office_ledger(office).practices()[0].practice
    line = {"ods": practice, "supplier": "systmone", "ready": True, "rules": ["normal", "moved"]}
    (office / "practices-coded.jsonl").write_text(json.dumps(line) + "\n")
    async with office_app(office, first="practices").run_test(size=(200, 30)) as pilot:
        await see(pilot, "Supplier", "systmone", "yes")
    (office / "practices-coded.jsonl").write_text("no JSON\n")
    async with office_app(office, first="practices").run_test(size=(200, 30)) as pilot:
        await see(pilot, "practices-coded.jsonl", "cannot be read")


async def test_the_day_is_signed_and_printed_without_a_name(office: Path) -> None:
    async with office_app(office, first="day").run_test(size=(100, 30)) as pilot:
        await see(pilot, "NOT SIGNED", "not gone: 3")
        assert SURNAME not in text(pilot.app)
        await pilot.press("s")
        await see(pilot, "Sign the list")
        await pilot.press("enter")
        await see(pilot, "signed by Mo")
        await pilot.press("p")
        await paste(pilot, str(office / "day.pdf"))
        await pilot.press("enter")
        await until(pilot, (office / "day.pdf").exists)
    with Overview(office / "ledger.sqlite") as overview:
        (signed,) = overview.day(office_ledger(office).now.date()).signed
    assert signed[1] == "Mo"


async def test_sending_from_home_leaves_the_keys_keys(office: Path) -> None:
    """The box for files has not been opened before: it must not take the focus once the sending has begun."""
    here = office_ledger(office)
    ledger = OpenLedger(here.path, lambda: here.now, config=office / "pilot.toml")
    async with office_app(office, ledger=ledger, first="home").run_test(size=(80, 24)) as pilot:
        await see(pilot, "[1 Home]", "All 6 results")
        await pilot.press("s")
        await see(pilot, "[5 Batches]", "pilot.toml")  # there is none: it says so
        await pilot.press("2")
        await see(pilot, "[2 Needs me", "3 for the office")


async def test_a_real_service_is_not_to_be_overlooked(office: Path) -> None:
    ledger = office_ledger(office)
    live = OpenLedger(
        ledger.path, lambda: ledger.now, destination=Destination("LIVE SERVICE: REAL PATIENTS", alarm=True)
    )
    async with office_app(office, ledger=live, first="home").run_test(size=(80, 24)) as pilot:
        await see(pilot, "!!! LIVE SERVICE: REAL PATIENTS !!!")
        assert SIMULATED.words not in text(pilot.app)


async def test_without_an_office_the_start_page_offers_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pilot.toml").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    app = PilotApp(lambda request: iter(()), scenarios=lambda: [("quick", "A first look")])
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "My office", "quick: A first look")


async def test_a_window_that_is_too_small_says_so_until_there_is_room(office: Path) -> None:
    async with office_app(office, first="home").run_test(size=(60, 20)) as pilot:
        await see(pilot, "80 x 24 are needed")
        await pilot.resize_terminal(100, 30)
        await see(pilot, "accounted for")


async def test_the_palette_has_every_action_and_no_screenshot(office: Path) -> None:
    app = office_app(office, first="worklist")
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "Result 5:")
        titles = {command.title for command in app.get_system_commands(app.screen)}
    assert {"Resend", "Undo", "Light or dark", "Help", "Quit", "The post"} - {"Undo"} <= titles
    assert not [title for title in titles if "creenshot" in title]


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
@pytest.mark.parametrize("screen", ["home", "worklist", "results", "paper", "practices", "day", "batches"])
async def test_everything_written_can_be_read(office: Path, screen: str, theme: str) -> None:
    post_some(office)
    app = office_app(office, first=screen)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "SIMULATED")
        app.theme = theme
        await pilot.pause(0.2)
        assert faint(app) == []


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
async def test_a_dialog_and_a_problem_can_be_read(office: Path, theme: str) -> None:
    app = office_app(office, first="worklist", who="")
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "Result 5:")
        app.theme = theme
        app.screen.fail("this went wrong")  # type: ignore[attr-defined]
        await pilot.pause(0.2)
        assert faint(app) == []
        await pilot.press("f")
        await see(pilot, "Fix result 5")
        await pilot.pause(0.2)
        assert faint(app) == []


def faint(app: PilotApp) -> list[str]:
    """Texts on the screen whose contrast is below AA, as they are painted."""
    found = []
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if not any(letter.isalnum() for letter in segment.text) or style is None:
                continue
            if style.color is None or style.bgcolor is None:
                continue
            ink, ground = (Color.from_rich_color(color).hex for color in (style.color, style.bgcolor))
            if style.reverse:
                ink, ground = ground, ink
            if contrast(ink, ground) < AA:
                found.append(f"{segment.text.strip()}: {ink} on {ground}")
    return found


# -- files as people name them


@pytest.mark.parametrize("how", ["{}", "'{}'", "file://{}", " {} "])
def test_files_may_be_typed_pasted_or_dropped(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.pdf"
    path.touch()
    assert named(how.format(path)) == (path,)


def test_a_path_with_spaces_is_one_file_and_a_missing_one_is_said(tmp_path: Path) -> None:
    path = tmp_path / "my batch.pdf"
    path.touch()
    assert named(str(path)) == (path,)
    assert named(str(path).replace(" ", "\\ ")) == (path,)
    with pytest.raises(FileError, match="no such file"):
        named(str(tmp_path / "gone.pdf"))


# -- where the machine is not a Unix


def test_it_starts_where_there_are_no_signal_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio  # noqa: PLC0415
    import signal  # noqa: PLC0415

    class Loop:
        def add_signal_handler(self, *_: object) -> None:
            raise NotImplementedError

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    monkeypatch.delattr(signal, "SIGHUP")
    app = PilotApp(lambda request: iter(()))
    monkeypatch.setattr(PilotApp, "is_headless", False)
    app._leave_on_signals()


class _Previewing(OpenLedger):
    """An office whose pipeline is not asked: it would need a MESH."""

    def preview(self, paths: Sequence[Path]) -> Preview:
        return Preview(Taken(len(paths), 0, 398, 5, 0, ()), {"Z81001": 398}, {"duplicate": 5}, 9)


async def test_the_counts_of_a_preview_stay_until_they_are_confirmed(office: Path) -> None:
    ledger = _Previewing(office / "ledger.sqlite", lambda: BEGAN, config=office / "pilot.toml")
    (office / "SIL.pdf").touch()
    app = office_app(office, ledger=ledger, first="batches")
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "[5 Batches]", "SIMULATED")
        await paste(pilot, str(office / "SIL.pdf"))
        await pilot.press("enter")
        await see(pilot, "403 read, 389 to send, 9 on paper, 5 need you")
        app.reread()
        await pilot.pause(0.3)
        assert "403 read, 389 to send" in text(app)
