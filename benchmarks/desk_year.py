"""A screening office's year of paper at its practices' desks: 39,500 results, 80 practices, all their other mail.

    python benchmarks/desk_year.py [--results 39500] [--practices 80] [--list-size 10400]

In processor seconds: reading the prints, once; a replicate of chance, decisions and queues in memory; and everything
that a run does, through the record in SQLite (letters posted and desks worked every day, every entry written).
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from pilot.evidence import load_assumptions
from pilot.experiment.arm_setup import desk_settings
from simulators.gp_system import Options
from simulators.gp_system.desk.desk import background_mail
from simulators.gp_system.desk.pile import Item, Pile, Shifts, day_start, is_open
from simulators.gp_system.desk.settings import DeskSettings, Role, draws_for, result_name
from simulators.gp_system.desk.typist import Letter, handle, minutes_for, read_letter
from simulators.gp_system.serve import open_system

FIRST = date(2026, 4, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(365)]
PRINT = [
    "NHS BREAST SCREENING PROGRAMME                                        KELDERBY",
    "",
    "SURNAME, FORENAME, MS",
    "",
    "Screening Number: KXX{number:06}                Date of Birth: 04-May-1965",
    "      NHS Number: {nhs}                       Age: 61",
    "         Address: 1 THE STREET",
    "_" * 80,
]
HEADLINES = [
    ["SCREENED - ROUTINE RECALL", "     Screened on: 19-Mar-2026"],
    ["NOT SCREENED", "     Because :", "              DNA any screening session"],
]


def lines_of(number: int, nhs_number: str) -> list[str]:
    """A print; three in ten did not attend."""
    return [line.format(number=number, nhs=nhs_number) for line in PRINT] + HEADLINES[number % 10 < 3]


def settings_of(practice: str, list_size: int) -> dict[str, Any]:
    return desk_settings(load_assumptions(), practice=practice, list_size=list_size, seed=1)


def replicate(letters: dict[str, list[tuple[date, Letter]]], settings: dict[str, DeskSettings]) -> int:
    """Every letter drawn for, queued and decided on; how many were worked on in the year."""
    done = 0
    for practice, posted in letters.items():
        desk = settings[practice]
        shifts = [
            Shifts(desk, practice, n).after for n, who in enumerate(desk.staff) if who.role is Role.CODER
        ]
        start = day_start(FIRST)
        pile = Pile(shifts, [shift(start) for shift in shifts], 1)
        items: list[Item] = []
        for number, (day, letter) in enumerate(posted, start=1):
            draws = draws_for(desk.seed, practice, result_name(letter.screening_number or "", letter.outcome))
            handle(letter, desk, draws, day)
            items.append((day_start(day) + 570, minutes_for(desk, draws, on_paper=True), number))
        for day in DAYS:
            if is_open(desk, day):
                items += background_mail(desk, practice, day)
        pile.add(0, sorted(items))
        done += len(pile.work(day_start(DAYS[-1])))
    return done


def through_the_record(
    letters: dict[str, list[tuple[date, list[str]]]], settings: dict[str, dict[str, Any]], patients: int
) -> int:
    """The same through GpSystem on a database; how many entries there are in the end."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder, "practices.jsonl")
        file.write_bytes(b"\n".join(_practice(ods, settings[ods], patients) for ods in letters))
        system = open_system(Options(Path(folder, "gp.sqlite"), practices=file), stack)
        by_day: dict[date, list[bytes]] = {}
        for ods, posted in letters.items():
            for number, (day, lines) in enumerate(posted):
                by_day.setdefault(day, []).append(_letter(ods, number, day, lines))
        for day in DAYS:
            system.set_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
            system.post(by_day.get(day, []))
            system.set_clock(datetime(day.year, day.month, day.day, 18, 30, tzinfo=UTC))
            system.work()
        entered = system.store.row("SELECT count(*) FROM entries")
        return int(entered[0]) if entered else 0


def _practice(ods: str, desk: dict[str, Any], patients: int) -> bytes:
    who = [
        {
            "nhs_number": f"999{number:07}",
            "surname": "SURNAME",
            "forename": "FORENAME",
            "date_of_birth": "1965-05-04",
            "registered_from": "2001-04-01",
        }
        for number in range(patients)
    ]
    practice = {"ods": ods, "name": ods, "supplier": "emis", "list_size": 10_400, "ready": False, "rules": []}
    return msgspec.json.encode(practice | {"patients": who, "desk": desk})


def _letter(ods: str, number: int, day: date, lines: list[str]) -> bytes:
    letter = {"practice": ods, "emitted_on": day, "file": f"SIL-{day}-{ods}.pdf", "page": number, "record": 1}
    return msgspec.json.encode(letter | {"lines": lines, "arrives_on": day})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=int, default=39_500)
    parser.add_argument("--practices", type=int, default=80)
    parser.add_argument("--list-size", type=int, default=10_400)
    given = parser.parse_args()
    each = given.results // given.practices
    names = [f"Z{number:05}" for number in range(given.practices)]
    raw = {ods: settings_of(ods, given.list_size) for ods in names}
    settings = {ods: msgspec.convert(desk, DeskSettings) for ods, desk in raw.items()}
    letters = {
        ods: [(DAYS[n * 365 // each], lines_of(place * each + n, f"999{n:07}")) for n in range(each)]
        for place, ods in enumerate(names)
    }

    began = time.process_time()
    read = {ods: [(day, read_letter(lines)) for day, lines in posted] for ods, posted in letters.items()}
    reading = time.process_time() - began
    seconds = []
    for seed in range(1, 6):
        luck = {ods: msgspec.structs.replace(desk, seed=seed) for ods, desk in settings.items()}
        began = time.process_time()
        done = replicate(read, luck)
        seconds.append(time.process_time() - began)
    began = time.process_time()
    entries = through_the_record(letters, raw, each)
    whole = time.process_time() - began
    print(f"{each * given.practices:,} results, {given.practices} practices, a year")
    print(f"prints read, once                {reading:6.2f} s")
    print(f"chance, decisions and queues     {median(seconds):6.2f} s a replicate ({done:,} worked on)")
    print(f"all of it, through the record    {whole:6.2f} s ({entries:,} entries)")


if __name__ == "__main__":
    main()
