"""Extracts of the published shape: what they leave out, and what they have that no print answers to."""

import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from generators import SpecError
from tests.generators.batches import Batch, csv_rows, make, spec

FORMS = {
    "%Y-%m-%d": r"\d{4}-\d\d-\d\d",
    "%d/%m/%Y": r"\d\d/\d\d/\d{4}",
    "%Y/%m/%d": r"\d{4}/\d\d/\d\d",
    "%d-%m-%Y": r"\d\d-\d\d-\d{4}",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Across the end of March, when British clocks change."""
    folder = tmp_path_factory.mktemp("published")
    return make(folder, extracts="published", start="2026-03-23", results=600)


def _files(batch: Batch, kind: str) -> dict[str, bytes]:
    return {name: data for name, data in batch.inbox.items() if name.startswith(f"bss_{kind}_KXX_")}


def test_no_row_says_how_an_episode_closed(published: Batch) -> None:
    rows = [row for data in _files(published, "episodes").values() for row in csv_rows(data)]
    assert sum(bool(row["end_code"]) for row in rows) >= 600
    for row in rows:
        assert {row["reason_closed_code"], row["end_point"], row["final_action_code"]} == {""}


def test_no_file_ends_in_a_newline(published: Batch) -> None:
    files = _files(published, "episodes") | _files(published, "subjects")
    assert len(files) == 20
    assert not [name for name, data in files.items() if data[-1:] == b"\n"]


def test_each_file_has_one_form_of_date_and_all_four_forms_come(published: Batch) -> None:
    seen = set()
    for data in _files(published, "episodes").values():
        days = [row[name] for row in csv_rows(data) for name in ("episode_date", "date_of_foa") if row[name]]
        fitting = [form for form, pattern in FORMS.items() if all(re.fullmatch(pattern, day) for day in days)]
        assert len(fitting) == 1
        assert all(datetime.strptime(day, fitting[0]) for day in days)
        seen.update(fitting)
    assert seen == set(FORMS)


def test_times_are_british(published: Batch) -> None:
    zones = defaultdict(set)
    for name, data in _files(published, "episodes").items():
        for row in csv_rows(data):
            if row["change_db_date_time"] >= "2026-03-27":
                zones[name[-12:-4] > "20260329"].add(row["change_db_date_time"][-3:])
    assert zones == {False: {"+00"}, True: {"+01"}}


def test_some_have_an_earlier_episode_too(published: Batch) -> None:
    told = {line["nhs_number"]: line["episode_id"] for line in published.truth}
    earlier = defaultdict(set)
    for data in _files(published, "episodes").values():
        for row in csv_rows(data):
            if told.get(row["nhs_number"], row["episode_id"]) != row["episode_id"]:
                earlier[row["nhs_number"]].add((row["end_code"], row["episode_id"]))
    # 15% of those invited before, who are about 3 in 4.
    assert 0.07 < len(earlier) / len(told) < 0.16
    assert {code for held in earlier.values() for code, _ in held} == {"SC", "DNA"}
    assert not {episode for held in earlier.values() for _, episode in held} & set(told.values())


def test_some_closings_are_of_people_without_a_result(published: Batch) -> None:
    told = {line["nhs_number"] for line in published.truth}
    listed = {patient["nhs_number"] for practice in published.practices for patient in practice["patients"]}
    codes = defaultdict(set)
    for data in _files(published, "episodes").values():
        for row in csv_rows(data):
            if row["nhs_number"] not in told:
                codes[row["end_code"]].add(row["nhs_number"])
    assert set(codes) <= {"WF", "DNR", "WO", "WS"}
    assert {"WF", "DNR"} <= set(codes)
    assert set().union(*codes.values()) <= listed


def test_subjects_have_a_postcode(published: Batch) -> None:
    for data in _files(published, "subjects").values():
        assert data.split(b"\n")[0].endswith(b",preferred_language,subject_postcode")
        assert all(row["subject_postcode"].startswith("ZZ") for row in csv_rows(data))


def test_the_prints_are_the_same_in_either_shape(published: Batch, tmp_path: Path) -> None:
    full = make(tmp_path, start="2026-03-23", results=600)
    for name, data in full.inbox.items():
        if name.startswith(("SIL", "SMSTA", "PRACTICES")):
            assert published.inbox[name] == data
    assert full.truth == published.truth


@pytest.mark.parametrize(
    ("sources", "kinds"),
    [
        (["print"], {"SIL", "PRACTICES"}),
        (["print", "extract"], {"SIL", "EPISODES", "SUBJECTS", "PRACTICES"}),
        (["print", "letters"], {"SIL", "SMSTA", "PRACTICES"}),
        (["tables"], {"APP", "PRACTICES"}),
        (["print", "appointments"], {"SIL", "KXX", "PRACTICES"}),
    ],
)
def test_an_office_hands_over_what_its_sources_say(
    tmp_path: Path, sources: list[str], kinds: set[str]
) -> None:
    assert {re.split("[-_]", name)[0] for name in make(tmp_path, sources=sources).inbox} == kinds


@pytest.mark.parametrize(
    ("change", "where"),
    [({"sources": ["letters"]}, "sources"), ({"sources": ["print", "fax"]}, "sources"),
     ({"extracts": "real"}, "extracts")],
)  # fmt: skip
def test_a_source_or_shape_nobody_knows_is_refused(change: dict[str, object], where: str) -> None:
    with pytest.raises(SpecError) as refused:
        spec(**change)
    assert refused.value.where == where
