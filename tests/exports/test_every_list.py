"""Every list over hostile books: the same bytes from both engines, kept beside this test."""

import io
import json
from decimal import Decimal
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from portal_data.billing import credit_notes, estimates, invoices, retainers
from portal_data.business import organisation
from portal_data.output import tables
from portal_data.output.exports import Format, Table, write
from portal_data.payments import payments
from portal_data.projects import projects, time_entries, timesheets
from portal_data.scope import Scope
from portal_data.web.lists import LISTS, Asked
from tests.exports import hostile
from tests.factories import TODAY, make_project, show_projects

GOLDEN = Path(__file__).parent / "golden"


def _table(scope: Scope, name: str, own: hostile.Hostile, **asked: str) -> Table:
    one = {"project": own.project, "timesheet": own.timesheet}.get(name, "")
    kind, business = LISTS[name], organisation.get(scope)
    found = kind.read(scope, Asked({"id": str(one), **asked}, TODAY))
    return tables.of_list(
        kind.title, kind.fields, found.rows, scope.customer_name, business, found.subject
    )


def _written(table: Table) -> dict[Format, bytes]:
    made = {}
    for format in Format:
        file = io.BytesIO()
        write(table, format, file)
        made[format] = file.getvalue()
    return made


def test_every_format_holds_the_same_on_every_engine(alice: Scope) -> None:
    own = hostile.fill(alice)
    for name in LISTS:
        made = _written(_table(alice, name, own))
        for format in (Format.CSV, Format.JSON):
            assert made[format] == (GOLDEN / f"{name}.{format}").read_bytes(), (name, format)
        expected = [list(row.values()) for row in json.loads(made[Format.JSON])["rows"]]
        assert expected, name
        rows = parquet.read_table(io.BytesIO(made[Format.PARQUET])).to_pylist()
        assert [[_text(value) for value in row.values()] for row in rows] == [
            [_text(value) for value in row] for row in expected
        ], name
        sheet = load_workbook(io.BytesIO(made[Format.XLSX])).worksheets[0]
        assert [
            [_cell(value) for value in row] for row in sheet.iter_rows(2, values_only=True)
        ] == [[_cell(value) for value in row] for row in expected], name


NOUNS = {
    timesheets: "name", credit_notes: "number", estimates: "number", invoices: "number",
    payments: "number", projects: "name", retainers: "number",
}  # fmt: skip
"""What a row of each is called."""


def test_files_follow_filter_search_and_order_as_screens_do(alice: Scope) -> None:
    own = hostile.fill(alice)
    for noun, name in NOUNS.items():
        compared = 0
        day = {"today": TODAY} if "today" in signature(noun.extract).parameters else {}
        for wanted, sort, search in product(noun.Filter, noun.Sort, ("", "1")):
            asked = {"wanted": wanted, "sort": sort, "search": search, **day}
            rows = noun.list_page(alice, **asked, size=100).rows
            _assert_same(noun.extract(alice, **asked), rows, name)
            compared += len(rows)
        assert compared, noun
    for wanted, sort in product(time_entries.Filter, time_entries.Sort):
        asked = {"wanted": wanted, "sort": sort, "search": "1", "last": TODAY - 2 * hostile.DAY}
        rows = time_entries.list_page(alice, own.project, **asked, size=100).rows
        _assert_same(time_entries.extract(alice, own.project, **asked), rows, "notes")
    for wanted, sort in product(timesheets.EntryFilter, timesheets.EntrySort):
        entries = timesheets.entries(alice, own.timesheet, wanted=wanted, sort=sort, size=100).rows
        found = timesheets.extract_entries(alice, own.timesheet, wanted=wanted, sort=sort)
        assert found["decision"].to_pylist() == [row.decision for row in entries]
        assert found["id"].to_pylist() == [str(row.id) for row in entries]


def _assert_same(found: pa.Table, rows: list[Any], name: str) -> None:
    """Compare what was read by column with the rows of a screen, in their order."""
    assert found["id"].to_pylist() == [str(row.id) for row in rows]
    assert found[name].to_pylist() == [getattr(row, name) for row in rows]
    if "status" in found.column_names:
        told = [getattr(row, "status", None) for row in rows]
        assert not any(told) or found["status"].to_pylist() == told


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"timesheet"}))
def test_a_list_without_rows_is_a_file_too(alice: Scope, name: str) -> None:
    show_projects()
    own = hostile.Hostile(make_project(alice), UUID(int=0))
    table = _table(alice, name, own, q="there is no such word")
    assert (len(table.rows), table.totals(), table.first) == (0, {}, None)
    assert json.loads(_written(table)[Format.JSON])["rows"] == []


def _text(value: Any) -> str | None:
    """Return a value as text, whatever decimals and type it came with."""
    if value is None:
        return None
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except ArithmeticError:
        return str(value)


def _cell(value: Any) -> str:
    """Return a value as a workbook has it: nothing is empty, and what cannot be printed is not."""
    if value is None:
        return ""
    text = str(value.date() if hasattr(value, "hour") else value).replace("_x000D_", "\r")
    text = "".join(letter for letter in text if letter >= " " or letter in "\t\n")
    return _text(text) or ""
