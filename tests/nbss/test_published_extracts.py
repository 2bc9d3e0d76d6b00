"""Extracts as offices have them: closed, and not said how. They confirm prints; silence disputes nothing."""

import json
from datetime import date
from pathlib import Path

import pytest

from generators import GenerationSpec, generate
from pilot.domain.result import DisputeReason
from pilot.nbss import Checked, Known, Reader, check, remember
from tests.nbss.batches import OFFICE
from tests.nbss.test_truth import taken_in


def published(out: Path, **changes) -> dict[str, dict]:
    """A batch of one office with extracts of the published shape; the truth by screening number."""
    table = {"extracts": "published"} | changes
    spec = GenerationSpec(OFFICE, 4, 120, date(2026, 11, 2), 26, **table)
    generate(spec, 3, out)
    lines = (out / "truth.jsonl").read_text("utf-8").splitlines()
    return {line["screening_number"]: line for line in map(json.loads, lines)}


def all_fit(checks: list[Checked]) -> dict[str, str]:
    """What was fit to send, by screening number, with what it was held against."""
    return {
        result.screening_number: checked.held_against[result.provenance]
        for checked in checks
        for result in checked.fit
    }


@pytest.mark.parametrize("a_day_at_a_time", [False, True], ids=["at once", "day by day"])
def test_an_extract_that_says_only_that_an_episode_closed_stops_nothing(
    tmp_path: Path, a_day_at_a_time: bool
):
    truth = published(tmp_path)
    checks = taken_in(tmp_path / "inbox", a_day_at_a_time)
    assert [item for checked in checks for item in (*checked.rejected, *checked.disputed)] == []
    assert set(all_fit(checks)) == set(truth)
    said = set(all_fit(checks).values())
    assert "print, extract (closed, not said how) and letter" in said
    assert "print only" not in said


def test_a_print_that_the_end_code_excludes_is_still_disputed(tmp_path: Path):
    truth = published(tmp_path)
    missed = {line["nhs_number"] for line in truth.values() if line["outcome"] == "did_not_attend"}
    assert missed
    for extract in (tmp_path / "inbox").glob("bss_episodes*"):
        extract.write_text(extract.read_text().replace(",DNA,", ",SC,"))
    disputed = [item for checked in taken_in(tmp_path / "inbox", False) for item in checked.disputed]
    assert {item.result.participant.nhs_number for item in disputed} == missed
    assert {item.reason for item in disputed} == {DisputeReason.OUTCOME_DIFFERS}


def test_an_office_that_hands_over_print_alone_is_told_so_of_every_result(tmp_path: Path):
    truth = published(tmp_path, sources=("print",))
    with Reader() as reader:
        batch = reader.read([tmp_path / "inbox"])
    checked = check(batch, Known())
    assert all_fit([checked]) == dict.fromkeys(truth, "print only")
    assert remember(Known(), batch, checked).results
