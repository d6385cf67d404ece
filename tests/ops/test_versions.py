"""What is published opens with older DuckDBs too: directly, attached and as Parquet."""

import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal_data.analysts.published import CURRENT, FILE, FOLDER
from portal_data.settings import ROOT
from tests.ops.test_analysts_page import AS_OF, QUESTIONS

VERSIONS = ("1.2.2", "1.4.4", "1.5.5")
"""The oldest DuckDB that opens the file, and one of each later line before the portal's own."""
_INSTALLED = ROOT / ".pytest_cache" / "duckdb"

# runs alone with an older DuckDB: it gets its work as JSON and answers with rows, or an error, each
_READER = """
import json, sys
import duckdb

given = json.load(sys.stdin)
found = {"version": duckdb.__version__}
for place, statements in given.items():
    connection = duckdb.connect(*statements["open"])
    for sql in statements["before"]:
        connection.execute(sql)
    for name, sql in statements["asked"].items():
        try:
            found[f"{place} {name}"] = len(connection.execute(sql).fetchall())
        except Exception as error:
            found[f"{place} {name}"] = f"{type(error).__name__}: {error}"
json.dump(found, sys.stdout)
"""


def _installed(version: str) -> Path:
    """Return a folder with this DuckDB alone, kept between runs and made by one at a time."""
    folder = _INSTALLED / version
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    with (_INSTALLED / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            made = _INSTALLED / f".{version}"
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
                       "--disable-pip-version-check", "--upgrade",
                       "--target", str(made), f"duckdb=={version}"]  # fmt: skip
            subprocess.run(command, check=True)
            made.replace(folder)
    return folder


def _read(version: str, given: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _READER],
        env={**os.environ, "PYTHONPATH": str(_installed(version))},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _attached(sql: str) -> str:
    """Return a query for a file that is attached as ledger."""
    tables = r"aging|invoices|settlements|about|customers|balances|month_end_balances"
    sql = re.sub(rf"\b(from|join) ({tables})\b(?!\()", r"\1 ledger.\2", sql)
    return re.sub(r"(\w+_as_of)\((.*?)\)", r"ledger.\1(\2, books := 'ledger')", sql)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_duckdb_answers_every_question(version: str, published_demo: Path) -> None:
    parquet = (published_demo / FOLDER / CURRENT).resolve()
    asked = {
        **{f"question {number}": sql for number, sql in QUESTIONS.items()},
        **{f"as of {number}": sql for number, sql in enumerate(AS_OF)},
    }
    tables = ("invoice_lines", "settlements", "statement_lines", "balances", "dictionary")
    views = [
        f"create view {path.stem} as from read_parquet('{path}')"
        for path in sorted(parquet.glob("*.parquet"))
    ]
    found = _read(
        version,
        {
            "file": {"open": [str(published_demo / FILE), True], "before": [], "asked": asked},
            "attached": {
                "open": [],
                "before": [f"attach '{published_demo / FILE}' as ledger (read_only)"],
                "asked": {
                    **{f"as of {number}": _attached(sql) for number, sql in enumerate(AS_OF)},
                    **{f"all of {table}": f"from ledger.{table}" for table in tables},
                },
            },
            "used": {
                "open": [],
                "before": [f"attach '{published_demo / FILE}' as other (read_only)", "use other"],
                "asked": asked,
            },
            "parquet": {
                "open": [],
                "before": views,
                "asked": {name: sql for name, sql in asked.items() if "_as_of(" not in sql},
            },
        },
    )
    assert found.pop("version") == version
    assert {
        name: rows for name, rows in found.items() if not isinstance(rows, int) or not rows
    } == {}
    assert len(found) > 3 * len(QUESTIONS)
