from typing import Any

import pytest

from tests.real_figures import real_values


@pytest.fixture
def figures() -> dict[str, Any]:
    """The figures of a real run of all four ways, fresh for each test so that they may be bent."""
    return real_values()
