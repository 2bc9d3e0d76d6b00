"""How quickly a SIL report is read, beside pdfplumber on the same pages; and whether memory grows with pages.

    python benchmarks/reading_sil.py [PAGES]

One generated report of 500 pages (1000 records). `reading` is everything: bytes to checked records; pdfplumber
does only the first part, characters to lines (`extract_text(layout=True)`), on every tenth page, since it is
slow. Both in processor time of this process, one core, best of three rounds. `held open` is the clock of a whole
`Reader.read`, with the worker process and what passes between the two. Peak memory is that of a new process
that reads a report of that many pages, one by one, and of one that holds all its results at the end.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pdfplumber

from generators import GenerationSpec, Office, generate
from pilot.nbss import Batch, Limits, Reader, check
from pilot.nbss.recognise import read_file

ROUNDS = 3
_READ_AND_TELL = """
import re, sys
from pathlib import Path
from pilot.nbss.wire import Limits
from pilot.nbss.pdf import Document
from pilot.nbss.recognise import read_file
if sys.argv[2] == "results":
    read_file(Path(sys.argv[1]), "SIL.pdf", Limits())
else:
    for page in Document(Path(sys.argv[1])).pages():
        pass
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
OFFICE = Office("Feathering", "KXX", ("BREAST SCREENING", "FEATHERING", "ZZ9 9ZZ"), "01632 960123")


def main(pages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = report_of(Path(folder) / "large", pages)
        tenth = report_of(Path(folder) / "small", max(1, pages // 10))
        reading = read_file(report, report.name, Limits())
        print(
            f"{report.name}: {reading.pages} pages, {len(reading.results)} results, {report.stat().st_size:,} bytes"
        )

        ours = reading.pages / best_seconds(lambda: check(Batch((read_file(report, report.name, Limits()),))))
        theirs = len(range(0, reading.pages, 10)) / best_seconds(lambda: plumbed(report))
        print(f"{'reading':34} {ours:8.0f} pages/s")
        print(f"{'pdfplumber, characters to lines':34} {theirs:8.1f} pages/s")
        print(f"{'ratio':34} {ours / theirs:8.0f}")

        with Reader() as reader:
            reader.read([tenth])
            start = time.perf_counter()
            reader.read([report])
            print(
                f"{'held open, by the clock':34} {reading.pages / (time.perf_counter() - start):8.0f} pages/s"
            )

        for path, number in ((tenth, pages // 10), (report, pages)):
            print(f"{f'peak memory, {number} pages':34} {_peak(path, 'pages'):8.1f} MiB", end="")
            print(f", {_peak(path, 'results'):.1f} MiB with all results held")


def report_of(out: Path, pages: int) -> Path:
    """A report of that many pages: the first record shares the cover's, then two on a page."""
    spec = GenerationSpec(OFFICE, 1, 2 * pages - 1, date(2026, 11, 2), 1, bystanders=0)
    generate(spec, 1, out)
    (path,) = (out / "inbox").glob("SIL-*.pdf")
    return path


def best_seconds(job: Callable[[], object]) -> float:
    """Processor seconds of the quickest round."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return min(times)


def plumbed(path: Path) -> None:
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages[::10]:
            page.extract_text(layout=True)
            page.close()


def _peak(path: Path, kept: str) -> float:
    """Peak resident MiB of a process that reads one file (Linux: getrusage would also count its parent's)."""
    command = [sys.executable, "-c", _READ_AND_TELL, str(path), kept]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
