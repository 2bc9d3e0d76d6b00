"""What a scenario can have go wrong: read with its mistakes named, and each visible in the records."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import ScenarioError
from pilot.experiment import load_scenario, run_scenario
from pilot.experiment.events import RunFinished
from pilot.experiment.scenario import parse_scenario
from pilot.pipeline.ledger import Ledger

SILENT, RELEASE = load_scenario("silent_supplier").text, load_scenario("wrong_release").text


def test_nothing_goes_wrong_unless_the_scenario_says_so() -> None:
    quick = load_scenario("quick")
    assert not quick.faults.mesh
    assert not quick.faults.gp
    assert quick.release is None


@pytest.mark.parametrize(
    ("text", "before", "after", "says"),
    [
        (SILENT, 'kind = "files_nothing"', 'kind = "sleeps"', "no kind that is known: 'sleeps'"),
        (SILENT, 'supplier = "systmone"', "practice = 9", "names no practice: 9"),
        (SILENT, 'supplier = "systmone"', "probability = 2", "is not a share"),
        (SILENT, 'supplier = "systmone"', 'vendor = "x"', "unknown key 'faults.gp.vendor'"),
        (SILENT, "[[faults.gp]]", "[[faults.gps]]", "unknown key 'faults.gps'"),
        (SILENT, "[[faults.gp]]", "[faults.gp]", "is not a list of tables"),
        (RELEASE, 'code = "38341003"', 'code = "38341004"', "is no SNOMED CT id"),
        (RELEASE, 'outcome = "normal"', 'outcome = "fine"', "names no outcome: 'fine'"),
        (RELEASE, "first = 2026-11-09", 'first = "soon"', "is not a date"),
        (RELEASE, "first = 2026-11-09\n", "", "'coding.release.first' is missing"),
    ],
)
def test_a_mistake_names_its_key(text: str, before: str, after: str, says: str) -> None:
    assert before in text
    with pytest.raises(ScenarioError, match=says) as raised:
        parse_scenario("mine", text.replace(before, after, 1))
    assert raised.value.exit_code == 2


def test_a_suppliers_fault_strikes_every_practice_of_it_and_no_other() -> None:
    world = [{"ods": "Z1", "supplier": "emis"}, {"ods": "Z2", "supplier": "systmone"}]
    faults = load_scenario("silent_supplier").faults.at_practices(world)
    assert [fault["practice"] for fault in faults] == ["Z2"]
    assert faults[0]["first"] == "2026-11-09"


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]], dict[str, Any]]:
    """Four of them in one small run, apart by practice and by what strikes."""
    text = (
        load_scenario("wrong_rule")
        .text.replace("results = 240", "results = 160")
        .replace("days = 19", "days = 12")
    )
    text = text.replace(
        "[generation]", '[[faults.gp]]\nkind = "false_match"\npractice = 3\nprobability = 0.3\n\n[generation]'
    )
    text += "\n[generation.defects]\nentered_wrongly = 0.1\nnhs_number_of_namesake = 0.1\n"
    text = text.replace("suppliers = {", "outcome_shares = { recall_for_assessment = 0.2 }\nsuppliers = {")
    scenario = parse_scenario("wrong", text).changed(arms=("coded",))
    folder = tmp_path_factory.mktemp("wrong") / "run"
    *_, finished = run_scenario(scenario, seed=4, out=folder)
    assert isinstance(finished, RunFinished)
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    return folder, truth, finished.figures.arms["coded"]  # type: ignore[return-value]


def test_what_was_entered_wrongly_is_told_wrongly_and_nobody_disputes_it(
    wrong: tuple[Path, Any, Any],
) -> None:
    folder, truth, _ = wrong
    flawed = [line for line in truth if "entered_wrongly" in line["defects"]]
    assert flawed
    with Ledger(folder / "ledger.sqlite") as ledger:
        sent = {entry.screening_number: entry for entry in ledger.entries()}
    for line in flawed:
        assert sent[line["screening_number"]].result.outcome == line["printed_outcome"] != line["outcome"]


def test_a_namesakes_number_false_matches_and_wrong_rules_stand_in_records(
    wrong: tuple[Path, Any, Any],
) -> None:
    _, truth, coded = wrong
    assert any("nhs_number_of_namesake" in line["defects"] for line in truth)
    assert coded.wrong_person > 0


def test_a_rule_past_the_guard_files_recalls_without_a_clinician(wrong: tuple[Path, Any, Any]) -> None:
    folder, _, _ = wrong
    with closing(sqlite3.connect(folder / "gp-coded.sqlite")) as database:
        (by_rule,) = database.execute(
            "SELECT count(*) FROM entries WHERE entered_by = 'rule:file-recall-for-assessment'"
        ).fetchone()
    assert by_rule > 0


@pytest.mark.slow
def test_a_silent_week_is_known_the_next_day_where_records_are_reconciled_and_never_where_they_are_not(
    tmp_path: Path,
) -> None:
    without = SILENT.replace("[reconciliation]\nevery_days = 1\n", "")
    assert without != SILENT
    lost = {}
    for name, text in (("with", SILENT), ("without", without)):
        scenario = parse_scenario(name, text).changed(arms=("coded",))
        *_, finished = run_scenario(scenario, seed=1, out=tmp_path / name)
        assert isinstance(finished, RunFinished)
        lost[name] = finished.figures.arms["coded"].ends.lost
    assert lost["without"] > 0
    assert lost["with"] == 0
    with Ledger(tmp_path / "with" / "ledger.sqlite") as ledger:
        days = []
        for entry in ledger.entries():
            history = ledger.history(entry.id)
            found = next((n for n, step in enumerate(history) if step.reason == "not_held"), None)
            if found is not None:
                said = next(step for step in reversed(history[:found]) if step.to_state == "filed")
                days.append((history[found].at.date() - said.at.date()).days)
    assert len(days) == lost["without"]
    assert max(days) == 1
