"""The extracts as files: one of episodes and one of subjects a day, every row changed since the last one."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from generators.case import Case
from generators.defects.damage import damaged
from generators.extracts import (
    EPISODE_COLUMNS,
    SUBJECT_COLUMNS,
    Dated,
    Row,
    csv_bytes,
    episode_rows,
    gzipped,
    reclosing_row,
    subject_rows,
)
from generators.people import Registration
from generators.published import earlier_episodes, others_episodes, published_episodes, published_subjects

SHAPES = ("full", "published")
"""`full` says how each episode closed; `published` is what NHS England's own test files say: that it closed."""

_ANOTHER_COLUMNS_CODES = ("RR", "FP", "R", "NA", "C", "KXX")
_BAD_NUMBERS = ("", "111", "9990000000", "99900000X1", "0000000000")


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """A file's name and bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ExtractFlaws:
    """Episode ids whose rows are `dirty`, days whose episodes are `cut`, and an NHS number that is nobody's."""

    dirty: frozenset[str]
    cut: frozenset[date]
    nobody: str


def extract_files(
    rng: np.random.Generator,
    cases: list[Case],
    code: str,
    days: list[date],
    compress: bool,
    flaws: ExtractFlaws,
    shape: str = "full",
    others: Sequence[Registration] = (),
) -> Iterator[ExtractFile]:
    """Both extracts of every day: what changed since the day before, the first with all that went before.

    `others` are people without a result: in a `published` extract some have an episode that was closed too.
    """
    published = shape == "published"
    episodes: list[Dated] = []
    subjects: list[Dated] = []
    for case in cases:
        if case.extract:
            episodes += _episodes(case, code)
            subjects += subject_rows(case.result, case.extract, code, case.practice_code, case.superseded)
    if published:
        episodes += earlier_episodes(rng, cases, days, code)
        episodes += others_episodes(rng, len(cases), others, days, code)
    for day, rows in _by_day(episodes, days):
        told = _dirtied(rng, rows, flaws)
        data = published_episodes(told, day) if published else csv_bytes(EPISODE_COLUMNS, told)
        data = gzipped(data) if compress else data
        if day in flaws.cut:
            data = damaged(data, "extract_cut", rng)
        yield ExtractFile(_name("EPISODES", code, day, compress, published), data)
    postcodes = {case.extract.nhs_number: case.extract.address[-1] for case in cases if case.extract}
    for day, rows in _by_day(subjects, days):
        data = published_subjects(rows, day, postcodes) if published else csv_bytes(SUBJECT_COLUMNS, rows)
        name = _name("SUBJECTS", code, day, compress, published)
        yield ExtractFile(name, gzipped(data) if compress else data)


def _episodes(case: Case, code: str) -> list[Dated]:
    """An episode's rows. One that was changed after printing has a row more, of the day itself."""
    if case.extract is None:
        return []
    if case.closed_as is None:
        return episode_rows(case.result, case.extract, code)
    rows = episode_rows(case.result, case.closed_as, code)
    return [*rows, reclosing_row(case.result, case.extract, rows[1][1])]


def _by_day(rows: list[Dated], days: list[date]) -> Iterator[tuple[date, list[Row]]]:
    rows = sorted(rows, key=lambda row: row[0])
    start = 0
    for day in days:
        end = start
        while end < len(rows) and rows[end][0].date() <= day:
            end += 1
        yield day, [row for _, row in rows[start:end]]
        start = end


def _dirtied(rng: np.random.Generator, rows: list[Row], flaws: ExtractFlaws) -> Iterator[Row]:
    """Rows as real files have them. What an episode's own rows say stays true; what is added is nobody's."""
    for row in rows:
        if row["episode_id"] not in flaws.dirty:
            yield row
            continue
        moment = row["change_db_date_time"].removesuffix("+00").replace(" ", "T")
        yield row | {
            "appointment_made": row["appointment_made"].upper(),
            "change_db_date_time": f"{moment}Z",
        }
        yield _stray(rng, row, flaws.nobody)


def _stray(rng: np.random.Generator, row: Row, nobody: str) -> Row:
    """A blank row, one with a bad NHS number, or one with a code from another column."""
    episode = {"episode_id": f"9{rng.integers(1_000_000, 9_999_999)}", "final_action_code": ""}
    return (
        dict.fromkeys(row, ""),
        row | episode | {"nhs_number": str(rng.choice(_BAD_NUMBERS)), "end_code": ""},
        row | episode | {"nhs_number": nobody, "end_code": str(rng.choice(_ANOTHER_COLUMNS_CODES))},
    )[int(rng.integers(0, 3))]


def extract_day(day: date, days: list[date]) -> date:
    """The day in whose extract a change of `day` is: the first of `days` (in order) not before it."""
    return days[min(bisect_left(days, day), len(days) - 1)]


def _name(kind: str, code: str, day: date, compress: bool, published: bool) -> str:
    stem = f"bss_{kind.lower()}_{code}_{day:%Y%m%d}" if published else f"{kind}-{code}-{day:%Y%m%d}"
    return f"{stem}.csv" + (".gz" if compress else "")
