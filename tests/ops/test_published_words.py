"""Texts that rows repeat: kept as ENUMs in the file, and texts to whoever asks."""

from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from portal_data import store
from portal_data.analysts.published import CURRENT, FILE, FOLDER
from portal_data.ops.publish import publish
from portal_data.store import snapshot
from tests.conftest import NOW, Cast
from tests.factories import insert, make_invoice, make_payment
from tests.ops.conftest import Query

ODD = ['said "no", it\'s', "two\nlines", "", None, "null", "第二工場", "x" * 300]
_FIRST = 10
"""Places below are those of the invoice's own lines."""
_LINES = """
    select position, name, unit, tax_name, customer, currency_code, status from invoice_lines
    order by position
"""
_KEPT_AS = """
    select column_name, data_type from duckdb_columns()
    where schema_name = 'parts' and table_name = 'invoice_line_values'
"""


def _publish_lines(cast: Cast, folder: Path) -> None:
    invoice = make_invoice(cast.alice)
    make_payment(cast.alice, {invoice: 1_200})
    for position, text in enumerate(ODD, _FIRST):
        insert(
            "invoice_lines", customer_id=cast.alice.customer_id, invoice_id=invoice,
            position=position, name=text or "", unit=text, tax_name=text, quantity=1, unit_price=1,
            total_minor=100,
        )  # fmt: skip
    publish(folder, now=NOW)


@pytest.mark.parametrize(("most", "kept_as"), [(snapshot.WORDS, "ENUM"), (2, "VARCHAR")])
def test_texts_are_the_same_however_they_are_kept(
    most: int, kept_as: str, db: store.Store, cast: Cast, tmp_path: Path, ask: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(snapshot, "WORDS", most)
    _publish_lines(cast, tmp_path)
    kinds = {row["column_name"]: row["data_type"] for row in ask(tmp_path, _KEPT_AS)}
    assert kinds["unit"].partition("(")[0] == kept_as
    told = [row for row in ask(tmp_path, _LINES) if row["position"] >= _FIRST]
    assert [row["unit"] for row in told] == ODD
    assert [row["tax_name"] for row in told] == ODD
    assert [row["name"] for row in told] == [text or "" for text in ODD]
    lines = pyarrow.parquet.read_table(tmp_path / FOLDER / CURRENT / "invoice_lines.parquet")
    by_place = {row["position"]: row for row in lines.select(list(told[0])).to_pylist()}
    assert [by_place[row["position"]] for row in told] == told


def test_what_analysts_see_has_no_type_of_ours(published_demo: Path) -> None:
    """Tools know texts; the types of ENUMs would be other ones after each publication."""
    with duckdb.connect(str(published_demo / FILE), read_only=True) as published:
        shown = published.execute(
            "select distinct data_type from duckdb_columns()"
            " where schema_name = 'main' and not internal"
        ).fetchall()
    assert not [kind for (kind,) in shown if kind.startswith("ENUM")]
    for path in (published_demo / FOLDER / CURRENT).glob("*.parquet"):
        for column in pyarrow.parquet.read_schema(path):
            assert not pyarrow.types.is_dictionary(column.type), (path.name, column)
            assert not pyarrow.types.is_binary(column.type), (path.name, column)


def test_parquet_has_the_rows_and_types_of_the_file(published_demo: Path) -> None:
    folder = published_demo / FOLDER / CURRENT
    with duckdb.connect(str(published_demo / FILE), read_only=True) as published:
        for path in folder.glob("*.parquet"):
            in_file, in_parquet = f'from "{path.stem}"', f"from '{path}'"
            of_file, of_parquet = (
                published.execute(
                    f"select column_name, column_type from (describe {source})"
                ).fetchall()
                for source in (in_file, in_parquet)
            )
            assert of_file == of_parquet, path.name
            for one, other in ((in_file, in_parquet), (in_parquet, in_file)):
                left = published.execute(f"({one}) except all ({other})").fetchall()
                assert left == [], path.name
