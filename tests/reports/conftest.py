import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[1] / "golden" / "measures" / "figures.json"


@pytest.fixture
def figures() -> dict[str, Any]:
    """The example that the measures room pins, fresh for each test so that it may be bent."""
    example: dict[str, Any] = json.loads(EXAMPLE.read_text())
    return example
