"""Messy batches against their truth: each result is read exactly, or stopped for the right reason; none vanishes."""

import json
import re
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from generators import generate
from pilot.domain.result import Disputed, Rejected, ScreeningResult
from pilot.experiment.scenario import load_scenario
from pilot.nbss import Checked, Known, Reader, check, remember
from tests.nbss.batches import EVERY_DEFECT, write_batch

Truth = dict[str, Any]

LOST_WITH_THE_FILE = {
    "in_extract_not_in_print",
    "in_letters_not_in_print",
    "damaged_file",
    "empty_file",
    "not_a_pdf",
}
# For each defect the reasons that may be given for it; "fit" where the result is right all the same.
RIGHT: dict[str, set[str]] = {
    "twins": {"fit"},
    "namesakes": {"fit"},
    "name_outside_latin1": {"fit"},
    "name_characters_lost": {"name_unreadable"},
    "outcome_without_concept": {"fit"},
    "nhs_number_invalid": {"nhs_number_invalid"},
    "nhs_number_missing": {"nhs_number_missing"},
    "nhs_number_short": {"nhs_number_invalid"},
    "nhs_number_superseded": {"nhs_number_superseded"},
    "nhs_number_of_another": {"same_number_two_people"},
    "date_of_birth_wrong": {"age_differs"},
    "date_of_birth_implausible": {"date_of_birth_implausible"},
    "result_changed": {"outcome_differs"},
    "letters_disagree": {"letter_differs"},
    "outcome_not_recognised": {"outcome_not_recognised"},
    "record_cut_short": {"record_cut_short"},
    "duplicate_record": {"fit", "duplicate"},
    "missing_from_report": {"in_extract_not_in_print", "in_letters_not_in_print"},
    # Where the cover gives no day, letters and extracts of the day cannot be asked for.
    "missing_from_letters": {"letter_missing", "fit"},
    "missing_from_extract": {"not_in_extract", "fit"},
    "practice_old_code": {"fit"},
    "practice_merged": {"fit"},
    "practice_closed": {"practice_closed"},
    "practice_unknown": {"practice_unknown"},
    "batch_reprinted": {"fit", "duplicate"},
    "image_only_page": {
        "image_only_page",
        "record_cut_short",
        "in_extract_not_in_print",
        "in_letters_not_in_print",
    },
    "file_truncated": LOST_WITH_THE_FILE,
    "file_cut_in_transfer": LOST_WITH_THE_FILE,
    "file_empty": LOST_WITH_THE_FILE,
    "file_not_a_pdf": LOST_WITH_THE_FILE,
    "extract_cut": {"fit", "not_in_extract"},
    "extract_dirt": {"fit"},
}
# A print whose number is nobody's leaves the true number's episode without a print: a second, true finding.
WITHOUT_PRINT = {"nhs_number_invalid", "nhs_number_missing", "nhs_number_short", "nhs_number_of_another"}


def taken_in(inbox: Path, a_day_at_a_time: bool) -> list[Checked]:
    """Read and check an inbox at once, or as the files come out day by day."""
    files = sorted(inbox.iterdir(), key=_day)
    batches = [list(of_day) for _, of_day in groupby(files, key=_day)] if a_day_at_a_time else [files]
    known, checks = Known(), []
    with Reader() as reader:
        for paths in batches:
            batch = reader.read(paths)
            checks.append(check(batch, known))
            known = remember(known, batch, checks[-1])
    return checks


def _day(path: Path) -> str:
    found = re.search(r"[-_](\d{8})", path.name)
    return found[1] if found else ""


class Findings:
    """What became of each result, by screening number where the finding has one, else by NHS number or place."""

    def __init__(self, checks: list[Checked], truth: list[Truth]) -> None:
        self.fit: dict[str, list[ScreeningResult]] = defaultdict(list)
        self._by_number: dict[str, set[str]] = defaultdict(set)
        self._by_place: dict[tuple[str, int], set[str]] = defaultdict(set)
        for checked in checks:
            for result in checked.fit:
                self.fit[result.screening_number].append(result)
            for rejected in checked.rejected:
                self._add(rejected)
            for disputed in checked.disputed:
                self._add(disputed)
        self.extract_cut = any(
            item.reason == "damaged_file" and item.provenance.file.startswith("EPISODES")
            for checked in checks
            for item in checked.rejected
        )

    def _add(self, item: Rejected | Disputed) -> None:
        if isinstance(item, Disputed):
            self._by_number[item.result.screening_number].add(item.reason.value)
        elif number := item.screening_number or item.nhs_number:
            self._by_number[number].add(item.reason.value)
        else:
            self._by_place[item.provenance.file, item.provenance.page].add(item.reason.value)

    def of(self, truth: Truth) -> set[str]:
        found = self._by_number[truth["screening_number"]] | self._by_number[truth["nhs_number"]]
        if truth["screening_number"] in self.fit:
            found = found | {"fit"}
        if not found and truth["file"]:
            found = self._by_place[truth["file"], 0] | self._by_place[truth["file"], truth["page"]]
        return found


def read_wrong(result: ScreeningResult, truth: Truth, extract_cut: bool) -> dict[str, tuple[Any, Any]]:
    """Fields of a result that was called fit and says something else than is true."""
    person = result.participant
    read = {
        "nhs_number": person.nhs_number,
        "date_of_birth": person.date_of_birth.isoformat(),
        "surname": person.surname,
        "forename": person.forename,
        "practice": result.practice,
        "outcome": result.outcome.value,
        "date": result.date.isoformat() if result.date else None,
    }
    wrong: dict[str, tuple[Any, Any]] = {
        name: (value, truth[name]) for name, value in read.items() if value != truth[name]
    }
    no_row = extract_cut or "missing_from_extract" in truth["defects"]
    if read["date"] is None and no_row and not result.outcome.was_screened:
        wrong.pop("date", None)  # only the extract has it, and the extract is gone: it says none, not another
    if extract_cut and read["outcome"] == truth.get("printed_outcome"):
        wrong.pop("outcome", None)  # read as printed; the row that says otherwise is in the part that is gone
    places = [truth, *truth.get("also_printed", [])]
    where = (result.provenance.file, result.provenance.page, result.provenance.record)
    if where not in {(place["file"], place["page"], place["record"]) for place in places}:
        wrong["place"] = (where, places)
    return wrong


def allowed(truth: Truth, lost_owners: set[str], extract_cut: bool) -> set[str]:
    """The reasons that are right for a result with these defects."""
    each = [RIGHT[defect] for defect in truth["defects"]] or [{"fit"}]
    right = set().union(*each)
    if not all("fit" in reasons for reasons in each):
        right.discard("fit")
    if {"duplicate_record", "image_only_page"} <= set(truth["defects"]):
        right.add("fit")  # the picture may hide one of the two prints
    if WITHOUT_PRINT & set(truth["defects"]):
        right = right | {"in_extract_not_in_print"}
    if truth["nhs_number"] in lost_owners:
        right = right | {"same_number_two_people"}
    if extract_cut:
        right = right | {"not_in_extract"}
    return right


def hold_against_truth(folder: Path, truth: list[Truth], a_day_at_a_time: bool) -> None:
    checks = taken_in(folder / "inbox", a_day_at_a_time)
    findings = Findings(checks, truth)
    files_with_a_strangers_number = {
        line["file"] for line in truth if "nhs_number_of_another" in line["defects"]
    }
    owners = {line["nhs_number"] for line in truth if line["file"] in files_with_a_strangers_number}

    wrong = {
        line["screening_number"]: found
        for line in truth
        for result in findings.fit.get(line["screening_number"], [])
        if (found := read_wrong(result, line, findings.extract_cut))
    }
    vanished = [line["screening_number"] for line in truth if not findings.of(line)]
    twice = [number for number, found in findings.fit.items() if len(found) > 1]
    unfounded = {
        line["screening_number"]: (surplus, line["defects"])
        for line in truth
        if (surplus := findings.of(line) - allowed(line, owners, findings.extract_cut))
    }
    strangers = set(findings.fit) - {line["screening_number"] for line in truth}
    assert (wrong, vanished, twice, unfounded, strangers) == ({}, [], [], {}, set())


def test_every_defect_is_expected():
    assert set(RIGHT) == set(EVERY_DEFECT)


@pytest.mark.parametrize("a_day_at_a_time", [False, True], ids=["at once", "day by day"])
def test_a_messy_batch_is_read_exactly_or_stopped_for_the_right_reason(tmp_path: Path, a_day_at_a_time: bool):
    hold_against_truth(tmp_path, write_batch(tmp_path, 1, 250, EVERY_DEFECT), a_day_at_a_time)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_twenty_messy_batches(tmp_path: Path, seed: int):
    hold_against_truth(
        tmp_path, write_batch(tmp_path, seed, 1500, EVERY_DEFECT), a_day_at_a_time=bool(seed % 2)
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_the_messy_scenario_on_twenty_seeds(tmp_path: Path, seed: int):
    generate(load_scenario("messy").generation, seed, tmp_path)
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    hold_against_truth(tmp_path, truth, a_day_at_a_time=bool(seed % 2))
