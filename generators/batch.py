"""`generate`: one spec and one seed to a folder of NBSS files, the paper, and the truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from zlib import crc32

import numpy as np

from generators.case import Case, clean_case
from generators.cast import Cast, draw_cast
from generators.extracts import (
    EPISODE_COLUMNS,
    PRACTICE_COLUMNS,
    SUBJECT_COLUMNS,
    Row,
    csv_bytes,
    directory_rows,
    episode_rows,
    gzipped,
    subject_rows,
)
from generators.pdf import write_pdf
from generators.profiles import PROFILES, Profile
from generators.sil import report
from generators.smsta import letter, writes_to
from generators.spec import GenerationSpec
from generators.truth import Printed, letter_line, practice_lines, truth_line, write_lines


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written. `days` are the days on which files came out, in order."""

    out: Path
    results: int
    practices: int
    files: int
    pages: int
    letters: int
    days: tuple[date, ...]
    outcomes: dict[str, int]
    defects: dict[str, int]


def generate(spec: GenerationSpec, seed: int, out: Path) -> Generated:
    """Write `inbox/`, `post/`, `truth.jsonl` and `practices.jsonl` into `out`, which may exist.

    The same spec and seed give the same bytes. Raises SpecError only while a spec is made, OSError where the
    folder cannot be written.
    """
    rng = np.random.default_rng([seed, crc32(spec.office.code.encode())])
    cast = draw_cast(rng, spec)
    cases = [clean_case(result, cast.practices) for result in cast.results]
    inbox, post = out / "inbox", out / "post"
    inbox.mkdir(parents=True, exist_ok=True)
    post.mkdir(parents=True, exist_ok=True)
    places: dict[str, list[Printed]] = {}
    files = pages = letters = 0
    for day, of_day in groupby(cases, key=lambda case: case.result.emitted_on):
        today = list(of_day)
        on_paper: list[bytes] = []
        for row, of_practice in groupby(today, key=lambda case: case.result.practice):
            name, count, lines = _print_practice(spec, cast, row, day, list(of_practice), inbox, places)
            files, pages = files + 1, pages + count
            on_paper += lines
        letters += len(on_paper)
        write_lines(post / f"{day}.jsonl", on_paper)
        files += _print_letters(spec, day, today, inbox)
    files += _write_extracts(spec, cases, inbox)
    (inbox / f"PRACTICES-{spec.office.code}.csv").write_bytes(
        csv_bytes(PRACTICE_COLUMNS, directory_rows(cast.practices))
    )
    write_lines(
        out / "truth.jsonl",
        (truth_line(case, cast.practices, places.get(case.result.screening_number, []), spec) for case in cases),
    )
    write_lines(out / "practices.jsonl", practice_lines(cast))
    return Generated(
        out=out,
        results=len(cases),
        practices=len(cast.practices),
        files=files + 1,
        pages=pages,
        letters=letters,
        days=tuple(sorted({case.result.emitted_on for case in cases})),
        outcomes=_counted(case.result.outcome for case in cases),
        defects=_counted(defect for case in cases for defect in case.defects),
    )


def _print_practice(
    spec: GenerationSpec,
    cast: Cast,
    row: int,
    day: date,
    cases: list[Case],
    inbox: Path,
    places: dict[str, list[Printed]],
) -> tuple[str, int, list[bytes]]:
    """One practice's report of one day; notes where each record went. Returns name, pages, lines for the post."""
    practice = cast.practices[row]
    layout = _profile(spec, row).layout
    entries = [(case, entry) for case in cases for entry in case.sil]
    laid_out = report(spec.office, practice, cases[0].local_number, day, [e for _, e in entries], layout)
    name = f"SIL-{spec.office.code}-{day:%Y%m%d}-{cases[0].local_number}.pdf"
    (inbox / name).write_bytes(write_pdf(list(laid_out.pages), layout.paper, "GP REPORTS"))
    lines = []
    for (case, _), place, text in zip(entries, laid_out.places, laid_out.texts, strict=True):
        printed = Printed(name, place.page, place.record)
        places.setdefault(case.result.screening_number, []).append(printed)
        lines.append(letter_line(practice.ods, day, printed, text))
    return name, len(laid_out.pages), lines


def _print_letters(spec: GenerationSpec, day: date, cases: list[Case], inbox: Path) -> int:
    letters = [case.letter for case in cases if case.letter and writes_to(case.letter.outcome)]
    if not letters:
        return 0
    pages = [letter(spec.office, entry, day) for entry in letters]
    layout = _profile(spec, 0).layout
    name = f"SMSTA-{spec.office.code}-{day:%Y%m%d}.pdf"
    (inbox / name).write_bytes(write_pdf(pages, layout.paper, "SMSTA"))
    return 1


def _write_extracts(spec: GenerationSpec, cases: list[Case], inbox: Path) -> int:
    """A file of episodes and one of subjects a day: every row changed since the last one."""
    episodes, subjects = [], []
    code = spec.office.code
    for case in cases:
        if case.extract:
            episodes += episode_rows(case.result, case.extract, code)
            subjects += subject_rows(case.result, case.extract, code, case.practice_code, case.superseded)
    days = sorted({case.result.emitted_on for case in cases})
    compress = _profile(spec, 0).gzipped
    _write_extract(inbox, f"EPISODES-{code}", EPISODE_COLUMNS, episodes, days, compress)
    _write_extract(inbox, f"SUBJECTS-{code}", SUBJECT_COLUMNS, subjects, days, compress)
    return 2 * len(days)


def _write_extract(
    inbox: Path, stem: str, columns: tuple[str, ...], rows: list, days: list[date], compress: bool
) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    start = 0
    for day in days:
        end = start
        while end < len(rows) and rows[end][0].date() <= day:
            end += 1
        data = csv_bytes(columns, (row for _, row in rows[start:end]))
        start = end
        name = f"{stem}-{day:%Y%m%d}.csv"
        (inbox / (name + ".gz" if compress else name)).write_bytes(gzipped(data) if compress else data)


def _profile(spec: GenerationSpec, row: int) -> Profile:
    """Profiles are given to the practices in turn, as if each were printed by another office."""
    return PROFILES[spec.profiles[row % len(spec.profiles)]]


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
