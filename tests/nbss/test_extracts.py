"""The office's CSV files: rows read as they are, rows that cannot be are named by their number."""

import gzip
import io
import zipfile
from datetime import date, datetime

import pytest

from pilot.domain.outcome import Outcome
from pilot.domain.result import RejectionReason
from pilot.nbss.batch import FileKind
from pilot.nbss.extracts import (
    DamagedExtract,
    ExtractTooLarge,
    NotAnExtract,
    kind_of,
    plain_bytes,
    plain_text,
    read_extract,
)
from pilot.nbss.wire import Limits

EPISODE = (
    "nhs_number,episode_id,episode_type,change_db_date_time,episode_date,appointment_made,date_of_foa,"
    "date_of_as,early_recall_date,call_recall_status_authorised_by,end_code,end_code_last_updated,"
    "bso_organisation_code,bso_batch_id,reason_closed_code,end_point,final_action_code"
)
SUBJECT = "change_db_date_time,nhs_number,superseded_nhs_number,gp_practice_code,bso_organisation_code"
DIRECTORY = "local_number,practice_code,name,closed_on,successor_code"


def episode(**cells: str) -> str:
    """A row of the episode extract; what is left alone is a whole one."""
    row = dict.fromkeys(EPISODE.split(","), "") | {
        "nhs_number": "9990000018",
        "episode_id": "7001",
        "episode_type": "C",
        "change_db_date_time": "2026-02-20 16:03:11.000331+00",
        "episode_date": "2026-01-05",
        "appointment_made": "True",
        "date_of_foa": "2026-02-19",
        "bso_organisation_code": "KXX",
        "bso_batch_id": "KXX001326",
    }
    return ",".join((row | cells).values())


def rows_of(kind: FileKind, header: str, *rows: str):
    return read_extract("\n".join([header, *rows, ""]), kind, "X.csv")


def episodes_of(*rows: str):
    return rows_of(FileKind.EPISODE_EXTRACT, EPISODE, *rows)


def test_an_episode_row_is_read_whole():
    (row,) = episodes_of(
        episode(date_of_as="2026-02-19", end_code="SC", reason_closed_code="R", final_action_code="RR")
    ).episodes
    assert (row.nhs_number, row.episode_id, row.bso, row.batch_id) == (
        "9990000018",
        "7001",
        "KXX",
        "KXX001326",
    )
    assert row.changed_at == datetime(2026, 2, 20, 16, 3, 11, 331)
    assert (row.episode_date, row.date_of_foa, row.date_of_as) == (
        date(2026, 1, 5),
        date(2026, 2, 19),
        date(2026, 2, 19),
    )
    assert (row.end_code, row.reason_closed_code, row.final_action_code) == ("SC", "R", "RR")
    assert (row.outcome, str(row.provenance)) == (Outcome.NORMAL, "X.csv row 2")


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        (("SC", "R", "RR"), Outcome.NORMAL),
        (("SC", "", "FP"), Outcome.RECALL_FOR_ASSESSMENT),
        (("SC", "TR", "EC"), Outcome.TECHNICAL_RECALL),
        (("SC", "PM", "RR"), Outcome.PARTIAL_MAMMOGRAPHY),
        (("DNA", "NA", ""), Outcome.DID_NOT_ATTEND),
        (("PC", "DD", ""), Outcome.DECLINED),
        (("WM", "MV", ""), Outcome.MOVED),
        (("WD", "DE", ""), Outcome.DIED),
        (("WB", "CT", ""), Outcome.UNDER_CARE_ELSEWHERE),
        (("WC", "BS", ""), Outcome.NOT_ELIGIBLE),
        (("PC", "NS", ""), Outcome.ATTENDED_NOT_SCREENED),
        (("", "", ""), None),
        (("SC", "", "RR"), None),
        (("SC", "R", "FP"), None),
        (("DNR", "", ""), None),
    ],
)
def test_three_codes_together_name_an_outcome_or_none(codes, outcome):
    end, reason, action = codes
    (row,) = episodes_of(episode(end_code=end, reason_closed_code=reason, final_action_code=action)).episodes
    assert row.outcome is outcome


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-20 16:03:11.000331+00",
        "2026-02-20T16:03:11.000331Z",
        "2026-02-20T16:03:11.000331",
        "2026-02-20 17:03:11.000331+01",
        "2026-02-20 17:03:11.000331+01:00",
        "2026-02-20 11:03:11.000331-0500",
    ],
)
def test_moments_of_every_spelling_are_one_moment(written: str):
    (row,) = episodes_of(episode(change_db_date_time=written)).episodes
    assert row.changed_at == datetime(2026, 2, 20, 16, 3, 11, 331)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"nhs_number": ""}, "nhs_number"),
        ({"nhs_number": "9990000019"}, "nhs_number"),
        ({"episode_id": ""}, "episode_id"),
        ({"change_db_date_time": "yesterday"}, "change_db_date_time"),
        ({"change_db_date_time": ""}, "change_db_date_time"),
        ({"end_code": "RR"}, "end_code"),
        ({"end_code": "KXX"}, "end_code"),
        ({"final_action_code": "SC"}, "final_action_code"),
        ({"date_of_foa": "19-Feb-2026"}, "date_of_foa"),
        ({"date_of_foa": "02/19/2026"}, "date_of_foa"),
        ({"date_of_as": "2026-02-30"}, "date_of_as"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_read(cells, column):
    extract = episodes_of(episode(), episode(**cells), episode(episode_id="7002"))
    (rejected,) = extract.rejected
    assert [row.episode_id for row in extract.episodes] == ["7001", "7002"]
    assert (rejected.reason, str(rejected.provenance)) == (
        RejectionReason.EXTRACT_ROW_UNREADABLE,
        "X.csv row 3",
    )
    assert rejected.detail.startswith(f"row 3: {column} ")
    assert not any(value and value in rejected.detail for value in cells.values())


def test_blank_rows_and_blank_cells_are_no_fault():
    extract = episodes_of("," * 16, "", episode(date_of_foa="", episode_date=""))
    assert (len(extract.episodes), extract.rejected) == (1, ())
    assert extract.episodes[0].date_of_foa is None


def test_a_row_of_another_length_is_named():
    extract = episodes_of(episode() + ",more", episode()[:40])
    assert extract.episodes == ()
    (rejected,) = extract.rejected
    assert "cells" in rejected.detail


def test_one_cause_is_one_entry_however_many_rows_it_spoils():
    rows = [
        episode(),
        *[episode(end_code="KXX")] * 3,
        episode(),
        episode(end_code="KXX"),
        episode(episode_id=""),
    ]
    extract = episodes_of(*rows)
    assert len(extract.episodes) == 2
    assert [item.detail for item in extract.rejected] == [
        "4 rows: end_code is not a code of that column (rows 3-5, 7)",
        "row 8: episode_id is blank",
    ]
    assert [item.provenance.record for item in extract.rejected] == [3, 8]


def test_quoted_cells_and_line_ends_of_another_system_are_read():
    quoted = episode(bso_batch_id='"KXX,1"')
    content = f"{EPISODE}\r\n{quoted}\r\n".encode("utf-8-sig")
    assert kind_of(plain_text(content)) is FileKind.EPISODE_EXTRACT
    (row,) = read_extract(plain_text(content), FileKind.EPISODE_EXTRACT, "X.csv").episodes
    assert row.batch_id == "KXX,1"


def test_a_subject_row_gives_the_practice_and_the_number_it_replaced():
    extract = rows_of(
        FileKind.SUBJECT_EXTRACT,
        SUBJECT,
        "2026-02-20 16:03:11+00,9990000018,9990000026,z99001,KXX",
        "2026-02-20 16:03:11+00,9990000018,,,KXX",
        "2026-02-20 16:03:11+00,9990000018,,SURGERY,KXX",
    )
    first, second = extract.subjects
    assert (first.practice, first.superseded_nhs_number) == ("Z99001", "9990000026")
    assert (second.practice, second.superseded_nhs_number) == (None, None)
    assert "gp_practice_code" in extract.rejected[0].detail


def test_the_directory_gives_successors():
    extract = rows_of(
        FileKind.PRACTICE_DIRECTORY,
        DIRECTORY,
        "123,Z99001,THE SURGERY,,",
        "99,Z99002,THE OLD SURGERY,2025-04-01,Z99001",
        ",Z99003,NOBODY'S,,",
    )
    surgery, old = extract.directory
    assert (surgery.closed_on, surgery.successor) == (None, None)
    assert (old.closed_on, old.successor) == (date(2025, 4, 1), "Z99001")
    assert "local_number" in extract.rejected[0].detail


@pytest.mark.parametrize(
    "kind", [FileKind.EPISODE_EXTRACT, FileKind.SUBJECT_EXTRACT, FileKind.PRACTICE_DIRECTORY]
)
def test_a_file_that_ends_within_a_line_is_not_used_at_all(kind: FileKind):
    with pytest.raises(DamagedExtract):
        read_extract(f"{EPISODE}\n{episode()[:50]}", kind, "X.csv")


def test_kinds_are_told_by_their_columns_in_any_order():
    assert kind_of(SUBJECT) is FileKind.SUBJECT_EXTRACT
    assert kind_of(DIRECTORY.upper()) is FileKind.PRACTICE_DIRECTORY
    assert kind_of(",".join(reversed(EPISODE.split(",")))) is FileKind.EPISODE_EXTRACT
    assert kind_of("nhs_number,date\n") is FileKind.UNKNOWN
    assert kind_of("") is FileKind.UNKNOWN


def test_archives_are_opened_as_far_as_the_limit():
    limits = Limits(expanded_bytes=1000)
    assert plain_bytes(b"as it is", limits) == b"as it is"
    assert plain_bytes(gzip.compress(b"x" * 1000) + gzip.compress(b""), limits) == b"x" * 1000
    with pytest.raises(ExtractTooLarge):
        plain_bytes(gzip.compress(b"x" * 1001), limits)
    for broken in (
        gzip.compress(b"x" * 1000)[:-1],
        b"\x1f\x8b\x08garbage",
        gzip.compress(b"x") + b"\x1f\x8bx",
    ):
        with pytest.raises(DamagedExtract):
            plain_bytes(broken, limits)


@pytest.mark.parametrize("written", ["2022-08-17", "17/08/2022", "2022/08/17", "17-08-2022"])
def test_days_come_in_the_four_forms_of_the_published_receiver(written: str):
    (row,) = episodes_of(episode(date_of_foa=written)).episodes
    assert row.date_of_foa == date(2022, 8, 17)


def test_a_moment_that_excel_saved_is_read():
    (row,) = episodes_of(episode(change_db_date_time="20/02/2026 9:03")).episodes
    assert row.changed_at == datetime(2026, 2, 20, 9, 3)


@pytest.mark.parametrize(
    ("end", "allowed"),
    [
        ("SC", {outcome for outcome in Outcome if outcome.was_screened}),
        ("DNA", {"did_not_attend"}),
        ("PC", {"declined", "attended_not_screened"}),
        ("WM", {"moved"}),
        ("DNR", set()),
        ("WS", set()),
    ],
)
def test_blank_cells_say_nothing_so_that_a_row_may_be_of_every_outcome_of_its_end_code(end, allowed):
    (row,) = episodes_of(episode(end_code=end)).episodes
    assert row.may_be == {Outcome(name) for name in allowed}
    assert row.outcome is (Outcome(*allowed) if len(allowed) == 1 else None)


def test_codes_that_fit_no_outcome_allow_none():
    (row,) = episodes_of(episode(end_code="SC", reason_closed_code="R", final_action_code="FP")).episodes
    assert row.may_be == frozenset()


def test_a_last_line_without_its_newline_is_whole_where_it_has_every_cell():
    extract = read_extract(f"{EPISODE}\n{episode()}", FileKind.EPISODE_EXTRACT, "X.csv")
    assert (len(extract.episodes), extract.rejected) == (1, ())


def test_a_day_without_changes_is_a_header_alone():
    assert read_extract(EPISODE, FileKind.EPISODE_EXTRACT, "X.csv").episodes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_copies_that_excel_saved_are_read(encoding: str, delimiter: str):
    content = f"{EPISODE}\r\n{episode()}\r\n".replace(",", delimiter).encode(encoding)
    text = plain_text(content)
    assert kind_of(text) is FileKind.EPISODE_EXTRACT
    assert len(read_extract(text, FileKind.EPISODE_EXTRACT, "X.csv").episodes) == 1


@pytest.mark.parametrize(("name", "says"), [("xl/workbook.xml", "workbook"), ("EPISODES.csv", "zip archive")])
def test_an_archive_or_a_workbook_is_refused_by_its_right_name(name: str, says: str):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, EPISODE)
    with pytest.raises(NotAnExtract, match=says):
        plain_text(archive.getvalue())


@pytest.mark.parametrize("column", ["end_code", "nhs_number", "change_db_date_time", "episode_id"])
def test_a_column_that_is_missing_is_named(column: str):
    header = ",".join(name for name in EPISODE.split(",") if name != column)
    with pytest.raises(NotAnExtract, match=f"episode extract lacks the column {column}"):
        kind_of(header)
