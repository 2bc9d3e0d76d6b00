"""The extracts: BS Select's columns, several rows an episode, the latest of which is the truth."""

import gzip
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from generators.people.people import Person, Result
from generators.prints.case import shown_record
from generators.prints.extracts import EPISODE_COLUMNS, SUBJECT_COLUMNS, csv_bytes, episode_rows, subject_rows
from tests.generators.batches import Batch, csv_rows, latest, make

GOLDEN = Path(__file__).parents[1] / "golden" / "generators"

EPISODES = (
    "nhs_number,episode_id,episode_type,change_db_date_time,episode_date,appointment_made,date_of_foa,date_of_as,"
    "early_recall_date,call_recall_status_authorised_by,end_code,end_code_last_updated,bso_organisation_code,"
    "bso_batch_id,reason_closed_code,end_point,final_action_code"
)
SUBJECTS = (
    "change_db_date_time,nhs_number,superseded_nhs_number,gp_practice_code,bso_organisation_code,"
    "next_test_due_date,subject_status_code,early_recall_date,latest_invitation_date,removal_reason,removal_date,"
    "reason_for_ceasing_code,is_higher_risk,higher_risk_next_test_due_date,hr_recall_due_date,"
    "higher_risk_referral_reason_code,date_irradiated,is_higher_risk_active,gene_code,ntdd_calculation_method,"
    "preferred_language"
)
# docs/interfaces.md, section 1: end_code, reason_closed_code, final_action_code.
CODES = {
    "normal": ("SC", "R", "RR"),
    "recall_for_assessment": ("SC", "", "FP"),
    "technical_recall": ("SC", "TR", "EC"),
    "partial_mammography": ("SC", "PM", "RR"),
    "did_not_attend": ("DNA", "NA", ""),
    "declined": ("PC", "DD", ""),
    "moved": ("WM", "MV", ""),
    "died": ("WD", "DE", ""),
    "under_care_elsewhere": ("WB", "CT", ""),
    "not_eligible": ("WC", "BS", ""),
    "attended_not_screened": ("PC", "NS", ""),
}
ATTENDED = {
    "normal", "recall_for_assessment", "technical_recall", "partial_mammography", "attended_not_screened",
}  # fmt: skip


@pytest.fixture(scope="module")
def every_outcome(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return make(tmp_path_factory.mktemp("all"), results=300, outcome_shares=dict.fromkeys(CODES, 1 / 11))


def test_the_columns_are_those_of_bs_select(clean: Batch) -> None:
    inbox = clean.inbox
    for kind, header in (("EPISODES", EPISODES), ("SUBJECTS", SUBJECTS)):
        files = [data for name, data in inbox.items() if name.startswith(kind)]
        assert files
        assert {data.decode().split("\n", 1)[0] for data in files} == {header}


def test_the_last_row_of_an_episode_is_the_truth(every_outcome: Batch) -> None:
    last = latest(every_outcome.rows("EPISODES"))
    assert {line["outcome"] for line in every_outcome.truth} == set(CODES)
    for line in every_outcome.truth:
        row = last[line["episode_id"]]
        assert (row["end_code"], row["reason_closed_code"], row["final_action_code"]) == CODES[
            line["outcome"]
        ]
        assert row["nhs_number"] == line["nhs_number"]
        assert row["bso_batch_id"] == line["batch_id"]
        assert row["date_of_foa"] == line["date"]
        assert row["date_of_as"] == (line["date"] if line["outcome"] in ATTENDED else "")


def test_every_episode_has_several_rows_and_is_closed_by_the_last(clean: Batch) -> None:
    rows = clean.rows("EPISODES")
    assert set(Counter(row["episode_id"] for row in rows).values()) == {3}
    for row in rows:
        assert bool(row["end_code"]) == (row is latest(rows)[row["episode_id"]])


def test_an_extract_holds_what_changed_by_its_day_and_was_in_none_before(clean: Batch) -> None:
    seen: set[tuple[str, str]] = set()
    for name, data in clean.inbox.items():
        if not name.startswith("EPISODES"):
            continue
        day = name.split("-")[2].removesuffix(".csv")
        for row in csv_rows(data):
            assert row["change_db_date_time"][:10].replace("-", "") <= day
            key = (row["episode_id"], row["change_db_date_time"])
            assert key not in seen
            seen.add(key)


def test_the_closing_is_in_the_extract_of_the_print_s_day_or_before(clean: Batch) -> None:
    last = latest(clean.rows("EPISODES"))
    for line in clean.truth:
        assert last[line["episode_id"]]["change_db_date_time"][:10] <= line["emitted_on"]


def test_the_subject_extract_names_the_practice(clean: Batch) -> None:
    practices = {row["nhs_number"]: row["gp_practice_code"] for row in clean.rows("SUBJECTS")}
    assert {line["nhs_number"]: line["practice"] for line in clean.truth} == practices


def test_the_directory_leads_from_local_number_to_practice(clean: Batch) -> None:
    rows = csv_rows(clean.inbox["PRACTICES-KXX.csv"])
    assert list(rows[0]) == ["local_number", "practice_code", "name", "closed_on", "successor_code"]
    assert {row["local_number"]: row["practice_code"] for row in rows} == {
        practice["local_number"]: practice["ods"] for practice in clean.practices
    }


def test_some_offices_gzip_and_say_no_time_in_it(tmp_path: Path) -> None:
    batch = make(tmp_path, profile="one-a-page")
    files = {name: data for name, data in batch.inbox.items() if name.startswith(("EPISODES", "SUBJECTS"))}
    assert files
    for name, data in files.items():
        assert name.endswith(".csv.gz")
        assert data[4:8] == b"\0\0\0\0"
        assert csv_rows(gzip.decompress(data)) is not None


RESULTS = [
    Result(
        person=Person(number, "SAMPLE", "ANNA", "MISS", date(1961, 5, 4), ("1 THE STREET", "ZZ9 9ZZ")),
        screening_number=f"KXX{n:06d}",
        episode_id=str(4_000_000 + n),
        batch_id=batch,
        episode_type=kind,
        practice=0,
        outcome=outcome,
        seen_on=date(2026, 1, 7),
        invited_on=date(2025, 12, 15),
        closed_on=date(2026, 1, 16),
        emitted_on=date(2026, 1, 19),
        side="R",
        history="attended",
        imd=3,
        ethnicity="white",
        registered=0,
        registered_from=date(2001, 1, 1),
        registered_to=None,
        died_on=None,
    )
    for n, (number, batch, kind, outcome) in enumerate(
        [
            ("9990000018", "KXX001326", "R", "normal"),
            ("9990000026", "KXXS02441", "S", "recall_for_assessment"),
            ("9990000034", "KXX001326", "C", "did_not_attend"),
            ("9990000042", "KXXH00017", "H", "not_eligible"),
            ("9990000050", "KXXG00581", "G", "died"),
        ]
    )
]


def test_the_extracts_are_pinned() -> None:
    """Golden files, looked through by eye when written: what the reader's own golden files are held against."""
    episodes = [row for result in RESULTS for _, row in episode_rows(result, shown_record(result), "KXX")]
    subjects = [
        row for result in RESULTS for _, row in subject_rows(result, shown_record(result), "KXX", "Z99001")
    ]
    assert csv_bytes(EPISODE_COLUMNS, episodes) == (GOLDEN / "episodes.csv").read_bytes()
    assert csv_bytes(SUBJECT_COLUMNS, subjects) == (GOLDEN / "subjects.csv").read_bytes()
