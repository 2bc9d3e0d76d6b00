"""The twin is held to the run, to the digit: every figure of figures.json but how fast it went, and by whom."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generators import emit
from generators.prints.page import PROFILES, write_pdf
from pilot.domain.outcome import Outcome
from pilot.experiment import load_scenario, run_scenario, scenario_names
from pilot.experiment.events import RunFinished
from pilot.experiment.in_memory import InMemory
from pilot.experiment.scenario import Scenario
from pilot.experiment.twin import Point, cannot_tell, live, replicate
from pilot.measures import Figures
from pilot.nbss.recognise import read_bytes
from pilot.questions.points import changed


def counted(values: dict[str, Any]) -> dict[str, Any]:
    """The figures without what no two runs share: their speed, and the toolkit's version."""
    run = {name: value for name, value in values["run"].items() if name != "version"}
    return {name: value for name, value in values.items() if name != "speed"} | {"run": run}


def run(scenario: Scenario, seed: int, folder: Path) -> Figures:
    last = list(run_scenario(scenario, seed=seed, out=folder))[-1]
    assert isinstance(last, RunFinished)
    return last.figures


def test_the_twin_counts_what_a_run_counted(tmp_path: Path) -> None:
    scenario = load_scenario("practices_differ").changed(results=48)
    real = run(scenario, 3, tmp_path / "run")
    twin = replicate(Point(scenario, 3))
    assert counted(twin.to_json()) == counted(real.to_json())
    assert real.arms["coded"].ends.in_right_record > 0


def test_what_the_network_does_is_told_to_be_absent_and_is() -> None:
    scenario = load_scenario("mesh_faults").changed(results=12)
    assert set(cannot_tell(scenario)) == {"coded"}
    assert "outage, reply_lost" in cannot_tell(scenario)["coded"]
    twin = replicate(Point(scenario, 1))
    assert set(twin.arms) == {"paper"}
    assert not twin.comparisons


# The most unlike of them are enough for every day; the others are held when the slow tests are.
EVERY_DAY = ("standard", "headline-overrun", "merged-bundles")


@pytest.mark.parametrize(
    "profile",
    [pytest.param(name, marks=() if name in EVERY_DAY else pytest.mark.slow) for name in sorted(PROFILES)],
)
def test_a_page_is_read_as_its_pdf_is(profile: str) -> None:
    """Whatever an office's prints look like: the same people, outcomes, covers and rejections."""
    scenario = load_scenario("messy").changed(results=13)
    folder = InMemory()
    emit(replace(scenario.generation, profiles=(profile,)), 5, folder)
    drawn = dict(folder.reader.pages)
    assert drawn
    for path, pages in drawn.items():
        fast = folder.reader.read([path]).files[0]
        paper = (
            PROFILES[profile].layout.paper
            if path.name.startswith("SIL")
            else PROFILES["standard"].layout.paper
        )
        real = read_bytes(write_pdf(list(pages), paper, "a title"), path.name)
        assert _said(fast) == _said(real), path.name


def _said(reading: Any) -> Any:
    covers = [(c.page, c.local_number, c.printed_on, c.count, c.lost) for c in reading.covers]
    results = [
        (
            r.participant,
            r.screening_number,
            r.outcome,
            r.date,
            r.provenance,
            [" ".join(x.split()) for x in r.lines],
        )
        for r in reading.results
    ]
    rejected = [(r.reason, r.provenance, r.screening_number, r.nhs_number) for r in reading.rejected]
    return reading.kind, covers, results, rejected, reading.letters, reading.pages


MOST_RESULTS = 1_200
# What a scenario of many months becomes for all seeds but the first.
SOME_WEEKS = {"generation.days": 56, "measured_after_days": 84, "generation.practices": 8}


def of_seed(scenario: Scenario, seed: int) -> Scenario:
    """The first seed at full size, the others with an eighth of the results: a run takes ten seconds and more.

    A year of an office would take most of an hour: with the first seed, as many of its results as the largest of the
    others has; else some weeks of fewer practices.
    """
    most = min(scenario.generation.results, MOST_RESULTS)
    if seed == 1:
        return scenario.changed(results=most)
    if scenario.generation.days > SOME_WEEKS["generation.days"] * 2:
        scenario = changed(scenario, SOME_WEEKS)
    return scenario.changed(results=max(48, most // 8))


@pytest.mark.slow
@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("seed", range(1, 21))
def test_every_scenario_and_seed(name: str, seed: int, tmp_path: Path) -> None:
    scenario = of_seed(load_scenario(name), seed)
    real, twin = run(scenario, seed, tmp_path / "run").to_json(), replicate(Point(scenario, seed)).to_json()
    if cannot_tell(scenario):
        assert all(twin["arms"][arm] == real["arms"][arm] for arm in twin["arms"])
    else:
        assert counted(twin) == counted(real)


def test_what_was_corrected_or_taken_back_is_so_in_the_record() -> None:
    """Six practices' letters and messages: a correction over the old entry, a withdrawal that takes it out."""
    figures = replicate(Point(load_scenario("later_prints").changed(results=60), 1))
    for arm in figures.arms.values():
        assert (arm.amended, arm.withdrawn) > (0, 0)
    coded, paper = figures.arms["coded"], figures.arms["paper"]
    assert (coded.amended_as_first_printed, coded.withdrawn_still_in_record) == (0, 0)
    assert paper.amended_as_first_printed > 0, "a second letter is typed in beside the first"
    assert coded.duplicate == 0


def test_what_an_assessment_found_is_in_the_record_beside_the_recall_and_no_rule_put_it_there() -> None:
    scenario = load_scenario("later_prints").changed(results=80, arms=("coded",))
    many = replace(
        scenario.generation, outcome_shares={"recall_for_assessment": 0.5}, later={"assessed": 1.0}
    )
    scenario = replace(scenario, generation=many)
    lived = live(Point(scenario, 1))
    entries = lived.arms["coded"].record.entries
    beside = set()
    for line in lived.truth:
        hers = {entry.text: entry.entered_by for entry in entries if entry.nhs_number == line.nhs_number}
        by = hers.get(scenario.code_set.row(line.outcome).text)
        if line.outcome.after_assessment and by is not None:
            assert by == ("person:clinician" if line.outcome.abnormal else "person:coder")
            if hers.get("Breast screening: recalled for assessment") == "person:clinician":
                beside.add(line.outcome)
    assert beside >= {Outcome.ASSESSED_BENIGN, Outcome.ASSESSED_CANCER}


@pytest.mark.slow
def test_the_twin_counts_what_a_run_with_later_prints_counted(tmp_path: Path) -> None:
    scenario = load_scenario("later_prints").changed(results=60)
    real = run(scenario, 2, tmp_path / "run")
    assert counted(replicate(Point(scenario, 2)).to_json()) == counted(real.to_json())


def on_tables_alone(results: int) -> Scenario:
    scenario = load_scenario("quick").changed(results=results)
    return replace(scenario, generation=replace(scenario.generation, sources=("tables",)))


def test_a_run_on_nbss_tables_alone_accounts_for_every_result() -> None:
    """Messages need no print; what can go only as a print is on the office's list, and on its way nowhere."""
    figures = replicate(Point(on_tables_alone(24), 1))
    for name in ("mesh_pdf", "coded"):
        arm = figures.arms[name]
        assert (arm.ends.received, arm.ends.lost) == (24, 0)
        assert arm.ends.in_right_record + arm.ends.on_a_worked_list + arm.ends.returned == 24
    assert figures.arms["mesh_pdf"].ends.in_right_record == 0
    assert figures.arms["coded"].right > 12


@pytest.mark.slow
def test_the_twin_counts_what_a_run_on_tables_counted(tmp_path: Path) -> None:
    scenario = on_tables_alone(24)
    real = run(scenario, 1, tmp_path / "run")
    assert counted(replicate(Point(scenario, 1)).to_json()) == counted(real.to_json())
