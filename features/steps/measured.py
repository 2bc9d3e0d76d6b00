"""Measured figures go with their scenario: printed at the end of a run, and in its JUnit file where one is wanted."""

from collections.abc import Callable

import pytest

Measured = Callable[[str, object], None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Note a figure under a name."""

    def note(name: str, value: object) -> None:
        request.node.user_properties.append((f"measured: {name}", value))

    return note
