"""What comes out of NBSS without being a report: its tables, and its appointment file."""

import csv
import io
import re
from pathlib import Path

import pytest

from tests.generators.batches import Batch, make
from tests.generators.test_extracts import CODES


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("tables")
    return make(
        folder, sources=["tables", "appointments"], outcome_shares=dict.fromkeys(CODES, 1 / len(CODES))
    )


def _table(batch: Batch, table: str, day: str) -> list[dict[str, str]]:
    data = batch.inbox[f"APP_{table}_{day}_183000.csv"]
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def _last_day(batch: Batch) -> str:
    return str(max(line["emitted_on"] for line in batch.truth)).replace("-", "")


def test_the_tables_hold_every_result_and_how_it_ended(exported: Batch) -> None:
    day = _last_day(exported)
    clients = {row["SX_NUMBER"]: row for row in _table(exported, "Clients", day)}
    episodes = {row["EPISODE_ID"]: row for row in _table(exported, "Episodes", day)}
    assert len(episodes) == len(exported.truth)
    for line in exported.truth:
        episode = episodes[line["episode_id"]]
        client = clients[episode["SX_NUMBER"]]
        assert client["NHS_NUMBER"] == line["nhs_number"]
        assert (client["SURNAME"], client["FORENAMES"]) == (line["surname"], line["forename"])
        assert client["DATE_OF_BIRTH"] == line["date_of_birth"]
        assert client["GP_PRACTICE_CODE"] == line["practice"]
        assert (episode["END_CODE"], episode["REASON_CLOSED"], episode["FINAL_ACTION"]) == CODES[
            line["outcome"]
        ]
        assert episode["DATE_OF_FOA"] == line["date"]
        assert episode["GP_REPORT_PRINTED"] == line["emitted_on"]


def test_each_day_exports_the_whole_table_again(exported: Batch) -> None:
    days = sorted({line["emitted_on"].replace("-", "") for line in exported.truth})
    sizes = [len(_table(exported, "Episodes", day)) for day in days]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] == len(exported.truth)


def test_the_office_says_who_it_is(exported: Batch) -> None:
    (office,) = _table(exported, "BsoDetails", _last_day(exported))
    assert (office["BSO_CODE"], office["BSO_NAME"]) == ("KXX", "FEATHERING")


def test_a_changed_result_is_in_the_tables_as_it_is_now(tmp_path: Path) -> None:
    batch = make(tmp_path, sources=["print", "tables"], defects={"result_changed": 0.3})
    episodes = {row["EPISODE_ID"]: row for row in _table(batch, "Episodes", _last_day(batch))}
    changed = batch.with_defect("result_changed")
    assert changed
    for line in changed:
        assert line["printed_outcome"] != line["outcome"]
        assert episodes[line["episode_id"]]["END_CODE"] == CODES[line["outcome"]][0]


def test_the_appointment_file_says_who_came_and_nothing_of_what_was_found(exported: Batch) -> None:
    files = {name: data for name, data in exported.inbox.items() if name.endswith(".dat")}
    came = {}
    for name, data in files.items():
        assert re.fullmatch(r"KXX_2026\d{10}_APPT_\d{3}\.dat", name)
        lines = [line.strip('"').split('"|"') for line in data.decode().splitlines()]
        head, fields, *rows, end = lines
        assert (head[0], fields[0], end[0]) == ("NBSSAPPT_HDR", "NBSSAPPT_FLDS", "NBSSAPPT_END")
        assert int(head[4]) == int(end[4]) == len(rows)
        for row in rows:
            assert (row[0], len(row)) == ("NBSSAPPT_DATA", len(fields))
            record = dict(zip(fields, row, strict=True))
            came[record["NHS Num"]] = record["Status"]
    assert {line["nhs_number"] for line in exported.truth} == set(came)
    for line in exported.truth:
        if line["outcome"] in ("normal", "recall_for_assessment", "attended_not_screened"):
            assert came[line["nhs_number"]] == "A"
        if line["outcome"] == "did_not_attend":
            assert came[line["nhs_number"]] == "D"
