"""A page on which nothing falls is still a page: the truth's places are places in the file."""

import dataclasses
import json
from pathlib import Path

import pypdfium2
import pytest

from generators import generate
from pilot.experiment.scenario import load_scenario
from pilot.nbss import check, read_files


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bundle_with_page_breaks_has_every_record_where_the_truth_says(tmp_path: Path, seed: int) -> None:
    spec = dataclasses.replace(
        load_scenario("messy").generation,
        practices=2,
        results=60,
        days=5,
        profiles=("page-breaks",),
        defects={"practice_merged": 1.0},
    )
    generate(spec, seed, tmp_path)
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    pages = {}
    for path in (tmp_path / "inbox").glob("SIL-*.pdf"):
        with pypdfium2.PdfDocument(path) as report:
            pages[path.name] = len(report)
    assert all(line["page"] <= pages[line["file"]] for line in truth)
    batch = read_files([tmp_path / "inbox"])
    read = {
        (result.provenance.file, result.provenance.page, result.provenance.record): result.screening_number
        for result in check(batch).fit
    }
    assert read == {(line["file"], line["page"], line["record"]): line["screening_number"] for line in truth}
