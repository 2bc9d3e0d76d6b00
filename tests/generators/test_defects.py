"""Each defect: it happens at its rate, shows where docs/nbss.md says, and is noted in the truth."""

import gzip
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from nhs_number import is_valid

from generators.defects import DEFECTS, Scope
from generators.defects.catalogue import of_scope
from tests.generators.batches import Batch, csv_rows, latest, make
from tests.generators.grid import page_lines

RECORD = of_scope(Scope.PERSON, Scope.RECORD)
RATE = 0.25
Line = dict[str, Any]
Flawed = Callable[[str], Batch]


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Flawed:
    """A batch with one defect at RATE, made once."""

    @cache
    def make_one(name: str) -> Batch:
        return make(tmp_path_factory.mktemp(name), seed=3, results=160, practices=3, defects={name: RATE})

    return make_one


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The same batch without any."""
    return make(tmp_path_factory.mktemp("whole"), seed=3, results=160, practices=3)


def block(batch: Batch, place: Line) -> list[str]:
    """The rows of one printed record, from its heading to the next."""
    page = page_lines(batch.inbox[place["file"]])[place["page"] - 1]
    starts = [n for n, row in enumerate(page) if row.startswith("NHS BREAST") and "GP REPORTS" not in row]
    start = starts[place["record"] - 1]
    end = next((n for n in starts if n > start), len(page))
    return page[start:end]


def value(rows: list[str], label: str) -> str:
    """What stands behind a label, its own blanks left out; a value follows its colon after one blank."""
    found = (re.search(rf"{label}: ?(\S*(?: \S+)*)", row) for row in rows)
    return next(match[1] for match in found if match).replace(" ", "")


def letter(batch: Batch, line: Line) -> list[str] | None:
    for name, data in batch.inbox.items():
        if name.startswith("SMSTA") and line["emitted_on"].replace("-", "") in name:
            for page in page_lines(data):
                if any(line["screening_number"] in row for row in page):
                    return page
    return None


@pytest.mark.parametrize("name", RECORD)
def test_a_record_has_it_as_often_as_its_rate_says(flawed: Flawed, name: str) -> None:
    """Six standard deviations either side; both of a pair are noted, and a defect may find nothing to fall on."""
    share = len(flawed(name).with_defect(name)) / 160
    pairs = name in ("twins", "namesakes", "nhs_number_of_another")
    assert share > RATE / 3
    assert share < (2 if pairs else 1) * RATE + 6 * (RATE * (1 - RATE) / 160) ** 0.5


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_people_and_outcomes_are_the_same_without_it(flawed: Flawed, whole: Batch, name: str) -> None:
    changed = set(RECORD[:5])  # the awkward truths do change who she is
    keep = ("screening_number", "outcome", "date", "emitted_on", "practice")
    for before, after in zip(whole.truth, flawed(name).truth, strict=True):
        if name not in changed or not after["defects"]:
            assert [before[key] for key in keep] == [after[key] for key in keep]


@pytest.mark.parametrize("name", ["nhs_number_invalid", "nhs_number_missing", "nhs_number_short"])
def test_a_bad_number_is_on_report_and_letter(flawed: Flawed, name: str) -> None:
    batch = flawed(name)
    for line in batch.with_defect(name):
        printed = value(block(batch, line), "NHS Number")
        assert printed != line["nhs_number"]
        assert not (printed and is_valid(printed))
        assert printed == {"nhs_number_missing": "", "nhs_number_short": "111"}.get(name, printed)
        page = letter(batch, line)
        assert page is None or value(page, "NHS Number") == printed


def test_a_superseded_number_leads_to_the_present_one_in_the_subject_extract(flawed: Flawed) -> None:
    batch = flawed("nhs_number_superseded")
    replaced = {row["superseded_nhs_number"]: row["nhs_number"] for row in batch.rows("SUBJECTS")}
    for line in batch.with_defect("nhs_number_superseded"):
        printed = value(block(batch, line), "NHS Number")
        assert printed.startswith("999")
        assert is_valid(printed)
        assert replaced[printed] == line["nhs_number"]
        assert latest(batch.rows("EPISODES"))[line["episode_id"]]["nhs_number"] == line["nhs_number"]


def test_the_number_of_another_stands_twice_in_a_report(flawed: Flawed) -> None:
    batch = flawed("nhs_number_of_another")
    flawed_lines = batch.with_defect("nhs_number_of_another")
    numbers = Counter((line["file"], value(block(batch, line), "NHS Number")) for line in flawed_lines)
    assert min(numbers.values()) >= 2
    borrowed = [
        line for line in flawed_lines if value(block(batch, line), "NHS Number") != line["nhs_number"]
    ]
    assert borrowed


def test_a_wrong_birth_disagrees_with_the_age_and_an_implausible_one_with_sense(flawed: Flawed) -> None:
    for name, off in (("date_of_birth_wrong", range(2, 11)), ("date_of_birth_implausible", range(100, 101))):
        batch = flawed(name)
        for line in batch.with_defect(name):
            rows = block(batch, line)
            year = int(value(rows, "Date of Birth")[-4:])
            assert abs(int(line["date_of_birth"][:4]) - year) in off
            assert value(rows, "Age") == str(line["age"])


def test_a_changed_result_was_printed_as_it_was_before(flawed: Flawed) -> None:
    batch = flawed("result_changed")
    rows = batch.rows("EPISODES")
    for line in batch.with_defect("result_changed"):
        assert line["printed_outcome"] != line["outcome"]
        closings = [row for row in rows if row["episode_id"] == line["episode_id"] and row["end_code"]]
        assert len(closings) == 2
        codes = [(row["end_code"], row["reason_closed_code"], row["final_action_code"]) for row in closings]
        assert codes[0] != codes[1]
        assert closings[0]["change_db_date_time"] < closings[1]["change_db_date_time"]
        assert closings[1]["change_db_date_time"][:10] == line["emitted_on"]
        screened = any("S C R E E N E D   -" in row for row in block(batch, line))
        assert screened == (line["printed_outcome"] != "did_not_attend")


def test_a_letter_that_disagrees_says_another_phrase(flawed: Flawed) -> None:
    batch = flawed("letters_disagree")
    phrase = "no signs of breast cancer were found"
    for line in batch.with_defect("letters_disagree"):
        page = letter(batch, line)
        assert page is not None
        says_normal = phrase in " ".join(" ".join(page).split())
        assert not (says_normal and line["outcome"] == "normal")
        assert "printed_outcome" not in line


def test_an_unknown_headline_stands_alone_and_a_record_may_end_at_the_rule(flawed: Flawed) -> None:
    batch = flawed("outcome_not_recognised")
    for line in batch.with_defect("outcome_not_recognised"):
        below = [row for row in block(batch, line)[15:] if row]
        assert len(below) == 1
        assert "ROUTINE" not in below[0][::2]
    batch = flawed("record_cut_short")
    for line in batch.with_defect("record_cut_short"):
        assert [row for row in block(batch, line) if row][-1] == "_" * 80


def test_a_duplicate_is_printed_twice_and_the_truth_says_where(flawed: Flawed) -> None:
    batch = flawed("duplicate_record")
    for line in batch.with_defect("duplicate_record"):
        (again,) = line["also_printed"]
        assert block(batch, again)[4:20] == block(batch, line)[4:20]
    assert len(batch.paper) == 160 + len(batch.with_defect("duplicate_record"))


@pytest.mark.parametrize("name", ["missing_from_report", "missing_from_letters", "missing_from_extract"])
def test_who_is_missing_from_one_output_is_in_the_others(flawed: Flawed, name: str) -> None:
    batch = flawed(name)
    closed = latest(batch.rows("EPISODES"))
    for line in batch.with_defect(name):
        assert (line["file"] is None) == (name == "missing_from_report")
        assert (line["episode_id"] not in closed) == (name == "missing_from_extract")
        if line["outcome"] in ("normal", "recall_for_assessment"):
            assert (letter(batch, line) is None) == (name == "missing_from_letters")


def test_twins_and_namesakes_are_two_people(flawed: Flawed) -> None:
    for name, same, differs in (
        ("twins", ("surname", "date_of_birth"), "forename"),
        ("namesakes", ("surname", "forename"), "date_of_birth"),
    ):
        batch = flawed(name)
        lines = batch.with_defect(name)
        alike = Counter(tuple(line[key] for key in (*same, "practice", "emitted_on")) for line in lines)
        assert min(alike.values()) == 2
        for key in alike:
            pair = [
                line for line in lines if tuple(line[k] for k in (*same, "practice", "emitted_on")) == key
            ]
            assert pair[0][differs] != pair[1][differs]
            assert block(batch, pair[0])[8:11] == block(batch, pair[1])[8:11]


def test_names_outside_latin1_are_printed_or_lost(flawed: Flawed) -> None:
    for name, printed in (("name_outside_latin1", True), ("name_characters_lost", False)):
        batch = flawed(name)
        for line in batch.with_defect(name):
            assert not line["surname"].isascii()
            row = block(batch, line)[4]
            shown = "".join(c if printed or ord(c) < 256 else "?" for c in line["surname"])
            assert row.startswith(f"{shown}, ")


def test_an_outcome_without_a_concept_is_one_that_no_published_list_codes(flawed: Flawed) -> None:
    for line in flawed("outcome_without_concept").with_defect("outcome_without_concept"):
        assert line["outcome"] not in ("normal", "did_not_attend", "recall_for_assessment")


def directory(batch: Batch) -> dict[str, Line]:
    return {row["local_number"]: row for row in csv_rows(batch.inbox["PRACTICES-KXX.csv"])}


def local_numbers(data: bytes) -> list[str]:
    return [
        match[1]
        for page in page_lines(data)
        if "GP REPORTS" in page[0]
        for row in page
        if (match := re.fullmatch(r"\s*\((\w+)\)", row))
    ]


def test_a_cover_may_have_a_practice_s_old_number(flawed: Flawed) -> None:
    for name in ("practice_old_code", "practice_closed", "practice_unknown"):
        batch = flawed(name)
        rows = directory(batch)
        assert batch.with_defect(name)
        for line in batch.with_defect(name):
            (number,) = local_numbers(batch.inbox[line["file"]])
            row = rows.get(number)
            assert (row is None) == (name == "practice_unknown")
            if row:
                assert row["closed_on"] < line["emitted_on"]
                assert row["successor_code"] == (line["practice"] if name == "practice_old_code" else "")


def test_a_merged_bundle_has_two_covers_in_one_file(flawed: Flawed) -> None:
    batch = flawed("practice_merged")
    subjects = {row["nhs_number"]: row["gp_practice_code"] for row in batch.rows("SUBJECTS")}
    rows = directory(batch)
    bundles = {line["file"] for line in batch.with_defect("practice_merged")}
    two = [name for name in bundles if len(local_numbers(batch.inbox[name])) == 2]
    assert two
    for name in two:
        own, former = (rows[number] for number in local_numbers(batch.inbox[name]))
        assert former["successor_code"] == own["practice_code"]
        lines = [line for line in batch.truth if line["file"] == name]
        assert {line["practice"] for line in lines} == {own["practice_code"]}
        assert {subjects[line["nhs_number"]] for line in lines} == {
            own["practice_code"],
            former["practice_code"],
        }


def test_a_reprint_is_the_same_report_under_the_next_day(flawed: Flawed) -> None:
    batch = flawed("batch_reprinted")
    for line in batch.with_defect("batch_reprinted"):
        (again,) = line["also_printed"]
        assert again["file"].endswith("-reprint.pdf")
        assert again["file"].split("-")[2] > line["file"].split("-")[2]
        assert block(batch, again)[4:20] == block(batch, line)[4:20]
        assert page_lines(batch.inbox[again["file"]])[0][0] != page_lines(batch.inbox[line["file"]])[0][0]


def test_a_picture_of_a_page_has_no_text_and_hides_just_its_records(flawed: Flawed) -> None:
    batch = flawed("image_only_page")
    hidden = {(line["file"], line["page"]) for line in batch.with_defect("image_only_page")}
    assert hidden
    for line in batch.truth:
        page = page_lines(batch.inbox[line["file"]])[line["page"] - 1]
        assert (page == []) == ((line["file"], line["page"]) in hidden)
    file, number = next(iter(hidden))
    document = pypdfium2.PdfDocument(batch.inbox[file])
    dark = sum(
        1 for level in document[number - 1].render(scale=1, grayscale=True).to_numpy().ravel() if level < 128
    )
    document.close()
    assert dark > 500


@pytest.mark.parametrize("name", ["file_truncated", "file_cut_in_transfer", "file_empty", "file_not_a_pdf"])
def test_a_damaged_file_is_not_the_report_and_the_paper_is_whole(
    flawed: Flawed, whole: Batch, name: str
) -> None:
    batch = flawed(name)
    damaged = {line["file"] for line in batch.with_defect(name)}
    assert damaged
    for file, data in whole.inbox.items():
        got = batch.inbox[file]
        if file not in damaged:
            assert got == data
        elif name == "file_truncated":
            assert data.startswith(got)
            assert len(got) < len(data)
        elif name == "file_cut_in_transfer":
            assert len(got) < len(data)
            assert got.endswith(data[-20:])
        else:
            assert got[:9] == {"file_empty": b"", "file_not_a_pdf": b"<!DOCTYPE"}[name]
    assert batch.paper == whole.paper


def test_a_cut_extract_is_noted_for_those_whose_closing_it_held(tmp_path: Path) -> None:
    for profile in ("standard", "one-a-page"):
        options = {"results": 160, "practices": 3, "profile": profile}
        before = make(tmp_path / f"{profile}-whole", seed=3, **options)
        batch = make(tmp_path / profile, seed=3, defects={"extract_cut": 0.4}, **options)
        cut = [name for name, data in batch.inbox.items() if data != before.inbox[name]]
        assert cut
        assert all(name.startswith("EPISODES") for name in cut)
        held = {
            row["episode_id"]
            for name in cut
            for row in csv_rows(
                before.inbox[name] if name.endswith("csv") else gzip.decompress(before.inbox[name])
            )
            if row["end_code"]
        }
        assert {line["episode_id"] for line in batch.with_defect("extract_cut")} == held


def test_dirt_does_not_change_what_an_episode_says(flawed: Flawed, whole: Batch) -> None:
    batch = flawed("extract_dirt")
    closed = latest(whole.rows("EPISODES"))
    ours = {line["episode_id"]: line for line in batch.truth}
    rows = batch.rows("EPISODES")
    for row in rows:
        line = ours.get(row["episode_id"])
        if line is None:
            assert row["nhs_number"] not in {other["nhs_number"] for other in batch.truth}
        else:
            assert (row["appointment_made"] in ("TRUE", "FALSE")) == ("extract_dirt" in line["defects"])
            if row["end_code"]:
                assert row["end_code"] == closed[row["episode_id"]]["end_code"]
    assert any(not any(row.values()) for row in rows)
