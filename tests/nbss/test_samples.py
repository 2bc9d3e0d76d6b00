"""The records on the two published pictures, drawn in their layout and read back."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilot.nbss.batch import FileReading
from pilot.nbss.recognise import read_file
from pilot.nbss.wire import Limits
from tests.nbss.drawing import Driver, draw

GOLDEN = Path(__file__).parents[1] / "golden/nbss"
SAMPLES = json.loads((GOLDEN / "samples.json").read_text("utf-8"))
NORMAL, DNA, OTHER_DNA, RECALL = (sample["print"] for sample in SAMPLES["records"])
GAP = [""] * 12

DRIVERS = {
    "as the samples": Driver(),
    "words placed one by one": Driver(unit="word"),
    "characters placed one by one": Driver(unit="character"),
    "headline in large type": Driver(wide="large"),
    "headline spaced out": Driver(wide="spaced"),
    "small print on US letter": Driver(size=8, column=4.8, row=9.4, left=40, top=40, paper=(612, 792)),
    "large print on A3": Driver(size=15, column=9, row=18, left=10, top=90, paper=(842, 1191)),
    "bold": Driver(font="Courier-Bold"),
    "a narrow font on the grid": Driver(font="Helvetica", size=8, unit="character"),
    "a proportional font": Driver(font="Times-Roman", unit="word", size=9),
    "a loose grid": Driver(size=10, column=6.6, unit="character", left=12),
}


@pytest.fixture
def report(tmp_path: Path):
    """The samples as one report: the cover with the recall, then the rest, two on a page and one alone."""

    def read(driver: Driver) -> FileReading:
        path = tmp_path / "print.pdf"
        path.write_bytes(draw([[*SAMPLES["cover"], *RECALL], [*DNA, *GAP, *OTHER_DNA], NORMAL], driver))
        return read_file(path, "print.pdf", Limits())

    return read


@pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS.keys())
def test_the_samples_are_read_back_whatever_the_driver(report, driver: Driver):
    samples_are_read(report(driver))


def test_the_samples_are_read_back_from_bytes_drawn_long_ago():
    """What draws for these tests may change; this file does not."""
    samples_are_read(read_file(GOLDEN / "samples.pdf", "samples.pdf", Limits()))


def samples_are_read(reading: FileReading) -> None:
    found: dict[str | None, Any] = {
        **{result.screening_number: result for result in reading.results},
        **{rejected.screening_number: rejected for rejected in reading.rejected},
    }
    assert len(reading.results) + len(reading.rejected) == len(found) == 4
    for sample in SAMPLES["records"]:
        if expected := sample.get("rejected"):
            rejected = found[expected["screening_number"]]
            assert (rejected.reason, rejected.nhs_number) == (expected["reason"], expected["nhs_number"])
            continue
        expected = sample["result"]
        result = found[expected["screening_number"]]
        person = result.participant
        assert {
            "screening_number": result.screening_number,
            "nhs_number": person.nhs_number,
            "date_of_birth": person.date_of_birth.isoformat(),
            "name": [person.surname, person.forename, person.title],
            "address": list(person.address),
            "telephone": person.telephone,
            "outcome": result.outcome.value,
            "date": result.date and result.date.isoformat(),
        } == expected
        assert (result.bso, result.printed_on) == ("KKE", date(2025, 1, 15))


def test_the_cover_is_read_and_each_record_knows_its_place(report):
    reading = report(Driver())
    cover = reading.cover
    expected = SAMPLES["cover_reads"]
    assert cover is not None
    assert (cover.local_number, cover.printed_on.isoformat(), cover.count) == tuple(expected.values())
    assert cover.to[0] == "c/o KETTERING"
    places = [
        (item.provenance.page, item.provenance.record) for item in (*reading.results, *reading.rejected)
    ]
    assert places == [(1, 1), (2, 1), (2, 2), (3, 1)]


def test_lines_are_kept_as_printed(report):
    """A person who decides on a record is shown what the reader saw."""
    dna = report(Driver()).results[1]
    assert list(dna.lines) == [line for line in DNA if line]
