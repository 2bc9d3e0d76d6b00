"""The panel of a run: a row for each practice, week and arm, as a statistician wants it (docs/measures.md)."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Final

from pilot.errors import FileError
from pilot.evidence import Assumptions
from pilot.measures.judged import ArmRun, error_of, judge_arm
from pilot.measures.truth import Results, TruthLine

PANEL: Final = "panel.csv"


@dataclass(frozen=True, slots=True)
class Cell:
    """The results printed for one practice in one week (`week` is its Monday), and what became of them in one arm.

    `by_message` is the share of them printed once the practice was sent messages. `minutes` are the practices' on
    these results, whenever they were worked; `set_up_minutes` those on rules, in the week in which they were set up.
    `errors` and `undelivered` are counts of results; `days` is the mean from print to a right entry over those that
    have one, None where none has.
    """

    arm: str
    practice: str
    supplier: str
    week: date
    by_message: float
    results: int
    minutes: float
    set_up_minutes: float
    errors: int
    undelivered: int
    days: float | None

    @property
    def minutes_a_result(self) -> float | None:
        """None where no result was printed."""
        return self.minutes / self.results if self.results else None


class _Sums:
    """What a cell is made of, while it is being counted."""

    def __init__(self) -> None:
        self.results = self.by_message = self.errors = self.undelivered = 0
        self.minutes = self.set_up = 0.0
        self.days: list[int] = []


def panel(
    truth: Iterable[TruthLine],
    arms: Mapping[str, ArmRun],
    joins_on: Mapping[str, Mapping[str, date]],
    assumptions: Assumptions,
    last_day: date,
) -> tuple[Cell, ...]:
    """`joins_on` says by arm and practice from when it is sent messages (`date.min`: from the beginning)."""
    lines = tuple(truth)
    cells: list[Cell] = []
    for arm, run in arms.items():
        suppliers = {practice.ods: practice.supplier for practice in run.record.practices}
        sums: defaultdict[tuple[str, date], _Sums] = defaultdict(_Sums)
        for verdict, where in judge_arm(arm, run, lines, assumptions, last_day).judged:
            line = verdict.line
            cell = sums[line.practice, week_of(line.emitted_on)]
            cell.results += 1
            cell.by_message += line.emitted_on >= joins_on.get(arm, {}).get(line.practice, date.max)
            cell.errors += error_of(verdict, where) is not None
            cell.undelivered += verdict.undelivered
            cell.days += [] if verdict.days is None else [verdict.days]
        results = Results(lines)
        for work in run.record.worked:
            about = results.about(work.screening_number, day=work.at.date())
            if about is not None:
                sums[about.practice, week_of(about.emitted_on)].minutes += work.minutes
            else:
                sums[work.practice, week_of(work.at.date())].set_up += work.minutes
        for (practice, week), cell in sorted(sums.items()):
            cells.append(
                Cell(
                    arm=arm,
                    practice=practice,
                    supplier=suppliers.get(practice, ""),
                    week=week,
                    by_message=cell.by_message / cell.results if cell.results else 0.0,
                    results=cell.results,
                    minutes=cell.minutes,
                    set_up_minutes=cell.set_up,
                    errors=cell.errors,
                    undelivered=cell.undelivered,
                    days=sum(cell.days) / len(cell.days) if cell.days else None,
                )
            )
    return tuple(cells)


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def write_panel(cells: Iterable[Cell], run_dir: Path) -> Path:
    """panel.csv in a run's folder."""
    text = StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([field.name for field in fields(Cell)])
    rows.writerows(
        [
            "" if value is None else round(value, 4) if isinstance(value, float) else value
            for value in astuple(cell)
        ]
        for cell in cells
    )
    path = run_dir / PANEL
    path.write_text(text.getvalue(), "utf-8")
    return path


def read_panel(run_dir: Path) -> tuple[Cell, ...]:
    """The panel of a run's folder. Raises FileError where there is none, or naming the line that is none of it."""
    path = run_dir / PANEL
    try:
        rows = list(csv.DictReader(StringIO(path.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(
            "this folder holds no panel of a run", str(run_dir), "Name a folder of a finished run"
        ) from error
    cells = []
    for number, row in enumerate(rows, start=2):
        try:
            cells.append(
                Cell(
                    arm=row["arm"],
                    practice=row["practice"],
                    supplier=row["supplier"],
                    week=date.fromisoformat(row["week"]),
                    by_message=float(row["by_message"]),
                    results=int(row["results"]),
                    minutes=float(row["minutes"]),
                    set_up_minutes=float(row["set_up_minutes"]),
                    errors=int(row["errors"]),
                    undelivered=int(row["undelivered"]),
                    days=float(row["days"]) if row["days"] else None,
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            what = f"line {number} is no line of a panel ({error})"
            raise FileError(what, str(path), "Measure the run again") from error
    return tuple(cells)
