"""The report's files in a run's folder, page, workbook, tables and PDF: each whole or not there."""

import os
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pilot.errors import ConfigurationError, FileError
from reports.comparing import comparison_page, comparison_tables
from reports.figures import Figures, check
from reports.rendering import environment
from reports.sections import sections
from reports.sections.hypotheses import Evidence
from reports.sheets import csv_text, workbook


def write_report(
    figures: Mapping[str, Any], run_dir: Path, *, pdf: bool = False, evidence: Evidence | None = None
) -> Path:
    """Write report.html, tables.xlsx and csv/*.csv into a run's folder; return the page's path.

    `figures` is what figures.json holds (docs/measures.md). With `pdf`, report.pdf too; with the features'
    `evidence`, their hypotheses. Raises FileError where `figures` is not that, or where the folder cannot be written
    to; ConfigurationError where `pdf` is asked for and WeasyPrint is not installed. Where it raises, the folder is as
    it was, or each file in it is whole.
    """
    checked = check(figures)
    html = page(checked, evidence)
    tables = [table for section in sections(checked, evidence) for table in section.tables.values()]
    sheets = {Path("csv", f"{table.name}.csv"): csv_text(table).encode("utf-8-sig") for table in tables}
    files = {
        **sheets,
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
    template = environment().get_template("report.html.j2")
    return template.render(figures=figures, run=figures.shape.run, sections=sections(figures, evidence))


def as_pdf(page: str) -> bytes:
    """The page as PDF. Raises ConfigurationError where WeasyPrint, or a library it needs, is not installed."""
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
    document: Any = weasyprint.HTML(string=page, url_fetcher=_refuse)
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _write(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Each file whole; and no table left over from an earlier report."""
    try:
        for name, content in files.items():
            _write_whole(folder / name, content)
        if tables := {folder / name for name in files if name.suffix == ".csv"}:
            for left_over in set(folder.glob("csv/*.csv")) - tables:
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
