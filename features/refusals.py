"""What no feature file may hold, each refused with its place before anything runs.

Another reader's machine knows no absolute path of this one; of two scenarios of one name only one would run; a
coroutine step is never awaited; a threshold without a unit says nothing; a step that nobody wrote proves nothing.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from gherkin.parser import Parser

from features.steps.claims import FORM

_ABSOLUTE: Final = re.compile(r"(?:^|[\s\"'(])(/(?:[\w.-]+/)+[\w.-]*|[A-Za-z]:\\)")
_CLAIM: Final = re.compile(r'^"[^"]+" (?:in the \w+ arm|of )')
_BARE_NUMBER: Final = re.compile(
    r" is (?:exactly|at least|at most|above|below) -?[\d.]+(?:, at its (?:low|high) end)?$"
)
_STEPS: Final = {"given", "when", "then", "step"}


def refused(folder: Path) -> tuple[str, ...]:
    """One line a fault: file, line, what, how to mend it."""
    faults: list[str] = []
    for path in sorted(folder.rglob("*.feature")):
        faults += (f"{path.name}:{line}: {fault}" for line, fault in in_feature(path.read_text("utf-8")))
    for path in sorted(folder.rglob("*.py")):
        faults += (f"{path.name}:{line}: {fault}" for line, fault in in_steps(path.read_text("utf-8")))
    return tuple(faults)


def in_feature(text: str) -> Iterator[tuple[int, str]]:
    """Faults of one feature's text, with their lines."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _ABSOLUTE.search(line):
            yield number, f"an absolute path, {found.group(1)}: write it from the project's root"
    names: dict[str, int] = {}
    for scenario in _scenarios(Parser().parse(text)["feature"]):
        name, line = scenario["name"], scenario["location"]["line"]
        if name in names:
            yield line, f'"{name}" is the name of a scenario of line {names[name]} too: only one would run'
        names[name] = line
        yield from _steps_of(scenario["steps"])


def _steps_of(steps: Iterable[Any]) -> Iterator[tuple[int, str]]:
    for step in steps:
        text, line = step["text"], step["location"]["line"]
        if not _CLAIM.match(text) or FORM.fullmatch(text):
            continue
        if _BARE_NUMBER.search(text):
            yield line, "a threshold without a unit: say of what it is, such as 0 results"
        else:
            yield line, "a claim that is not of the one form: see docs/features.md"


def _scenarios(node: Any) -> Iterator[Any]:
    for child in node.get("children", []):
        if "scenario" in child:
            yield child["scenario"]
        elif "rule" in child:
            yield from _scenarios(child["rule"])


def in_steps(source: str) -> Iterator[tuple[int, str]]:
    """Steps that are coroutines: pytest-bdd never awaits them, and they pass."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef) and _STEPS & set(map(_decorator, node.decorator_list)):
            yield node.lineno, f"the step {node.name} is a coroutine, which nobody awaits: make it a function"


def _decorator(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
