"""Every list over hostile books: the same bytes from both engines, kept beside this test."""

import io
import json
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from portal_data import lists
from portal_data.business import organisation
from portal_data.output import tables
from portal_data.output.exports import Format, Table, write
from portal_data.scope import Scope
from portal_data.web.lists import FILES
from tests.exports import hostile
from tests.factories import TODAY, make_project, show_projects

GOLDEN = Path(__file__).parent / "golden"


def _table(scope: Scope, name: str, own: hostile.Hostile, **asked: str) -> Table:
    one = {"project": own.project, "timesheet": own.timesheet}.get(name, "")
    file, business = FILES[name], organisation.get(scope)
    rows, owner = file.read(scope, {"id": str(one), **asked}, TODAY)
    return tables.of_list(file.title, file.list, rows, scope.customer_name, business, owner)


def _written(table: Table) -> dict[Format, bytes]:
    made = {}
    for format in Format:
        file = io.BytesIO()
        write(table, format, file)
        made[format] = file.getvalue()
    return made


def test_every_format_holds_the_same_on_every_engine(alice: Scope) -> None:
    own = hostile.fill(alice)
    for name in FILES:
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


def test_files_follow_filter_search_and_order_as_screens_do(alice: Scope) -> None:
    own = hostile.fill(alice)
    owners = {
        "project": {"project": own.project, "last": TODAY - 2 * hostile.DAY},
        "timesheet": {"timesheet": own.timesheet},
    }  # fmt: skip
    for name, file in FILES.items():
        compared, given = 0, {"today": TODAY, **owners.get(name, {})}
        for by, sort, search in product(file.list.filters, file.list.orders, ("", "1")):
            asked = {"filter": by, "sort": sort, "search": search, **given}
            rows = lists.page(alice, file.list, size=100, **asked).rows
            _assert_same(lists.table(alice, file.list, **asked), rows)
            compared += len(rows)
        assert compared, name


def _assert_same(found: pa.Table, rows: list[Any]) -> None:
    """Compare what was read by column with the rows of a screen, in their order."""
    assert found["id"].to_pylist() == [str(row.id) for row in rows]
    for name in ("number", "name", "notes", "status", "decision"):
        if rows and hasattr(rows[0], name):
            assert found[name].to_pylist() == [getattr(row, name) for row in rows]


@pytest.mark.parametrize("name", sorted(set(FILES) - {"timesheet"}))
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
