"""docs/operations.md says of every state, reason, action and setting what it means and what to do about it."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from pilot.domain.delivery import State
from pilot.domain.result import DisputeReason, RejectionReason
from pilot.pipeline.item import Action
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import EXAMPLE

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def section(heading: str) -> str:
    """The text below a heading, up to the next of its level."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def rows(text: str) -> dict[str, list[str]]:
    """What stands in backticks in a table's first column -> the row's other cells; one row may explain several."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            first, *others = (cell.strip() for cell in line.strip("|").split("|"))
            for name in re.findall(r"`([^`]+)`", first):
                assert name not in found, f"{name} stands twice"
                found[name] = others
    return found


REASONS = {
    name: cells
    for part in re.findall(r"^## (Reasons: .+)$", PAGE, re.MULTILINE)
    for name, cells in rows(section(part)).items()
}


@pytest.mark.parametrize("reason", [*Reason, *RejectionReason, *DisputeReason])
def test_every_reason_is_explained_with_what_to_do(reason: str) -> None:
    means, todo = REASONS[reason]
    assert len(means) > 10
    assert todo


def test_no_reason_is_explained_that_there_is_not() -> None:
    assert set(REASONS) == {*Reason, *RejectionReason, *DisputeReason}
    named = Counter(
        name for part in re.findall(r"^## (Reasons: .+)$", PAGE, re.MULTILINE) for name in rows(section(part))
    )
    assert set(named.values()) == {1}


def test_every_state_is_explained() -> None:
    assert set(rows(section("The states of a result"))) == set(State)


def test_every_action_is_explained() -> None:
    named = rows(section("What may be done with a stuck result"))
    assert {name.split()[0] for name in named} == set(Action)


def test_every_setting_of_the_example_is_explained() -> None:
    text = section("pilot.toml") + section("Secrets")
    settings = [name for table in tomllib.loads(EXAMPLE).values() for name in table]
    assert settings
    assert [name for name in settings if f"`{name}`" not in text] == []
    for variable in re.findall(r"PILOT_\w+", EXAMPLE):
        assert variable in text


@pytest.mark.parametrize(
    "words", re.findall(r"^- \*([^*]+)\*:", section("After a crash, a power cut, a full disk"), re.MULTILINE)
)
def test_what_the_page_quotes_is_what_the_toolkit_says(words: str) -> None:
    source = Path(__file__).parents[2] / "pilot" / "pipeline"
    said = "\n".join(file.read_text("utf-8") for file in source.glob("*.py"))
    assert words.split(" (", maxsplit=1)[0].lower() in said.lower()
