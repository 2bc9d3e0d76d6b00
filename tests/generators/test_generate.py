"""What `generate` writes: the files of docs/interfaces.md, sections 1 and 2, complete and the same every time."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nhs_number import is_valid

from generators import OutputInUse, generate
from tests.generators.batches import Batch, make, spec
from tests.generators.grid import page_lines

TRUTH = {
    "screening_number", "nhs_number", "date_of_birth", "practice", "outcome", "date", "surname", "forename",
    "title", "episode_id", "batch_id", "emitted_on", "file", "page", "record", "defects", "history", "age",
    "imd_quintile", "ethnicity", "registered_practice", "registered_from", "registered_to", "died_on",
}  # fmt: skip


def test_every_result_has_one_line_of_truth(clean: Batch) -> None:
    truth = clean.truth
    assert len(truth) == clean.generated.results == 120
    assert len({line["screening_number"] for line in truth}) == 120
    assert len({line["nhs_number"] for line in truth}) == 120
    assert all(set(line) == TRUTH for line in truth)


def test_everybody_has_a_valid_number_of_the_test_range(clean: Batch) -> None:
    numbers = [patient["nhs_number"] for practice in clean.practices for patient in practice["patients"]]
    assert all(number.startswith("999") and is_valid(number) for number in numbers)


def test_each_record_is_printed_where_the_truth_says(clean: Batch) -> None:
    pages = {name: page_lines(data) for name, data in clean.inbox.items() if name.startswith("SIL")}
    for line in clean.truth:
        page = pages[line["file"]][line["page"] - 1]
        printed = [row for row in page if row.startswith("Screening Number:")]
        assert line["screening_number"] in printed[line["record"] - 1]
    records = sum(
        row.startswith("Screening Number:") for file in pages.values() for page in file for row in page
    )
    assert records == 120


def test_a_report_is_for_one_practice_on_one_day(clean: Batch) -> None:
    local = {practice["local_number"]: practice["ods"] for practice in clean.practices}
    for line in clean.truth:
        kind, bso, day, number = line["file"].removesuffix(".pdf").split("-")
        assert (kind, bso, local[number]) == ("SIL", "KXX", line["practice"])
        assert f"{day[:4]}-{day[4:6]}-{day[6:]}" == line["emitted_on"]
        assert f"({number})" in [row.strip() for row in page_lines(clean.inbox[line["file"]])[0]]


def test_files_come_out_on_weekdays_of_the_window(clean: Batch) -> None:
    days = {date.fromisoformat(line["emitted_on"]) for line in clean.truth}
    assert days == set(clean.generated.days)
    assert all(day.weekday() < 5 and date(2026, 1, 5) <= day < date(2026, 1, 19) for day in days)


def test_the_paper_says_what_the_file_says(clean: Batch) -> None:
    truth = {(line["file"], line["page"], line["record"]): line for line in clean.truth}
    assert len(clean.paper) == 120
    for letter in clean.paper:
        line = truth[letter["file"], letter["page"], letter["record"]]
        assert letter["practice"] == line["practice"]
        assert letter["emitted_on"] == line["emitted_on"]
        assert f"{line['surname']}, {line['forename']}, {line['title']}" in letter["lines"]
        assert any(line["screening_number"] in row for row in letter["lines"])


def test_a_clean_batch_agrees_with_itself(clean: Batch) -> None:
    """Age, date of birth and dates of the truth fit each other."""
    for line in clean.truth:
        born, seen, emitted = (
            date.fromisoformat(line[name]) for name in ("date_of_birth", "date", "emitted_on")
        )
        age = emitted.year - born.year - ((emitted.month, emitted.day) < (born.month, born.day))
        assert age == line["age"]
        assert seen < emitted
        assert 40 <= age <= 86
        assert line["defects"] == []
        assert "printed_outcome" not in line


def test_practices_hold_people_without_a_result_too(clean: Batch) -> None:
    patients = [patient["nhs_number"] for practice in clean.practices for patient in practice["patients"]]
    participants = {line["nhs_number"] for line in clean.truth}
    assert len(set(patients) - participants) == 2 * 120


def test_some_of_them_are_namesakes(tmp_path: Path) -> None:
    batch = make(tmp_path, bystanders=20.0)
    named = {
        (line["surname"], line["forename"], line["practice"]): line["nhs_number"] for line in batch.truth
    }
    same = [
        patient
        for practice in batch.practices
        for patient in practice["patients"]
        if named.get((patient["surname"], patient["forename"], practice["ods"]), patient["nhs_number"])
        != patient["nhs_number"]
    ]
    assert len(same) > 0.01 * 20 * 120


def test_a_small_office_has_both_suppliers(clean: Batch) -> None:
    assert Counter(practice["supplier"] for practice in clean.practices).keys() == {"emis", "systmone"}


def test_the_record_of_each_is_where_the_truth_says(tmp_path: Path) -> None:
    """Moved to another practice, left altogether, died, or at home: the practices' lists say the same."""
    batch = make(tmp_path, results=400, registered_elsewhere=0.3, died_since=0.1)
    present = {
        patient["nhs_number"]: (practice["ods"], patient)
        for practice in batch.practices
        for patient in practice["patients"]
        if patient["registered_to"] is None or patient["died_on"] is not None
    }
    kinds: Counter[str] = Counter()
    for line in batch.truth:
        where = present.get(line["nhs_number"])
        assert (where and where[0]) == line["registered_practice"]
        if where:
            assert where[1]["died_on"] == line["died_on"]
            assert where[1]["registered_from"] == line["registered_from"]
        kinds[
            "died" if line["died_on"] else "left" if not where else
            "moved" if where[0] != line["practice"] else "at home"
        ] += 1  # fmt: skip
    assert all(kinds[kind] > 10 for kind in ("died", "left", "moved", "at home"))


def test_most_who_left_are_still_known_to_the_old_practice_as_gone(tmp_path: Path) -> None:
    batch = make(tmp_path, results=400, registered_elsewhere=0.3)
    gone = {
        (practice["ods"], patient["nhs_number"])
        for practice in batch.practices
        for patient in practice["patients"]
        if patient["registered_to"] and not patient["died_on"]
    }
    left = [line for line in batch.truth if line["registered_practice"] != line["practice"]]
    known = sum((line["practice"], line["nhs_number"]) in gone for line in left)
    assert 0.6 * len(left) < known < len(left)


def test_who_died_since_died_before_the_result_came_out(tmp_path: Path) -> None:
    batch = make(tmp_path, died_since=0.5)
    dead = [line for line in batch.truth if line["died_on"]]
    assert len(dead) > 30
    assert all(line["died_on"] < line["emitted_on"] for line in dead)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_spec_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    everything: Any = {
        "defects": {"image_only_page": 0.3, "extract_dirt": 0.1},
        "profiles": ["one-a-page", "sparse"],
    }
    first = _bytes(make(tmp_path / "a", **everything).out)
    assert first == _bytes(make(tmp_path / "b", **everything).out)
    assert first != _bytes(make(tmp_path / "c", seed=2, **everything).out)


def test_a_folder_that_holds_a_batch_is_refused(clean: Batch) -> None:
    before = _bytes(clean.out)
    with pytest.raises(OutputInUse, match="already holds a batch"):
        generate(spec(), 2, clean.out)
    assert _bytes(clean.out) == before


def test_what_is_returned_is_what_was_written(clean: Batch) -> None:
    generated = clean.generated
    assert generated.files == len(clean.inbox)
    assert generated.practices == len(clean.practices) == 4
    assert generated.records == len(clean.paper)
    assert generated.outcomes == dict(sorted(Counter(line["outcome"] for line in clean.truth).items()))
    assert generated.pages == sum(
        len(page_lines(data)) for name, data in clean.inbox.items() if name.endswith("pdf")
    )


def test_ntdd_spreads_a_practice_over_the_window_and_rounds_take_turns(tmp_path: Path) -> None:
    """The share of a practice's invited on its busiest quarter of the days; the referred come at any time."""
    crowding = {}
    for invitation in ("round", "ntdd"):
        batch = make(
            tmp_path / invitation, results=600, days=56, invitation=invitation, round_days=56, practices=8
        )
        by_practice: dict[str, Counter[str]] = {}
        for line in batch.truth:
            if line["batch_id"][3] in "SGH":
                continue
            by_practice.setdefault(line["practice"], Counter())[line["emitted_on"]] += 1
        shares = [
            sum(sorted(days.values(), reverse=True)[:10]) / days.total() for days in by_practice.values()
        ]
        crowding[invitation] = sum(shares) / len(shares)
    assert crowding["round"] > 0.75
    assert crowding["ntdd"] < 0.6
