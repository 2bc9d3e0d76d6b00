"""The documents held against the code: a reader who trusts them must not be misled."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from generators.prints.sil import TEXTS
from pilot.domain.arm import ARMS
from pilot.domain.outcome import Outcome
from pilot.experiment import office, plan, scenario
from pilot.nbss.outcomes import PHRASES

HOUSE = Path(__file__).parents[1]
DOCS = HOUSE / "docs"


def section(document: str, begins: str, ends: str) -> str:
    text = (DOCS / document).read_text("utf-8")
    assert begins in text
    return text.split(begins, 1)[1].split(ends, 1)[0]


def rows(markdown: str) -> dict[str, list[str]]:
    """What stands in code quotes in each row of a table: by the first, the others."""
    found = [re.findall(r"`([^`]+)`", line) for line in markdown.splitlines() if line.startswith("| `")]
    return {first: rest for first, *rest in found}


def test_the_letters_sentences_are_those_that_the_reader_knows_and_the_writer_writes() -> None:
    said = rows(section("interfaces.md", "**The SMSTA page**", "\nNobody writes"))
    known: dict[str, set[str]] = {}
    for phrase, means in PHRASES.items():
        known.setdefault(means.value, set()).add(phrase)
    assert {outcome: {phrase.lower() for phrase in phrases} for outcome, phrases in said.items()} == known
    for outcome, text in TEXTS.items():
        assert any(phrase.lower() in text.lower() for phrase in said[outcome]), outcome


def test_every_key_of_a_scenario_is_described() -> None:
    text = (DOCS / "scenarios.md").read_text("utf-8") + (DOCS / "nbss.md").read_text("utf-8")
    keys = {
        *(scenario._KEYS | plan._PLAN_KEYS | plan._DIFFER_KEYS | plan._GP_KEYS | plan._RELEASE_KEYS),
        *(office._KEYS | office._STAFF_KEYS),
    }
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", text)) == []


def test_the_glossary_has_each_arm_and_the_words_for_where_a_result_ends() -> None:
    glossary = (DOCS / "glossary.md").read_text("utf-8")
    for word in (*ARMS, "filed", "with a person", "returned", "lost"):
        assert word in glossary, word


def test_the_contract_names_every_outcome_in_print_and_in_the_extract() -> None:
    text = (DOCS / "interfaces.md").read_text("utf-8")
    for outcome in Outcome:
        assert text.count(f"| `{outcome.value}` |") >= 2, outcome


def rooms() -> dict[str, str]:
    """Each room by the module that it is: those of the table in docs/architecture.md that hold code of the product."""
    cells = re.findall(r"^\| ([^|]+)\|", section("architecture.md", "## Rooms", "\n## "), re.MULTILINE)
    named = [room for cell in cells for room in re.findall(r"`([\w/]+)`", cell)]
    return {room.replace("/", "."): room for room in named if (HOUSE / room).is_dir() and room != "features"}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_the_picture_of_the_rooms_is_what_they_import() -> None:
    """The picture in docs/architecture.md: each room, and the rooms that it imports."""
    drawn: dict[str, set[str]] = {}
    for line in section("architecture.md", "### Who imports whom", "\n## ").splitlines():
        if "─▶" in line:
            room, below = line.split("─▶")
            drawn[room.strip()] = set() if below.strip() == "nothing" else set(below.split())
    found: dict[str, set[str]] = {}
    names = rooms()
    for room in names.values():
        every = {name for file in (HOUSE / room).rglob("*.py") for name in imported(file)}
        others = {names[m] for m in names if any(name == m or name.startswith(m + ".") for name in every)}
        found[room] = others - {room}
    assert drawn == found
