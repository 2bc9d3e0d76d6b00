"""Two mistakes that pytest-bdd lets pass in silence, so that a scenario reads as proven and never ran.

An `async def` step is never awaited; of two scenarios of one name in a feature only one is run.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gherkin.parser import Parser

FEATURES = Path(__file__).parents[1] / "features"
STEP_DECORATORS = {"given", "when", "then", "step"}


def async_steps(source: str) -> list[str]:
    """Names of the coroutine functions that a step decorator is on."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AsyncFunctionDef)
        and STEP_DECORATORS & {_decorator_name(decorator) for decorator in node.decorator_list}
    ]


def _decorator_name(node: ast.expr) -> str:
    """`given`, `bdd.given` and `given("...")` are all given."""
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def repeated_names(feature: str) -> list[str]:
    """Scenario names that a feature text uses more than once, rules and outlines included."""
    counts = Counter(_scenario_names(Parser().parse(feature)["feature"]))
    return [name for name, times in counts.items() if times > 1]


def _scenario_names(node: Any) -> Iterator[str]:
    for child in node.get("children", []):
        if "scenario" in child:
            yield child["scenario"]["name"]
        elif "rule" in child:
            yield from _scenario_names(child["rule"])


@pytest.mark.parametrize("path", sorted(FEATURES.rglob("*.py")), ids=lambda path: path.name)
def test_no_step_is_a_coroutine(path: Path) -> None:
    assert async_steps(path.read_text("utf-8")) == []


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
        if "then" in {_decorator_name(decorator) for decorator in node.decorator_list}
        and name not in asserting
    ]


def _asserts(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Assert) for part in ast.walk(node))


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


@pytest.mark.parametrize("path", sorted(FEATURES.rglob("*.feature")), ids=lambda path: path.name)
def test_no_feature_uses_a_scenario_name_twice(path: Path) -> None:
    assert repeated_names(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "decorator", ["given('x')", "bdd.when(parsers.parse('x'))", "then('x')", "step('x')"]
)
def test_a_coroutine_step_would_be_seen(decorator: str) -> None:
    assert async_steps(f"@{decorator}\nasync def it_happens():\n    pass\n") == ["it_happens"]


def test_other_coroutines_are_no_trap() -> None:
    assert async_steps("@fixture\nasync def served():\n    pass\n\n@given('x')\ndef it():\n    pass\n") == []


def test_a_name_used_twice_would_be_seen() -> None:
    feature = """
Feature: Twice
  Scenario: Same
    Given x
  Rule: Another
    Scenario Outline: Same
      Given <x>
      Examples:
        | x |
        | 1 |
"""
    assert repeated_names(feature) == ["Same"]
