"""NBSS's own tables: results without a print, and the print held against them where there is one."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from generators import GenerationSpec, generate
from pilot.domain.result import DisputeReason, RejectionReason
from pilot.nbss import Checked, FileKind, Known, Reader, check, read_files, remember
from tests.nbss.batches import OFFICE
from tests.nbss.test_published_extracts import all_fit
from tests.nbss.test_truth import taken_in


def exported(out: Path, *sources: str) -> dict[str, dict]:
    """A batch of an office that hands its tables over; the truth by screening number."""
    generate(GenerationSpec(OFFICE, 3, 60, date(2026, 11, 2), 12, sources=sources), 3, out)
    lines = (out / "truth.jsonl").read_text("utf-8").splitlines()
    return {line["screening_number"]: line for line in map(json.loads, lines)}


def rewritten(inbox: Path, table: str, old: str, new: str) -> None:
    """The same change in every day's export of a table."""
    for path in inbox.glob(f"APP_{table}_*"):
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


def found(checks: Sequence[Checked]) -> list[tuple[str, str | None]]:
    """Reason and NHS number of everything that is not fit."""
    unfit = [(str(item.reason), item.nhs_number) for checked in checks for item in checked.rejected]
    unfit += [
        (str(item.reason), item.result.participant.nhs_number)
        for checked in checks
        for item in checked.disputed
    ]
    return unfit


@pytest.mark.parametrize("a_day_at_a_time", [False, True], ids=["at once", "day by day"])
def test_tables_alone_bring_every_result_once(tmp_path: Path, a_day_at_a_time: bool) -> None:
    """Each evening's export is the whole table: what was taken before is not taken again."""
    truth = exported(tmp_path, "tables")
    checks = taken_in(tmp_path / "inbox", a_day_at_a_time)
    results = [result for checked in checks for result in checked.fit]
    assert found(checks) == []
    assert len(results) == len(truth)
    for result in results:
        line = truth[result.screening_number]
        told = (result.participant.nhs_number, result.outcome.value, result.practice, str(result.date))
        assert told == (line["nhs_number"], line["outcome"], line["practice"], line["date"])
        assert result.participant.surname == line["surname"]
    assert set(all_fit(checks).values()) == {"NBSS's tables only"}


def test_a_print_is_sent_held_against_the_tables(tmp_path: Path) -> None:
    truth = exported(tmp_path, "print", "tables")
    held = all_fit(taken_in(tmp_path / "inbox", True))
    assert held == dict.fromkeys(truth, "print and NBSS's tables")


def test_a_print_that_the_tables_contradict_is_for_a_person(tmp_path: Path) -> None:
    truth = exported(tmp_path, "print", "tables")
    normal = next(line for line in truth.values() if line["outcome"] == "normal")
    for path in (tmp_path / "inbox").glob("APP_Episodes_*"):
        rows = path.read_bytes().split(b"\r\n")
        mine = normal["episode_id"].encode() + b","
        path.write_bytes(
            b"\r\n".join(
                row.replace(b",SC,R,RR,", b",SC,,FP,") if row.startswith(mine) else row for row in rows
            )
        )
    assert found(taken_in(tmp_path / "inbox", False)) == [
        (DisputeReason.OUTCOME_DIFFERS.value, normal["nhs_number"])
    ]


def test_a_row_that_says_something_else_a_day_later_is_an_amended_result(tmp_path: Path) -> None:
    truth = exported(tmp_path, "tables")
    first_day = min(line["emitted_on"] for line in truth.values())
    normal = next(
        line for line in truth.values() if (line["outcome"], line["emitted_on"]) == ("normal", first_day)
    )
    for path in sorted((tmp_path / "inbox").glob("APP_Episodes_*"))[1:]:
        rows = path.read_bytes().split(b"\r\n")
        mine = normal["episode_id"].encode() + b","
        path.write_bytes(
            b"\r\n".join(
                row.replace(b",SC,R,RR,", b",SC,,FP,") if row.startswith(mine) else row for row in rows
            )
        )
    checks = taken_in(tmp_path / "inbox", True)
    assert found(checks) == [(DisputeReason.AMENDED.value, normal["nhs_number"])]
    assert set(all_fit(checks)) == set(truth)


def test_codes_that_name_no_outcome_are_said_once_and_taken_when_they_are_put_right(tmp_path: Path) -> None:
    exported(tmp_path, "tables")
    tables = sorted((tmp_path / "inbox").glob("APP_*"))
    whole = {path: path.read_bytes() for path in tables}
    rewritten(tmp_path / "inbox", "Episodes", ",SC,R,RR,", ",SC,,,")
    known, checks = Known(), []
    with Reader() as reader:
        last = [path for path in tables if path.name.split("_")[2] == tables[-1].name.split("_")[2]]
        for again in (last, last, None):
            if again is None:
                for path in last:
                    path.write_bytes(whole[path])
            batch = reader.read([tmp_path / "inbox" / "PRACTICES-KXX.csv", *last])
            checks.append(check(batch, known))
            known = remember(known, batch, checks[-1])
    first, second, third = checks
    unsaid = [item for item in first.rejected if item.reason is RejectionReason.OUTCOME_NOT_RECOGNISED]
    assert unsaid
    assert (second.fit, second.rejected, second.disputed) == ((), (), ())
    assert {result.screening_number for result in third.fit} == {item.screening_number for item in unsaid}


def test_rows_of_nobody_are_one_entry_that_says_what_to_bring(tmp_path: Path) -> None:
    exported(tmp_path, "tables")
    episodes = sorted((tmp_path / "inbox").glob("APP_Episodes_*"))[-1]
    checked = check(read_files([episodes]))
    (item,) = checked.rejected
    assert checked.fit == ()
    assert "60 rows" in item.detail
    assert "bring APP_Clients" in item.detail


@pytest.mark.parametrize(("table", "column"), [("Clients", "SURNAME"), ("Episodes", "GP_REPORT_PRINTED")])
def test_a_column_that_is_called_otherwise_is_named(tmp_path: Path, table: str, column: str) -> None:
    exported(tmp_path, "tables")
    rewritten(tmp_path / "inbox", table, column, "X")
    path = sorted((tmp_path / "inbox").glob(f"APP_{table}_*"))[-1]
    (file,) = read_files([path]).files
    assert file.kind is FileKind.UNKNOWN
    assert f"lacks the column {column.lower()}" in file.rejected[0].detail


def test_the_appointment_file_is_known_by_its_name_and_brings_nothing(tmp_path: Path) -> None:
    exported(tmp_path, "tables", "appointments")
    whole = next((tmp_path / "inbox").glob("*_APPT_*"))
    cut = tmp_path / "cut.dat"
    cut.write_bytes(whole.read_bytes()[:-200])
    known, damaged = read_files([whole, cut]).files
    assert (known.kind, known.results, known.rejected) == (FileKind.APPOINTMENTS, (), ())
    assert (damaged.kind, damaged.rejected[0].reason) == (FileKind.UNKNOWN, RejectionReason.DAMAGED_FILE)
