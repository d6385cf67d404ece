"""An analyst in a process of their own, who asks what is published, over and over.

Every opening checks that it sees one moment's books: balances agree with what settled them.
"""

import json
import select
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet

_BOOKS = """
    select p.version,
        (select count(*) from invoices) as invoices,
        (select sum(total - balance) from invoices) as settled,
        (select sum(amount) from allocations) as allocated,
        (select sum(amount) from payments) as paid,
        (select sum(balance) from balances) as owed,
        (select sum(charge - credit) from statement_lines) as transacted,
        (select sum(open_amount) from aging) as aged,
        (select sum(balance) from invoices) as open
    from about p
"""
_PARQUET = """
    select (select version from read_parquet($folder || '/about.parquet')) as version,
        (select sum(total - balance) from read_parquet($folder || '/invoices.parquet')) as settled,
        (select sum(amount) from read_parquet($folder || '/allocations.parquet')) as allocated
"""


def main(data: Path) -> None:
    """Ask until standard input ends, and print the version that was seen each time."""
    while not select.select([sys.stdin], [], [], 0)[0]:
        with duckdb.connect(str(data / "analytics.duckdb"), read_only=True) as connection:
            row = connection.execute(_BOOKS).fetchone()
            if row is None or not (
                row[2] == row[3] == row[4] and row[5] == row[6] == row[7] == row[8]
            ):
                raise RuntimeError(f"not one moment's books: {row}")
            version = row[0]
        # the link is followed once: what it leads to stays as it is
        folder = (data / "analytics" / "current").resolve()
        with duckdb.connect() as connection:
            row = connection.execute(_PARQUET, {"folder": str(folder)}).fetchone()
            if row is None or row[0] != folder.name or row[1] != row[2]:
                raise RuntimeError(f"not one moment's files: {row}")
        told = json.loads((folder / "manifest.json").read_text("utf-8"))
        table = pyarrow.parquet.read_table(folder / "invoices.parquet")
        if table.num_rows != told["rows"]["invoices"]:
            raise RuntimeError(f"{table.num_rows} rows, {told['rows']['invoices']} told")
        sys.stdout.write(f"{version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
