"""What no feature may hold is refused with its place; and a Then in which nothing can fail is seen."""

import ast
from pathlib import Path

import pytest

from features.refusals import in_feature, in_steps, refused

FEATURES = Path(__file__).parents[2] / "features"
FEATURE = """Feature: One
  Scenario: Same
    Given the pilot "quick" as written, seeds 1, 2 and 3
    Then "results lost" in the coded arm is exactly 0 results
"""


def test_our_own_features_hold_none_of_it() -> None:
    assert refused(FEATURES) == ()
    assert list(in_feature(FEATURE)) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "fault"),
    [
        ("exactly 0 results", "exactly 0", 4, "a threshold without a unit"),
        ("exactly 0 results", "exactly 0, at its low end", 4, "a threshold without a unit"),
        ("exactly 0 results", "rather few", 4, "not of the one form"),
        ('"quick"', '"/opt/pilots/quick.toml"', 3, "an absolute path, /opt/pilots/quick.toml"),
        ('"quick"', '"C:\\quick.toml"', 3, "an absolute path, C:\\"),
        (
            "Feature: One",
            "Feature: One\n  Scenario: Same\n    Given x",
            4,
            "the name of a scenario of line 2 too",
        ),
    ],
)
def test_a_fault_is_refused_with_its_line(before: str, after: str, line: int, fault: str) -> None:
    assert before in FEATURE
    [(found, said)] = in_feature(FEATURE.replace(before, after))
    assert found == line
    assert fault in said


def test_of_two_scenarios_of_one_name_the_second_is_refused_within_a_rule_too() -> None:
    outline = "    Scenario Outline: Same\n      Given <x>\n      Examples:\n        | x |\n        | 1 |\n"
    rule = f"{FEATURE}  Rule: Another\n{outline}"
    [(line, said)] = in_feature(rule)
    assert line == 6
    assert "only one would run" in said


@pytest.mark.parametrize(
    "decorator", ["given('x')", "bdd.when(parsers.parse('x'))", "then('x')", "step('x')"]
)
def test_a_coroutine_step_is_refused(decorator: str) -> None:
    [(line, said)] = in_steps(f"@{decorator}\nasync def it_happens():\n    pass\n")
    assert line == 2
    assert "it_happens is a coroutine" in said


def test_other_coroutines_are_no_trap() -> None:
    assert (
        list(in_steps("@fixture\nasync def served():\n    pass\n\n@given('x')\ndef it():\n    pass\n")) == []
    )


def steps_that_assert_nothing(source: str) -> list[str]:
    """Names of `then` steps in which nothing can fail, neither there nor in a function of that file they call."""
    tree = ast.parse(source)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    asserting = {name for name, node in functions.items() if _asserts(node)}
    while more := {
        name for name, node in functions.items() if name not in asserting and _called(node) & asserting
    }:
        asserting |= more
    return [
        name
        for name, node in functions.items()
        if any("then" in ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list)
        and name not in asserting
    ]


def _asserts(node: ast.AST) -> bool:
    """Whether it has an assertion, or leaves the scenario as not told, which is no pass."""
    return any(
        isinstance(part, ast.Assert)
        or (isinstance(part, ast.Call) and ast.unparse(part.func) == "pytest.skip")
        for part in ast.walk(node)
    )


def _called(node: ast.AST) -> set[str]:
    return {
        part.func.id
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }


@pytest.mark.parametrize("path", sorted(FEATURES.rglob("*.py")), ids=lambda path: path.name)
def test_no_then_asserts_nothing(path: Path) -> None:
    assert steps_that_assert_nothing(path.read_text("utf-8")) == []


def test_a_then_that_asserts_nothing_would_be_seen() -> None:
    source = """
def check(x):
    assert x

@then("a")
def says_nothing():
    print(1)

@then("b")
def says_by_another():
    check(0)

@given("c")
def is_given():
    pass
"""
    assert steps_that_assert_nothing(source) == ["says_nothing"]
