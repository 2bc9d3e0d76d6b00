"""A sample of the printer farm: what `make printers` holds of all variants and of thousands of mutants."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilot.nbss import Reader
from tests.printers.farm import judged, mutant
from tests.printers.producers import VARIANTS, Variant
from tests.printers.report import Report, report

# Those that `make test` has whatever else is installed, a second's worth of them.
_SAMPLE = tuple(
    variant
    for variant in VARIANTS
    if str(variant)
    in (
        "reportlab: Courier by the character",
        "reportlab: without compression",
        "reportlab: a driver's foot on each page",
        "reportlab: a gateway's line on each page",
        "reportlab: a picture of each page, 100 dpi",
        "qpdf: object streams",
        "qpdf: encrypted, open to all",
        "qpdf: locked",
        "pdfium: saved again",
    )
)
_MUTANTS = 60


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return report(tmp_path_factory.mktemp("printed"), 7)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as held_open:
        yield held_open


@pytest.mark.parametrize("variant", _SAMPLE, ids=str)
def test_a_print_is_read_or_stopped_and_never_loses_a_record(
    printed: Report, reader: Reader, tmp_path: Path, variant: Variant
) -> None:
    path = tmp_path / "print.pdf"
    path.write_bytes(variant.write(printed.pages))
    found = judged(printed, reader, path, str(variant))
    for tally in (found.alone, found.with_extract):
        assert (tally.vanished, tally.wrong, tally.misspelt) == ([], [], [])
        assert (tally.read, tally.stopped) == ((7, 0) if variant.keeps else (0, 7))


@pytest.mark.parametrize("name", ["reportlab: Courier by the line", "reportlab: without compression"])
def test_no_mutant_loses_a_record_or_makes_a_wrong_one_that_the_extract_could_show(
    printed: Report, reader: Reader, tmp_path: Path, name: str
) -> None:
    data = next(variant for variant in VARIANTS if str(variant) == name).write(printed.pages)
    path = tmp_path / "print.pdf"
    rng = random.Random(3)
    spoilt = 0
    for _ in range(_MUTANTS // 2):
        kind, changed = mutant(data, rng)
        path.write_bytes(changed)
        found = judged(printed, reader, path, kind)
        assert (found.alone.vanished, found.with_extract.vanished, found.with_extract.wrong) == ([], [], [])
        spoilt += found.alone.stopped > 0
    assert spoilt > _MUTANTS // 4
