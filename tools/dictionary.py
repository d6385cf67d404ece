"""`python -m tools.dictionary`: write the dictionary of docs/analysts.md from the views' comments.

It publishes an empty portal and reads what an analyst would read.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from portal_data import store
from portal_data.analysts.published import FILE
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.ops.publish import publish
from portal_data.settings import ROOT

PAGE = ROOT / "docs" / "analysts.md"
_PLACE = re.compile(r"(<!-- dictionary -->\n).*(<!-- end of dictionary -->)", re.DOTALL)
_VIEWS = """
    select table_name, comment from duckdb_tables() where schema_name = 'main'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'main' and not internal
    order by table_name
"""
_COLUMNS = """
    select table_name, column_name, data_type, comment from duckdb_columns()
    where schema_name = 'main' and not internal
    order by table_name, column_index
"""
_MACROS = """
    select function_name, comment from duckdb_functions()
    where schema_name = 'main' and not internal and function_type = 'table_macro'
    order by function_name
"""


def written(page: str, file: Path) -> str:
    """Return the page with the dictionary of a published file in its place."""
    with duckdb.connect(str(file), read_only=True) as published:
        told = "\n".join(_lines(published))
    return _PLACE.sub(lambda found: f"{found[1]}\n{told}\n{found[2]}", page)


def _lines(published: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for name, comment in published.execute(_MACROS).fetchall():
        yield f"### {name}(day)\n\n{comment}\n"
    columns = published.execute(_COLUMNS).fetchall()
    for view, comment in published.execute(_VIEWS).fetchall():
        yield f"### {view}\n\n{comment}\n\n| Column | Type | |\n|---|---|---|"
        for table, column, kind, about in columns:
            if table == view:
                yield f"| `{column}` | {kind.lower()} | {about.replace('|', '/')} |"
        yield ""


def _publish_nothing(folder: Path, now: datetime) -> Path:
    opened = store.install(store.open_store("duckdb://:memory:"))
    try:
        with store.system_writing() as session:
            session.load(
                "core.organisation",
                ("id", "name", "slug", "currency_code", "timezone", "locale", "created_at",
                 "updated_at"),
                [(new_id(), "Nobody", "nobody", "GBP", "UTC", "en_GB", now, now)],
            )  # fmt: skip
        publish(folder, now=now)
    finally:
        opened.close()
    return folder / FILE


def main() -> None:
    """Write the dictionary into docs/analysts.md."""
    with tempfile.TemporaryDirectory() as folder:
        file = _publish_nothing(Path(folder), utc_now())
        page = written(PAGE.read_text("utf-8"), file)
    PAGE.write_text(page, "utf-8")
    sys.stdout.write(f"written: {PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
