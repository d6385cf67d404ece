"""Small books for all benchmarks."""

from collections.abc import Iterator

import pytest

from benchmarks import books

INVOICES = 300


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[books.BenchBooks]:
    """Small books in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "FOLDER", tmp_path_factory.mktemp("bench"))
        yield books.made(INVOICES)
