"""The demo's rows, composed once, for tests that need no store."""

import pytest

from portal_data.demo import compose
from portal_data.demo.books import Books
from tests.conftest import NOW


@pytest.fixture(scope="session")
def books() -> Books:
    """All rows of the demo on the tests' day."""
    return compose(NOW, "no hash")
