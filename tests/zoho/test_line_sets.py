"""Lines read as a set are the lines that Python reads, whatever the cells say."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal_data.store.scratch import Scratch
from portal_data.zoho import document_modules
from portal_data.zoho.blocks import Known
from portal_data.zoho.columns import layout
from portal_data.zoho.dates import Dates
from portal_data.zoho.defects import FileError, Findings
from portal_data.zoho.document_sets import gather_set
from portal_data.zoho.identifiers import Identifiers
from portal_data.zoho.line_sets import LineSet, kept_positions
from portal_data.zoho.lines import Gatherer
from portal_data.zoho.records import Reading
from portal_data.zoho.staging import stage
from portal_data.zoho.tables import Table, open_table

HEADER = [
    "Invoice ID",
    "Invoice Number",
    "Invoice Date",
    "Invoice Status",
    "Customer ID",
    "Currency Code",
    "Total",
    "Notes",
    "Item Name",
    "Item Desc",
    "Quantity",
    "Item Price",
    "Discount",
    "Discount Amount",
    "Item Tax %",
    "Item Tax Amount",
    "Item Total",
    "SKU",
    "Product ID",
    "Project Name",
    "Account",
    "Item.CF.Colour",
    "Sales Channel",
]
NUMBERS = st.sampled_from(
    [
        "",
        "1",
        "2.5",
        "-3.00",
        "0.333333",
        "1.0050",
        "2.675",
        "1e3",
        " 4 ",
        "+7",
        "12,5",
        "1234567890",
    ]
)
AMOUNTS = st.sampled_from(["", "0", "10.00", "3.335", "0.10", "-2.5", "7.000", "x", "99999999999"])
PERCENTS = st.sampled_from(["", "0", "0.00", "10", "12.5%", "100"])
TEXTS = st.sampled_from(["", "Oak", " ", "=1+1", "<b>", "a\nb", 'say "x"', "\u00a0", "tél"])
KEYS = st.sampled_from(["", "4600001", " 4600001", "4600002\t"])
LINE = st.fixed_dictionaries(
    {
        "Item Name": TEXTS,
        "Item Desc": TEXTS,
        "Quantity": NUMBERS,
        "Item Price": NUMBERS,
        "Discount": PERCENTS,
        "Discount Amount": AMOUNTS,
        "Item Tax %": PERCENTS,
        "Item Tax Amount": AMOUNTS,
        "Item Total": AMOUNTS,
        "SKU": TEXTS,
        "Product ID": KEYS,
        "Project Name": TEXTS,
        "Account": st.sampled_from(["", "Sales", "Sales"]),
        "Item.CF.Colour": st.sampled_from(["", "", "blue"]),
        "Sales Channel": st.sampled_from(["", "shop", "shop", "web"]),
    }
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["71", "72", "73"]),
        st.sampled_from(["GBP", "GBP", "JPY", "KWD", "ZZQ"]),
        st.lists(LINE, min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    """One scratch engine for all examples: each of them replaces its tables."""
    with closing(Scratch()) as opened:
        yield opened


@dataclass(frozen=True)
class Bytes:
    """A file in memory, as a part of an upload."""

    content: bytes
    name: str = "Invoice.csv"

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self) -> BufferedReader:
        return BufferedReader(BytesIO(self.content))  # type: ignore[arg-type]


def _file(documents: list[tuple[str, str, list[dict[str, str]]]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    for identifier, currency, lines in documents:
        head = {
            "Invoice ID": identifier,
            "Invoice Number": f"INV-{identifier}",
            "Invoice Date": "2024-01-02",
            "Invoice Status": "Draft",
            "Customer ID": "460001",
            "Currency Code": currency,
            "Total": "10.00",
        }
        writer.writerows(head | line for line in lines)
    return out.getvalue().encode()


def _gathered(table: Table, scratch: Scratch | None) -> Any:
    found, findings = layout(document_modules.INVOICES, table), Findings()
    gatherer = Gatherer(Reading(findings, "UTC", None))
    dates, ids = Dates(None), Identifiers(table.name, found)
    if scratch is None:
        gatherer.gather(table.records(found.repeated, lambda _: None), found, dates, ids)
    else:
        name, keep = "staged", kept_positions(found)
        staged = stage(scratch, name, table, keep, found.repeated, Known(), lambda _: None)
        assert staged is not None
        source = LineSet(scratch, name, found, staged.parts.number)
        assert gather_set(gatherer, source, "invoices", dates, ids, findings)
        staged.copy.close()
    documents = {
        key: (
            None if sheaf.error else (sheaf.subtotal, sheaf.tax, sheaf.digest, list(sheaf.lines)),
            sheaf.error and (sheaf.error.reason, sheaf.error.column, sheaf.error_row),
            None if sheaf.error else (sheaf.uneven, sheaf.uneven_row),
            sheaf.source,
        )
        for key, sheaf in gatherer.sheaves.items()
    }
    return documents, ids.problems()


PLAIN = dict.fromkeys(HEADER[HEADER.index("Item Name") :], "") | {
    "Item Name": "Oak",
    "Quantity": "2.5",
    "Item Price": "4",
    "Item Total": "10.00",
}


@settings(max_examples=60, deadline=None)
@given(ROWS)
@example([("71", "GBP", [PLAIN, PLAIN | {"Account": "Sales"}]), ("72", "GBP", [PLAIN])])
def test_a_set_of_lines_is_what_python_reads(
    scratch: Scratch, documents: list[tuple[str, str, list[dict[str, str]]]]
) -> None:
    table = open_table(Bytes(_file(documents)))
    assert _gathered(table, scratch) == _gathered(table, None)


CSV = st.lists(
    st.sampled_from(
        [b"a", b"1", b",", b",", b'"', b'""', b"\n", b"\n", b"\r\n", b"\r", b" ", b"\t",
         b"\xc3\xa9", b"\xff", b"\0", b'"x, y"', b'"x\n\ny"', b"#", b"\\", b"'"]
    ),
    max_size=40,
).map(b"".join)  # fmt: skip


def _records(table: Table) -> Iterator[tuple[int, list[str]]]:
    return table.records([], lambda _: None)


@settings(max_examples=400, deadline=None)
@given(CSV)
def test_a_staged_file_has_the_cells_that_python_reads(scratch: Scratch, content: bytes) -> None:
    try:
        table = open_table(Bytes(b"one,two,three\n" + content))
    except FileError:
        return  # so broken that its first block cannot be read
    staged = stage(scratch, "staged", table, range(3), [], Known(), lambda _: None)
    if staged is None:
        return  # Python reads it, or says what is wrong with it
    staged.copy.close()
    count = staged.parts.rows
    rows = scratch.rows("select rowid + 2, c0, c1, c2 from staged order by rowid")
    assert count == len(rows)
    try:
        expected = [(number, *cells) for number, cells in _records(table)]
    except FileError as error:
        raise AssertionError(f"DuckDB read what Python refuses: {error}") from error
    assert [row for row in rows if any(row[1:])] == expected
