"""A control without a proof is a hope: each one in the hazard log names tests or scenarios that exist."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOG = ROOT / "docs" / "hazard-log.md"

SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
_HAZARD = re.compile(r"### (H\d\d) (.+)")
_PART = re.compile(r"- \*\*(\w+)\*\*: (.+)")
_RISK = re.compile(r"(\w+), ([\w ]+) = (\d)")
_PROOF = re.compile(r"`([^`]+?)::([^`]+)`")


@dataclass
class Hazard:
    id: str
    title: str
    parts: dict[str, list[str]] = field(default_factory=dict)


def hazards(text: str) -> list[Hazard]:
    found: list[Hazard] = []
    for line in text.splitlines():
        if heading := _HAZARD.fullmatch(line):
            found.append(Hazard(heading[1], heading[2]))
        elif (part := _PART.match(line)) and found:
            found[-1].parts.setdefault(part[1], []).append(part[2])
    return found


def matrix(text: str) -> dict[tuple[str, str], int]:
    """Risk by severity and likelihood, as the log's own table has it."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    return {
        (severity, row[0]): int(risk)
        for row in rows
        if row[-1].isdigit()
        for severity, risk in zip(SEVERITIES, row[1:], strict=True)
    }


@cache
def names_in(path: str) -> frozenset[str]:
    """What a proof may name: tests of a Python file (`Class::test` in a class), scenarios of a feature."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    text = file.read_text("utf-8")
    if file.suffix == ".feature":
        return frozenset(re.findall(r"^\s*Scenario(?: Outline)?: (.+?)\s*$", text, re.MULTILINE))
    return frozenset(_tests(ast.parse(text)))


def _tests(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.ClassDef() if node.name.startswith("Test"):
                yield from _tests(node, f"{prefix}{node.name}::")
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test"):
                yield f"{prefix}{node.name}"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(attr="TestCase")):
                yield name  # a stateful hypothesis test


TEXT = LOG.read_text("utf-8")
HAZARDS = hazards(TEXT)
MATRIX = matrix(TEXT)


def test_the_log_has_hazards_with_ids_of_their_own() -> None:
    assert HAZARDS
    ids = [hazard.id for hazard in HAZARDS]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_a_hazard_says_all_that_it_must(hazard: Hazard) -> None:
    counts = {part: len(lines) for part, lines in hazard.parts.items() if part != "Control"}
    assert counts == dict.fromkeys(("Cause", "Effect", "Before", "Sabotage", "After", "Remains"), 1)
    assert hazard.parts["Control"]


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_every_control_names_proofs_that_exist(hazard: Hazard) -> None:
    for control in hazard.parts["Control"]:
        proofs = _PROOF.findall(control)
        assert proofs, f"no proof: {control}"
        missing = [f"{path}::{name}" for path, name in proofs if name not in names_in(path)]
        assert missing == []


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_risks_follow_from_the_matrix_and_controls_lower_what_is_not_acceptable(hazard: Hazard) -> None:
    before, after = (_RISK.fullmatch(hazard.parts[when][0]) for when in ("Before", "After"))
    assert before
    assert after
    for risk in (before, after):
        assert MATRIX[risk[1], risk[2]] == int(risk[3])
    assert int(after[3]) <= min(int(before[3]), 3)


def test_the_matrix_is_whole_and_rises_with_severity_and_likelihood() -> None:
    likelihoods = ("very low", "low", "medium", "high", "very high")
    assert set(MATRIX) == {(severity, likelihood) for severity in SEVERITIES for likelihood in likelihoods}
    for severity in SEVERITIES:
        column = [MATRIX[severity, likelihood] for likelihood in likelihoods]
        assert column == sorted(column)
    for likelihood in likelihoods:
        row = [MATRIX[severity, likelihood] for severity in SEVERITIES]
        assert row == sorted(row)


_TAGGED = re.compile(r"^\s*((?:@\w+ ?)+)\n\s*Scenario(?: Outline)?: (.+?)\s*$", re.MULTILINE)


def test_each_feature_tagged_with_a_hazard_is_a_proof_in_the_log_and_each_in_the_log_is_tagged() -> None:
    tagged = {
        (tag, f"features/{path.name}", name)
        for path in (ROOT / "features").glob("*.feature")
        for tags, name in _TAGGED.findall(path.read_text("utf-8"))
        for tag in re.findall(r"@(H\d\d)", tags)
    }
    named = {
        (hazard.id, path, name)
        for hazard in HAZARDS
        for control in hazard.parts["Control"]
        for path, name in _PROOF.findall(control)
        if path.startswith("features/")
    }
    assert tagged == named
    assert named


def test_a_proof_that_does_not_exist_would_be_seen() -> None:
    here = f"tests/{Path(__file__).name}"
    assert "test_a_proof_that_does_not_exist_would_be_seen" in names_in(here)
    assert "test_nothing" not in names_in(here)
    assert names_in("tests/test_nowhere.py") == frozenset()
