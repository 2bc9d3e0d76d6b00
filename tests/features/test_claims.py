"""A claim is held against each seed, says both numbers where it fails, and becomes a line of evidence."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from features.evidence import HELD, HYPOTHESIS, NOT_HELD, NOT_TOLD, collect, markdown, table, write
from features.steps.claims import CANNOT_TELL, CLAIM, FORM, Claim, judged
from features.steps.measures import MEASURES
from features.steps.pilots import Pilots


@dataclass
class Run:
    """As much of a run as a claim about figures asks for."""

    seed: int
    errors: int
    low: float = -1.0
    results: int = 40
    figures: dict[str, Any] = field(default_factory=lambda: {"run": {"scenario": "quick"}})

    def __post_init__(self) -> None:
        saved = {"value": 3.0, "low": self.low, "high": 7.0}
        self.figures["comparisons"] = {"coded_vs_paper": {"gp_hours_saved": saved}}

    def arm(self, arm: str) -> dict[str, Any]:
        return {"errors": self.errors + (10 if arm == "paper" else 0), "results": self.results}


def claim(text: str, *runs: Run) -> Claim:
    made = FORM.fullmatch(text)
    assert made is not None, text
    said = made.groupdict()
    pilots: Pilots = runs  # type: ignore[assignment]
    return judged(
        pilots,
        said["measure"],
        said["arm"] or said["pair"] or said["code_set"],
        said["comparison"],
        said["number"],
        said["unit"],
        said["row"],
        said["other"],
        said["end"] or "",
    )


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('"results with an error" in the coded arm is exactly 2 results', True),
        ('"results with an error" in the coded arm is exactly 3 results', False),
        ('"results with an error" in the coded arm is at most 2 results', True),
        ('"results with an error" in the coded arm is at least 3 results', False),
        ('"results with an error" in the coded arm is below 2 results', False),
        ('"results with an error" in the coded arm is above 1.5 results', True),
        ('"results with an error" in the coded arm is below the paper arm\'s', True),
        ('"results with an error" in the coded arm is below the evidence\'s late_after_days', True),
        ('"GP hours saved" of coded against paper is above 0 hours', True),
        ('"GP hours saved" of coded against paper is above 0 hours, at its low end', False),
        ('"GP hours saved" of coded against paper is above 6 hours, at its high end', True),
    ],
)
def test_a_claim_is_held_against_what_was_measured(text: str, held: bool) -> None:
    assert claim(text, Run(1, 2)).held is held


def test_a_claim_that_one_seed_refutes_fails_in_a_sentence_with_both_numbers() -> None:
    made = claim('"results with an error" in the coded arm is at most 2 results', Run(1, 2), Run(5, 4))
    assert not made.held
    assert made.sentence() == (
        "results with an error in the coded arm, seed 5: 4 of 40 results, where the claim is at most 2 results"
    )


def test_the_sentence_of_an_end_of_a_range_says_which() -> None:
    made = claim('"GP hours saved" of coded against paper is above 0 hours, at its low end', Run(1, 2))
    assert made.sentence() == (
        "GP hours saved of coded against paper, seed 1: -1 hours, at its low end, where the claim is above 0 hours"
    )
    assert made.found[0].value == 3.0


def test_a_claim_about_a_part_of_nothing_fails() -> None:
    made = claim('"results with an error" in the coded arm is exactly 2 results', Run(1, 2, results=0))
    assert "there is nothing that it could be of" in made.sentence()
    assert not made.held


def test_an_unknown_measure_and_another_unit_are_refused_with_what_is_known() -> None:
    with pytest.raises(LookupError, match=r'how to measure "results eaten"; known: .*results lost'):
        claim('"results eaten" in the coded arm is exactly 0 results', Run(1, 2))
    with pytest.raises(LookupError, match="counted in results, and the claim says hours"):
        claim('"results with an error" in the coded arm is exactly 0 hours', Run(1, 2))


def test_every_measure_has_a_unit_and_says_itself_in_plain_words() -> None:
    for name, measure in MEASURES.items():
        assert measure.unit
        assert "_" not in name


@dataclass
class Report:
    """A pytest report, as a worker hands it over."""

    user_properties: list[tuple[str, Any]]
    nodeid: str = "features/test_features.py::test_one"
    when: str = "call"
    outcome: str = "passed"


SAID = {
    "feature": "Hours", "file": "13_hours.feature", "scenario": "Less time", "line": 4, "tags": [],
    "kind": "evidence", "believed": "the brief, high", "threshold": "beyond doubt",
}  # fmt: skip


def plain(made: Claim) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(made.plain()))
    return read


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        ([("claim", 2)], HELD),
        ([("claim", 2), ("claim", 1)], NOT_HELD),
        ([("told", "the days")], NOT_TOLD),
    ],
)
def test_evidence_is_what_was_believed_measured_and_came_of_it(
    made: list[tuple[str, Any]], outcome: str, tmp_path: Path
) -> None:
    properties: list[tuple[str, Any]] = [(HYPOTHESIS, SAID)]
    for kind, what in made:
        text = f'"results with an error" in the coded arm is exactly {what} results'
        properties.append((CLAIM, plain(claim(text, Run(1, 2)))) if kind == "claim" else (CANNOT_TELL, what))
    [one] = collect([Report(properties), Report([], "elsewhere")])
    assert one["outcome"] == outcome
    assert any(outcome in line for line in table([one]))
    write([one], tmp_path / "evidence.json")
    kept = json.loads((tmp_path / "evidence.json").read_text("utf-8"))["hypotheses"]
    *_, row = markdown(kept, {"13_hours.feature::Less time": ["slow_desk"]})
    assert "the brief, high" in row
    assert row.endswith("slow_desk |")
