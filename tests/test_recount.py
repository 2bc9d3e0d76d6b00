"""A recount by an outsider: nothing but truth.jsonl and the record's own read API, none of the toolkit's measures.

The command line runs the pilot and serves its records; the counting is done here, naively, by docs/measures.md.
"""

import json
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
PILOT = [sys.executable, "-m", "pilot"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A run of the quick scenario, by the command line."""
    folder = tmp_path_factory.mktemp("recount") / "run"
    done = subprocess.run(
        [*PILOT, "run", "quick", "--seed", "11", "--arms", "paper,coded", "--out", str(folder), "--json"],
        capture_output=True,
        check=True,
    )
    return folder, json.loads(done.stdout)


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The record of one arm, as `pilot simulate gp` serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*PILOT, "simulate", "gp", "--db", str(database), "--port", str(port)], stdout=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/practices")
            yield url
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            requests.get(url, timeout=5).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the record is not served")


def recount(url: str, truth: list[dict[str, Any]]) -> dict[str, int]:
    """Ask for every person of the truth, by NHS number, at every practice, and count."""
    with requests.Session() as session:
        session.trust_env = False
        practices = [practice["ods"] for practice in session.get(f"{url}/practices", timeout=30).json()]
        of_number: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        for practice in practices:
            page = f"{url}/fhir/{practice}/Observation"
            while page:
                bundle = session.get(page, timeout=30).json()
                assert bundle["resourceType"] == "Bundle"
                assert bundle["type"] == "searchset"
                for entry in bundle.get("entry", []):
                    observation = entry["resource"]
                    number = observation["identifier"][0]["value"]
                    of_number[number].append((observation["subject"]["identifier"]["value"], observation))
                page = next(
                    (link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), ""
                )
        counts = dict.fromkeys(("undelivered", "not_findable", "wrong_person", "duplicate"), 0)
        for line in truth:
            entries = of_number[line["screening_number"]]
            own = [observation for person, observation in entries if person == line["nhs_number"]]
            counts["undelivered"] += not own
            counts["duplicate"] += len(own) > 1
            counts["wrong_person"] += any(person != line["nhs_number"] for person, _ in entries)
            words = [entry for entry in own if not _codes(entry) and _says(entry, line["outcome"])]
            counts["not_findable"] += bool(words) and not any(_codes(entry) for entry in own)
            _by_patient(session, url, line, own)
    return counts


def _codes(observation: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in observation.get("valueCodeableConcept", {}).get("coding", [])]


def _says(observation: dict[str, Any], outcome: str) -> bool:
    """Whether the words of an entry say this outcome, as a reader would take them."""
    words = {
        "recall_for_assessment": "recall",
        "technical_recall": "technical recall",
        "under_care_elsewhere": "under the care",
        "partial_mammography": "partial",
        "died": "deceased",
        "attended_not_screened": "attended",
    }
    text = observation["valueCodeableConcept"].get("text", "").lower()
    plain = outcome.replace("_", " ")
    return words.get(outcome, plain) in text or plain in text


def _by_patient(session: requests.Session, url: str, line: dict[str, Any], own: list[dict[str, Any]]) -> None:
    """The search by patient finds the same entries as the listing of the practice."""
    where = line["registered_practice"] or line["practice"]
    answer = session.get(
        f"{url}/fhir/{where}/Observation",
        params={"patient.identifier": f"{NHS_NUMBER}|{line['nhs_number']}"},
        timeout=30,
    ).json()
    found = {entry["resource"]["id"] for entry in answer.get("entry", [])}
    assert {observation["id"] for observation in own} <= found


@pytest.mark.parametrize("arm", ["coded", "paper"])
def test_the_figures_are_what_an_outsider_counts(run: tuple[Path, dict[str, Any]], arm: str) -> None:
    folder, figures = run
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    with served(folder / f"gp-{arm}.sqlite") as url:
        counted = recount(url, truth)
    assert counted == {name: figures["arms"][arm][name] for name in counted}


def test_every_line_of_the_truth_is_received_and_accounted_for(run: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = run
    ends = figures["arms"]["coded"]["ends"]
    assert ends["received"] == len((folder / "truth.jsonl").read_text("utf-8").splitlines())
    assert ends["unaccounted"] == 0


def test_the_coded_arm_has_no_misleading_code_and_no_wrong_person(run: tuple[Path, dict[str, Any]]) -> None:
    _, figures = run
    assert figures["arms"]["coded"]["misleading"] == 0
    assert figures["arms"]["coded"]["unclear"] == 0
    assert figures["arms"]["coded"]["wrong_person"] == 0


def test_the_run_folder_is_whole(run: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = run
    for name in (
        *("scenario.toml", "manifest.json", "inbox", "truth.jsonl", "ledger.sqlite", "mesh.sqlite"),
        *("gp-coded.sqlite", "gp-paper.sqlite", "figures.json", "report.html", "tables.xlsx", "csv"),
    ):
        assert (folder / name).exists(), name
    assert json.loads((folder / "figures.json").read_text("utf-8")) == figures
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["state"] == "complete"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures_and_another_seed_others(
    run: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    _, first = run
    again, other = (_figures(tmp_path / str(number), seed) for number, seed in enumerate(("11", "12")))
    assert _without_speed(again) == _without_speed(first)
    assert other["arms"] != first["arms"]


def _figures(folder: Path, seed: str) -> dict[str, Any]:
    command = [
        *PILOT,
        "run",
        "quick",
        "--seed",
        seed,
        "--arms",
        "paper,coded",
        "--out",
        str(folder),
        "--json",
    ]
    figures: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return figures


def _without_speed(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in figures.items() if key != "speed"}
