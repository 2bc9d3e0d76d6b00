import pytest

from tests.generators.batches import Batch, make


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Four practices, 120 results, nothing wrong."""
    return make(tmp_path_factory.mktemp("clean"))
