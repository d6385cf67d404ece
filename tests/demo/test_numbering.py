"""What is issued after the demo was loaded goes on in its series."""

from pathlib import Path

import pytest

from portal_data import demo, store
from portal_data.business import numbering
from tests.conftest import NOW

TABLES = {
    "credit_note": "credit_notes",
    "estimate": "estimates",
    "invoice": "invoices",
    "payment": "payments",
    "retainer_invoice": "retainer_invoices",
}


@pytest.mark.only_engine("duckdb")
def test_the_next_number_follows_the_demos_last(db: store.Store, tmp_path: Path) -> None:
    demo.load(NOW, tmp_path)
    for kind, table in TABLES.items():
        with store.system_writing() as session:
            last = session.value(f"select max(number) from core.{table}")
            drawn = numbering.draw(session, kind)
        prefix, number = str(last).rsplit("-", 1)
        assert drawn == f"{prefix}-{int(number) + 1:0{len(number)}d}", kind
