"""The console over a ledger of 100,000 results: time to open, find, filter and page, to the first paint, and memory.

It is a year's ledger: 400 results a day, sent and filed, but for those of the last day, which wait to be sent, and
one in twenty, which needs the office. Each line gives milliseconds that passed, and milliseconds of this process's
CPU, which other load disturbs less.

python benchmarks/console.py [--results 100000]
"""

import argparse
import asyncio
import fcntl
import os
import pty
import resource
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.result import DisputeReason, Participant, Provenance, ScreeningResult
from pilot.pipeline.entry import LedgerEntry, Route
from pilot.pipeline.ledger import Columns, EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.tui import PilotApp
from pilot.tui.open_ledger import OpenLedger
from pilot.tui.table import Table

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
NAMES = [
    first + last
    for first in ("SMITH", "JONES", "QUILL", "FEATHER", "HARTLEY", "EVANS", "THOMAS", "DAVIES")
    for last in ("", "SON", "WOOD", "FORD", "LEY", "MAN", "WELL", "BY")
]
A_DAY = 400
# What is to be seen once a key was pressed: the name of the line, the part of the screen, and its words.
SCREENS = {
    "1": (
        ("open home", "#figures", "What to do next"),
        ("  and held against history", "#heading", "accounted for"),
    ),
    "2": (("open what needs me", "#heading", "for the office"),),
    "3": (("open every result", "#heading", "results"),),
    "6": (("open practices", "#heading", "practices"),),
    "7": (("open the list of the day", "#heading", "not gone"),),
}


def number(at: int) -> str:
    """A synthetic NHS number of the range kept for tests; the nearest with a check digit."""
    while True:
        base = f"999{at:06}"
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(base)) % 11
        if check != 10:
            return base + str(check % 11)
        at += 1


def entry(at: int) -> NewEntry:
    born = date(1953 + at % 22, 1 + at % 12, 1 + at % 28)
    person = Participant(number(at), NAMES[at % len(NAMES)], "IVY", "MS", born, ("1 THE STREET",))
    result = ScreeningResult(
        f"KXX{at:06}",
        person,
        "KXX",
        f"Z8{at % 120:04}",
        Outcome.NORMAL,
        "SCREENED - ROUTINE RECALL",
        date(2026, 10, 1),
        NOW.date(),
        Provenance(f"SIL-KXX-{at // A_DAY}.pdf", at % A_DAY // 2 + 1, at % 2 + 1),
        tuple("x" * 60 for _ in range(14)),
    )
    stuck = at % 20 == 0
    return NewEntry(
        f"f{at // A_DAY}",
        result,
        State.WITH_A_PERSON if stuck else State.RECEIVED,
        DisputeReason.DATE_DIFFERS if stuck else Reason.AS_EMITTED,
    )


def fill(path: Path, results: int) -> None:
    """Each day's results are taken in on their day, and but for the last day's they go all the way."""
    with Ledger(path) as ledger:
        for first in range(0, results, A_DAY):
            day = NOW - timedelta(days=(results - 1 - first) // A_DAY)
            some = [entry(at) for at in range(first, min(first + A_DAY, results))]
            file = EmittedFile(f"f{first // A_DAY}", f"SIL-KXX-{first // A_DAY}.pdf", "sil")
            before = ledger.newest()
            ledger.take_in([file], some, b"{}", day)
            if day < NOW:
                with ledger.transaction():
                    for taken in list(ledger.entries_after(before)):
                        if taken.state is State.RECEIVED:
                            send_and_file(ledger, taken, day)


def send_and_file(ledger: Ledger, taken: LedgerEntry, day: datetime) -> None:
    for hour, (state, reason) in enumerate(
        (
            (State.READY, Reason.CODED),
            (State.SENDING, Reason.SENDING),
            (State.SENT, Reason.ACCEPTED_BY_MESH),
            (State.FILED, Reason.FILED_AT_PRACTICE),
        )
    ):
        at = day + timedelta(hours=hour)
        ids: Columns = {
            "message_id": f"m{taken.id}",
            "ready_at": day,
            "route": Route.CODED,
            "mailbox": "A91X",
        }
        if not ledger.move(taken, state, reason, at, **ids):
            raise SystemExit(f"result {taken.id} did not move")
        taken = replace(taken, state=state, message_id=f"m{taken.id}", ready_at=day)


async def until(condition: Callable[[], bool]) -> None:
    """Look every few milliseconds. Textual's own pilot waits until the process does nothing at all any more."""
    for _ in range(12_000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise SystemExit("the screen did not come to it within a minute or more")


async def measure(path: Path, results: int) -> None:
    app = PilotApp(lambda _: iter(()), ledger=OpenLedger(path, lambda: NOW), first="start")
    began = now()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: len(app.screen.query(Table)) == 1)
        told("the app alone, no ledger read", began)
        for key, sights in SCREENS.items():
            began = now()
            pressed = asyncio.create_task(pilot.press(key))
            for what, part, words in sights:
                await until(partial(says, app, part, words))
                told(what, began)
            await pressed
        await pilot.press("3")
        await until(lambda: len(app.screen.query("#text")) == 1)
        table = app.screen.query_one(Table)
        screen = app.screen
        box = screen.query_one("#text")
        for what, text, fits in (
            ("find a surname and a year", "Smith 1966", None),
            ("everything again", "", results),
            ("find a screening number", "KXX012345", 1),
            ("everything again", "", results),
            ("find an NHS number", number(4321), 1),
            ("everything again", "", results),
        ):
            before = len(table.rows)
            began = now()
            box.value = text  # type: ignore[attr-defined]
            await until(partial(shown, table, before, fits))
            told(what, began)
        began = now()
        screen.query_one("#state").value = State.WITH_A_PERSON  # type: ignore[attr-defined]
        await until(lambda: len(table.rows) == (results + 19) // 20)
        told("filter by a state", began)
        began = now()
        pressed = asyncio.create_task(pilot.press("slash", "enter", "end"))
        await until(lambda: table.at == len(table.rows) - 1)
        told("page to the end", began)
    print(
        f"{'memory at its highest':<28} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB"
    )


def says(app: PilotApp, part: str, words: str) -> bool:
    """Whether these words stand in that part of the screen."""
    return any(words in str(found.render()) for found in app.screen.query(part))


def shown(table: Table, before: int, fits: int | None) -> bool:
    """Whether the list is what was asked for: so many, or others than before."""
    return len(table.rows) == fits if fits else len(table.rows) != before


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def told(what: str, began: tuple[float, float]) -> None:
    passed, spent = (1000 * (after - before) for after, before in zip(now(), began, strict=True))
    print(f"{what:<28} {passed:8.0f} ms {spent:8.0f} ms CPU")


def first_paint(folder: Path) -> None:
    """From the command to its first screen, in a terminal of 120 x 40: a process of its own."""
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text("x")
    (folder / "pilot.toml").write_text(_OFFICE)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environ = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    began, spent = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pilot", "tui", "--config", str(folder / "pilot.toml")]
    # Textual paints on standard error.
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    screen = b""
    while b"Home" not in screen:
        screen += os.read(ours, 65536)
    passed = 1000 * (time.perf_counter() - began)
    process.kill()
    process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = 1000 * (after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime)
    print(f"{'first paint':<28} {passed:8.0f} ms {cpu:8.0f} ms CPU")


_OFFICE = """\
[office]
ods = "KXX"
name = "KELDERBY"
[mesh]
url = "http://127.0.0.1:1"
mailbox = "KXXOT001"
password_file = "secret"
shared_key_file = "secret"
[coding]
code_set = "interim-2026-11"
[routing]
route = "coded"
fallback = "paper"
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=int, default=100_000)
    wanted = parser.parse_args().results
    with tempfile.TemporaryDirectory() as scratch:
        fill(Path(scratch) / "ledger.sqlite", wanted)
        first_paint(Path(scratch))
        asyncio.run(measure(Path(scratch) / "ledger.sqlite", wanted))
