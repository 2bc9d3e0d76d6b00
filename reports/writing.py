"""The report's files in a run's folder, page, workbook, tables and PDF, each whole or not there; and the
page that compares runs.
"""

import os
import re
import tempfile
from collections.abc import Hashable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from pilot.errors import ConfigurationError, FileError
from reports import words
from reports.charts import BLUE, Chart, Series, arm_colours, bars
from reports.figures import Figures, Section, check
from reports.rendering import Cell, Column, Range, Row, Table, Unit, environment
from reports.sections import sections
from reports.sections.doubts import Evidence
from reports.sections.readers import pages
from reports.sheets import csv_text, workbook

Runs = Mapping[str, Figures]

_SAVINGS = (
    ("GP hours saved", "gp_hours_saved", Unit.HOURS),
    ("Office hours saved", "bso_hours_saved", Unit.HOURS),
    ("Pounds saved", "gbp_saved", Unit.POUNDS),
    ("Errors avoided", "errors_avoided", Unit.ESTIMATE),
)
_ENDS = (
    ("Received", "received"),
    ("In the right record", "in_right_record"),
    ("On a worked list", "on_a_worked_list"),
    ("Unwatched", "unwatched_paper"),
    ("Returned", "returned"),
    ("Lost", "lost"),
)


def comparison_page(runs: Runs) -> str:
    """The whole page; `runs` by the name that each is called by."""
    template = environment().get_template("compare.html.j2")
    return template.render(
        runs=runs,
        tables=comparison_tables(runs),
        charts=_charts(runs),
        differences=differences(runs),
        example=any(figures.shape.example for figures in runs.values()),
    )


def comparison_tables(runs: Runs) -> dict[str, Table]:
    """Those that the runs can fill: without paper nothing is saved."""
    tables = [
        _runs(runs),
        *(_savings(runs, arm) for arm in _arms(runs)),
        _errors(runs),
        _delays(runs),
        *(_ends(runs, arm) for arm in _every_arm(runs)),
    ]
    return {table.name: table for table in tables if table.rows}


def differences(runs: Runs) -> list[str]:
    """What the runs do not share, apart from their seeds, as sentences."""
    facts: dict[str, set[Hashable]] = {
        "They are of different scenarios": {figures.shape.run.scenario for figures in runs.values()},
        "They were made by different versions of the toolkit": {f.shape.run.version for f in runs.values()},
        "They rest on different assumptions": {f.shape.run.assumptions_sha256 for f in runs.values()},
        "They hold different numbers of results": {f.shape.run.results for f in runs.values()},
        "They compare different ways of sending results": {tuple(f.shape.run.arms) for f in runs.values()},
    }
    return [sentence for sentence, values in facts.items() if len(values) > 1]


def _arms(runs: Runs) -> list[str]:
    """Every arm that some run holds against paper."""
    return list(dict.fromkeys(arm for figures in runs.values() for arm in figures.compared))


def _runs(runs: Runs) -> Table:
    columns = (
        Column("Scenario", numeric=False),
        Column("Seed"),
        Column("Results"),
        Column("Practices"),
        Column("Simulated days"),
        Column("Version", numeric=False),
        Column("Assumptions", numeric=False),
    )
    rows = [
        Row(
            name,
            (
                Cell(figures.shape.run.scenario, key="run.scenario"),
                Cell(str(figures.shape.run.seed), Unit.CODE, "run.seed"),
                figures.cell("run.results"),
                figures.cell("run.practices"),
                figures.cell("run.simulated_days"),
                Cell(figures.shape.run.version, key="run.version"),
                Cell(figures.shape.run.assumptions_sha256[:8], Unit.CODE, "run.assumptions_sha256"),
            ),
        )
        for name, figures in runs.items()
    ]
    return Table("runs", "The runs", "Run", columns, tuple(rows))


def _savings(runs: Runs, arm: str) -> Table:
    columns = tuple(Column(name, ranged=True) for name, _, _ in _SAVINGS)
    rows = [
        Row(name, tuple(figures.span(f"comparisons.{arm}_vs_paper.{key}", unit) for _, key, unit in _SAVINGS))
        for name, figures in runs.items()
        if arm in figures.compared
    ]
    return Table(
        f"savings_{arm}", f"{words.arm(arm)} against paper, with ranges", "Run", columns, tuple(rows)
    )


def _errors(runs: Runs) -> Table:
    arms = _every_arm(runs)
    columns = tuple(Column(words.arm(arm)) for arm in arms)
    rows = [
        Row(name, tuple(_where(figures, arm, "errors", Unit.COUNT) for arm in arms))
        for name, figures in runs.items()
    ]
    return Table("errors", "Results with an error in a GP record", "Run", columns, tuple(rows))


def _delays(runs: Runs) -> Table:
    arms = _every_arm(runs)
    columns = tuple(
        Column(f"{words.arm(arm)}: {measure}")
        for arm in arms
        for measure in ("half in the record", "95 in 100")
    )
    rows = [
        Row(
            name,
            tuple(
                _where(figures, arm, f"days_to_record.{measure}", Unit.DAYS)
                for arm in arms
                for measure in ("median", "p95")
            ),
        )
        for name, figures in runs.items()
    ]
    return Table("days", "Days from the office to the GP record", "Run", columns, tuple(rows))


def _ends(runs: Runs, arm: str) -> Table:
    columns = tuple(Column(name) for name, _ in _ENDS)
    rows = [
        Row(name, tuple(figures.cell(f"arms.{arm}.ends.{key}") for _, key in _ENDS))
        for name, figures in runs.items()
        if arm in figures.arms
    ]
    return Table(f"ends_{arm}", f"{words.arm(arm)}: where every result ended", "Run", columns, tuple(rows))


def _every_arm(runs: Runs) -> list[str]:
    return list(dict.fromkeys(arm for figures in runs.values() for arm in figures.arms))


def _where(figures: Figures, arm: str, key: str, unit: Unit) -> Cell:
    return figures.cell(f"arms.{arm}.{key}", unit) if arm in figures.arms else Cell("not run")


def _charts(runs: Runs) -> dict[str, Chart]:
    arms = _every_arm(runs)
    charts = {
        "errors": bars(
            "chart-errors",
            "Results with an error in a GP record",
            "One bar for each run and way of sending results.",
            list(runs),
            [
                Series(
                    words.arm(arm),
                    [figures.number(f"arms.{arm}.errors") for figures in runs.values()],
                    colour,
                )
                for arm, colour in zip(arms, arm_colours(arms), strict=True)
            ],
            Unit.COUNT,
        )
    }
    for arm in _arms(runs):
        spans = {
            name: figures.span(f"comparisons.{arm}_vs_paper.gp_hours_saved", Unit.HOURS).value
            for name, figures in runs.items()
            if arm in figures.compared
        }
        charts[f"saved_{arm}"] = bars(
            f"chart-saved-{arm}",
            f"GP hours saved by {words.mid_sentence(arm)} against paper",
            "One bar for each run, with a line from the low to the high end of its range.",
            list(spans),
            [
                Series.of_spans(
                    "Hours saved", [span for span in spans.values() if isinstance(span, Range)], BLUE
                )
            ],
            Unit.HOURS,
        )
    return charts


def write_report(
    figures: Mapping[str, Any], run_dir: Path, *, pdf: bool = False, evidence: Evidence | None = None
) -> Path:
    """Write report.html, a page for each reader, summary.md, tables.xlsx and csv/*.csv into a run's folder.

    Returns the report's path.

    `figures` is what figures.json holds (docs/measures.md). With `pdf`, report.pdf too; with the features'
    `evidence`, their hypotheses. Raises FileError where `figures` is not that, or where the folder cannot be written
    to; ConfigurationError where `pdf` is asked for and WeasyPrint is not installed. Where it raises, the folder is as
    it was, or each file in it is whole.
    """
    checked = check(figures)
    made = sections(checked, evidence)
    html = _page(checked, made)
    tables = [table for section in made for table in section.tables.values()]
    readers = {Path(name): text.encode() for name, text in pages(checked).items()}
    sheets = {Path("csv", f"{table.name}.csv"): csv_text(table).encode("utf-8-sig") for table in tables}
    files = {
        **sheets,
        **readers,
        Path("tables.xlsx"): workbook(checked.shape.run.title, tables),
        **({Path("report.pdf"): as_pdf(html)} if pdf else {}),
        # Last, so that where there is a page there are its tables.
        Path("report.html"): html.encode(),
    }
    _write(run_dir, files)
    return run_dir / "report.html"


def compare(runs: Mapping[str, Mapping[str, Any]], out_dir: Path) -> Path:
    """Write compare.html and compare.xlsx, several runs side by side, into a folder; return the page's path.

    `runs` holds each run's figures under the name to call it by, such as its folder's. Raises FileError as
    `write_report` does, naming the run at fault.
    """
    checked = {}
    for name, figures in runs.items():
        try:
            checked[name] = check(figures)
        except FileError as error:
            raise FileError(error.what, f"{name}, {error.where}", error.mend) from None
    html = comparison_page(checked)
    book = workbook("Runs side by side", list(comparison_tables(checked).values()))
    _write(out_dir, {Path("compare.xlsx"): book, Path("compare.html"): html.encode()})
    return out_dir / "compare.html"


def page(figures: Figures, evidence: Evidence | None = None) -> str:
    """The whole page. The same figures give the same bytes."""
    return _page(figures, sections(figures, evidence))


def _page(figures: Figures, made: Sequence[Section]) -> str:
    template = environment().get_template("report.html.j2")
    return template.render(figures=figures, run=figures.shape.run, sections=made)


def as_pdf(page: str) -> bytes:
    """The page as PDF/UA-1. Raises ConfigurationError where WeasyPrint, or a library it needs, is not installed."""
    try:
        weasyprint = import_module("weasyprint")  # an extra: most runs do without it
    except ImportError:
        raise ConfigurationError(
            "A PDF needs WeasyPrint, which is not installed",
            "",
            "Install this toolkit with its extra [pdf], or print report.html to PDF from a browser",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            "A PDF needs the Pango library, which is not installed",
            str(error),
            "Install it (on Debian: libpango-1.0-0 and libpangoft2-1.0-0), or print report.html from a browser",
        ) from None
    # WeasyPrint knows no variables inside pictures: each takes the colour that stands beside its name.
    plain = re.sub(r"var\(--\w+, ?(#\w+)\)", r"\1", page)
    document: Any = weasyprint.HTML(string=plain, url_fetcher=_refuse)
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _write(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Each file whole; and no table or reader's page left over from an earlier report."""
    try:
        for name, content in files.items():
            _write_whole(folder / name, content)
        written = {folder / name for name in files}
        for kind in ("csv/*.csv", "pages/*.html") if Path("report.html") in files else ():
            for left_over in set(folder.glob(kind)) - written:
                left_over.unlink()
    except OSError as error:
        raise FileError(
            "The report cannot be written",
            f"{folder}, {error.strerror}",
            "Make the folder writable, with room on its disk",
        ) from error


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside the target and move into place, so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _refuse(url: str) -> dict[str, Any]:
    """The page needs nothing from outside; if it ever did, that would be a fault of ours."""
    raise ValueError(f"the report asked for {url}")
