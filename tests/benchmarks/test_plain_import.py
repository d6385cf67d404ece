"""The measure of the import does what an import does: it fills the same columns of the tables."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import importing, plain_import
from benchmarks.cost import run

FROM_THE_FILES = (
    "customers",
    "addresses",
    "contacts",
    "invoices",
    "invoice_lines",
    "payments",
    "allocations",
)
_REFS = """
    select kind, count(*) from core.import_refs
    where kind in ('customer', 'invoice', 'payment', 'allocation') group by all order by all
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What the measure and an import of the same backup leave behind."""
    folder = tmp_path_factory.mktemp("plain")
    importing.write_backup(folder / "backup.zip", invoices=30)
    plain_import.load(folder / "backup.zip", folder / "plain.duckdb")
    run("benchmarks.importing", folder / "backup.zip", folder / "portal.duckdb")
    return [_filled(folder / f"{name}.duckdb") for name in ("plain", "portal")]


def _filled(path: Path) -> dict[str, object]:
    """Return how often each column of each table is filled, and with what in all if in cents."""
    found: dict[str, object] = {}
    with duckdb.connect(str(path), read_only=True) as books:
        for table in FROM_THE_FILES:
            columns = [name for name, *_ in books.sql(f"describe core.{table}").fetchall()]
            asked = [f"count({name})" for name in columns]
            asked += [f"sum({name})::bigint" for name in columns if name.endswith("_minor")]
            (row,) = books.sql(f"select {', '.join(asked)} from core.{table}").fetchall()
            found[table] = dict(zip(asked, row, strict=True))
        found["import_refs"] = books.sql(_REFS).fetchall()
    return found


@pytest.mark.parametrize("table", [*FROM_THE_FILES, "import_refs"])
def test_it_fills_what_an_import_fills(filled: list[dict[str, object]], table: str) -> None:
    plain, imported = filled
    assert plain[table] == imported[table]
