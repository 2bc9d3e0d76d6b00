"""Then the practices' records say: read over HTTP from the run's own databases, held against the truth."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_bdd import parsers, then

from features.steps.measured import Measured
from features.steps.pilot_runs import PilotRun, each, ready_practices
from pilot.domain.outcome import Outcome
from pilot.evidence import load_assumptions
from pilot.experiment.processes import Simulator
from pilot.measures.meaning import Grade, grade
from pilot.pipeline.ledger import Ledger

Records = Callable[[PilotRun, str], dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Entries of one arm by screening number, as its GP system answers them to anybody."""
    read: dict[tuple[Path, str], dict[str, list[dict[str, Any]]]] = {}
    log = tmp_path_factory.mktemp("logs") / "gp.log"

    def entries(run: PilotRun, arm: str) -> dict[str, list[dict[str, Any]]]:
        key = (run.folder, arm)
        if key not in read:
            with Simulator(
                "simulators.gp_system", ["--db", str(run.folder / f"gp-{arm}.sqlite")], {}, log
            ) as gp:
                read[key] = _entries(gp.url)
        return read[key]

    return entries


def _entries(url: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with requests.Session() as session:
        session.trust_env = False
        for practice in session.get(f"{url}/practices", timeout=30).json():
            page = f"{url}/fhir/{practice['ods']}/Observation"
            while page:
                bundle = session.get(page, timeout=30).json()
                for entry in bundle.get("entry", []):
                    observation = entry["resource"]
                    found.setdefault(observation["identifier"][0]["value"], []).append(observation)
                page = next(
                    (link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), ""
                )
    return found


def entered_by(observation: dict[str, Any]) -> str:
    """Who or what put an entry into the record: `rule:<name>` or `person:<role>`."""
    tags = {
        tag["system"].rsplit("/", 1)[-1].rsplit(":", 1)[-1]: tag["code"] for tag in observation["meta"]["tag"]
    }
    return str(tags["entered-by"])


def _codes(observation: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in observation.get("valueCodeableConcept", {}).get("coding", [])]


def _of(run: PilotRun, outcome: str) -> list[dict[str, Any]]:
    lines = [line for line in run.truth if line["outcome"] == outcome]
    assert lines, f"this run has no {outcome}"
    return lines


@then(
    parsers.parse(
        "at least the bowel programme's share of its patients' normal results is filed by a rule in the {arm} arm"
    )
)
@each
def normal_results_filed_by_a_rule(run: PilotRun, records: Records, measured: Measured, arm: str) -> None:
    normal, entries = _of_its_patients(run, "normal"), records(run, arm)
    filed = sum(
        any(entered_by(entry).startswith("rule:") for entry in entries.get(line["screening_number"], []))
        for line in normal
    )
    measured(
        f"normal results filed by a rule, {arm}",
        f"{100 * filed / len(normal):.1f}% ({filed} of {len(normal)})",
    )
    share = load_assumptions()["bowel_normals_electronic"].value / 100
    assert filed / len(normal) >= share, (
        f"{filed / len(normal):.1%} of normal results were filed by a rule, where the claim is {share:.1%}"
    )


@then("every normal result filed by a rule can be found by a search for it")
@each
def filed_normals_can_be_found(run: PilotRun, records: Records) -> None:
    entries = records(run, "coded")
    filed = [
        _codes(entry)
        for line in _of(run, "normal")
        for entry in entries.get(line["screening_number"], [])
        if entered_by(entry).startswith("rule:")
    ]
    assert filed
    wrong = [codes for codes in filed if grade(tuple(codes), "", Outcome.NORMAL) is not Grade.RIGHT]
    assert not wrong, f"{len(wrong)} of {len(filed)} say something else than normal: {wrong[:3]}"


def _of_its_patients(run: PilotRun, outcome: str) -> list[dict[str, Any]]:
    """Results of people who are registered, alive, at the practice that the office sends to, which is ready."""
    ready = ready_practices(run)
    return [
        line
        for line in _of(run, outcome)
        if line["registered_practice"] == line["practice"]
        and line["died_on"] is None
        and line["practice"] in ready
    ]


@then(
    parsers.parse(
        "at least the bowel programme's share of its patients' normal results is in the {arm} arm's record"
        " within {days:d} day"
    )
)
@each
def normal_results_in_time(run: PilotRun, records: Records, measured: Measured, arm: str, days: int) -> None:
    normal, entries = _of_its_patients(run, "normal"), records(run, arm)
    in_time = sum(
        any(
            (date.fromisoformat(entry["issued"][:10]) - date.fromisoformat(line["emitted_on"])).days <= days
            for entry in entries.get(line["screening_number"], [])
        )
        for line in normal
    )
    measured(f"normal results within {days} day, {arm}", f"{100 * in_time / len(normal):.1f}%")
    share = load_assumptions()["bowel_normals_electronic"].value / 100
    assert in_time / len(normal) >= share, (
        f"{in_time / len(normal):.1%} of normal results were in the record within {days} day, the claim is {share:.1%}"
    )


@then(parsers.parse("{number:d} recalls for assessment are filed by a rule in the {arm} arm"))
@each
def recalls_filed_by_a_rule(
    run: PilotRun, records: Records, measured: Measured, number: int, arm: str
) -> None:
    entries = records(run, arm)
    silent = [
        line
        for line in _of(run, "recall_for_assessment")
        if any(entered_by(entry).startswith("rule:") for entry in entries.get(line["screening_number"], []))
    ]
    measured("recalls filed by a rule", len(silent))
    assert len(silent) == number, f"a rule filed {len(silent)} recalls, where the claim is {number}"


@then(parsers.parse("every recall for assessment is filed by a clinician or with a person in the {arm} arm"))
@each
def recalls_reach_a_person(run: PilotRun, records: Records, measured: Measured, arm: str) -> None:
    entries = records(run, arm)
    with Ledger(run.folder / "ledger.sqlite") as ledger:
        with_a_person = {
            entry.screening_number for entry in ledger.entries() if entry.state == "with_a_person"
        }
    recalls = {line["screening_number"] for line in _of(run, "recall_for_assessment")}
    seen = {
        number
        for number in recalls
        if any(entered_by(entry) == "person:clinician" for entry in entries.get(number, []))
    }
    left = recalls - seen - with_a_person
    measured(
        "recalls filed by a clinician, and with a person",
        f"{len(seen)} and {len((recalls & with_a_person) - seen)} of {len(recalls)}",
    )
    assert not left, (
        f"of {len(recalls)} recalls, {len(left)} were neither seen by a clinician nor with a person"
    )


@then(parsers.parse("{number:d} messages were sent to practices that are not ready"))
@each
def nothing_sent_to_unready(run: PilotRun, measured: Measured, number: int) -> None:
    sent = [
        entry
        for entry in _ledger(run)
        if entry.message_id and entry.practice not in ready_practices(run) and not _redirected(entry)
    ]
    measured("messages to practices that are not ready", len(sent))
    assert len(sent) == number


@then("every result for a practice that is not ready went on paper")
@each
def unready_get_paper(run: PilotRun, measured: Measured) -> None:
    unready = [entry for entry in _ledger(run) if entry.practice not in ready_practices(run)]
    assert unready
    measured("results that went on paper", len(unready))
    assert {entry.reason for entry in unready} == {"sent_on_paper"}


@then(parsers.parse("{number:d} results were typed from paper at practices that are ready"))
@each
def nothing_typed_at_ready(run: PilotRun, records: Records, measured: Measured, number: int) -> None:
    redirected = {entry.screening_number for entry in _ledger(run) if _redirected(entry)}
    ready = {
        line["screening_number"]
        for line in run.truth
        if line["practice"] in ready_practices(run) and line["screening_number"] not in redirected
    }
    measured("redirected by the office", len(redirected))
    typed = [
        entry
        for screening_number, entries in records(run, "coded").items()
        for entry in entries
        if screening_number in ready and entry["meta"]["source"].startswith("post:")
    ]
    measured("typed from paper at ready practices", len(typed))
    assert len(typed) == number


def _redirected(entry: Any) -> bool:
    """Whether somebody at the office dealt with it, who may have found her at another practice."""
    return bool(entry.assigned_to)


def _ledger(run: PilotRun) -> list[Any]:
    with Ledger(run.folder / "ledger.sqlite") as ledger:
        return list(ledger.entries())
