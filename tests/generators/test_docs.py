"""`docs/nbss.md` names every profile and every defect, and none that is not there."""

import re
from pathlib import Path

from generators.defects import DEFECTS
from generators.prints.extracts import EPISODE_COLUMNS, SUBJECT_COLUMNS
from generators.prints.page import PROFILES

TEXT = (Path(__file__).parents[2] / "docs" / "nbss.md").read_text("utf-8")


def first_cells(heading: str) -> list[str]:
    """The names in the first column of the table under a heading."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def test_profiles_are_those_described() -> None:
    assert first_cells("Profiles") == list(PROFILES)


def test_defects_are_those_described() -> None:
    assert first_cells("Defects") == list(DEFECTS)


def test_columns_are_those_described() -> None:
    for columns in (EPISODE_COLUMNS, SUBJECT_COLUMNS):
        assert f"`{', '.join(columns)}`" in TEXT
