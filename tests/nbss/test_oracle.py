"""An independent reader of the same pages: poppler's pdftotext, which lays fixed-width type on a grid given to it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pilot.nbss.fields import tidy
from pilot.nbss.pdf import Document
from tests.nbss.batches import write_batch
from tests.nbss.drawing import Driver, draw
from tests.nbss.test_samples import SAMPLES

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="pdftotext is not installed: `apt-get install poppler-utils` to hold the reader against it",
)


def seen_by_poppler(path: Path, column: float) -> list[list[str]]:
    """The lines of each page, without blank ones, from the leftmost character on."""
    command = ["pdftotext", "-fixed", str(column), "-enc", "UTF-8", str(path), "-"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
    pages = []
    for page in text.split("\f")[:-1]:
        lines = [line.rstrip() for line in page.splitlines() if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
        pages.append([line[margin:] for line in lines])
    return pages


def seen_by_us(path: Path) -> list[list[str]]:
    document = Document(path)
    try:
        return [list(page.lines) for page in document.pages()]
    finally:
        document.close()


def is_wide(line: str) -> bool:
    """Poppler keeps wide type's two columns a character; we read it as ordinary type."""
    return line.lstrip().startswith(("To:", "SCREENED - ", "NOT ", "NOT SCREENED", "SCREENED "))


def alike(ours: list[list[str]], theirs: list[list[str]]) -> None:
    assert len(ours) == len(theirs)
    for our_page, their_page in zip(ours, theirs, strict=True):
        assert len(our_page) == len(their_page)
        for our_line, their_line in zip(our_page, their_page, strict=True):
            if is_wide(our_line):
                assert tidy(our_line).replace(" ", "") == tidy(their_line).replace(" ", "")
            else:
                assert our_line == their_line


@pytest.mark.parametrize(
    "driver",
    [Driver(), Driver(unit="word"), Driver(unit="character"), Driver(size=8, column=4.8, row=9.4, left=40)],
    ids=["lines", "words", "characters", "small print"],
)
def test_poppler_sees_the_same_lines_of_the_samples(tmp_path: Path, driver: Driver):
    path = tmp_path / "print.pdf"
    recall, normal = (SAMPLES["records"][number]["print"] for number in (3, 0))
    path.write_bytes(draw([[*SAMPLES["cover"], *recall], normal], driver))
    alike(seen_by_us(path), seen_by_poppler(path, driver.column))


def test_poppler_sees_the_same_lines_of_generated_reports_and_letters(tmp_path: Path):
    write_batch(tmp_path, seed=1, results=80, defects={"name_outside_latin1": 0.1})
    reports = sorted((tmp_path / "inbox").glob("*.pdf"))
    assert len(reports) > 20
    pages = 0
    for path in reports:
        small_print = b"/MediaBox [ 0 0 612 792 ]" in path.read_bytes()
        ours = seen_by_us(path)
        alike(ours, seen_by_poppler(path, 5.4 if small_print else 6))
        pages += len(ours)
    assert pages > 60
