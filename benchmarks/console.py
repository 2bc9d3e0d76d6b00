"""The console over a ledger of 100,000 results: milliseconds to open, find, filter and page, and the memory it takes.

python benchmarks/console.py [--results 100000]
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from pilot.domain.delivery import State
from pilot.domain.outcome import Outcome
from pilot.domain.participant import Participant
from pilot.domain.result import DisputeReason, Provenance, ScreeningResult
from pilot.pipeline.ledger import EmittedFile, Ledger, NewEntry
from pilot.pipeline.reasons import Reason
from pilot.tui import PilotApp
from pilot.tui.desk import Desk
from pilot.tui.table import Table
from pilot.tui.view import RunView

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
NAMES = [
    first + last
    for first in ("SMITH", "JONES", "QUILL", "FEATHER", "HARTLEY", "EVANS", "THOMAS", "DAVIES")
    for last in ("", "SON", "WOOD", "FORD", "LEY", "MAN", "WELL", "BY")
]
FILE = 1000


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
        Provenance(f"SIL-KXX-20261103-{at // FILE}.pdf", at % FILE // 2 + 1, at % 2 + 1),
        tuple("x" * 60 for _ in range(14)),
    )
    stuck = at % 20 == 0
    return NewEntry(
        f"f{at // FILE}",
        result,
        State.WITH_A_PERSON if stuck else State.RECEIVED,
        DisputeReason.DATE_DIFFERS if stuck else Reason.AS_EMITTED,
    )


def fill(path: Path, results: int) -> None:
    with Ledger(path) as ledger:
        for first in range(0, results, FILE):
            some = [entry(at) for at in range(first, min(first + FILE, results))]
            file = EmittedFile(f"f{first // FILE}", f"SIL-KXX-20261103-{first // FILE}.pdf", "sil")
            ledger.take_in([file], some, b"{}", NOW)


async def until(pilot: Pilot[RunView], condition: Callable[[], bool]) -> None:
    while not condition():
        await pilot.pause(0.001)


async def measure(path: Path, results: int) -> None:
    app = PilotApp(lambda _: iter(()), desk=Desk(path, lambda: NOW), first="results")
    began = time.perf_counter()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(
            pilot, lambda: len(app.screen.query(Table)) == 1 and len(app.screen.query_one(Table).rows) > 0
        )
        told("open, to the first rows", began)
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
            began = time.perf_counter()
            box.value = text  # type: ignore[attr-defined]
            await until(pilot, partial(shown, table, before, fits))
            told(what, began)
        began = time.perf_counter()
        screen.query_one("#state").value = State.WITH_A_PERSON  # type: ignore[attr-defined]
        await until(pilot, lambda: len(table.rows) == (results + 19) // 20)
        told("filter by a state", began)
        began = time.perf_counter()
        await pilot.press("slash", "enter", "end")
        await until(pilot, lambda: table.at == len(table.rows) - 1)
        told("page to the end", began)
    print(
        f"{'memory at its highest':<28} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB"
    )


def shown(table: Table, before: int, fits: int | None) -> bool:
    """Whether the list is what was asked for: so many, or others than before."""
    return len(table.rows) == fits if fits else len(table.rows) != before


def told(what: str, began: float) -> None:
    print(f"{what:<28} {1000 * (time.perf_counter() - began):8.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=int, default=100_000)
    wanted = parser.parse_args().results
    with tempfile.TemporaryDirectory() as scratch:
        fill(Path(scratch) / "ledger.sqlite", wanted)
        asyncio.run(measure(Path(scratch) / "ledger.sqlite", wanted))
