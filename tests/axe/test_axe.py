"""The benefit report as a browser shows it: axe-core finds nothing, and nothing runs off a phone's side.

`make axe` fetches axe-core and its driver; pictures of every view are left beside the findings, in build/axe.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reports import write_report
from tests.real_figures import real_values

HERE = Path(__file__).parent
WORKSHOP = HERE.parents[1] / "build" / "axe"
CHROMIUM = shutil.which("chromium")
VIEWS = [
    *(f"screen-{width}-{scheme}" for width in (1280, 375, 320) for scheme in ("light", "dark")),
    *(f"print-794-{scheme}" for scheme in ("light", "dark")),
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or not (WORKSHOP / "node_modules").is_dir(),
        reason="needs Chromium, and what make axe fetches",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a real run's report is, with the readers' pages."""
    return write_report(real_values(), tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def findings(folder: Path) -> dict[str, dict[str, Any]]:
    """What axe-core found in each view of the report."""
    return look(folder / "report.html", WORKSHOP)


def look(page: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """What axe-core found in each view; it and the pictures are left in the folder."""
    command = ["node", str(HERE / "look.mjs"), str(page), str(folder)]
    subprocess.run(command, cwd=WORKSHOP, env=os.environ | {"CHROMIUM": str(CHROMIUM)}, check=True)
    return {found["view"]: found for found in json.loads((folder / "findings.json").read_text("utf-8"))}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(findings: dict[str, dict[str, Any]], view: str) -> None:
    assert findings[view]["violations"] == []
    assert findings[view]["passed"] > 20, "axe looked"


@pytest.mark.parametrize("view", [view for view in VIEWS if view.startswith("screen")])
def test_the_page_is_no_wider_than_the_screen(findings: dict[str, dict[str, Any]], view: str) -> None:
    assert findings[view]["sideways"] == 0


@pytest.mark.parametrize("reader", ["director", "office", "practice-*"])
def test_axe_finds_nothing_in_a_readers_page(folder: Path, reader: str) -> None:
    page = next((folder / "pages").glob(f"{reader}.html"))
    pictures = WORKSHOP / page.stem.partition("-")[0]
    pictures.mkdir(exist_ok=True)
    for view, found in look(page, pictures).items():
        assert (found["violations"], found["sideways"]) == ([], 0), view
        assert found["passed"] > 15, "axe looked"


def test_axe_would_find_a_page_that_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text('<!DOCTYPE html><html><body><img src=""><p style="color:#ccc">pale</p></body></html>')

    rules = {rule["rule"] for found in look(page, tmp_path).values() for rule in found["violations"]}

    assert {"html-has-lang", "image-alt", "color-contrast"} <= rules
